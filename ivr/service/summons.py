"""Who waits for somebody is called out of his wait when something is ordered that concerns him.

A crisis or a calendar may be switched by the command line, over HTTP, by phone, or change by itself; so what holds is
looked at every second, rather than each way being told to come here.  What he hears, and whether he waits on, is the
flow's (`ivr/flow/news.py`); who talks, listens or chooses is never called.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Protocol

from ivr.flow.commands import Dial, Dialled, Enqueue, Queued, Reached, Served
from ivr.service.ports import Alarm, Channel, Drawer
from ivr.values.calendar import Override

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks


class Caller(Protocol):
    """What is ordered of the exchange."""

    async def call_out(self, calls: Collection[str]) -> Collection[str]:
        """Have these calls leave the wait in which they are; those of them that talk by now, and were left alone.

        Raises ``OSError``.
        """
        ...


@dataclass
class Waiter:
    """One call, and the crises that would reach it and have not."""

    call: str
    crises: set[str]
    calendar: str = ""  # that of the queue in which it waits
    moved: bool = False  # it was changed by hand since the wait began
    talks: bool = False  # the wait is over, somebody took the call


class Summons:
    """The calls in progress, as far as news goes, and the orders in force when last looked at."""

    def __init__(self, alarm: Alarm, drawer: Drawer, exchange: Caller, now: Callable[[], datetime]) -> None:
        self._alarm = alarm
        self._drawer = drawer
        self._exchange = exchange
        self._now = now
        self._on: frozenset[str] = frozenset()
        self._overrides: Mapping[str, Override] | None = None
        self._waiting: dict[str, Waiter] = {}

    def waiter(self, call: str, reaching: Collection[str]) -> Waiter:
        """A call that begins; a crisis that is on already is no news to it."""
        return Waiter(call, set(reaching) - self._on)

    async def perform(self, command: Dial | Enqueue, channel: Channel, waiter: Waiter) -> Any:
        """Have a call wait, unless there is news for it: then it has waited no time at all."""
        if waiter.crises & self._on:
            waiter.crises -= self._on
            if isinstance(command, Dial):
                return Dialled(Reached.NO_ANSWER, news=True)
            return Queued(Served.TIMEOUT, news=True)
        waiter.calendar = command.hours if isinstance(command, Enqueue) else ""
        waiter.moved = waiter.talks = False
        self._waiting[waiter.call] = waiter
        try:
            came = await channel.perform(command)
        finally:
            del self._waiting[waiter.call]
        if came.news:
            waiter.crises -= self._on
        return came

    async def run(self) -> NoReturn:
        """For ever: call out whom something new concerns."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("news for those who wait cannot be looked at")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Once; raises what the orders or the exchange do."""
        on, overrides = await asyncio.to_thread(self._ordered)
        before, self._on, self._overrides = self._overrides, frozenset(on), overrides
        called = []
        for one in self._waiting.values():
            if before is not None and overrides.get(one.calendar) != before.get(one.calendar):
                one.moved = True
            if not one.talks and (one.moved or one.crises & self._on):
                called.append(one)
        if not called:
            return
        talking = await self._exchange.call_out([one.call for one in called])
        for one in called:
            one.talks = one.call in talking
        log.info("called out of their wait for news calls=%d talking=%d", len(called), len(talking))

    def _ordered(self) -> tuple[Collection[str], Mapping[str, Override]]:
        return self._alarm.declared().keys(), self._drawer.overrides(self._now())
