"""Calendars as people write them: what is good becomes what was meant, and each mistake is told where it is.

The lines are golden, as in test_book.
"""

from datetime import date
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.values.calendar import Period, Rank
from ivr.values.holiday import SETS

CALENDAR = """\
office:
  zone: Europe/Paris
  holidays: fr
  bridges: yes
  week:
    monday: [09:00-12:00, 14:00-18:00]
    friday: [22:00-02:00]
  exceptions:
    2026-12-24: {why: eve, hours: [09:00-12:00]}
    2026-12-20..2027-01-03: {why: stock, hours: [], exit: inventory, prompt: stock}
"""
FLOW = """\
flow: front
start: hours
nodes:
  hours:
    kind: hours
    calendar: office
    exits: {open: end, closed: end, pause: end, holiday: end, exception: end, override: end, inventory: end}
  end:
    kind: bye
    prompt: [{why: office, otherwise: closed}, {reopens: office}]
"""
FILES = {
    "dialplans/numbers.yaml": '"0800000001": {label: tried, tariff: free, flow: front}\n',
    "dialplans/tariffs.yaml": "free: {mode: free}\n",
    "dialplans/agents.yaml": "{}\n",
    "dialplans/calendars.yaml": CALENDAR,
    "dialplans/flows/front.yaml": FLOW,
    "prompts/fr.yaml": "fallback: Désolé.\nclosed: Nous sommes fermés.\nstock: Fermé pour inventaire.\n",
}
YAML, FRONT = "dialplans/calendars.yaml", "dialplans/flows/front.yaml"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def told(book: Path, file: str, old: str, new: str) -> list[str]:
    """Errors and warnings after one edit; what is replaced must stand there."""
    text = (book / file).read_text(encoding="utf-8")
    assert old in text
    (book / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return [str(problem) for problem in read_book(book).warnings if "IVR2" in problem.rule]
    except BadBook as bad:
        return [str(problem) for problem in bad.problems]


def test_a_good_calendar_is_what_was_meant(book: Path) -> None:
    """Ranges become days, both ends included; the shorter exception holds within the longer."""
    read = read_book(book)
    calendar = read.calendars["office"]

    assert [str(warning) for warning in read.warnings] == []
    assert len(calendar.exceptions) == 15
    assert min(calendar.exceptions) == date(2026, 12, 20)
    assert max(calendar.exceptions) == date(2027, 1, 3)
    assert calendar.exceptions[date(2026, 12, 24)].periods == (Period(540, 720),)
    assert calendar.exceptions[date(2026, 12, 24)].exit is None
    assert calendar.exceptions[date(2026, 12, 25)].exit == "inventory"
    assert calendar.exceptions[date(2026, 12, 25)].prompt == "stock"
    assert calendar.weekly[4] == (Period(1320, 1560),)
    assert calendar.rule(date(2026, 5, 15)).rank is Rank.BRIDGE


SETS_KNOWN = ", ".join(sorted(SETS)[:12]) + (", …" if len(SETS) > 12 else "")
EVE = "2026-12-24: {why: eve, hours: [09:00-12:00]}"
STOCK = "2026-12-20..2027-01-03"
MISTAKES: dict[str, tuple[str, str, str, list[str]]] = {
    "periods that overlap": (
        YAML,
        "monday: [09:00-12:00, 14:00-18:00]",
        "monday: [09:00-12:00, 11:30-18:00]",
        [
            f"{YAML}:6:27: the periods 09:00-12:00 and 11:30-18:00 overlap; write them as one, "
            "or let the first end before the other begins"
        ],
    ),
    "periods that overlap though they stand apart": (
        YAML,
        "monday: [09:00-12:00, 14:00-18:00]",
        "monday: [14:00-18:00, 09:00-14:01]",
        [
            f"{YAML}:6:27: the periods 09:00-14:01 and 14:00-18:00 overlap; write them as one, "
            "or let the first end before the other begins"
        ],
    ),
    "periods that overlap after midnight": (
        YAML,
        "friday: [22:00-02:00]",
        "friday: [22:00-02:00, 23:30-01:00]",
        [
            f"{YAML}:7:27: the periods 22:00-02:00 and 23:30-01:00 overlap; write them as one, "
            "or let the first end before the other begins"
        ],
    ),
    "periods of an exception that overlap": (
        YAML,
        EVE,
        "2026-12-24: {why: eve, hours: [09:00-12:00, 09:00-12:00]}",
        [
            f"{YAML}:9:49: the periods 09:00-12:00 and 09:00-12:00 overlap; write them as one, "
            "or let the first end before the other begins"
        ],
    ),
    "a date in another spelling": (
        YAML,
        "2026-12-24:",
        "24/12/2026:",
        [
            f"{YAML}:9:5: office.exceptions.24/12/2026: a date is written 2026-12-24, "
            "a range of dates 2026-12-24..2026-12-31"
        ],
    ),
    "a range with one dot": (
        YAML,
        STOCK,
        "2026-12-20.2027-01-03",
        [
            f"{YAML}:10:5: office.exceptions.2026-12-20.2027-01-03: a date is written 2026-12-24, "
            "a range of dates 2026-12-24..2026-12-31"
        ],
    ),
    "a day that does not exist": (
        YAML,
        "2026-12-24:",
        "2027-02-29:",
        [f"{YAML}:9:5: office.exceptions.2027-02-29: there is no day 2027-02-29"],
    ),
    "a range that ends before it begins": (
        YAML,
        STOCK,
        "2027-01-03..2026-12-20",
        [
            f"{YAML}:10:5: office.exceptions.2027-01-03..2026-12-20: the range ends before it begins; "
            "write 2026-12-20..2027-01-03"
        ],
    ),
    "a range of more than a year": (
        YAML,
        STOCK,
        "2026-12-20..2028-01-03",
        [
            f"{YAML}:10:5: office.exceptions.2026-12-20..2028-01-03: the range is longer than a year; "
            "check the years, or change the week instead"
        ],
    ),
    "two ranges of one length that share a day": (
        YAML,
        EVE,
        "2027-01-03..2027-01-17: {why: works, hours: []}",
        [
            f"{YAML}:10:5: the exceptions 2027-01-03..2027-01-17 and 2026-12-20..2027-01-03 want the same days, and "
            "neither is shorter; end one before the other begins, or write the days that they share as an exception "
            "of their own"
        ],
    ),
    "one day as a date and as a range": (
        YAML,
        EVE,
        f"{EVE}\n    2026-12-24..2026-12-24: {{why: eve, hours: []}}",
        [
            f"{YAML}:10:5: the exceptions 2026-12-24 and 2026-12-24..2026-12-24 want the same days, and neither is "
            "shorter; end one before the other begins, or write the days that they share as an exception of their own"
        ],
    ),
    "an exception without a reason": (
        YAML,
        EVE,
        "2026-12-24: {hours: []}",
        [
            f'{YAML}:9:5: office.exceptions.2026-12-24: the key "why" is missing; add it: the reason, for people',
        ],
    ),
    "an exit that is one already": (
        YAML,
        "exit: inventory",
        "exit: holiday",
        [
            f'{YAML}:10:59: office.exceptions.{STOCK}.exit: "holiday" is an exit already; '
            "choose a name of your own, such as inventory",
        ],
    ),
    "a prompt of an exception that does not exist": (
        YAML,
        "prompt: stock",
        "prompt: stok",
        [f'{YAML}:10:70: there is no prompt "stok"; did you mean "stock"?'],
    ),
    "bridges without holidays": (
        YAML,
        "  holidays: fr\n",
        "",
        [
            f'{YAML}:3:3: calendar "office" has no holidays to bridge; name its public holidays: holidays: fr',
            f'{FRONT}:7:49: calendar "office" never leads to the exit "holiday": it has no holidays; '
            "delete the exit, or complete the calendar",
        ],
    ),
    "holidays of nowhere": (
        YAML,
        "holidays: fr",
        "holidays: fr-bretagne",
        [f'{YAML}:3:13: office.holidays: "fr-bretagne" is not known here; write one of: {SETS_KNOWN}'],
    ),
    "an exit that nobody names": (
        FRONT,
        "inventory: end",
        "inventry: end",
        [
            f'{YAML}:10:53: no hours node that asks "office" has the exit "inventory"; '
            "such calls go by exception or closed; link the exit, or delete it here",
            f'{FRONT}:7:94: hours "hours" has no exit "inventry", and no exception of calendar "office" names it; '
            'did you mean "inventory"?',
        ],
    ),
    "an exit that no node takes": (
        FRONT,
        ", inventory: end",
        "",
        [
            f'{YAML}:10:53: no hours node that asks "office" has the exit "inventory"; '
            "such calls go by exception or closed; link the exit, or delete it here"
        ],
    ),
    "an exit for holidays that there are none of": (
        YAML,
        "  holidays: fr\n  bridges: yes\n",
        "",
        [
            f'{FRONT}:7:49: calendar "office" never leads to the exit "holiday": it has no holidays; '
            "delete the exit, or complete the calendar"
        ],
    ),
    "an exit for pauses that there are none of": (
        YAML,
        "monday: [09:00-12:00, 14:00-18:00]",
        "monday: [09:00-18:00]",
        [
            f'{FRONT}:7:37: calendar "office" never leads to the exit "pause": no day of it has two periods; '
            "delete the exit, or complete the calendar"
        ],
    ),
    "an exit that must be linked": (
        FRONT,
        "closed: end, ",
        "",
        [
            f'{FRONT}:4:3: the exit "closed" of hours "hours" leads nowhere; '
            "write where such a call goes: exits: {closed: …}"
        ],
    ),
    "a slot that does not exist": (
        FRONT,
        "{why: office, otherwise: closed}",
        "{whi: office}",
        [
            f"{FRONT}:10:14: nodes.end.prompt.0: a slot is {{reopens: CALENDAR}}, {{hours: CALENDAR}}, "
            "{why: CALENDAR, otherwise: PROMPT}, or {note: NOTE, spoken: amount, otherwise: PROMPT}",
            f'{FRONT}:10:15: nodes.end.prompt.0: unknown key "whi"; did you mean "why"?',
        ],
    ),
    "a slot of two sorts": (
        FRONT,
        "{why: office, otherwise: closed}",
        "{why: office, reopens: office}",
        [
            f"{FRONT}:10:14: nodes.end.prompt.0: a slot is {{reopens: CALENDAR}}, {{hours: CALENDAR}}, "
            "{why: CALENDAR, otherwise: PROMPT}, or {note: NOTE, spoken: amount, otherwise: PROMPT}"
        ],
    ),
    "a slot of a calendar that does not exist": (
        FRONT,
        "{why: office,",
        "{why: ofice,",
        [f'{FRONT}:10:15: there is no calendar "ofice"; did you mean "office"?'],
    ),
    "a slot whose other words do not exist": (
        FRONT,
        "otherwise: closed",
        "otherwise: close",
        [f'{FRONT}:10:28: there is no prompt "close"; did you mean "closed"?'],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_where_it_is(book: Path, name: str) -> None:
    """Once, at its line and column, with what to do."""
    file, old, new, lines = MISTAKES[name]

    assert told(book, file, old, new) == lines


GOOD = {
    "periods that touch": ("monday: [09:00-12:00, 14:00-18:00]", "monday: [09:00-12:00, 12:00-18:00, 18:30-19:00]"),
    "a night into the next morning": ("monday: [09:00-12:00, 14:00-18:00]", "monday: [09:00-12:00, 22:00-09:00]"),
    "a whole day": ("friday: [22:00-02:00]", "friday: [00:00-24:00]"),
    "a leap day": ("2026-12-24:", "2028-02-29:"),
    "a range of a year": ("2026-12-24:", "2027-06-01..2028-05-31:"),
    "ranges one within the other": ("2026-12-24:", "2026-12-20..2026-12-26:"),
    "Réunion": ("holidays: fr", "holidays: fr-reunion"),
    "no bridges": ("bridges: yes", "bridges: no"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_is_not_complained_of(book: Path, name: str) -> None:
    """The other side of each rule."""
    assert told(book, YAML, *GOOD[name]) == []
