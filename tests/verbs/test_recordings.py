"""`ivr recordings`: what was recorded by phone is seen, taken into the book, deleted."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.service.ports import Recorded
from ivr.values.recorded import Prompt
from ivr.voice.studio import Studio
from tests.conftest import CHECKOUT
from tests.voice.test_studio import spoken

SAID = "Merci de votre appel. Au revoir."


@pytest.fixture
def run(tmp_path: Path):
    """Runs a command on a copy of the demo book, of which one prompt was recorded by phone."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / "book" / part, copy_function=shutil.copy2)
    spoken(tmp_path / "take.wav", 660)
    studio = Studio(tmp_path / "state/recordings", lambda _: tmp_path / "take.wav")
    assert asyncio.run(studio.adopt("message/take-1", Recorded(Prompt("fr", "goodbye"), SAID)))
    environment = {"IVR_BOOK": str(tmp_path / "book"), "IVR_STATE": str(tmp_path / "state"), "COLUMNS": "200"}

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words, env=environment)

    return run


def test_they_are_listed_exported_and_deleted(run, tmp_path: Path) -> None:
    """The list has the number to record them again, and what they say."""
    listed = run("recordings", "list").output
    assert "fr/goodbye  63417" in listed
    assert f"fits {SAID}" in " ".join(listed.split())

    assert run("recordings", "export", "fr/goodbye", str(tmp_path / "out.wav")).exit_code == 0
    assert (tmp_path / "out.wav").read_bytes() == (tmp_path / "take.wav").read_bytes()

    assert run("recordings", "delete", "fr/goodbye").output == "The recording of fr/goodbye is deleted.\n"
    assert run("recordings", "list").output == "Nothing was recorded by phone.\n"
    refused = run("recordings", "export", "fr/goodbye", "-")
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: there is no recording of fr/goodbye by phone; nothing was recorded\n",
    )


def test_check_and_prompts_know_them(run, tmp_path: Path) -> None:
    """From a fitting one to one that no longer says its text."""

    def row() -> dict[str, str]:
        rows = json.loads(run("prompts", "--json", "--language", "fr").output)
        return next(row for row in rows if row["id"] == "goodbye")

    assert (row()["number"], row()["stale"]) == ("63417", "")
    texts = tmp_path / "book/prompts/fr.yaml"
    texts.write_text(texts.read_text().replace("Merci de votre appel. Au", "Merci. Au"))
    assert row()["stale"] == "text changed"
    assert "warning IVR560: the recording of" in run("check").output
    assert "text changed" in run("recordings", "list").output
