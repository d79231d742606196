"""`ivr prompts` and `ivr listen`: every prompt with all that one asks of it."""

import functools
import json
import re
import shutil
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.voice import inventory
from tests.conftest import CHECKOUT

LEVEL = functools.cache(inventory.level)
"""Of a file that is only read, once for all tests."""


@pytest.fixture
def run(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command on a copy of the demo book with its sounds."""
    monkeypatch.setattr(inventory, "level", LEVEL)
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / "book" / part, copy_function=shutil.copy2)
    environment = {
        "IVR_BOOK": str(tmp_path / "book"), "IVR_STATE": str(tmp_path), "IVR_SOUNDS": str(prepared / "sounds"),
        "COLUMNS": "200",
    }  # fmt: skip

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words, env=environment)

    return run


def test_every_prompt_is_told_with_its_sound_and_its_flows(run) -> None:
    """As agreed: -19 LUFS within 1, and who loses it."""
    rows = {(row["language"], row["id"]): row for row in json.loads(run("prompts", "--json").output)}
    goodbye = rows["fr", "goodbye"]
    shown = run("prompts", "--language", "en").output.splitlines()
    line = next(line for line in shown if line.startswith("goodbye "))
    english = rows["en", "goodbye"]

    assert shown[0].split() == ["id", "number", "language", "source", "seconds", "LUFS", "recording", "used", "by"]
    assert line.split()[:6] == [
        "goodbye", english["number"], "en", english["source"], f"{english['seconds']:.1f}", str(english["loudness"]),
    ]  # fmt: skip
    assert all(-20 <= row["loudness"] <= -18 for row in rows.values() if row["seconds"] > 0.4)
    assert "repair" in goodbye["flows"]
    assert goodbye["text"] == "Merci de votre appel. Au revoir."
    assert rows["fr", "fallback"]["flows"] == ["every call"]
    assert not [name for _, name in rows if name.startswith("slot/")]


def test_a_recording_is_noted_and_shows_when_its_text_changes(run, tmp_path: Path) -> None:
    """From `not noted` to nothing, and to `text changed` after an edit."""
    path = tmp_path / "book/prompts/fr/goodbye.wav"
    path.parent.mkdir()
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(b"\0\x10" * 4800)

    def stale() -> str:
        rows = json.loads(run("prompts", "--json", "--language", "fr").output)
        return next(row["stale"] for row in rows if row["id"] == "goodbye")

    assert stale() == "not noted"
    assert run("prompts", "--note", "fr/goodbye").output.endswith(
        "fr/goodbye says «Merci de votre appel. Au revoir.».\n"
    )
    assert stale() == ""
    texts = tmp_path / "book/prompts/fr.yaml"
    texts.write_text(texts.read_text().replace("Merci de votre appel. Au", "Merci. Au"))
    assert stale() == "text changed"
    path.unlink()
    assert stale() == "gone"


def test_a_sound_file_of_any_kind_is_taken_in_and_noted(run, tmp_path: Path) -> None:
    """Stereo, 44.1 kHz: it becomes 48 kHz, mono; a second one does not write over it."""
    studio = tmp_path / "studio.wav"
    with wave.open(str(studio), "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(b"\0\x10\0\x20" * 44100)
    told = run("prompts", "--take", "fr/goodbye", str(studio)).output
    path = tmp_path / "book/prompts/fr/goodbye.wav"

    assert told.splitlines()[0].endswith("prompts/fr/goodbye.wav: 48 kHz, mono.")
    assert "fr/goodbye says «Merci de votre appel. Au revoir.»" in told
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (48000, 1, 48000)
    kept = path.read_bytes()
    again = run("prompts", "--take", "fr/goodbye", str(studio))
    assert (again.exit_code, path.read_bytes()) == (1, kept)
    assert "is there already: move it away first" in again.output


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("fr/godbye", b"", 'there is no prompt "fr/godbye"; did you mean "fr/goodbye"'),
        ("../../x", b"", 'there is no prompt "../../x"'),
        ("fr/goodbye", None, "cannot be read: No such file or directory"),
        ("fr/goodbye", b"hello", "is damaged or not a WAV file"),
    ],
    ids=["unknown", "outside", "no file", "no sound"],
)
def test_what_cannot_be_taken_in_is_one_sentence(run, tmp_path: Path, name, content, sentence) -> None:
    """What, and what to do; nothing is written."""
    if content is not None:
        (tmp_path / "studio.wav").write_bytes(content)
    refused = run("prompts", "--take", name, str(tmp_path / "studio.wav"))

    assert refused.exit_code == 1
    assert sentence in refused.output
    assert not list((tmp_path / "book/prompts").rglob("*.wav"))


@pytest.mark.parametrize("kept", [0, 30, 4000, None], ids=["empty", "a torn head", "cut off", "stereo"])
def test_a_recording_that_cannot_be_used_is_one_problem_of_the_check(run, tmp_path: Path, kept: int | None) -> None:
    """And not a second one, that nobody has noted it."""
    path = tmp_path / "book/prompts/fr/goodbye.wav"
    path.parent.mkdir()
    with wave.open(str(path), "wb") as file:
        file.setparams((1 if kept is not None else 2, 2, 48000, 9600, "NONE", ""))
        file.writeframes(b"\0\x10\0\x10\0\x20\0\x20" * 4800)
    path.write_bytes(path.read_bytes()[:kept])
    told = run("check", "--json")

    assert told.exit_code == 1
    assert [one["rule"] for one in json.loads(told.stdout) if "goodbye" in one["file"]] == [
        "IVR566" if kept in (None, 4000) else "IVR565"
    ]


def test_a_note_of_no_recording_is_refused(run) -> None:
    """One sentence."""
    refused = run("prompts", "--note", "fr/goodbye")

    assert refused.exit_code == 1
    assert "there is no recording prompts/fr/goodbye.wav" in refused.output


def test_the_contact_sheet_has_a_player_for_every_prompt(run, tmp_path: Path) -> None:
    """One page that needs nothing else; texts are escaped."""
    texts = tmp_path / "book/prompts/fr.yaml"
    texts.write_text(texts.read_text().replace("Merci de votre appel. Au", "Merci <b>. Au"))
    told = run("prompts", "--html", str(tmp_path / "sheet.html"), "--language", "fr")
    page = (tmp_path / "sheet.html").read_text()
    count = int(told.output.split()[0])

    assert page.count("<tr><td>") == count
    assert page.count("<audio controls") == count - 1
    assert "not baked" in page
    assert "Merci &lt;b&gt;." in page
    assert "https://" not in page
    assert "http://" not in page


def test_listen_writes_the_file(run, tmp_path: Path) -> None:
    """At 16 kHz, as a WAV file."""
    told = run("listen", "goodbye", "--to", str(tmp_path / "goodbye.wav"))
    with wave.open(str(tmp_path / "goodbye.wav")) as file:
        rate, seconds = file.getframerate(), file.getnframes() / file.getframerate()

    assert "Merci de votre appel. Au revoir." in told.stderr
    assert (rate, round(seconds, 1)) == (16000, float(told.stderr.split()[0]))


def test_listen_plays_it_by_what_is_there(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The likeliest player first, with a WAV file of 16 kHz; where there is none, a sentence says what to do."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    refused = run("listen", "goodbye")
    assert refused.exit_code == 1
    assert "nothing here plays sound: write it to a file with --to goodbye.wav" in refused.output

    (tmp_path / "bin").mkdir()
    for name in ("aplay", "play"):
        player = tmp_path / "bin" / name
        player.write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path}/played\n/bin/cat "$2" >{tmp_path}/heard.wav\n')
        player.chmod(0o755)
    assert run("listen", "goodbye").exit_code == 0
    (played,) = (tmp_path / "played").read_text().splitlines()
    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert file.getframerate() == 16000
    assert re.fullmatch(r"aplay -q .*\.wav", played)
    assert not Path(played.split()[-1]).exists()


def test_listen_to_a_name_that_is_none(run) -> None:
    """The nearest one is named."""
    refused = run("listen", "goodby")

    assert refused.exit_code == 1
    assert 'did you mean "goodbye"?' in refused.output
