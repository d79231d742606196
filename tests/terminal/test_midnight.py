"""Calls around a change of tariff: announced and charged alike, whatever the clock does meanwhile."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.flow.commands import Play
from ivr.service.library import Release
from ivr.service.record import Record
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Lived, Simulator

DEMO = Path(__file__).parents[2]
# First days, and the instants at which they begin: a leap day, the ends of months, near both changes of the clocks.
CHANGES = {
    "2027-01-01": datetime(2026, 12, 31, 23, tzinfo=UTC),
    "2027-03-28": datetime(2027, 3, 27, 23, tzinfo=UTC),
    "2027-05-01": datetime(2027, 4, 30, 22, tzinfo=UTC),
    "2027-10-31": datetime(2027, 10, 30, 22, tzinfo=UTC),
    "2028-02-29": datetime(2028, 2, 28, 23, tzinfo=UTC),
    "2028-03-01": datetime(2028, 2, 29, 23, tzinfo=UTC),
}
PRICES = (Decimal("0.30"), Decimal("0.35"), Decimal("0.40"), Decimal("0.45"), Decimal("0.50"), Decimal("0.60"))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The demonstration, whose 0899000004 changes its price six times."""
    to = tmp_path_factory.mktemp("book")
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, to / part)
    tariffs, numbers = to / "dialplans" / "tariffs.yaml", to / "dialplans" / "numbers.yaml"
    lines = "".join(f"\nstep-{place}: {{mode: per_minute, price: {price}}}" for place, price in enumerate(PRICES))
    tariffs.write_text(tariffs.read_text(encoding="utf-8") + lines + "\n", encoding="utf-8")
    periods = "".join(f"    - {{from: {day}, tariff: step-{place}}}\n" for place, day in enumerate(CHANGES))
    text = numbers.read_text(encoding="utf-8")
    old = "  tariff: emergency-repair\n"
    assert text.count(old) == 1
    numbers.write_text(text.replace(old, f"  tariff:\n    - tariff: emergency-repair\n{periods}"), encoding="utf-8")
    return read_book(to)


def call(book: Book, at: datetime, talk: float = 60.0) -> Lived:
    return Simulator(Release(book, {})).call("0899000004", "0612345678", at, Cast(Given(keys=(Press("2"),), talk=talk)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_call_is_charged_what_it_was_told(book: Book, data: st.DataObject) -> None:
    """The price announced last, the price noted and the price charged are one, and it is the one in force when the call
    was answered; counted second by second, whether midnight falls into announcement, menu or talk.
    """
    begin = data.draw(st.sampled_from(list(CHANGES.values())))
    at = begin + timedelta(seconds=data.draw(st.integers(-200, 200)))
    record = call(book, at, data.draw(st.floats(1, 300))).record

    assert record.answered is not None
    begun = sum(change < record.answered + timedelta(seconds=1) for change in CHANGES.values())
    price = PRICES[begun - 1] if begun else Decimal("0.80")
    announced = f"announcement/per-minute-{price:.2f}".replace(".", "-")
    assert record.price == price
    assert told(record)[-1] == announced
    meter = Decimal(0)
    for _ in range(record.billed_seconds):
        meter += price
    assert abs(record.amount.amount - meter / 60) <= Decimal("0.005")
    assert record.billed_seconds == -(-(record.ended - record.answered) // timedelta(seconds=1))


def told(record: Record) -> list[str]:
    """The prices that the caller heard, in order."""
    said = [entry.command.phrase[0] for entry in record.tape if isinstance(entry.command, Play)]
    return [name for name in said if name.startswith("announcement/")]


def test_a_call_that_midnight_overtakes_is_told_the_new_price_before_it_is_answered(book: Book) -> None:
    """What is charged was announced, and is in force; who was answered before midnight keeps his price."""
    midnight = CHANGES["2027-01-01"]
    record, before = (call(book, midnight - timedelta(seconds=seconds), 600).record for seconds in (5, 60))

    assert record.answered is not None
    assert record.answered > midnight
    assert told(record) == ["announcement/per-minute-0-80", "announcement/per-minute-0-30"]
    assert (record.tariff, record.price) == ("step-0", Decimal("0.30"))
    assert told(before) == ["announcement/per-minute-0-80"]
    assert before.ended > midnight
    assert (before.tariff, before.price) == ("emergency-repair", Decimal("0.80"))
