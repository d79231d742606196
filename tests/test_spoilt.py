"""Recordings and voices that fail, at `ivr check` and `ivr bake`: where it is told, and what is kept secret."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from click.testing import CliRunner

from ivr.app import bake_book
from ivr.book.book import read_book
from ivr.cli import main
from ivr.settings import Settings, settings
from ivr.voice.bake import Fault
from ivr.voice.examined import unbaked
from tests.conftest import laid
from tests.terminal.calls import write_book
from tests.voice.conftest import babble, wav_bytes
from tests.voice.test_roster import listening


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Settings:
    """A small book, baked once; what every book says (numbers, days) lies there already."""
    home = tmp_path_factory.mktemp("small")
    found = settings({"IVR_BOOK": str(write_book(home / "book")), "IVR_STATE": str(home / "state")})
    laid(prepared / "sounds", found.sounds)
    bake_book(read_book(found.book), found, found.book)
    return found


GOOD = babble("Au revoir", 48000)
BAD = {
    "corrupt": (b"RIFF" + bytes(100), "is damaged or not a WAV file"),
    "empty": (b"", "is empty"),
    "stereo": (wav_bytes(np.stack([GOOD, GOOD], axis=1), 48000), "has 2 channels, one is needed"),
    "44.1 kHz": (wav_bytes(GOOD, 44100), "has 44100 samples per second, 8000, 16000 or 48000 are needed"),
    "MP3 renamed": (wav_bytes(GOOD, 48000, format="MP3"), "is not a WAV file but MP3 inside"),
    "2 GB": (None, "is bigger than 50 MB"),
    "overdriven": (wav_bytes(np.clip(8 * GOOD, -1, 1), 48000), "is overdriven ("),
    "silent": (wav_bytes(0 * GOOD, 48000), "holds only silence"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_recording_that_cannot_be_used_is_one_clear_problem(small: Settings, kind: str) -> None:
    """At `ivr check` and at `ivr bake`: at the file, with what to do; nothing is lost, and nothing of it played."""
    content, what = BAD[kind]
    path = small.book / "prompts" / "fr" / "bye.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"RIFF" if content is None else content)
    if content is None:
        os.truncate(path, 2_000_000_000)
    before, size = (small.sounds / "catalogue.json").read_bytes(), path.stat().st_size
    environment = {"IVR_BOOK": str(small.book), "IVR_STATE": str(small.state)}
    try:
        checked = CliRunner().invoke(main, ["check", "--json"], env=environment)
        baked = CliRunner().invoke(main, ["bake"], env=environment)
    finally:
        left = path.stat().st_size
        path.unlink()
    problems = [one for one in json.loads(checked.stdout) if "prompts/fr/bye.wav" in (one["file"], one["message"])]

    assert (checked.exit_code, baked.exit_code) == (1, 1)
    assert [(one["file"], one["severity"]) for one in problems] == [("prompts/fr/bye.wav", "error")]
    assert problems[0]["message"].startswith(f"the recording {what}")
    assert problems[0]["hint"]
    (told,) = baked.stderr.splitlines()
    assert told == f"prompts/fr/bye.wav:1:1: {problems[0]['message']}; {problems[0]['hint']}"
    assert (small.sounds / "catalogue.json").read_bytes() == before
    assert left == size


def test_what_cannot_be_spoken_is_told_at_its_words(small: Settings) -> None:
    """The line of the text, the number whose announcement it is, the calendar whose hours."""
    book = read_book(small.book)
    (said,) = book.announcements
    faults = [
        Fault("fr", name, f"fr/{name} is wrong") for name in ("bye", said.name, "slot/hours-office", "slot/today")
    ]
    found = list(unbaked(faults, book, small.book))

    assert [(one.file, one.line, one.rule) for one in found] == [
        ("prompts/fr.yaml", 5, "IVR301"),
        ("dialplans/numbers.yaml", 1, "IVR301"),
        ("dialplans/calendars.yaml", 1, "IVR301"),
        ("prompts/fr.yaml", 1, "IVR301"),
    ]


def files(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """All that lies there, with what changes where one is written: 200 MB of sounds lie there already."""
    facts = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path: (one.st_ino, one.st_mtime_ns, one.st_size) for path, one in facts.items()}


@pytest.mark.parametrize("status", [200, 401])
def test_a_speech_service_is_told_its_secret_and_nobody_else(
    tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture, prepared: Path
) -> None:
    """Of the environment, for each speaker his own; in no log, no problem and no file, also when it is refused."""
    asked: list[tuple[str | None, dict[str, str]]] = []
    directory = write_book(tmp_path / "book")
    laid(prepared / "sounds", tmp_path / "state" / "sounds")
    before = files(tmp_path)
    with listening(lambda _: web.Response(status=status, body=wav_bytes(babble("oui", 24000), 24000)), asked) as url:
        remotes = "".join(f"{one}: {{url: '{url}', private: yes, token: {one}-key}}\n" for one in ("near", "far"))
        (directory / "dialplans/remotes.yaml").write_text(remotes)
        voices = (
            "speakers: {studio: {remote: near}, other-one: {remote: far}}\nprompts: {bye: studio, menu: other-one}\n"
        )
        (directory / "dialplans/voices.yaml").write_text(voices)
        secrets = {"IVR_VOICE_TOKEN_STUDIO": "s3cret-a", "IVR_VOICE_TOKEN_OTHER_ONE": "s3cret-b"}
        environment = {"IVR_BOOK": str(directory), "IVR_STATE": str(tmp_path / "state"), **secrets}
        with caplog.at_level("DEBUG"):
            told = CliRunner().invoke(main, ["bake"], env=environment)
    written = [path for path, since in files(tmp_path).items() if before.get(path) != since]

    assert {body["text"]: header for header, body in asked} == {
        "Au revoir.": "Bearer s3cret-a",
        "Pour un conseiller, tapez 1.": "Bearer s3cret-b",
    }
    assert told.exit_code == 0
    assert ("studio answered 401" in told.stderr) == (status == 401)
    assert "s3cret" not in told.output + told.stderr + caplog.text + repr(settings(environment))
    assert {path.suffix for path in written} >= {".alaw", ".json", ".yaml"}
    assert [path for path in written if b"s3cret" in path.read_bytes()] == []


def test_prepare_keeps_the_secrets_of_speech_services_for_what_is_started_later(tmp_path: Path, prepared: Path) -> None:
    """Containers, whose environment Docker would tell to whoever asks, have none: they ask with what is stored."""
    asked: list[tuple[str | None, dict[str, str]]] = []
    directory = write_book(tmp_path / "book")
    laid(prepared / "sounds", tmp_path / "state" / "sounds")
    with listening(lambda _: web.Response(status=401), asked) as url:
        (directory / "dialplans/remotes.yaml").write_text(f"near: {{url: '{url}', private: yes, token: near-key}}\n")
        (directory / "dialplans/voices.yaml").write_text("speakers: {studio: {remote: near}}\nprompts: {bye: studio}\n")
        environment = {"IVR_BOOK": str(directory), "IVR_STATE": str(tmp_path / "state")}
        first = CliRunner().invoke(main, ["prepare"], env={**environment, "IVR_VOICE_TOKEN_STUDIO": "s3cret-a"})
        later = CliRunner().invoke(main, ["bake"], env=environment)
    kept = settings(environment).token("near-key")

    assert (first.exit_code, later.exit_code) == (0, 0), first.output + later.output
    assert [header for header, _ in asked] == ["Bearer s3cret-a", "Bearer s3cret-a"]
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("s3cret-a", 0o600)
