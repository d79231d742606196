"""Delivers notices to other systems, after the call and until they have arrived: at least once, in no hurry.

A letter is noted as delivered after the other system said that it has it; who is killed in between delivers it again
after the restart, with the same id.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol

from ivr.values.site import Site

log = logging.getLogger(__name__)

KIND = "notify"
PERIOD = 0.5  # seconds between two looks into the outbox
FIRST = timedelta(seconds=5)  # before the second attempt; each wait is twice the last
LONGEST = timedelta(hours=1)


class Sealed(Protocol):
    """A letter that waits; ``body`` is its JSON text, the same at every attempt."""

    @property
    def id(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def attempts(self) -> int: ...


class Postbox(Protocol):
    """Where letters wait."""

    async def waiting(self, kind: str, at: datetime) -> Iterable[Sealed]:
        """Letters that are due, oldest first."""
        ...

    async def count(self, kind: str) -> int:
        """How many wait, due or not."""
        ...

    async def delivered(self, letter: str, at: datetime) -> None:
        """Note that a letter has arrived."""
        ...

    async def put_off(self, letter: str, due: datetime) -> None:
        """Note a failed attempt, and when to try again."""
        ...


Deliver = Callable[[Site, str, str, str], Awaitable[None]]


class Delivery:
    """``deliver`` hands a letter over (site, path, id, body) and raises if it did not arrive; ``sites`` gives the
    systems of the book in force.
    """

    def __init__(
        self,
        postbox: Postbox,
        deliver: Deliver,
        sites: Callable[[], Mapping[str, Site]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._postbox = postbox
        self._deliver = deliver
        self._sites = sites
        self._now = now
        self.letters_waiting = 0

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("letters could not be looked at")
            await asyncio.sleep(PERIOD)

    async def round(self) -> None:
        """Try once all letters that are due; one slow system does not keep the others waiting."""
        due = [(_address(letter), letter) for letter in await self._postbox.waiting(KIND, self._now())]
        due.sort(key=lambda one: one[0][0])  # stable: of one system, the oldest first
        async with asyncio.TaskGroup() as tasks:
            for remote, letters in groupby(due, key=lambda one: one[0][0]):
                tasks.create_task(self._hand_over(remote, [(path, letter) for (_, path), letter in letters]))
        self.letters_waiting = await self._postbox.count(KIND)

    async def _hand_over(self, remote: str, letters: Iterable[tuple[str, Sealed]]) -> None:
        for path, letter in letters:
            site = self._sites().get(remote)
            try:
                if site is None:
                    raise LookupError(f'the book has no remote "{remote}" any more')
                await self._deliver(site, path, letter.id, letter.body)
            except Exception as error:  # noqa: BLE001 - whatever it was, the letter stays and is tried again
                later = pause(letter.attempts)
                log.warning("letter not delivered id=%s remote=%s again_in=%s: %s", letter.id, remote, later, error)
                await self._postbox.put_off(letter.id, self._now() + later)
            else:
                await self._postbox.delivered(letter.id, self._now())


def pause(attempts: int) -> timedelta:
    """How long to wait after a failure that had ``attempts`` before it."""
    return min(LONGEST, FIRST * (1 << min(attempts, 20)))


def _address(letter: Sealed) -> tuple[str, str]:
    body = json.loads(letter.body)
    return str(body.get("remote", "")), str(body.get("path", ""))
