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
PERIOD = 1.0  # seconds between two looks into the outbox
FIRST = timedelta(seconds=5)  # before the second attempt; each wait is twice the last
LONGEST = timedelta(hours=1)


class Undeliverable(Exception):
    """A letter will never arrive, however often it is tried; the text says why."""


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

    async def given_up(self, letter: str, why: str, at: datetime) -> None:
        """Note that a letter will not arrive, and is not tried any more."""
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

    Letters of different ``lane`` do not wait for one another.  What has arrived and could not be noted (the disk is
    full) is not handed over again as long as we live.
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
        self._arrived: set[str] = set()  # letters of which that is not noted yet
        self.letters_waiting = 0
        self.failure = ""  # why the last attempt failed, while letters wait

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            rest = PERIOD
            try:
                await self.round()
            except Exception:
                log.exception("letters could not be looked at kind=%s", self._kind)
                rest = FIRST.total_seconds()
            await asyncio.sleep(rest)

    async def round(self) -> None:
        """Try once all letters that are due; one slow lane does not keep the others waiting."""
        self.letters_waiting = await self._postbox.count(self._kind)
        if not self.letters_waiting:  # as nearly always
            self.failure = ""
            return
        due = [(json.loads(one.body), one) for one in await self._postbox.waiting(self._kind, self._now())]
        due.sort(key=lambda one: self._lane(one[0]))  # stable: in one lane, the oldest first
        async with asyncio.TaskGroup() as tasks:
            lanes = [
                tasks.create_task(self._try_all(lane, list(letters)))
                for lane, letters in groupby(due, key=lambda one: self._lane(one[0]))
            ]
        self.letters_waiting = await self._postbox.count(self._kind)
        if not self.letters_waiting:
            self.failure = ""
        for one in lanes:
            if error := one.result():
                raise error

    async def _try_all(self, lane: str, letters: Iterable[tuple[Mapping[str, Any], Sealed]]) -> Exception | None:
        """Why what became of one could not be noted: then the others of this lane wait, too."""
        try:
            for body, letter in letters:
                await self._try(lane, body, letter)
        except Exception as error:  # noqa: BLE001 - raised once the other lanes are done: none is to be cut off
            return error
        return None

    async def _try(self, lane: str, body: Mapping[str, Any], letter: Sealed) -> None:
        try:
            if letter.id not in self._arrived:
                await self._hand_over(letter, body)
        except Undeliverable as error:
            log.warning("letter given up id=%s to=%s: %s", letter.id, lane, error)
            await self._postbox.given_up(letter.id, str(error), self._now())
        except Exception as error:  # noqa: BLE001 - whatever it was, the letter stays and is tried again
            later = pause(letter.attempts)
            self.failure = str(error) or type(error).__name__
            log.warning("letter not delivered id=%s to=%s again_in=%s: %s", letter.id, lane, later, error)
            await self._postbox.put_off(letter.id, self._now() + later)
        else:
            self._arrived.add(letter.id)
            await self._postbox.delivered(letter.id, self._now())
            self._arrived.discard(letter.id)


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
