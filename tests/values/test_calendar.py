"""Opening hours against an oracle that marks every open minute on the wall, one by one, and looks there.

Where wall and clock disagree (the nights of summer time), where years end, on February 29, over midnight.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.values.calendar import Calendar, DayRule, Period

PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

OFFICE = (Period(540, 720), Period(840, 1080))
NIGHTLY = (Period(1320, 1560),)  # ten at night to two in the morning
WEEKLY: Mapping[str, Mapping[int, tuple[Period, ...]]] = {
    "office": dict.fromkeys(range(5), OFFICE),
    "over midnight": dict.fromkeys(range(7), NIGHTLY),
    "in the hour that is lost or doubled": dict.fromkeys(range(7), (Period(120, 150), Period(170, 200))),
    "until the middle of that hour": dict.fromkeys(range(7), (Period(0, 150),)),
    "whole days": {5: (Period(0, 1440),), 6: (Period(0, 1440),), 0: (Period(0, 60),)},
    "always": dict.fromkeys(range(7), (Period(0, 1440),)),
    "never": {},
}


@lru_cache(maxsize=20)  # all odd days in both zones
def shown(zone: ZoneInfo, first: datetime, days: int) -> tuple[datetime, ...]:
    """What a clock on the wall shows at each minute from ``first`` on."""
    clock = (first + n * MINUTE for n in range(days * 1440))
    return tuple(at.astimezone(zone).replace(tzinfo=None, fold=0) for at in clock)


class Oracle:
    """Every open minute of the wall between two days, marked one by one; then each minute of the clock is looked up."""

    def __init__(self, calendar: Calendar, first: date, days: int, holidays: Sequence[date] = ()) -> None:
        walls: set[datetime] = set()
        for number in range(-2, days + 2):
            day = first + number * DAY
            if day in calendar.exceptions:
                periods = calendar.exceptions[day].periods
            elif day in holidays:
                periods = ()
            else:
                periods = calendar.weekly.get(day.weekday(), ())
            midnight = datetime.combine(day, time())
            walls |= {midnight + minute * MINUTE for one in periods for minute in range(one.start, one.end)}
        self.first = datetime.combine(first, time(), UTC)
        self.open = [wall in walls for wall in shown(calendar.zone, self.first, days)]
        self.change: list[int | None] = [None] * len(self.open)
        for n in range(len(self.open) - 2, -1, -1):
            self.change[n] = n + 1 if self.open[n] != self.open[n + 1] else self.change[n + 1]

    def agrees(self, calendar: Calendar, at: datetime) -> None:
        """``at`` lies before the last day; a change after it is not seen from here."""
        n = (at - self.first) // MINUTE
        found = calendar.opening(at)
        change = self.change[n]

        assert found.open is self.open[n], f"{at}: {found}"
        if change is not None:
            assert found.until == self.first + change * MINUTE, f"{at}: {found}"
        else:
            assert found.until is None or found.until >= self.first + len(self.open) * MINUTE, f"{at}: {found}"


ODD_DAYS = {
    "summer time begins 2026": date(2026, 3, 29),
    "summer time ends 2026": date(2026, 10, 25),
    "summer time begins 2027": date(2027, 3, 28),
    "summer time ends 2027": date(2027, 10, 31),
    "the year ends": date(2026, 12, 31),
    "February 29": date(2028, 2, 29),
}


@pytest.mark.parametrize("zone", [PARIS, REUNION], ids=str)
@pytest.mark.parametrize("odd", ODD_DAYS)
@pytest.mark.parametrize("hours", WEEKLY)
def test_every_minute_of_an_odd_day_is_as_marked_on_the_wall(hours: str, odd: str, zone: ZoneInfo) -> None:
    """Open or not, and until when to the minute: around each change, and in steps between."""
    calendar = Calendar(hours, zone, WEEKLY[hours])
    oracle = Oracle(calendar, ODD_DAYS[odd] - DAY, 4)
    changes = {n for n in oracle.change[: 3 * 1440] if n is not None}
    step = 1440 if hours in ("always", "never") else 41
    for n in {*range(0, 3 * 1440, step), *(c + by for c in changes for by in (-1, 0, 1) if c < 3 * 1440)}:
        oracle.agrees(calendar, oracle.first + n * MINUTE)
        oracle.agrees(calendar, oracle.first + n * MINUTE + timedelta(seconds=59.5))


def test_a_wall_time_that_happens_twice_is_open_both_times() -> None:
    """In the night of 25 October 2026, from two to half past two: at once again an hour later."""
    calendar = Calendar("tried", PARIS, {6: (Period(120, 150),)})
    opening = calendar.opening(datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    moments = []
    while opening.until and opening.until < datetime(2026, 10, 26, tzinfo=UTC):
        moments.append(opening.until.strftime("%H:%M"))
        opening = calendar.opening(opening.until)

    assert moments == ["00:00", "00:30", "01:00", "01:30"]


def test_a_period_that_would_begin_in_the_lost_hour_begins_at_the_jump() -> None:
    """In the night of 29 March 2026 three o'clock follows on two."""
    calendar = Calendar("tried", PARIS, {6: (Period(150, 200),)})
    night = calendar.opening(datetime(2026, 3, 28, 12, 0, tzinfo=UTC))

    assert night.until == datetime(2026, 3, 29, 3, 0, tzinfo=PARIS)
    assert calendar.opening(night.until).until == datetime(2026, 3, 29, 3, 20, tzinfo=PARIS)


def test_february_29_is_a_day_like_others() -> None:
    """A Tuesday in 2028, with an exception of its own the day after."""
    march = {date(2028, 3, 1): DayRule((), "exception: tried")}
    calendar = Calendar("tried", PARIS, dict.fromkeys(range(5), OFFICE), march)

    assert calendar.opening(datetime(2028, 2, 29, 10, 0, tzinfo=PARIS)).open
    assert not calendar.opening(datetime(2028, 3, 1, 10, 0, tzinfo=PARIS)).open
    assert calendar.reopens(datetime(2028, 2, 29, 18, 0, tzinfo=PARIS)) == datetime(2028, 3, 2, 9, 0, tzinfo=PARIS)


# -- which rule decides ------------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


FIRM = Calendar(
    "office",
    PARIS,
    dict.fromkeys(range(7), OFFICE) | {5: NIGHTLY},
    {
        date(2026, 12, 24): DayRule((Period(540, 720),), "exception: Christmas Eve"),
        date(2026, 12, 25): DayRule((Period(600, 660),), "exception: open all the same"),
    },
    "fr",
)


@pytest.mark.parametrize(
    ("moment", "is_open", "why"),
    [
        (at(23, 15), True, "weekly hours"),
        (at(23, 13), False, "weekly hours"),
        (at(24, 15), False, "exception: Christmas Eve"),
        (at(24, 10), True, "exception: Christmas Eve"),
        (at(25, 10), True, "exception: open all the same"),  # before the holiday
        (at(25, 11), False, "exception: open all the same"),
        (at(11, 10, month=11), False, "public holiday: Armistice"),
        (at(1, 1, month=11), True, "weekly hours"),  # All Saints' Sunday, but Saturday's period still holds
        (at(1, 2, month=11), False, "public holiday: Toussaint"),
    ],
)
def test_the_most_particular_rule_decides_the_day(moment: datetime, is_open: bool, why: str) -> None:
    """Exception, then holiday, then week; a period belongs to the day it starts on."""
    found = FIRM.opening(moment)

    assert (found.open, found.why) == (is_open, why)


def test_a_holiday_is_counted_in_the_zone_of_the_calendar() -> None:
    """Christmas begins in Réunion three hours before Paris."""
    weekly = dict.fromkeys(range(7), (Period(0, 1440),))
    eve = datetime(2026, 12, 24, 21, 30, tzinfo=UTC)

    assert not Calendar("tried", REUNION, weekly, holidays="fr-reunion").opening(eve).open
    assert Calendar("tried", PARIS, weekly, holidays="fr").opening(eve).open


def test_what_never_changes_is_said_never_to_change() -> None:
    """In 400 days; there is nothing to say of an opening then."""
    noon = at(1, 12)

    assert Calendar("always", PARIS, WEEKLY["always"]).opening(noon).until is None
    assert Calendar("never", PARIS, {}).opening(noon).until is None
    assert Calendar("never", PARIS, {}).reopens(noon) is None


def test_the_next_opening_is_on_the_wall_of_the_calendar() -> None:
    """Whatever zone the question came in; open now means now."""
    asked = datetime(2026, 12, 23, 18, 0, tzinfo=UTC)
    opens = FIRM.reopens(asked)
    now = at(23, 10)

    assert opens is not None
    assert (opens, opens.tzinfo) == (at(24, 9), PARIS)
    assert FIRM.reopens(now) == now


# -- by chance ---------------------------------------------------------------------------------------------------

ZONES = ["Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea", "Australia/Lord_Howe"]
ZONES += ["America/Havana"]
EASY = st.sampled_from([0, 1, 59, 60, 119, 120, 150, 180, 540, 720, 1320, 1439])
starts = EASY | st.integers(0, 1439)


@st.composite
def periods(draw: st.DrawFn) -> tuple[Period, ...]:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(starts)
        made.append(Period(start, start + draw(st.sampled_from([1, 30, 60, 1440]) | st.integers(1, 1440))))
    return tuple(made)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar and a day worth asking about, with exceptions and holidays around it."""
    day = draw(st.sampled_from([*ODD_DAYS.values(), date(2026, 4, 5), date(2026, 11, 1)]))
    weekly = draw(st.dictionaries(st.integers(0, 6), periods(), max_size=7))
    near = st.sampled_from([day + n * DAY for n in range(-1, 3)])
    exceptions = {one: DayRule(made, "exception") for one, made in draw(st.dictionaries(near, periods())).items()}
    holidays = draw(st.sampled_from([None, "fr"]))
    return Calendar("tried", ZoneInfo(draw(st.sampled_from(ZONES))), weekly, exceptions, holidays), day


HOLIDAYS = [
    date(2026, 4, 6),
    date(2026, 11, 1),
    date(2026, 11, 11),
    date(2026, 12, 25),
    date(2027, 1, 1),
    date(2027, 3, 29),
    date(2027, 11, 1),
]


@given(calendars(), st.lists(st.integers(0, 3 * 86400 - 1), min_size=1, max_size=5))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_calendar_at_any_instant_is_as_marked_on_the_wall(made: tuple[Calendar, date], asked: list[int]) -> None:
    """Periods over midnight, several a day, overlapping, exceptions, holidays; zones that jump by hours or halves."""
    calendar, day = made
    oracle = Oracle(calendar, day - DAY, 4, HOLIDAYS if calendar.holidays else ())
    for second in asked:
        oracle.agrees(calendar, oracle.first + timedelta(seconds=second))


@given(calendars(), st.integers(0, 3 * 86400 - 1), st.floats(0, 1, exclude_max=True))
@settings(max_examples=100, deadline=None)
def test_nothing_changes_before_the_next_change(made: tuple[Calendar, date], second: int, part: float) -> None:
    """From the instant asked until the change the answer is the same; at the change it is the other."""
    calendar, day = made
    asked = datetime.combine(day - DAY, time(), UTC) + timedelta(seconds=second)
    found = calendar.opening(asked)

    if found.until is not None:
        last = found.until - timedelta(microseconds=1)
        between = calendar.opening(min(last, asked + (found.until - asked) * part))
        assert found.until > asked
        assert (between.open, between.until) == (found.open, found.until)
        assert calendar.opening(found.until).open is not found.open
        assert calendar.opening(last).open is found.open
