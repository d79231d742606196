"""Who waits is called out of it for what concerns him, once, and nobody who talks or waits for something else."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.flow.commands import Command, Dial, Dialled, Enqueue, Queued, Reached, Served
from ivr.service.ports import HungUp, Toll
from ivr.service.summons import Summons
from ivr.values.calendar import Override
from ivr.values.crisis import Declared

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
RING, WAIT = Dial(("karim",), 25), Enqueue("parts", 300, hours="office")
SHUT = Override(False, "fuite", None)


class World:
    """The orders in force, and an exchange that notes whom it is to call."""

    def __init__(self) -> None:
        self.on: dict[str, Declared] = {}
        self.by_hand: dict[str, Override] = {}
        self.called: list[str] = []
        self.talking: frozenset[str] = frozenset()
        self.lost = False

    def declared(self) -> dict[str, Declared]:
        return dict(self.on)

    def set_crisis(self, crisis: str, declared: Declared | None) -> None:
        self.on = (
            {**self.on, crisis: declared} if declared else {one: on for one, on in self.on.items() if one != crisis}
        )

    def overrides(self, at: datetime) -> dict[str, Override]:
        return dict(self.by_hand)

    def set_override(self, calendar: str, override: Override | None) -> None:
        self.by_hand = {calendar: override} if override else {}

    async def call_out(self, calls: Collection[str]) -> Collection[str]:
        if self.lost:
            raise OSError("no link")
        self.called += calls
        return self.talking & set(calls)


class Line:
    """A channel on which a wait lasts while ``during`` is done, and then comes to ``came``."""

    def __init__(self, during: Any, came: Any) -> None:
        self.during, self.came, self.asked = during, came, 0

    async def perform(self, command: Command[Any]) -> Any:
        self.asked += 1
        await self.during()
        if self.came is HungUp:
            raise HungUp
        return self.came

    async def toll(self) -> Toll | None:
        return None


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def summons(world: World) -> Summons:
    found = Summons(world, world, world, lambda: AT)
    await found.look()
    return found


async def waited(
    summons: Summons, world: World, orders: Mapping[str, Any], wanted: Dial | Enqueue = WAIT, reaching: Any = ("flood",)
) -> list[str]:
    """Who was called in a wait of the call `one`, in which ``orders`` are given, and looked at twice."""

    async def during() -> None:
        for name, order in orders.items():
            (world.set_crisis if isinstance(order, Declared) else world.set_override)(name, order)
        await summons.look()
        await summons.look()

    await summons.perform(wanted, Line(during, Dialled(Reached.TALKED)), summons.waiter("one", reaching))
    return world.called


FLOOD = {"flood": Declared(AT, "la Deûle")}


async def test_who_waits_is_called_for_a_crisis_of_his_number_until_he_comes(summons: Summons, world: World) -> None:
    """Asked again each second: an order may be lost.  Not for what concerns other numbers."""
    assert await waited(summons, world, FLOOD, RING) == ["one", "one"]
    world.called.clear()
    world.set_crisis("flood", None)
    await summons.look()
    assert await waited(summons, world, FLOOD, RING, ("outage",)) == []


async def test_and_for_the_calendar_of_his_queue_closed_or_opened_by_hand(summons: Summons, world: World) -> None:
    assert await waited(summons, world, {"office": SHUT}) == ["one", "one"]
    world.called.clear()
    assert await waited(summons, world, {"office": SHUT}) == []  # it was so when he came
    assert await waited(summons, world, {"workshop": SHUT}, Enqueue("parts", 300, hours="always")) == []
    assert await waited(summons, world, {"office": None}, RING) == []


async def test_who_talks_by_then_is_left_alone(summons: Summons, world: World) -> None:
    """And no more asked about while he does."""
    world.talking = frozenset({"one"})

    assert await waited(summons, world, FLOOD) == ["one"]


async def test_what_is_ordered_between_two_waits_is_news_at_the_next(summons: Summons, world: World) -> None:
    """In a menu nobody is called; once told, he is not again, also where it was put off and on meanwhile."""
    waiter = summons.waiter("one", ["flood"])
    world.set_crisis("flood", FLOOD["flood"])
    await summons.look()
    line = Line(summons.look, Queued(Served.TIMEOUT))

    assert await summons.perform(WAIT, line, waiter) == Queued(Served.TIMEOUT, news=True)
    assert line.asked == 0
    assert await summons.perform(RING, line, waiter) == Queued(Served.TIMEOUT)
    world.set_crisis("flood", None)
    await summons.look()
    world.set_crisis("flood", FLOOD["flood"])
    assert (await summons.perform(RING, line, waiter), world.called) == (Queued(Served.TIMEOUT), [])


async def test_who_came_by_a_crisis_is_not_called_for_it(summons: Summons, world: World) -> None:
    """Nor for one that he has come out for."""
    world.set_crisis("flood", FLOOD["flood"])
    await summons.look()
    assert await waited(summons, world, {}) == []

    waiter = summons.waiter("two", ["flood", "outage"])
    world.set_crisis("outage", FLOOD["flood"])
    told = Dialled(Reached.NO_ANSWER, news=True)
    assert await summons.perform(RING, Line(summons.look, told), waiter) == told
    assert world.called == ["two"]
    assert await summons.perform(RING, Line(summons.look, Dialled(Reached.TALKED)), waiter) == Dialled(Reached.TALKED)
    assert world.called == ["two"]


async def test_who_hangs_up_waits_no_more(summons: Summons, world: World) -> None:
    """And an exchange that does not answer is asked again later."""
    with pytest.raises(HungUp):
        await summons.perform(WAIT, Line(summons.look, HungUp), summons.waiter("one", ["flood"]))
    world.set_crisis("flood", FLOOD["flood"])
    await summons.look()
    assert world.called == []

    world.lost = True
    world.set_crisis("flood", None)
    await summons.look()

    async def during() -> None:
        world.set_crisis("flood", FLOOD["flood"])
        with pytest.raises(OSError, match="no link"):
            await summons.look()
        world.lost = False
        await summons.look()

    await summons.perform(RING, Line(during, Dialled(Reached.TALKED)), summons.waiter("three", ["flood"]))
    assert world.called == ["three"]
