"""Delivers letters, after the call and until they have arrived: at least once, in no hurry.

A letter is noted as delivered after the other side said that it has it; who is killed in between delivers it again
after the restart, with the same id.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Protocol

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
Sites = Callable[[], Mapping[str, Site]]
Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


class Rounds:
    """Hands over the letters of one ``kind``: ``hand_over`` raises if one did not arrive.

    Letters of different ``lane`` do not wait for one another.
    """

    def __init__(
        self,
        postbox: Postbox,
        kind: str,
        lane: Callable[[Mapping[str, Any]], str],
        hand_over: Callable[[Sealed, Mapping[str, Any]], Awaitable[None]],
        now: Clock = wall_clock,
    ) -> None:
        self._postbox = postbox
        self._kind = kind
        self._lane = lane
        self._hand_over = hand_over
        self._now = now
        self.letters_waiting = 0
        self.failure = ""  # why the last attempt failed, while letters wait

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("letters could not be looked at kind=%s", self._kind)
            await asyncio.sleep(PERIOD)

    async def round(self) -> None:
        """Try once all letters that are due; one slow lane does not keep the others waiting."""
        due = [(json.loads(one.body), one) for one in await self._postbox.waiting(self._kind, self._now())]
        due.sort(key=lambda one: self._lane(one[0]))  # stable: in one lane, the oldest first
        async with asyncio.TaskGroup() as tasks:
            for lane, letters in groupby(due, key=lambda one: self._lane(one[0])):
                tasks.create_task(self._try_all(lane, list(letters)))
        self.letters_waiting = await self._postbox.count(self._kind)
        if not self.letters_waiting:
            self.failure = ""

    async def _try_all(self, lane: str, letters: Iterable[tuple[Mapping[str, Any], Sealed]]) -> None:
        for body, letter in letters:
            try:
                await self._hand_over(letter, body)
            except Exception as error:  # noqa: BLE001 - whatever it was, the letter stays and is tried again
                later = pause(letter.attempts)
                self.failure = str(error) or type(error).__name__
                log.warning("letter not delivered id=%s to=%s again_in=%s: %s", letter.id, lane, later, error)
                await self._postbox.put_off(letter.id, self._now() + later)
            else:
                await self._postbox.delivered(letter.id, self._now())


class Delivery(Rounds):
    """Notices to other systems: ``deliver`` hands one over (site, path, id, body) and raises if it did not arrive;
    ``sites`` gives the systems of the book in force.
    """

    def __init__(self, postbox: Postbox, deliver: Deliver, sites: Sites, now: Clock = wall_clock) -> None:
        async def hand_over(letter: Sealed, body: Mapping[str, Any]) -> None:
            await deliver(site_of(body, sites()), str(body.get("path", "")), letter.id, letter.body)

        super().__init__(postbox, KIND, lambda body: str(body.get("remote", "")), hand_over, now)


def site_of(body: Mapping[str, Any], sites: Mapping[str, Site]) -> Site:
    """Where a letter goes.  Raises ``LookupError``."""
    remote = str(body.get("remote", ""))
    if remote not in sites:
        raise LookupError(f'the book has no remote "{remote}" any more')
    return sites[remote]


def pause(attempts: int) -> timedelta:
    """How long to wait after a failure that had ``attempts`` before it."""
    return min(LONGEST, FIRST * (1 << min(attempts, 20)))
