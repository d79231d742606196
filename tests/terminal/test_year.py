"""A calendar on the terminal: what is printed is golden, at any width and without colour."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.text import Text

from ivr.book.hours import WrittenCalendar
from ivr.service.overrides import Standing
from ivr.terminal.year import glance, lasting, special, standing, week
from ivr.values.calendar import Calendar, Override

PARIS = ZoneInfo("Europe/Paris")
OFFICE = WrittenCalendar.model_validate(
    {
        "zone": "Europe/Paris",
        "holidays": "fr",
        "bridges": True,
        "week": {
            **{day: ["09:00-12:00", "14:00-18:00"] for day in ("monday", "tuesday", "wednesday", "thursday")},
            "saturday": ["22:00-02:00"],
        },
        "exceptions": {
            "2026-05-26": {"why": "fair", "hours": ["10:00-24:00"]},
            "2026-05-28..2026-06-02": {"why": "stock", "hours": [], "exit": "inventory", "prompt": "stock"},
        },
    }
).value("office")
TODAY = date(2026, 5, 27)


def lines(found: object) -> list[str]:
    return [line.plain if isinstance(line, Text) else str(line) for line in found]  # type: ignore[attr-defined]


def test_a_month_shows_every_kind_of_day() -> None:
    """Holiday, bridge, exceptions, closed and open, each with its own mark: readable without colour."""
    page = lines(glance(OFFICE, 2026, TODAY, 80))
    column = 24  # May is the second in its row
    top = next(n for n, line in enumerate(page) if "May 2026" in line)
    may = [line[column : column + 21].rstrip() for line in page[top : top + 7]]

    assert may == [
        "       May 2026",
        "Mo Tu We Th Fr Sa Su",
        "             1H 2  3.",
        " 4  5  6  7  8H 9 10.",
        "11 12 13 14H15B16 17.",
        "18 19 20 21 22.23 24.",
        "25H26~27 28X29X30X31X",
    ]


@pytest.mark.parametrize(("width", "beside"), [(20, 1), (50, 2), (80, 3), (95, 4), (120, 4), (141, 6), (300, 6)])
def test_the_year_fits_the_terminal(width: int, beside: int) -> None:
    """As many months beside each other as there is room for, and no line is longer."""
    page = lines(glance(OFFICE, 2026, TODAY, width))
    first = page[0]

    assert len(first.split("2026")) - 1 == beside
    assert all(len(line) <= max(width, 26) for line in page)
    assert sum(line.count("2026") for line in page) == 12


def test_today_is_told_apart() -> None:
    """Reversed, in its year only."""

    def reversed_days(year: int) -> int:
        spans = [span for line in glance(OFFICE, year, TODAY, 80) for span in line.spans]
        return sum("reverse" in str(span.style) for span in spans)

    assert (reversed_days(2026), reversed_days(2027)) == (1, 0)


def test_days_of_the_week_with_the_same_hours_are_one_line() -> None:
    """In a row only."""
    assert lines(week(OFFICE)) == [
        "  Mon-Thu  09:00-12:00, 14:00-18:00",
        "  Fri      closed",
        "  Sat      22:00-02:00",
        "  Sun      closed",
    ]


def test_the_special_days_of_a_year_are_listed() -> None:
    """A range is one line; what the exception has of its own is shown."""
    listed = lines(special(OFFICE, 2026))

    assert listed[5:12] == [
        "  H  Thu 2026-05-14  public holiday: Ascension",
        "  B  Fri 2026-05-15  bridging day: pont, Ascension",
        "  H  Mon 2026-05-25  public holiday: Lundi de Pentecôte",
        "  ~  Tue 2026-05-26  10:00-24:00  exception: fair",
        "  X  Thu 2026-05-28 .. Tue 2026-06-02  closed  exception: stock",
        "     exit inventory, prompt stock",
        "  B  Mon 2026-07-13  bridging day: pont, Fête nationale",
    ]
    assert lines(special(Calendar("bare", PARIS, {}), 2026)) == []


def at(text: str, override: Override | None = None) -> list[str]:
    instant = datetime.fromisoformat(text).replace(tzinfo=PARIS)
    return lines(standing(Standing(OFFICE, instant, OFFICE.opening(instant, override), override)))


def test_what_decides_is_pointed_at() -> None:
    """Every rule in the order in which they are asked; the arrow at the first that speaks."""
    assert at("2026-05-27T13:00") == [
        "Wed 2026-05-27 13:00  closed (pause)  weekly hours",
        "                      opens Wed 2026-05-27 14:00",
        "     1. override   none",
        "     2. exception  none",
        "     3. holiday    none",
        "     4. bridge     none",
        "  -> 5. week       Wed: 09:00-12:00, 14:00-18:00",
    ]
    assert at("2026-05-15T10:00") == [
        "Fri 2026-05-15 10:00  closed (holiday)  bridging day: pont, Ascension",
        "                      opens Sat 2026-05-16 22:00",
        "     1. override   none",
        "     2. exception  none",
        "     3. holiday    none",
        "  -> 4. bridge     pont, Ascension: closed",
        "     5. week       Fri: closed",
    ]


def test_an_override_decides_before_all_else() -> None:
    """What it stands before is still shown."""
    until = datetime(2026, 6, 1, 8, 0, tzinfo=PARIS)

    assert at("2026-05-28T10:00", Override(True, "fair", until)) == [
        "Thu 2026-05-28 10:00  open  override: fair",
        "                      closes Mon 2026-06-01 08:00",
        "  -> 1. override   open until Mon 2026-06-01 08:00: fair",
        "     2. exception  stock: closed",
        "     3. holiday    none",
        "     4. bridge     none",
        "     5. week       Thu: 09:00-12:00, 14:00-18:00",
    ]
    assert at("2026-05-28T10:00", Override(False, "leak"))[1].strip() == "until it is cleared"


def test_the_night_before_is_told() -> None:
    """Saturday's night holds on Sunday, whatever Sunday is."""
    assert at("2026-05-17T01:00") == [
        "Sun 2026-05-17 01:00  open  weekly hours",
        "                      closes Sun 2026-05-17 02:00",
        "     1. override   none",
        "  -> 2. last night Sat 2026-05-16: 22:00-02:00, weekly hours",
        "     3. exception  none",
        "     4. holiday    none",
        "     5. bridge     none",
        "     6. week       Sun: closed",
    ]


def test_what_never_changes_is_said() -> None:
    """And an override for good is."""
    bare = Calendar("bare", PARIS, {})
    noon = datetime(2026, 5, 27, 12, 0, tzinfo=PARIS)

    assert lines(standing(Standing(bare, noon, bare.opening(noon), None)))[1].strip() == "no change within 400 days"
    assert lasting(Override(False, "leak"), bare) == "closed for good: leak"
