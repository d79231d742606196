"""What the desk counts and draws: calls in progress, calls of a caller, shares that stick to him."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ivr.flow.errands import Draw, Recall, Remember, Spent, Tally
from ivr.service.desk import Desk, Office
from ivr.service.live import Live
from ivr.values.call import Call, Ending
from ivr.values.number import ANONYMOUS, Number, parse

from .exchange import FakeChannel, Paper

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


class Remembering(Paper):
    """Counts as told, and notes for whom it was asked."""

    def __init__(self, calls: int = 0) -> None:
        super().__init__()
        self.calls = calls
        self.since: list[tuple[str, datetime]] = []

    async def calls_since(self, caller: str, since: datetime) -> int:
        self.since.append((caller, since))
        return self.calls


def call_of(caller: Number, dialled: str = "0899000004", id_: str = "1") -> Call:
    return Call(id_, parse(dialled), caller, "fr", NOW)


def desk_of(call: Call, live: Live | None = None, paper: Any = None) -> Desk:
    paper = paper or Remembering()
    office = Office(paper, paper, paper, paper, paper, live or Live(), lambda: NOW)
    return Desk(call, FakeChannel(), office)


async def test_calls_in_progress_are_those_to_the_same_number() -> None:
    """In whatever form it was dialled, this call included."""
    live = Live()
    for id_, dialled in enumerate(("0899000004", "+33899000004", "0800000001")):
        live.began(call_of(ANONYMOUS, dialled, str(id_)))

    assert await desk_of(call_of(ANONYMOUS), live).perform(Tally("now")) == 2
    assert await desk_of(call_of(ANONYMOUS, "0800000001"), live).perform(Tally("now")) == 1


async def test_the_calls_of_a_caller_are_counted_over_the_time_asked_for() -> None:
    """By his number in E.164; who withholds it is nobody, and is not asked about."""
    paper = Remembering(7)
    tally = Tally("caller", timedelta(hours=3))

    assert await desk_of(call_of(parse("06 12 34 56 78")), paper=paper).perform(tally) == 7
    assert await desk_of(call_of(ANONYMOUS), paper=paper).perform(tally) == 0
    assert paper.since == [("+33612345678", NOW - timedelta(hours=3))]


async def test_calls_in_progress_count_with_the_most_that_they_may_come_to() -> None:
    """Of this caller alone, until they end; so two at once do not go over his ceiling together."""
    live, paper = Live(), Remembering()
    paper.spending = Decimal("250.10")
    first, second, other = (
        call_of(parse(number), id_=id_) for id_, number in (("1", "0612345678"), ("2", "+33612345678"), ("3", "07"))
    )
    for call in (first, second, other):
        live.began(call)

    assert await desk_of(first, live, paper).perform(Spent(NOW, Decimal(24))) == Decimal("250.10")
    assert await desk_of(second, live, paper).perform(Spent(NOW, Decimal(3))) == Decimal("274.10")
    assert await desk_of(first, live, paper).perform(Spent(NOW, Decimal(24))) == Decimal("253.10")
    live.ended(first, Ending.CALLER)
    assert await desk_of(second, live, paper).perform(Spent(NOW, Decimal(3))) == Decimal("250.10")


async def test_a_share_sticks_to_its_caller() -> None:
    """Call after call; for another split it is another share."""
    first = desk_of(call_of(parse("0612345678")))
    again = desk_of(replace(call_of(parse("+33612345678")), id="2"))
    drawn = await first.perform(Draw(True, "a b"))

    assert drawn == await again.perform(Draw(True, "a b"))
    assert drawn != await first.perform(Draw(True, "a c"))


@pytest.mark.parametrize("salt", ["", "a b"])
async def test_shares_are_even_and_apart_from_one_another(salt: str) -> None:
    """Of 4,000 callers a quarter in each quarter; and of those in the lower half of one split, half in another's."""
    desks = [desk_of(call_of(parse(f"06{number:08}"))) for number in range(4000)]
    drawn = [await desk.perform(Draw(True, salt)) for desk in desks]
    other = [await desk.perform(Draw(True, "other")) for desk in desks]
    quarters = Counter(int(one * 4) for one in drawn)
    both = sum(one < 0.5 and two < 0.5 for one, two in zip(drawn, other, strict=True))

    assert set(quarters) == {0, 1, 2, 3}
    assert all(900 < count < 1100 for count in quarters.values())
    assert 900 < both < 1100


async def test_without_a_number_chance_draws() -> None:
    """There is nobody to stick to."""
    desk = desk_of(call_of(ANONYMOUS))
    drawn = {await desk.perform(Draw(True, "a")) for _ in range(20)}

    assert len(drawn) == 20
    assert all(0 <= one < 1 for one in drawn)


async def test_who_withholds_his_number_has_no_memory() -> None:
    """Nothing is kept of him, and nothing found."""

    class Refuses(Paper):
        async def remember(self, *_: Any) -> None:
            raise AssertionError("kept something of nobody")

        async def recall(self, *_: Any) -> str:
            raise AssertionError("looked for nobody")

    desk = desk_of(call_of(ANONYMOUS), paper=Refuses())

    assert await desk.perform(Remember("customer", "1")) is None
    assert await desk.perform(Recall("customer")) is None
