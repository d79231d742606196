"""The lamp on each agent's phone: lit while messages wait that he has not heard.

What was told last is remembered, so that phones hear of changes only; an exchange that was away is told all anew.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from ivr.service.postbox import Exchange, Postboxes

log = logging.getLogger(__name__)

EVERY = 20.0  # seconds between two looks where nobody said that something changed: messages are deleted elsewhere, too


class Lamps:
    """``agents`` are those who have a mailbox in the book in force."""

    def __init__(self, postboxes: Postboxes, exchange: Exchange, agents: Callable[[], Iterable[str]]) -> None:
        self._postboxes = postboxes
        self._exchange = exchange
        self._agents = agents
        self._told: dict[str, tuple[int, int]] = {}
        self._news = asyncio.Event()

    def changed(self) -> None:
        """Look soon."""
        self._news.set()

    def forget(self, agent: str | None = None) -> None:
        """The exchange, or the phone of one agent, may know nothing any more."""
        for name in [agent] if agent else list(self._told):
            self._told.pop(name, None)
        self.changed()

    async def run(self) -> None:
        """Keep the lamps right for ever."""
        while True:
            try:
                async with asyncio.timeout(EVERY):
                    await self._news.wait()
            except TimeoutError:
                pass
            self._news.clear()
            await self.round()

    async def round(self) -> None:
        """Tell what has changed; who could not be told is told at the next look."""
        for agent in self._agents():
            try:
                counts = await self._postboxes.counts(agent)
                if self._told.get(agent) != counts:
                    await self._exchange.light(agent, *counts)
                    self._told[agent] = counts
            except Exception as error:  # noqa: BLE001 - a lamp is no reason to stop
                log.info("lamp not told agent=%s: %s", agent, error or type(error).__name__)
