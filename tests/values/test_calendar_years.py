"""Three years of calendars against an oracle that marks every minute of the wall and reads it off the clock.

The oracle shares nothing with the house: its holidays come from the computus, its bridges from looking at days, its
pauses from marking minutes.  Every minute at which anything changes is asked, with its neighbours, and every minute
of the days on which clocks change.
"""

import random
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.book.hours import WrittenCalendar
from ivr.values.calendar import Calendar, Override, State

FIRST, DAYS = date(2026, 1, 1), 365 + 365 + 366
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CODES = {state: code for code, state in enumerate(State)}


def easter(year: int) -> date:
    """The computus of Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(name: str | None) -> set[date]:
    """Those of the law (code du travail, L3133-1), and the day on which Réunion remembers the end of slavery."""
    found: set[date] = set()
    for year in range(FIRST.year - 1, FIRST.year + 5) if name else ():
        fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
        fixed += [(12, 20)] if name == "fr-reunion" else []
        found |= {date(year, month, day) for month, day in fixed}
        found |= {easter(year) + timedelta(days=n) for n in (1, 39, 50)}
    return found


Minutes = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Plain:
    """A calendar as bare facts: periods in minutes, exceptions as (first day, last day, periods)."""

    zone: str
    week: Mapping[int, Minutes]
    exceptions: tuple[tuple[date, date, Minutes], ...] = ()
    holidays: str | None = None
    bridges: bool = False

    def built(self) -> Calendar:
        """The house's calendar, by way of what people write."""

        def written(periods: Minutes) -> list[str]:
            return [f"{_clock(start)}-{_clock(end if end <= 1440 else end - 1440)}" for start, end in periods]

        exceptions = {
            f"{first}..{last}" if last > first else f"{first}": {"why": "tried", "hours": written(periods)}
            for first, last, periods in self.exceptions
        }
        return WrittenCalendar.model_validate(
            {
                "zone": self.zone,
                "week": {NAMES[day]: written(periods) for day, periods in self.week.items()},
                "exceptions": exceptions,
                "holidays": self.holidays,
                "bridges": self.bridges,
            }
        ).value("tried")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass
class Oracle:
    """The state of every minute of the clock between two days."""

    plain: Plain
    first: date = FIRST
    days: int = DAYS
    states: bytearray = field(default_factory=bytearray)
    edges: list[int] = field(default_factory=list)  # every minute at which anything changes
    changes: list[int] = field(default_factory=list)  # of these, those at which it opens or closes

    def __post_init__(self) -> None:
        wall = self._wall()
        zone, start = ZoneInfo(self.plain.zone), datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC)
        origin = datetime(self.first.year, self.first.month, self.first.day) - 2 * DAY  # noqa: DTZ001 - on the wall

        def shown(since: datetime) -> int:
            return (since.astimezone(zone).replace(tzinfo=None) - origin) // MINUTE

        after = shown(start)
        for hour in range(self.days * 24):
            at, after = after, shown(start + (hour + 1) * HOUR)
            changed = after - at != 60  # the clock, at a quarter
            for place in (shown(start + hour * HOUR + n * 15 * MINUTE) for n in range(4)) if changed else (at,):
                self.states += wall[place : place + (15 if changed else 60)]
        self.edges = [alike.start() for alike in re.finditer(rb"(?s)(.)\1*", bytes(self.states))][1:]
        self.changes = [n for n in self.edges if (self.states[n] == 0) is not (self.states[n - 1] == 0)]

    def change(self, n: int) -> int | None:
        """The next minute after ``n`` at which it opens or closes."""
        at = bisect_right(self.changes, n)
        return self.changes[at] if at < len(self.changes) else None

    def _wall(self) -> bytearray:
        off = holidays(self.plain.holidays)
        wall = bytearray()
        opened: list[tuple[int, int]] = []
        for n in range(-2, self.days + 2):
            day = self.first + n * DAY
            at = len(wall)
            closed, periods = self._rule(day, off)
            wall += bytes([CODES[closed]]) * 1440
            if periods:
                over, to_come = min(end for _, end in periods), max(start for start, _ in periods)
                for minute in range(over, to_come):
                    wall[at + minute] = CODES[State.PAUSE]
            opened += [(at + start, at + end) for start, end in periods]
        for start, end in opened:
            wall[start:end] = bytes(end - start)
        return wall

    def _rule(self, day: date, off: set[date]) -> tuple[State, Minutes]:
        fitting = [(last - first, periods) for first, last, periods in self.plain.exceptions if first <= day <= last]
        if fitting:
            return State.EXCEPTION, min(fitting)[1]
        if day in off:
            return State.HOLIDAY, ()
        if self.plain.bridges and day.weekday() < 5:
            beside = [day - DAY, day + DAY]
            if any(one in off for one in beside) and all(one in off or one.weekday() > 4 for one in beside):
                return State.HOLIDAY, ()
        return State.CLOSED, self.plain.week.get(day.weekday(), ())

    def state(self, n: int) -> State:
        return list(State)[self.states[n]]

    def moment(self, n: int) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC) + n * MINUTE

    def agrees(self, calendar: Calendar, n: int) -> None:
        """State and next change, at the minute and within it."""
        found = calendar.opening(self.moment(n) + timedelta(seconds=n % 60))
        change = self.change(n)

        assert found.state is self.state(n), f"{self.moment(n)}: {found}"
        if change is not None:
            assert found.until == self.moment(change), f"{self.moment(n)}: {found}"
        else:
            assert found.until is None or found.until >= self.moment(len(self.states)), f"{self.moment(n)}: {found}"


OFFICE: Minutes = ((540, 720), (840, 1080))
YEARS = (2026, 2027, 2028)
OFFICES = dict.fromkeys(range(5), OFFICE) | {4: ((540, 720), (840, 1020))}
BY_NIGHT = {4: ((540, 720), (780, 1080), (1320, 1560)), 5: ((1320, 1590),), 6: ((90, 170), (175, 1440))}
CHRISTMAS = tuple((date(year, 12, 24), date(year, 12, 31), ()) for year in YEARS)
EVES = tuple((date(year, 12, 24), date(year, 12, 24), ((540, 720),)) for year in YEARS)
LONG = tuple((date(year, 7, 20), date(year + 1, 1, 10), ((600, 700), (800, 1441))) for year in YEARS)
CALENDARS = {
    "an office in Paris": Plain("Europe/Paris", OFFICES, EVES + CHRISTMAS, "fr", True),
    "an office in Réunion": Plain("Indian/Reunion", OFFICES, EVES + CHRISTMAS, "fr-reunion", True),
    "by night in Paris": Plain("Europe/Paris", BY_NIGHT, EVES, "fr"),
    "by night in Réunion": Plain("Indian/Reunion", BY_NIGHT, LONG, "fr-reunion", True),
    "long ranges in Paris": Plain("Europe/Paris", BY_NIGHT | {2: OFFICE}, LONG + CHRISTMAS + EVES, "fr", True),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_three_years_are_as_marked_on_the_wall(name: str) -> None:
    """At each minute of change and beside it, and at minutes of chance, open or how closed, and until when."""
    plain = CALENDARS[name]
    oracle, calendar = Oracle(plain), plain.built()
    edges = oracle.edges
    dice = random.Random(26)

    assert len(edges) > 1000
    for n in edges:
        for beside in (n - 1, n, n + 1):
            assert calendar.deciding(oracle.moment(beside))[0] is oracle.state(beside), oracle.moment(beside)
    for n in {*edges[::3], *dice.sample(range(len(oracle.states)), 300)}:
        oracle.agrees(calendar, n)


@pytest.mark.parametrize("name", CALENDARS)
def test_every_minute_of_the_days_on_which_clocks_change(name: str) -> None:
    """Two a year in Paris, from the evening before; the same days in Réunion, where nothing happens."""
    plain = CALENDARS[name]
    calendar = plain.built()
    for year in YEARS:
        for month in (3, 10):
            sunday = next(date(year, month, day) for day in range(31, 24, -1) if date(year, month, day).weekday() == 6)
            oracle = Oracle(plain, sunday - DAY, 4)
            for n in range(16 * 60, 2 * 1440):
                assert calendar.deciding(oracle.moment(n))[0] is oracle.state(n), oracle.moment(n)
            for n in {*range(20 * 60, 30 * 60, 7), *(n for n in oracle.edges if n < 2 * 1440)}:
                oracle.agrees(calendar, n)


# -- by chance ---------------------------------------------------------------------------------------------------

ZONES = ["Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea"]
DATES = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 14), date(2026, 7, 13), date(2026, 12, 25)]
starts = st.sampled_from([0, 60, 120, 150, 180, 540, 720, 1320, 1439]) | st.integers(0, 1439)


@st.composite
def some_periods(draw: st.DrawFn) -> Minutes:
    """Periods of one day that do not overlap; the last may pass midnight."""
    edges = sorted(draw(st.lists(st.integers(0, 1440), max_size=6, unique=True)))
    made = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    if draw(st.booleans()):
        start = draw(starts)
        if not made or start >= made[-1][1]:
            made.append((start, start + draw(st.integers(1, 1439))))
    return tuple(made)


@st.composite
def plains(draw: st.DrawFn) -> tuple[Plain, date]:
    day = draw(st.sampled_from(DATES))
    exceptions = []
    for length in draw(st.lists(st.integers(0, 40), max_size=3, unique=True)):
        first = day + draw(st.integers(-length - 1, 2)) * DAY
        exceptions.append((first, first + length * DAY, draw(some_periods())))
    named = draw(st.sampled_from([None, "fr", "fr-reunion"]))
    week = draw(st.dictionaries(st.integers(0, 6), some_periods(), max_size=7))
    zone = draw(st.sampled_from(ZONES))
    return Plain(zone, week, tuple(exceptions), named, bool(named) and draw(st.booleans())), day


@given(plains(), st.lists(st.integers(0, 3 * 1440 - 1), min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_calendar_is_as_marked_on_the_wall(made: tuple[Plain, date], asked: list[int]) -> None:
    """Ranges within ranges, bridges, nights, pauses, on days that matter; at minutes of chance and at each change."""
    plain, day = made
    oracle, calendar = Oracle(plain, day - DAY, 4), plain.built()
    for n in {*asked, *(edge for edge in oracle.edges if edge < 3 * 1440)}:
        oracle.agrees(calendar, n)


@given(plains(), st.booleans(), st.none() | st.integers(1, 3 * 1440), st.lists(st.integers(0, 3 * 1440), min_size=1))
@settings(max_examples=100, deadline=None)
def test_an_override_holds_until_its_end_and_then_the_hours_do(
    made: tuple[Plain, date], is_open: bool, ends: int | None, asked: list[int]
) -> None:
    """Before its end it decides, whatever the hours; the next change and reopening count it in."""
    plain, day = made
    oracle, calendar = Oracle(plain, day - DAY, 4), plain.built()
    override = Override(is_open, "tried", None if ends is None else oracle.moment(ends))
    horizon = len(oracle.states)

    is_open_at = [is_open if ends is None or n < ends else oracle.states[n] == 0 for n in range(horizon)]
    for n in asked:
        found = calendar.opening(oracle.moment(n), override)
        change = next((later for later in range(n + 1, horizon) if is_open_at[later] is not is_open_at[n]), None)

        if ends is None or n < ends:
            assert found.state is (State.OPEN if is_open else State.OVERRIDE)
        else:
            assert found == calendar.opening(oracle.moment(n))
        if change is not None:
            assert found.until == oracle.moment(change)
        else:
            assert found.until is None or found.until >= oracle.moment(horizon)
        # In UTC: instants of two zones in the hour that comes twice are never equal to Python.
        reopens = calendar.reopens(oracle.moment(n), override)
        expected = oracle.moment(n) if found.open else found.until
        assert (reopens and reopens.astimezone(UTC)) == (expected and expected.astimezone(UTC))
