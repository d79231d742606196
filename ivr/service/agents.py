"""Agents log in and out of their queues and pause: what may be ordered, and how an agent stands then.

The order is kept first and the exchange told second: what a restart of either finds is what was ordered last.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ivr.service.ports import Roster
from ivr.values.duty import ON, Duty
from ivr.values.phone import Phone

log = logging.getLogger(__name__)

Order = Literal["login", "logout", "pause", "unpause"]
ORDERS: tuple[Order, ...] = get_args(Order)


class NoAgent(LookupError):
    """There is no such agent; the text says which there are."""


class Refused(ValueError):
    """An order that makes no sense; the text says why."""


@dataclass(frozen=True)
class Standing:
    """How an agent stands, and the queues that he serves when he is on duty."""

    agent: str
    duty: Duty
    phone: Phone
    queues: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON wants it."""
        state = "logged out" if not self.duty.present else "paused" if self.duty.paused else "on duty"
        return {"agent": self.agent, "state": state, "phone": str(self.phone), "queues": list(self.queues)}


class Agents:
    """The agents of the current book: ``phones`` are all, ``served`` is who serves each queue; ``tell`` tells the
    exchange.
    """

    def __init__(
        self,
        phones: Callable[[], Mapping[str, Phone]],
        served: Callable[[], Mapping[str, Sequence[str]]],
        roster: Roster,
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        self._phones = phones
        self._served = served
        self._roster = roster
        self._tell = tell
        self._one = asyncio.Lock()

    async def all(self) -> list[Standing]:
        """How every agent of the book stands."""
        duties = await asyncio.to_thread(self._roster.duties)
        return [self._standing(name, duties.get(name, ON)) for name in self._phones()]

    async def standing(self, name: str) -> Standing:
        """How one stands.  Raises :class:`NoAgent`."""
        self._known(name)
        return self._standing(name, (await asyncio.to_thread(self._roster.duties)).get(name, ON))

    async def order(self, name: str, order: Order) -> Standing:
        """Raises :class:`NoAgent` and :class:`Refused`."""
        self._known(name)
        async with self._one:
            before = (await asyncio.to_thread(self._roster.duties)).get(name, ON)
            if order in ("pause", "unpause") and not before.present:
                raise Refused(f"{name} is logged out: log in first")
            duty = Duty(present=order != "logout", paused=order == "pause")
            await asyncio.to_thread(self._roster.set_duty, name, duty)
            log.info("agent name=%s order=%s", name, order)
            await self._tell()
        return self._standing(name, duty)

    def _known(self, name: str) -> None:
        if name not in self._phones():
            raise NoAgent(f'there is no agent "{name}"; the book has {", ".join(self._phones())}')

    def _standing(self, name: str, duty: Duty) -> Standing:
        queues = tuple(queue for queue, agents in self._served().items() if name in agents)
        return Standing(name, duty, self._phones()[name], queues)
