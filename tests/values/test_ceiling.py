"""What a caller may still spend this month: to the cent and the second, on the clocks of the number."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.values.ceiling import LEAST, Ceiling
from ivr.values.tariff import Mode, Tariff

PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
EURO = Tariff("dear", Mode.PER_MINUTE, Decimal("0.80"))
ONCE = Tariff("once", Mode.PER_CALL, Decimal("3.00"))
CEILING = Ceiling(Decimal(300), "ceiling", PARIS, EURO)


@pytest.mark.parametrize(
    ("zone", "at", "begins"),
    [
        (PARIS, datetime(2026, 11, 15, 12, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=PARIS)),
        (PARIS, datetime(2026, 10, 31, 22, 59, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=PARIS)),
        (PARIS, datetime(2026, 10, 31, 23, 0, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=PARIS)),
        (REUNION, datetime(2026, 10, 31, 20, 0, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=REUNION)),
        (PARIS, datetime(2027, 1, 1, 0, 0, tzinfo=PARIS), datetime(2027, 1, 1, tzinfo=PARIS)),
        (PARIS, datetime(2028, 2, 29, 23, 59, tzinfo=PARIS), datetime(2028, 2, 1, tzinfo=PARIS)),
    ],
)
def test_a_month_begins_at_midnight_of_its_first_day_where_the_number_is(
    zone: ZoneInfo, at: datetime, begins: datetime
) -> None:
    """An hour of summer time, New Year, a leap day; overseas it is November before it is in Paris."""
    assert Ceiling(Decimal(300), "ceiling", zone, EURO).month(at) == begins


@pytest.mark.parametrize(
    ("spent", "room", "reached"),
    [("0", 22500.0, False), ("299.20", 60.0, False), ("299.21", 59.0, True), ("300", 0.0, True), ("310.55", 0.0, True)],
)
def test_a_minute_must_be_left(spent: str, room: float, reached: bool) -> None:
    """Who cannot pay one is refused; who can is cut where his money ends."""
    assert (CEILING.room(Decimal(spent)), CEILING.reached(Decimal(spent))) == (room, reached)


@pytest.mark.parametrize(("spent", "reached"), [("0", False), ("297.00", False), ("297.01", True), ("400", True)])
def test_a_call_of_one_price_is_paid_or_refused(spent: str, reached: bool) -> None:
    """It may last as long as it likes."""
    assert Ceiling(Decimal(300), "ceiling", PARIS, ONCE).reached(Decimal(spent)) is reached


@given(st.integers(0, 40000), st.integers(1, 80))
def test_no_call_goes_over_the_ceiling(spent: int, price: int) -> None:
    """Cut after its room, a call costs what is left at most; a second more would be too much."""
    tariff = Tariff("any", Mode.PER_MINUTE, Decimal(price) / 100)
    ceiling = Ceiling(Decimal(300), "ceiling", PARIS, tariff)
    left = max(Decimal(0), Decimal(300) - Decimal(spent) / 100)
    room = ceiling.room(Decimal(spent) / 100)

    assert room is not None
    assert tariff.price * int(room) <= left * 60 < tariff.price * (int(room) + 1)
    assert ceiling.reached(Decimal(spent) / 100) is (room < LEAST)


def test_the_most_that_a_call_may_come_to() -> None:
    """Per call its price, per minute what the legal limit lets it cost."""
    assert CEILING.at_most == Decimal(24)
    assert Ceiling(Decimal(300), "ceiling", PARIS, ONCE).at_most == Decimal(3)
