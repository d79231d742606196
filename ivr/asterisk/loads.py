"""How loaded a queue is, for flows that send callers elsewhere: who waits, who is free, what wait may be expected.

Asterisk's own figure (`holdtime`) is the mean of waits that are over: it knows neither how many wait now nor who is
about to become free.  So we let the agents on duty take those who wait, in order, each for as long as calls took of
late, and see when it is the turn of one who comes now.  Times are seconds of a clock that is never set.

Source: Asterisk 22, app_queue.c: recalc_holdtime; QueueStatus, AgentConnect, AgentComplete.
"""

import heapq
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from ivr.asterisk.agi_order import number
from ivr.asterisk.ami_link import AmiLink, Headers
from ivr.asterisk.queues_conf import MOST_PENALTY, whole
from ivr.flow.errands import Measure
from ivr.values.queue import NEEDS, Queue

CONNECT, COMPLETE = "AgentConnect", "AgentComplete"
EVENTS = (CONNECT, COMPLETE)
USUAL = 180.0  # seconds that a call takes in a queue that has had none yet
BETWEEN = 1.0  # seconds until app_queue sees that somebody is free (RECHECK)
LATEST = 20  # calls whose length counts
LEAST_LEFT = 0.1  # of a call's usual length that is left at least, however long it has lasted
# app_queue's device states of agents who are free, and who are not there (devicestate.h).
FREE, AWAY = frozenset({"0", "1", "6"}), frozenset({"4", "5"})


class Loads:
    """``queues`` are those of the book; ``now`` and ``epoch`` are clocks, the second that of Asterisk's LastCall."""

    def __init__(
        self,
        link: AmiLink,
        queues: Callable[[], Mapping[str, Queue]],
        now: Callable[[], float] = time.monotonic,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        self._link = link
        self._queues = queues
        self._now = now
        self._epoch = epoch
        self._talks: dict[str, tuple[float, float]] = {}  # agent to when he took a call, and for how long it had rung
        self._lasted: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LATEST))

    def hear(self, name: str, headers: Mapping[str, str]) -> None:
        """Take in an event of app_queue."""
        agent, queue = headers.get("MemberName", ""), headers.get("Queue", "")
        if name == CONNECT:
            self._talks[agent] = self._now(), number(headers.get("RingTime", ""))
        elif name == COMPLETE and agent in self._talks:
            since, rang = self._talks.pop(agent)
            self._lasted[whole(queue)].append(self._now() - since + rang)

    async def measure(self, queue: str, what: Measure) -> float | None:
        """What a queue is like now; ``None``: that is not known.  Raises ``OSError``."""
        entries, parts = await self._entries(queue)
        if what == "waiting":
            return len(_waiting(entries)) + len(parts)
        if what == "free":
            return sum(end == 0 for end in self._ends(queue, entries))
        before = len(_waiting(entries)) + len(_first(parts))
        return next(islice(self._turns(queue, entries), before, None), None)

    async def ahead(self, queue: str, place: int | None, priority: int = 0) -> float | None:
        """In how many seconds it is the turn of who enters a queue now, at a place from 1; ``None``: behind those of
        his own priority.  Raises ``OSError``.
        """
        entries, parts = await self._entries(queue)
        if place is None:
            place = 1 + sum(number(one.get("Priority", "")) >= priority for one in _waiting(entries))
        return next(islice(self._turns(queue, entries), place - 1 + len(_first(parts)), None), None)

    async def turns(self, queue: str) -> Mapping[str, float | None]:
        """In how many seconds it is the turn of each channel that waits in a queue.  Raises ``OSError``."""
        entries, parts = await self._entries(queue)
        ordered = sorted(_waiting(entries), key=lambda one: number(one.get("Position", "")))
        turns = islice(self._turns(queue, entries), len(_first(parts)), None)
        return {one.get("Channel", ""): next(turns, None) for one in ordered}

    async def _entries(self, queue: str) -> tuple[tuple[Headers, ...], tuple[Headers, ...]]:
        """What Asterisk tells of a queue itself; and who waits in parts of it, whose agents are the queue's."""
        known = self._queues().get(queue)
        if known is None or not known.parts:
            return await self._link.list("QueueStatus", {"Queue": queue}), ()
        entries = await self._link.list("QueueStatus")
        parts = [one for one in _waiting(entries) if one.get("Queue", "").startswith(f"{queue}.")]
        return tuple(one for one in entries if one.get("Queue") == queue), tuple(parts)

    def _turns(self, queue: str, entries: tuple[Headers, ...]) -> Iterator[float]:
        """In how many seconds it is the turn of the first, of the second, …; nothing where nobody serves."""
        usual, ends = self._usual(queue, entries), self._ends(queue, entries)
        heapq.heapify(ends)
        while ends:
            yield ends[0]
            heapq.heapreplace(ends, ends[0] + usual)

    def _ends(self, queue: str, entries: tuple[Headers, ...]) -> list[float]:
        """In how many seconds each agent who is there can be rung."""
        usual = self._usual(queue, entries)
        return [
            self._free_in(queue, one, usual) for one in entries if one.get("Event") == "QueueMember" and _there(one)
        ]

    def _usual(self, queue: str, entries: tuple[Headers, ...]) -> float:
        """For how long a call keeps an agent, from when he is rung until he can be rung again."""
        lasted = self._lasted[whole(queue)]
        theirs = [number(one.get("TalkTime", "")) for one in entries if one.get("Event") == "QueueParams"]
        mean = sum(lasted) / len(lasted) if lasted else max(theirs, default=0.0) or USUAL
        return mean + self._rest(queue) + BETWEEN

    def _rest(self, queue: str) -> float:
        known = self._queues().get(whole(queue))
        return known.wrap_up if known else 0.0

    def _free_in(self, queue: str, member: Headers, usual: float) -> float:
        """In how many seconds an agent can be rung."""
        known = self._queues().get(whole(queue))
        if member.get("Paused") == "1":
            return max(known.rest if known else 0.0, BETWEEN)  # he may rest for another queue, where this one has none
        if member.get("Status", "") in FREE:
            return max(0.0, self._rest(queue) - (self._epoch() - number(member.get("LastCall", ""))))
        since, rang = self._talks.get(member.get("Name", ""), (self._now() - usual / 2, 0.0))
        return max(usual - rang - (self._now() - since), usual * LEAST_LEFT)


def _first(parts: tuple[Headers, ...]) -> list[Headers]:
    """Those of who waits in parts who are taken before all who wait in the whole (queues_conf.py, weight)."""
    return [one for one in parts if one.get("Queue", "").partition(".")[2].startswith(NEEDS)]


def _waiting(entries: tuple[Headers, ...]) -> list[Headers]:
    return [one for one in entries if one.get("Event") == "QueueEntry"]


def _there(member: Headers) -> bool:
    return member.get("Status", "") not in AWAY and number(member.get("Penalty", "")) <= MOST_PENALTY
