"""Callbacks are placed when they are due, once at a time, as often as the book says, and across deaths of ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.flow.errands import Override
from ivr.flow.flow import Drawing
from ivr.flow.nodes.callback import Callback
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.service.attempts import Came, Order, Outcome, Stand
from ivr.service.placer import KIND, Placer
from ivr.service.ports import Letter
from ivr.service.record import Record
from ivr.values.trunk import Trunk

DEMO = Path(__file__).parents[2]
OPEN, NIGHT = datetime(2026, 6, 3, 8, 0, tzinfo=UTC), datetime(2026, 6, 3, 21, 0, tzinfo=UTC)


@cache
def demo() -> Book:
    return read_book(DEMO)


@cache
def caller_first() -> Book:
    """The demo's, but that callers are called first; a part of the queue is for who speaks English."""
    book = demo()
    flow = book.drawing.flows["parts"]
    node = flow.nodes["callback"]
    assert isinstance(node, Callback)
    assert node.place is not None
    node = node.model_copy(update={"place": node.place.model_copy(update={"first": "caller"})})
    flows = {**book.drawing.flows, "parts": flow.model_copy(update={"nodes": {**flow.nodes, "callback": node}})}
    parts = replace(book.queues["parts"], parts={"needs-english": {"karim": 0}})
    return replace(book, drawing=Drawing(flows, book.drawing.routing), queues={**book.queues, "parts": parts})


@dataclass
class Exchange:
    """An exchange whose calls last until a test ends them."""

    calls: dict[str, bool] = field(default_factory=dict)
    placed: list[Order] = field(default_factory=list)
    results: dict[str, Came] = field(default_factory=dict)
    fails: bool = False
    soon: int = 99
    """How many more are to be called now, of those whose turn has to be near."""
    stands: list[Stand] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def near(self, stand: Stand) -> bool:
        self.stands.append(stand)
        self.soon -= 1
        return self.soon >= 0

    async def place(self, order: Order) -> None:
        self.placed.append(order)
        self.calls[order.attempt] = False
        if self.fails:
            raise OSError("the reply was lost")

    async def alive(self) -> Mapping[str, bool]:
        return self.calls

    async def drop(self, attempt: str) -> None:
        self.calls.pop(attempt, None)

    async def result(self, attempt: str) -> Came:
        return self.results.get(attempt, Came())

    async def forget(self, attempt: str) -> None:
        self.forgotten.append(attempt)

    def over(self, outcome: Outcome | None, agent: str = "") -> None:
        """The one call that goes on ends."""
        ((attempt, _),) = self.calls.items()
        self.results[attempt] = Came(outcome, agent)
        self.calls.clear()


@dataclass
class Kept:
    """What a ledger was given to keep."""

    records: list[Record] = field(default_factory=list)
    full: bool = False

    async def append(self, record: Record) -> None:
        if self.full:
            raise OSError("no space left on device")
        self.records.append(record)


@dataclass
class House:
    """A cabinet, and a placer that can be started anew on it."""

    directory: Path
    exchange: Exchange
    cabinet: Cabinet
    store: CallbackStore
    at: datetime = OPEN
    book: Callable[[], Book] = demo
    ledger: Kept = field(default_factory=Kept)

    def placer(self) -> Placer:
        return Placer(self.cabinet, self.store, self.exchange, self.ledger, self.book, lambda: self.at)

    async def ask(self, phone: str = "+33612345678", number: str = "0805000028", **facts: str) -> None:
        told = {"phone": phone, "subject": "x", "due": self.at.isoformat(), "calendar": "office", **facts}
        letter = Letter(KIND, told, "1.1", number, phone, self.at, "parts", "callback")
        await self.cabinet.post(letter, once="phone")

    async def outcomes(self) -> list[str]:
        letters = self.cabinet.letters(KIND) + self.cabinet.letters(KIND, done=True)
        return [str(one.outcome) for letter in letters for one in self.store.all(letter.id)]

    async def waits(self, at: datetime) -> bool:
        """Whether anybody is to be called then."""
        return bool([*await self.cabinet.waiting(KIND, at, 9)])

    def due_now(self) -> None:
        for letter in self.cabinet.letters(KIND):
            self.cabinet.reopen(letter.id, datetime.now(UTC) - timedelta(seconds=1))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("ivr.service.placer.SETTLING", timedelta(0))
    cabinet = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    return House(tmp_path, Exchange(), cabinet, CallbackStore(tmp_path / "cabinet.sqlite"))


async def test_a_callback_is_placed_once_and_its_outcome_is_written(house: House) -> None:
    """Also by a placer that never heard of it: the first died while they talked."""
    await house.ask(came=(OPEN - timedelta(seconds=90)).isoformat())
    await house.placer().round()
    await house.placer().round()
    (order,) = house.exchange.placed
    house.exchange.over(Outcome.TALKED, "karim")
    await house.placer().round()
    await house.placer().round()

    assert (order.phone.e164, order.shown.national) == ("+33612345678", "0805000028")
    assert order.stand == Stand("parts", 90.0)
    assert (await house.placer().order(order.attempt)) is None
    assert len(house.exchange.placed) == 1
    assert await house.outcomes() == ["talked"]
    assert house.exchange.forgotten == [order.attempt]
    (record,) = house.ledger.records
    assert (record.id, record.caller, record.number) == (f"callback-{order.attempt}", "+33612345678", "0805000028")
    assert (record.steps, record.agent, record.book) == (("callback:talked",), "karim", demo().digest)
    assert house.cabinet.letters(KIND) == []


async def test_a_ledger_that_is_full_keeps_nobody_from_being_called(house: House) -> None:
    """Nor is he called again: the log has the record."""
    house.ledger.full = True
    await house.ask()
    await house.placer().round()
    house.exchange.over(Outcome.TALKED, "karim")
    await house.placer().round()

    assert await house.outcomes() == ["talked"]
    assert house.cabinet.letters(KIND) == []


async def test_what_no_agent_took_is_tried_again_in_a_minute(house: House) -> None:
    """What one has put off, after the pause of the book."""
    due = []
    for outcome in (Outcome.NOBODY, Outcome.LATER):
        await house.ask(phone=f"+3361234567{outcome is Outcome.LATER:d}")
        await house.placer().round()
        house.exchange.over(outcome, "karim")
        before = datetime.now(UTC)
        await house.placer().round()
        due += [one for one in (59, 61, 899, 902) if await house.waits(before + timedelta(seconds=one))]
        for letter in house.cabinet.letters(KIND):
            house.cabinet.done(letter.id, datetime.now(UTC))

    assert due == [61, 899, 902, 902]


async def test_whose_agent_is_gone_has_another_at_once_but_once(house: House) -> None:
    """It is none of his tries; a second time he waits as after any other."""
    await house.ask()
    placed = []
    for _ in range(2):
        await house.placer().round()
        placed.append(len(house.exchange.placed))
        house.exchange.over(Outcome.GONE, "karim")
    before = datetime.now(UTC)
    await house.placer().round()

    assert placed == [1, 2]
    assert [house.exchange.calls, await house.outcomes()] == [{}, ["agent gone", "agent gone"]]
    assert [await house.waits(before + timedelta(seconds=one)) for one in (899, 902)] == [False, True]


async def test_an_order_whose_reply_was_lost_is_not_given_again(house: House) -> None:
    """It may have been carried out."""
    house.exchange.fails = True
    await house.ask()
    for _ in range(3):
        await house.placer().round()

    assert len(house.exchange.placed) == 1


async def test_a_caller_is_dialled_as_often_as_the_book_says(house: House) -> None:
    """Three times in vain; agents who were not there are none of his tries."""
    await house.ask()
    for outcome in (Outcome.BUSY, None, Outcome.NO_ANSWER, Outcome.LATER, Outcome.BUSY):
        await house.placer().round()
        house.exchange.over(outcome)
        await house.placer().round()
        assert house.exchange.calls == {}, "nobody is called again before the pause is over"
        house.due_now()
    await house.placer().round()

    assert await house.outcomes() == ["busy", "no agent", "no answer", "put off", "busy"]
    assert len(house.exchange.placed) == 5
    assert house.cabinet.letters(KIND) == []


async def test_nobody_is_called_outside_the_hours(house: House) -> None:
    """Nor while somebody has closed by hand, nor rung on after closing time."""
    await house.ask()
    house.at = NIGHT
    await house.placer().round()
    assert house.exchange.placed == []
    house.at = OPEN
    house.cabinet.set_override("office", Override(False, "closed", None))
    await house.placer().round()
    assert house.exchange.placed == []
    house.cabinet.set_override("office", None)
    await house.placer().round()
    assert len(house.exchange.calls) == 1
    house.at = NIGHT
    await house.placer().round()

    assert house.exchange.calls == {}


async def test_a_caller_asks_once_for_each_of_our_numbers_and_is_called_by_one(house: House) -> None:
    """Never by two agents at the same time."""
    for number in ("0805000028", "0805000028", "0805000024"):
        await house.ask(number=number)
    assert len(house.cabinet.letters(KIND)) == 2
    await house.placer().round()

    assert len(house.exchange.placed) == 1


async def test_what_is_too_old_or_not_to_be_called_is_put_away(house: House) -> None:
    """Two days, and a special number that came in by another way than the node."""
    await house.ask()
    house.at = OPEN + timedelta(days=5)
    await house.placer().round()
    await house.ask(phone="+33899000004")
    await house.placer().round()

    assert house.exchange.placed == []
    assert sorted(await house.outcomes()) == ["expired", "not to be called"]


async def test_who_is_cancelled_while_agents_ring_is_not_called(house: House) -> None:
    """The ringing ends, and what comes of it changes nothing."""
    await house.ask()
    await house.placer().round()
    (letter,) = house.cabinet.letters(KIND)
    house.cabinet.done(letter.id, datetime.now(UTC))
    await house.placer().round()
    await house.placer().round()

    assert house.exchange.calls == {}
    assert len(house.exchange.placed) == 1


async def test_who_is_called_first_is_called_when_his_turn_is_near(house: House) -> None:
    """Those of more priority, then those who came first; behind whose turn is not near nobody is asked for in vain."""
    house.book = caller_first
    house.exchange.soon = 2
    for digit, seconds in ((1, 60), (2, 120), (3, 10)):
        await house.ask(phone=f"+3361234567{digit}", came=(OPEN - timedelta(seconds=seconds)).isoformat())
    await house.ask(phone="+33612345674", priority="10", part="needs-english")
    await house.placer().round()

    assert [one.phone.e164 for one in house.exchange.placed] == ["+33612345674", "+33612345672"]
    assert house.exchange.stands == [
        Stand("parts", 0.0, 10, "needs-english"),
        Stand("parts", 120.0),
        Stand("parts", 60.0),
    ]
    house.exchange.soon = 1
    await house.placer().round()
    assert house.exchange.placed[-1].phone.e164 == "+33612345671"


async def test_so_many_at_once_are_called_by_a_gateway(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever nodes they were booked at; the others as soon as one is over.  A trunk has ceilings of its own."""
    monkeypatch.setattr("ivr.service.placer.MOST_BY_GATEWAY", 2)
    for digit in range(4):
        await house.ask(phone=f"+3361234567{digit}")
    await house.placer().round()
    assert len(house.exchange.placed) == 2
    del house.exchange.calls[house.exchange.placed[0].attempt]
    await house.placer().round()
    assert len(house.exchange.placed) == 3
    trunk = Trunk("passerelle", "sip.carrier.example")
    house.book = lambda: replace(demo(), trunks={"passerelle": trunk})
    await house.placer().round()
    assert len(house.exchange.placed) == 4


async def test_a_part_of_a_queue_that_is_no_more_is_the_whole(house: House) -> None:
    """Nobody waits in a queue that Asterisk does not know."""
    await house.ask(part="needs-english")
    await house.placer().round()

    assert house.exchange.placed[0].stand == Stand("parts", 0.0)
