"""Where a caller stands in a queue whose place is kept: behind all who came before him, ahead of the others.

Asterisk counts a wait from when a channel entered its queue.  Who left for a moment (to be answered, to hear a menu)
and came back would then have come last; so we keep when each came first, and work out his place when he enters again.
Who has more priority stands ahead whenever he came, as in Asterisk.  Who is being called back, and is to stand there
himself, counts already for those behind him who are to be called.  Times are seconds of a clock that is never set.

Source: Asterisk 22, app_queue.c: join_queue (what a position means where priorities differ), QueueEntry of QueueStatus.
"""

import logging
import time
from collections.abc import Callable

from ivr.asterisk.agi_order import number
from ivr.asterisk.ami_link import AmiLink, Headers

log = logging.getLogger(__name__)


class Places:
    """When each channel came to the queue in which it waits, or would."""

    def __init__(self, link: AmiLink, now: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._now = now
        self._came: dict[str, tuple[str, float]] = {}
        self._expected: dict[str, tuple[str, int, float]] = {}  # channel to queue, priority, and when he came first

    async def enter(
        self, channel: str, queue: str, priority: int, *, stood: float | None = None, again: bool = False
    ) -> int | None:
        """Have a channel (its unique id) enter a queue: its place, from 1; ``None``: at the end.

        It has ``stood`` there for so many seconds already, or as long as it had when it enters ``again``.
        """
        self._expected.pop(channel, None)
        known, came = self._came.get(channel, ("", 0.0))
        if stood is not None:
            # Asterisk tells waits in whole seconds, and who has stood is known by them; our own note is exact.
            since = self._now() - stood
            came = min(came, since) if known == queue else since
        elif not again or known != queue:
            came = self._now()
        self._came[channel] = (queue, came)
        if stood is None and not again:
            return None
        return self._place(await self._link.list("QueueStatus", {"Queue": queue}), priority, came)

    def expect(self, channel: str, queue: str, priority: int, stood: float) -> None:
        """A channel is to enter a queue soon, in which its caller has stood for so many seconds."""
        self._expected[channel] = queue, priority, self._now() - stood

    async def ahead(self, queue: str, priority: int, stood: float) -> int:
        """How many stand, or are about to stand, before who has stood there for so many seconds."""
        came = self._now() - stood
        there = self._place(await self._link.list("QueueStatus", {"Queue": queue}), priority, came) - 1
        return there + sum(
            name == queue and (other > priority or (other == priority and since < came))
            for name, other, since in self._expected.values()
        )

    def forget(self, channel: str) -> None:
        """It enters no queue any more."""
        self._came.pop(channel, None)
        self._expected.pop(channel, None)

    def _place(self, entries: tuple[Headers, ...], priority: int, came: float) -> int:
        ahead = 0
        for entry in entries:
            if entry.get("Event") != "QueueEntry":
                continue
            other = number(entry.get("Priority", ""))
            ahead += other > priority or (other == priority and self._since(entry) < came)
        return 1 + ahead

    def _since(self, entry: Headers) -> float:
        """When who waits there came first."""
        queue, came = self._came.get(entry.get("Uniqueid", ""), ("", 0.0))
        return came if queue == entry.get("Queue") else self._now() - number(entry.get("Wait", ""))
