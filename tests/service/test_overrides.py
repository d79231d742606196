"""What may be ordered of a calendar, and how it stands then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.service.overrides import NoCalendar, Overrides, Refused
from ivr.values.calendar import Calendar, Override, Period, State

PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 6, 3, 10, 0, tzinfo=PARIS)
NOON, TWO = TEN.replace(hour=12), TEN.replace(hour=14)
OFFICE = Calendar("office", PARIS, dict.fromkeys(range(5), (Period(540, 720), Period(840, 1080))))
NEVER = Calendar("never", PARIS, {})


class Drawer:
    """What is kept, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Override] = {}

    def overrides(self, at: datetime) -> dict[str, Override]:
        return {name: override for name, override in self.kept.items() if override.holds(at)}

    def set_override(self, calendar: str, override: Override | None) -> None:
        self.kept.pop(calendar, None)
        if override:
            self.kept[calendar] = override


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def overrides(drawer: Drawer) -> Overrides:
    return Overrides(lambda: {"office": OFFICE, "never": NEVER}, drawer, lambda: TEN)


def test_until_the_next_change_is_until_the_hours_change(overrides: Overrides, drawer: Drawer) -> None:
    """Closed at ten until noon; that office is closed then anyway, and opens at two."""
    stands = overrides.put("office", False, "next", "leak")

    assert drawer.kept == {"office": Override(False, "leak", NOON)}
    assert (stands.opening.state, stands.opening.until) == (State.OVERRIDE, TWO)
    assert overrides.standing("office") == stands


def test_the_next_change_is_that_of_the_hours_and_not_of_another_order(overrides: Overrides, drawer: Drawer) -> None:
    """Whoever orders twice does not push the end away."""
    overrides.put("office", True, TEN + timedelta(days=3), "fair")
    overrides.put("office", True, "next", "fair")

    assert drawer.kept["office"].until == NOON


def test_until_an_instant_and_for_good(overrides: Overrides, drawer: Drawer) -> None:
    """The last order counts."""
    overrides.put("office", True, NOON, "fair")
    assert drawer.kept["office"] == Override(True, "fair", NOON)
    stands = overrides.put("office", True, "good", "fair")

    assert drawer.kept["office"] == Override(True, "fair", None)
    assert (stands.opening.state, stands.opening.until) == (State.OPEN, None)


def test_cleared_is_back_to_the_hours(overrides: Overrides, drawer: Drawer) -> None:
    """Also when nothing was in force."""
    overrides.put("office", False, "good", "leak")
    stands = overrides.clear("office")

    assert drawer.kept == {}
    assert (stands.opening.state, stands.opening.until, stands.override) == (State.OPEN, NOON, None)
    assert overrides.clear("office") == stands


def test_all_calendars_stand_in_the_order_of_the_book(overrides: Overrides) -> None:
    """Those without an override too."""
    overrides.put("never", True, "good", "fair")

    assert [(one.calendar.name, one.opening.open, one.override is None) for one in overrides.all()] == [
        ("office", True, True),
        ("never", True, False),
    ]


def test_an_end_that_is_over_is_refused(overrides: Overrides, drawer: Drawer) -> None:
    """Told on the wall of the calendar; nothing is kept."""
    with pytest.raises(Refused, match="2026-06-03 10:00 is over already"):
        overrides.put("office", False, TEN.astimezone(ZoneInfo("Asia/Tokyo")), "leak")
    assert drawer.kept == {}


def test_hours_that_never_change_have_no_next_change(overrides: Overrides) -> None:
    """For good is something else, and must be said."""
    with pytest.raises(Refused, match='the hours of "never" do not change within 400 days: say until when'):
        overrides.put("never", True, "next", "fair")


def test_a_calendar_that_is_not_there_is_told_with_those_that_are(overrides: Overrides) -> None:
    """By every order."""
    for order in (
        lambda: overrides.put("ofice", True, "good", "fair"),
        lambda: overrides.clear("ofice"),
        lambda: overrides.standing("ofice"),
    ):
        with pytest.raises(NoCalendar, match='there is no calendar "ofice"; the book has office, never'):
            order()
