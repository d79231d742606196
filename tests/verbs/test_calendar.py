"""The commands `ivr calendar` and `ivr override`, as people type them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from tests.conftest import CHECKOUT, laid

Type = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Runs a command on the demo book, on a Wednesday in June at ten, in a state of its own."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    clock = tmp_path / "clock"
    clock.write_text("2026-06-03T10:00:00+02:00")
    environment = {"IVR_BOOK": str(tmp_path), "IVR_STATE": str(tmp_path / "state"), "IVR_TEST_CLOCK": str(clock)}

    def run(*words: str, columns: int = 80) -> Result:
        return CliRunner().invoke(main, words, env={**environment, "COLUMNS": str(columns)})

    return run


def test_a_calendar_is_shown_with_its_year_its_week_and_now(typed: Type) -> None:
    """Everything that one asks of it, on one page."""
    done = typed("calendar", "office")

    assert done.exit_code == 0, done.output
    assert done.output.startswith("office, Europe/Paris, public holidays fr and their bridging days\n")
    assert "13B14H15 16 17 18.19." in done.output
    assert "  Mon-Thu  09:00-12:00, 14:00-18:00" in done.output
    assert "Mon 2026-12-28 .. Thu 2026-12-31  closed  exception: inventaire\n     exit inventory, prompt" in done.output
    assert done.output.endswith(
        "Wed 2026-06-03 10:00  open  weekly hours\n"
        "                      closes Wed 2026-06-03 12:00\n"
        "     1. override   none\n"
        "     2. exception  none\n"
        "     3. holiday    none\n"
        "     4. bridge     none\n"
        "  -> 5. week       Wed: 09:00-12:00, 14:00-18:00\n"
    )
    assert "\x1b" not in done.output


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_of_a_calendar_is_broken(typed: Type, columns: int) -> None:
    """A line of the list may be longer than the terminal; the months never are."""
    page = typed("calendar", "office", columns=columns).output.splitlines()
    months = page[2 : page.index("Every week")]

    assert max(map(len, months)) <= columns
    assert max(map(len, months)) > columns - 30


def test_another_year_and_another_instant(typed: Type) -> None:
    """An instant without a zone is on the calendar's wall clock; without a year its own is shown."""
    done = typed("calendar", "office", "--at", "2027-05-07T10:00")

    assert "January 2027" in done.output
    assert "Fri 2027-05-07 10:00  closed (holiday)  bridging day: pont, Ascension" in done.output
    assert "January 2028" in typed("calendar", "office", "--year", "2028").output
    assert "Fri 2027-05-07 10:00  closed" in typed("calendar", "office", "--at", "2027-05-07T08:00+00:00").output


def test_an_override_is_part_of_what_is_explained(typed: Type) -> None:
    """While it is in force."""
    typed("override", "office", "closed", "--until", "2026-06-05T10:00", "--why", "panne")

    assert "-> 1. override" not in typed("calendar", "office", "--at", "2026-06-05T10:00").output
    assert "  -> 1. override   closed until Fri 2026-06-05 10:00: panne" in typed("calendar", "office").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "office  closed  by hand: closed until Wed 2026-06-03 12:00: panne; opens Wed 2026-06-03 14:00\n"),
        (["--next"], "office  closed  by hand: closed until Wed 2026-06-03 12:00: panne; opens Wed 2026-06-03 14:00\n"),
        (["--for-good"], "office  closed  by hand: closed for good: panne\n"),
        (["--until", "15:30"], "office  closed  by hand: closed until Wed 2026-06-03 15:30: panne\n"),
        (
            ["--until", "09:30"],
            "office  closed  by hand: closed until Thu 2026-06-04 09:30: panne\n",
        ),
        (
            ["--until", "2026-06-03T18:00+00:00"],
            "office  closed  by hand: closed until Wed 2026-06-03 20:00: panne; opens Thu 2026-06-04 09:00\n",
        ),
    ],
)
def test_an_order_is_answered_with_how_the_calendar_stands(typed: Type, words: list[str], said: str) -> None:
    """Until the hours change, unless something else is said; an hour is the next such hour."""
    done = typed("override", "office", "closed", "--why", "panne", *words)

    assert (done.exit_code, done.output) == (0, said)
    assert typed("override", "office").output == said


def test_all_calendars_are_listed(typed: Type) -> None:
    """With what is in force, or what their hours say; as JSON for programs."""
    typed("override", "always", "closed", "--for-good", "--why", "panne")

    assert typed("override").output.splitlines()[:2] == [
        "office  open    weekly hours; closes Wed 2026-06-03 12:00",
        "always  closed  by hand: closed for good: panne",
    ]
    listed = {one["calendar"]: one for one in json.loads(typed("override", "--json").output)}
    assert (listed["office"]["override"], listed["always"]["override"]["why"]) == (None, "panne")


def test_what_is_cleared_is_back_to_its_hours(typed: Type) -> None:
    """Also if nothing was in force."""
    typed("override", "office", "closed", "--for-good")
    said = "office  open    weekly hours; closes Wed 2026-06-03 12:00\n"

    assert [typed("override", "office", "clear").output for _ in range(2)] == [said, said]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["calendar", "ofice"], 1, 'ivr: there is no calendar "ofice"; the book has office, always'),
        (["override", "ofice", "open"], 1, 'ivr: there is no calendar "ofice"; the book has office, always'),
        (["override", "office", "open", "--until", "2026-06-03T09:00"], 1, "2026-06-03 09:00 is over already"),
        (["override", "office", "open", "--until", "soon"], 1, '"soon" is no instant: write it like 2026-12-24T18:00'),
        (["override", "office", "open", "--until", "25:00"], 1, '"25:00" is no instant'),
        (["override", "always", "closed"], 1, 'the hours of "always" do not change within 400 days'),
        (["override", "office", "open", "--next", "--for-good"], 2, "say one of --next, --until and --for-good"),
        (["override", "office", "clear", "--why", "x"], 2, "go with open or closed"),
        (["override", "--for-good"], 2, "go with open or closed"),
        (["override", "office", "shut"], 2, "'shut' is not one of"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(typed: Type, words: list[str], status: int, said: str) -> None:
    """And changes nothing."""
    before = typed("override").output
    done = typed(*words)

    assert done.exit_code == status
    assert said in done.output
    assert "Traceback" not in done.output
    assert typed("override").output == before


def test_a_pin_is_six_digits_that_stay(typed: Type, prepared: Path, tmp_path: Path) -> None:
    """Each name has its own; other secrets are as long as they were."""
    laid(prepared, tmp_path / "state")
    pins = [typed("secrets", "show", f"pin:{name}").output.strip() for name in ("office", "studio", "office")]

    assert pins[0] == pins[2] != pins[1]
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(typed("secrets", "show", "web:operator").output.strip()) == 26


def test_whoever_only_looks_leaves_nothing_behind(typed: Type, tmp_path: Path) -> None:
    """A checkout stays as it was."""
    assert typed("calendar", "office").exit_code == 0
    assert typed("override").exit_code == 0
    assert not (tmp_path / "state").exists()


def test_a_state_that_cannot_be_written_is_told_in_one_sentence(typed: Type, tmp_path: Path) -> None:
    """And nothing is said to have been ordered."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cabinet.sqlite").write_text("no database, but long enough to be taken for one " * 20)
    done = typed("override", "office", "closed")

    assert done.exit_code == 1
    assert done.output.startswith(f"ivr: the ledger {tmp_path / 'state' / 'cabinet.sqlite'} cannot be ")
    assert done.output.count("\n") == 1
