"""What callers of queues hear of how long it takes: our own estimate (``loads.py``), put into app_queue's mouth.

app_queue says the place and, where ``announce-holdtime`` is on, the mean of waits that are over, in whole minutes: with
ten in line where there were none it promises what the first of them had.  No setting gives it another figure.  But it
plays files by itself (``queue-thankyou`` behind the place, ``periodic-announce``), in the language of the channel; so
there is a sentence for each wait, and the caller's channel has the *style* of language in which that file is the one
that he is to hear.  It has it when he enters, and while he waits it is kept up to date.  Without AMI nothing is said of
a wait, rather than something wrong.

Source: Asterisk 22, app_queue.c: say_position, play_file; file.c: fileexists_core (``fr_40``, then ``fr``).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol

from ivr.asterisk.loads import Loads
from ivr.asterisk.queues_conf import whole
from ivr.values.estimate import retold, step
from ivr.values.queue import Queue

log = logging.getLogger(__name__)

JOIN = "QueueCallerJoin"
EVERY = 3.0  # seconds between two looks at those who wait
LANGUAGE = "CHANNEL(language)"


class Variables(Protocol):
    """What is ordered of the exchange."""

    async def set_variable(self, channel: str, name: str, value: str) -> bool: ...


class Waits:
    """Queues in which somebody waits, and in what language each channel there is told what."""

    def __init__(self, loads: Loads, exchange: Variables, queues: Callable[[], Mapping[str, Queue]]) -> None:
        self._loads = loads
        self._exchange = exchange
        self._queues = queues
        self._joined: dict[str, dict[str, str]] = {}  # queue (or part of one) to channels, and their language now

    async def told(self, queue: str, place: int | None, priority: int) -> int | None:
        """What who enters a queue (or a part of one) at that place is told."""
        if not self._tells(queue):
            return None
        try:
            return step(await self._loads.ahead(queue, place, priority))
        except OSError as error:
            log.warning("wait in queue %s not estimated, nothing is said of it: %s", queue, error)
            return None

    def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in who joins a queue."""
        queue = headers.get("Queue", "")
        if self._tells(queue):
            self._joined.setdefault(queue, {})[headers.get("Channel", "")] = headers.get("Language", "")

    async def run(self) -> NoReturn:
        """For ever: have all who wait be told what is true now."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except OSError as error:
                log.warning("waits in queues not told to Asterisk: %s", error)

    async def look(self) -> None:
        """Once; raises ``OSError``."""
        for queue, languages in list(self._joined.items()):
            before = set(languages)
            turns = await self._loads.turns(queue)
            for channel in before - turns.keys():
                del languages[channel]
            for channel, seconds in turns.items():
                language = languages.get(channel)
                if language is None:
                    continue  # who waited before we were there: nobody knows in what language
                wanted = retold(language, step(seconds))
                if wanted != language and await self._exchange.set_variable(channel, LANGUAGE, wanted):
                    languages[channel] = wanted
            if not languages:
                del self._joined[queue]

    def _tells(self, queue: str) -> bool:
        known = self._queues().get(whole(queue))
        return known is not None and known.say_wait
