"""Agents who were rung and did not take the call rest for a while, so that it does not ring them at once again; who
misses several in a row is logged out, and whoever runs the place is told.

Asterisk's own `autopause` is not used: it ends only by hand, and it takes a ring that ended because the caller's wait
was over for a call that the agent missed (app_queue.c, rna).  So a miss counts only if the caller waits on.  A rest
that we began and did not end, because we died, is ended by whoever starts next.  Without us nobody rests.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ivr.values.duty import Duty
from ivr.values.queue import Queue

log = logging.getLogger(__name__)

MISSED, LEFT, TOOK = "AgentRingNoAnswer", "QueueCallerLeave", "AgentConnect"
EVENTS = (MISSED, LEFT, TOOK)
GRACE = 0.5  # seconds in which a caller whose wait was over has left; app_queue rings again after two (`retry`)
RETRY = 5.0  # seconds after what nobody foresaw
LEFTOVER = 15.0  # seconds of rest for those who rested when we came


class Exchange(Protocol):
    """Who can have phones rung no more."""

    async def pause(self, phone: str, paused: bool) -> None:
        """Have all queues ring a phone no more, or again.  Raises ``OSError``."""
        ...

    async def paused(self) -> Mapping[str, str]:
        """The phones that no queue rings, and whose they are.  Raises ``OSError``."""
        ...


@dataclass(frozen=True)
class _Miss:
    judged: float
    queue: str
    phone: str
    agent: str
    caller: str


class Rests:
    """``queues`` are those of the book, ``duties`` how agents stand by their own word, ``log_out`` logs one out;
    ``now`` are seconds of a clock that is never set.
    """

    def __init__(
        self,
        queues: Callable[[], Mapping[str, Queue]],
        duties: Callable[[], Mapping[str, Duty]],
        log_out: Callable[[str], Awaitable[object]],
        exchange: Exchange,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queues = queues
        self._duties = duties
        self._log_out = log_out
        self._exchange = exchange
        self._now = now
        self._misses: list[_Miss] = []
        self._resting: dict[str, tuple[str, float]] = {}  # phone to whose it is, and until when
        self._in_a_row: dict[str, int] = {}
        self._logged_out: dict[str, int] = {}  # who was, and after how many misses
        self._unknown = True  # whether somebody may rest of whom we do not know
        self._wake = asyncio.Event()

    @property
    def problems(self) -> tuple[str, ...]:
        """Whom we have logged out and who has not come back: one sentence each."""
        duties = self._duties()
        ours = {agent for queue in self._queues().values() for agent in queue.agents}
        still = {agent for agent, duty in duties.items() if agent in ours and not duty.present}
        self._logged_out = {agent: missed for agent, missed in self._logged_out.items() if agent in still}
        return tuple(
            f"{agent} was logged out of the queues: {missed} calls in a row not taken"
            for agent, missed in self._logged_out.items()
        )

    def hear(self, name: str, headers: Mapping[str, str]) -> None:
        """Take in an event of app_queue."""
        agent, caller = headers.get("MemberName", ""), headers.get("Uniqueid", "")
        match name:
            case "AgentRingNoAnswer":
                miss = _Miss(self._now() + GRACE, headers.get("Queue", ""), headers.get("Interface", ""), agent, caller)
                self._misses.append(miss)
                self._wake.set()
            case "QueueCallerLeave":
                self._misses = [miss for miss in self._misses if miss.caller != caller]
            case "AgentConnect":
                self._in_a_row.pop(agent, None)

    def look(self) -> None:
        """The link to the exchange is new: see who rests."""
        self._unknown = True
        self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.act()
            except Exception:  # a full disk, an agent who has left the book: no reason to end the controller
                self._unknown = True
                log.exception("what agents missed was not all acted upon, next try in %gs", RETRY)
                await asyncio.sleep(RETRY)
                continue
            ends = [*(miss.judged for miss in self._misses), *(until for _, until in self._resting.values())]
            if self._unknown:  # what was not done is tried again
                ends.append(self._now() + LEFTOVER)
            try:
                async with asyncio.timeout(max(0.0, min(ends) - self._now()) if ends else None):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    async def act(self) -> None:
        """Do what is due."""
        try:
            if self._unknown:
                await self._adopt()
            # Misses come and go while Asterisk is told of one.
            while due := [one for one in self._misses if one.judged <= self._now()]:
                self._misses.remove(due[0])
                await self._missed(due[0])
            for phone, (agent, until) in list(self._resting.items()):
                if until <= self._now():
                    del self._resting[phone]
                    if not self._duties().get(agent, Duty()).paused:
                        await self._exchange.pause(phone, False)
        except OSError as error:
            self._unknown = True
            log.warning("rests of agents not told to Asterisk: %s", error)

    async def _adopt(self) -> None:
        """Have those rest on, for a while, who rest of whom we do not know."""
        self._unknown = False
        duties = self._duties()
        for phone, agent in (await self._exchange.paused()).items():
            if not duties.get(agent, Duty()).paused:
                self._resting.setdefault(phone, (agent, self._now() + LEFTOVER))

    async def _missed(self, miss: _Miss) -> None:
        queue = self._queues().get(miss.queue.partition(".")[0])  # or a part of it (queues_conf.py, within)
        if queue is None or miss.agent not in queue.agents:
            return
        missed = self._in_a_row.get(miss.agent, 0) + 1
        self._in_a_row[miss.agent] = missed
        if queue.log_out_after and missed >= queue.log_out_after:
            del self._in_a_row[miss.agent]
            self._logged_out[miss.agent] = missed
            log.warning("agent logged out name=%s missed=%d queue=%s", miss.agent, missed, miss.queue)
            await self._log_out(miss.agent)
        elif queue.rest:
            log.info("agent rests name=%s seconds=%d queue=%s", miss.agent, queue.rest, miss.queue)
            self._resting[miss.phone] = (miss.agent, self._now() + queue.rest)
            await self._exchange.pause(miss.phone, True)
