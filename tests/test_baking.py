"""What was baked already is not entered the bakery for: a restart must not keep callers waiting."""

import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.app import baked_already
from ivr.book.book import read_book
from ivr.settings import Settings, settings
from tests import forked
from tests.conftest import CHECKOUT, laid

START = """
import sys
from pathlib import Path
from ivr.app import make_release
from ivr.settings import settings
made = make_release(settings(), Path(sys.argv[1]))
print(len(made.voice), "pyloudnorm" in sys.modules)
"""


@pytest.fixture
def configured(prepared: Path, tmp_path: Path) -> Settings:
    """A prepared installation of our own."""
    laid(prepared / "sounds", tmp_path / "sounds")
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / "book" / part, copy_function=shutil.copy2)
    found = settings({"IVR_BOOK": str(tmp_path / "book"), "IVR_STATE": str(tmp_path)})
    return replace(found, sounds=tmp_path / "sounds")


def test_a_start_after_prepare_finds_every_sound_and_enters_no_bakery(configured: Settings) -> None:
    """The tools that measure loudness take a second to import."""
    environment = {**os.environ, "IVR_STATE": str(configured.state), "IVR_BOOK": str(configured.book)}
    said = subprocess.run(
        [sys.executable, "-c", START, str(configured.book)],
        env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert int(said[0]) > len(read_book(configured.book).utterances()) - 1
    assert said[1] == "False"


def test_what_is_no_longer_true_is_baked_again(configured: Settings) -> None:
    """A changed word, a new recording, a sound that is gone."""

    def found() -> bool:
        return baked_already(read_book(configured.book), configured, configured.book) is not None

    assert found()
    recording = configured.book / "prompts" / "fr" / "goodbye.wav"
    recording.parent.mkdir()
    recording.write_bytes(b"RIFF")
    assert not found()
    recording.unlink()
    assert found()

    words = configured.book / "prompts" / "fr.yaml"
    text = words.read_text()
    words.write_text(text.replace("Merci de votre appel", "Merci pour votre appel"))
    assert not found()
    words.write_text(text)
    assert found()

    next((configured.sounds / "fr").glob("goodbye-*.alaw")).unlink()
    assert not found()


def test_a_person_who_looks_on_sees_how_far_it_is(configured: Settings) -> None:
    """A bar on the terminal, gone at the end; where nobody looks, nothing but the last line."""
    environment = {**os.environ, "IVR_STATE": str(configured.state), "IVR_BOOK": str(configured.book), "TERM": "xterm",
                   "IVR_SOUNDS": str(configured.sounds), "COLUMNS": "100"}  # fmt: skip
    master, terminal = pty.openpty()
    words = [sys.executable, "-m", "ivr", "bake"]
    ours = {"env": environment, "cwd": CHECKOUT, "stdout": subprocess.PIPE, "stderr": terminal}
    with forked.Popen(words, imports=("ivr.verbs.baking", "pyloudnorm"), **ours) as baking:
        os.close(terminal)
        shown = b""
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:  # Linux says so at the end of a terminal
                break
            if not piece:
                break
            shown += piece
        said = baking.stdout.read() if baking.stdout else b""
    os.close(master)
    made, kept = map(int, re.findall(rb"(\d+) (?:made|kept)", said))

    assert b"baking" in shown
    assert {int(total) for total in re.findall(rb"\d+/(\d+)", shown)} == {made + kept}
    assert b"\x1b[2K" in shown
