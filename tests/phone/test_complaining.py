"""`ivr call` tells what its caller would complain of: each seeded fault, and nothing of a good call."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from ivr.book.book import read_book
from ivr.cli import main
from ivr.phone import ear
from ivr.phone.events import Event
from ivr.phone.report import CallReport, Recording, Samples
from ivr.voice.catalogue import Catalogue
from tests.conftest import laid
from tests.phone.speech import RATE, line, silence

ROOT = Path(__file__).parents[2]
SAID = ("announcement/per-minute-0-80", "beep", "welcome-repair", "menu-repair", "contract-repair")
GAP = silence(0.06)


class Morning(datetime):
    """A Thursday at ten in Paris: the demo is open."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Morning":
        return cls(2026, 11, 26, 9, 0, tzinfo=tz or UTC)


@pytest.fixture(scope="module")
def few(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with the sounds of these calls alone: for what is said, not for what is heard among 500 others."""
    state = tmp_path_factory.mktemp("few") / "state"
    laid(prepared, state)
    baked = Catalogue.load(state / "sounds")
    replace(baked, sounds={which: sound for which, sound in baked.sounds.items() if which[1] in SAID}).save()
    return state


@pytest.fixture
def call(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on the demo; its phone has heard the prompts as ``seed`` altered them."""
    voice = Catalogue.load(prepared / "sounds").sounds
    sounds = [ear.sound(Path(f"{voice['fr', name].path}.alaw"), RATE) for name in SAID]

    def run(
        seed: Callable[[list[Samples]], list[Samples]], *words: str, drift: float = 0.0, state: Path = prepared
    ) -> Result:
        parts = [part for sound in seed(list(sounds)) for part in (sound, GAP)]
        recording = Recording(line(silence(0.1), *parts, silence(4.0)), RATE, 0.5)
        events = (
            Event(0.0, "calling", at=1e9),
            Event(0.4, "early_media", code=183),
            Event(14.0, "answered", code=200),
            Event(0.5 + recording.seconds, "ended", code=200, by="far"),
        )
        monkeypatch.setattr("ivr.trial.booth.place", lambda *_: CallReport(events, recording, drift=drift))
        environment = {"IVR_BOOK": str(ROOT), "IVR_STATE": str(state)}
        return CliRunner().invoke(main, ["call", "0899000004", *words], env=environment)

    monkeypatch.setattr("ivr.trial.datetime", Morning)
    monkeypatch.setattr("ivr.trial._knock", lambda *_: None)
    return run


def good(parts: list[Samples]) -> list[Samples]:
    return parts[:4]


def clipped(parts: list[Samples]) -> list[Samples]:
    first = int(np.flatnonzero(np.abs(parts[2]) > 0.05)[0])
    return [*parts[:2], parts[2][first + round(0.1 * RATE) :], parts[3]]


def holed(parts: list[Samples]) -> list[Samples]:
    torn = parts[3].copy()
    torn[RATE : round(1.4 * RATE)] = 0
    return [*parts[:3], torn]


FAULTS = {
    "clipped": (clipped, "welcome-repair lacks its first "),
    "a hole": (holed, "menu-repair has a hole of "),
    "cut": (lambda p: [*p[:2], p[2][: -RATE // 2], p[3]], "welcome-repair lacks its last "),
    "quiet": (lambda p: [*p[:2], p[2] * 0.25, p[3]], "welcome-repair is 12 dB too quiet"),
    "dead air": (lambda p: [*p[:3], silence(2.4), p[3]], "no sound for 2."),
}


AMONG_ALL = ("clipped", "a hole", "cut")
"""What may go unnoticed where another sound is heard in the place of what lacks; level and silence may not."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_caller_complains_of_each_fault_and_the_status_stays(
    call: Callable[..., Result], prepared: Path, few: Path, fault: str
) -> None:
    """One sentence after the timeline."""
    seed, sentence = FAULTS[fault]
    result = call(seed, state=prepared if fault in AMONG_ALL else few)
    complaints = [one for one in result.output.splitlines() if one.startswith("complaint: ")]

    assert result.exit_code == 0, result.output
    assert len(complaints) == 1, result.output
    assert complaints[0].startswith(f"complaint: {sentence}")
    assert result.output.splitlines()[-1] == complaints[0]


def test_of_a_good_call_nobody_complains(call: Callable[..., Result]) -> None:
    """Though the line is silent for four seconds after the menu: that is the caller's turn."""
    result = call(good)

    assert result.exit_code == 0, result.output
    assert "heard menu-repair" in result.output
    assert "complaint" not in result.output


def test_a_pause_after_a_price_is_as_the_law_wants_it(
    call: Callable[..., Result], few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part of the announcement as it was baked: nobody complains of that, but of two seconds more."""
    read = ear.sound

    def longer(path: Path, rate: int) -> Samples:
        found = read(path, rate)
        return np.concatenate([found, silence(3.0)]) if path.name.startswith("per-minute") else found

    monkeypatch.setattr("ivr.trial.ear.sound", longer)
    paused = call(lambda p: [p[0], silence(3.0), *p[1:4]], state=few)
    worse = call(lambda p: [p[0], silence(5.5), *p[1:4]], state=few)

    assert "complaint" not in paused.output
    assert "complaint: no sound for " in worse.output


@pytest.mark.parametrize("seconds", [2.5, 4.0, 5.5])
def test_a_menu_that_a_key_cuts_has_no_hole(
    call: Callable[..., Result], prepared: Path, few: Path, seconds: float
) -> None:
    """The prompt that follows at once is the same voice, and here and there sounds like the rest of the menu."""
    state = prepared if seconds == 4.0 else few
    result = call(lambda p: [*p[:3], np.concatenate([p[3][: round(seconds * RATE)], GAP, p[4]])], state=state)

    assert "heard contract-repair" in result.output
    assert "has a hole" not in result.output


def test_what_is_heard_in_another_language_is_told_with_it(
    call: Callable[..., Result], prepared: Path, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a number whose calls are held in English; who is told the same in French has not heard what was promised."""
    book = read_book(ROOT)
    english = replace(book.services["0899000004"], language="en")
    monkeypatch.setattr(
        "ivr.trial.read_book", lambda _: replace(book, services={**book.services, "0899000004": english})
    )
    voice = Catalogue.load(prepared / "sounds").sounds
    spoken = [ear.sound(Path(f"{voice['en', name].path}.alaw"), RATE) for name in SAID[2:4]]
    right = call(lambda p: [*p[:2], *spoken], state=few)
    wrong = call(good, "--prove", state=few)

    heard = re.findall(r"heard (\S+),", right.output)
    assert heard == [*SAID[:2], "en:welcome-repair", "en:menu-repair"]
    assert "complaint" not in right.output
    assert wrong.exit_code == 1
    assert "not proved: en:menu-repair was not heard where it was expected.\n" in wrong.output


def test_the_readme_shows_what_the_command_prints(call: Callable[..., Result], few: Path) -> None:
    """Of a call with two faults; how long they are depends on the voice of the machine."""
    result = call(lambda p: [*clipped(p)[:3], silence(2.4), p[3]], state=few)
    told = [one for one in result.output.splitlines() if one.startswith("complaint: ")]

    assert len(told) == 2
    shown = re.findall(r"^complaint: .*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [re.sub(r"\d+", "N", one) for one in told] == [re.sub(r"\d+", "N", one) for one in shown]


def test_programs_read_complaints_as_events(call: Callable[..., Result], few: Path) -> None:
    """After all others, at the call's end."""
    result = call(FAULTS["quiet"][0], "--json", state=few)
    (told,) = map(json.loads, result.output.splitlines())

    assert told["event"] == "complaint"
    assert told["reason"] == "welcome-repair is 12 dB too quiet"
    assert told["t"] > 14


def test_a_machine_that_stalled_judges_nothing(call: Callable[..., Result], few: Path) -> None:
    """Its holes are its own."""
    result = call(holed, drift=0.6, state=few)

    assert "complaint: no judgement of the sound: the phone's own machine stalled for 0.6 s\n" in result.output
    assert "has a hole" not in result.output
