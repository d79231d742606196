"""What a record keeps of the sound that a caller heard is what lies in its files."""

import hashlib
from pathlib import Path

from ivr.service.evidence import announced
from ivr.voice.catalogue import Sound

NAME = "announcement/per-minute-0-80"


def test_the_digests_are_of_each_file_that_asterisk_may_play(tmp_path: Path) -> None:
    """Of whatever codec the caller's phone has; files that are not there are left out, and so is what was not baked."""
    contents = {".alaw": b"eight", ".sln48": b"forty-eight"}
    for suffix, content in contents.items():
        (tmp_path / f"sound{suffix}").write_bytes(content)
    voice = {("fr", NAME): Sound(str(tmp_path / "sound"), 12.0, "Ce service est facturé.", "espeak-ng")}

    said = announced(NAME, voice)

    assert said is not None
    assert said.text == "Ce service est facturé."
    assert said.audio == " ".join(
        f"{suffix[1:]}:{hashlib.sha256(content).hexdigest()}" for suffix, content in contents.items()
    )
    assert announced("announcement/per-minute-0-15", voice) is None
