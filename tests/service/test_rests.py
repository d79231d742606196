"""Agents who missed a call rest, those who miss several are logged out; a ring that ends with the wait is no miss."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from ivr.asterisk.queues_conf import within
from ivr.service.rests import LEFTOVER, Rests
from ivr.values.duty import Duty
from ivr.values.queue import Queue, of_agent

PHONE = "PJSIP/karim"
MISS = {"Queue": "parts", "Interface": PHONE, "MemberName": "karim", "Uniqueid": "17.1"}


@dataclass
class Place:
    """An exchange that notes what it is told, a clock, and Karim's duty."""

    queue: Queue = field(default_factory=lambda: Queue("parts", {"karim": 0}, rest=15))
    told: list[tuple[str, bool]] = field(default_factory=list)
    resting: dict[str, str] = field(default_factory=dict)
    duty: Duty = field(default_factory=Duty)
    now: float = 0.0
    down: bool = False
    meanwhile: Callable[[], None] = lambda: None  # what happens while it is told something

    async def pause(self, phone: str, paused: bool) -> None:
        self.meanwhile()
        if self.down:
            raise OSError("the link is down")
        self.told.append((phone, paused))

    async def paused(self) -> Mapping[str, str]:
        return self.resting

    async def log_out(self, agent: str) -> None:
        assert agent == "karim"
        self.duty = Duty(present=False)

    def rests(self) -> Rests:
        return Rests(lambda: {"parts": self.queue}, lambda: {"karim": self.duty}, self.log_out, self, lambda: self.now)

    async def missed(self, rests: Rests, *also: str) -> None:
        """A ring in vain, then these events of the same call, and a second."""
        for event in ("AgentRingNoAnswer", *also):
            rests.hear(event, MISS)
        self.now += 1.0
        await rests.act()


async def test_who_misses_a_call_rests_for_a_while() -> None:
    """Then he is rung again; a pause of his own that he ordered meanwhile goes on."""
    place = Place()
    rests = place.rests()
    await place.missed(rests)

    assert place.told == [(PHONE, True)]
    place.now += 14.0
    await rests.act()
    assert place.told == [(PHONE, True)]
    place.now += 1.0
    await rests.act()
    assert place.told == [(PHONE, True), (PHONE, False)]
    await place.missed(rests)
    place.duty = Duty(paused=True)
    place.now += 60.0
    await rests.act()
    assert place.told[2:] == [(PHONE, True)]


async def test_a_ring_that_ends_because_the_callers_wait_was_over_is_no_miss() -> None:
    """Asterisk tells both alike; the caller who leaves at once tells them apart."""
    place = Place()
    await place.missed(place.rests(), "QueueCallerLeave")

    assert place.told == []


async def test_who_misses_several_in_a_row_is_logged_out_and_it_is_told() -> None:
    """Until he logs in again; a call that he takes begins the count anew."""
    place = Place(Queue("parts", {"karim": 0}, rest=0, log_out_after=2))
    rests = place.rests()
    await place.missed(rests, "AgentConnect")
    await place.missed(rests, "AgentConnect")
    assert place.duty.present
    for _ in range(2):
        await place.missed(rests)

    assert not place.duty.present
    assert place.told == []
    assert rests.problems == ("karim was logged out of the queues: 2 calls in a row not taken",)
    place.duty = Duty()
    assert rests.problems == ()
    for _ in range(2):
        await place.missed(rests)
    place.queue = Queue("parts", {"lena": 0})
    assert rests.problems == ()  # the book has him there no more: nobody waits for him


async def test_a_rest_that_nobody_ended_is_ended() -> None:
    """We died, or the link did; who is paused by order stays so."""
    place = Place(resting={PHONE: "karim"})
    rests = place.rests()
    await rests.act()
    place.now += LEFTOVER
    await rests.act()

    assert place.told == [(PHONE, False)]
    place = Place(resting={PHONE: "karim"}, duty=Duty(paused=True))
    rests = place.rests()
    await rests.act()
    place.now += LEFTOVER
    await rests.act()
    assert place.told == []


async def test_what_cannot_be_done_is_not_the_end_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is to be logged out has left the book, say: the task goes on; were it to die, so would the controller."""
    monkeypatch.setattr("ivr.service.rests.RETRY", 0.0)
    place = Place(Queue("parts", {"karim": 0, "nobody": 0}, rest=15, log_out_after=1))
    rests = place.rests()
    rests.hear("AgentRingNoAnswer", {**MISS, "MemberName": "nobody"})
    place.now += 1.0
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(rests.run())
        await asyncio.sleep(0.01)
        place.queue = Queue("parts", {"karim": 0}, rest=15)
        rests.hear("AgentRingNoAnswer", MISS)
        place.now += 1.0
        rests.look()
        await asyncio.sleep(0.01)
        running.cancel()

    assert place.told == [(PHONE, True)]


async def test_a_link_that_fails_stops_nothing() -> None:
    """What it left undone is looked for when it is back."""
    place = Place(down=True)
    rests = place.rests()
    await place.missed(rests)
    place.down, place.resting = False, {PHONE: "karim"}
    rests.look()
    await rests.act()
    place.now += LEFTOVER
    await rests.act()

    assert place.told == [(PHONE, False)]


async def test_a_caller_who_leaves_while_another_miss_is_dealt_with_ends_nothing() -> None:
    """All phones of a queue that rings them all miss at once; it takes a moment to tell the exchange of each."""
    place = Place()
    rests = place.rests()
    for phone in (PHONE, "PJSIP/lena"):
        rests.hear("AgentRingNoAnswer", {**MISS, "Interface": phone})
    place.meanwhile = lambda: rests.hear("QueueCallerLeave", MISS)
    place.now += 1.0
    await rests.act()

    assert place.told == [(PHONE, True)]


async def test_what_the_exchange_refused_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while the link stays as it is: nobody is to rest until the next event."""
    monkeypatch.setattr("ivr.service.rests.LEFTOVER", 0.0)
    place = Place(down=True, resting={PHONE: "karim"})
    rests = place.rests()
    running = asyncio.create_task(rests.run())
    await asyncio.sleep(0.01)
    place.down = False
    await asyncio.sleep(0.01)
    running.cancel()

    assert (PHONE, False) in place.told


async def test_who_misses_a_call_in_a_part_of_a_queue_rests_too() -> None:
    """Callers who wait for one agent, or for skills, wait in a queue of Asterisk's that is a part of the book's."""
    place = Place()
    rests = place.rests()
    rests.hear("AgentRingNoAnswer", {**MISS, "Queue": within("parts", of_agent("karim"))})
    place.now += 1.0
    await rests.act()

    assert place.told == [(PHONE, True)]
