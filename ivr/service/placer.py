"""Calls people back: takes the tasks of the node `callback` that are due, has the exchange place them, one at a time
for each caller, and writes down what came of it.

Who is called first, through what and how often is asked of the node as the book in force has it: an edit holds for
those who wait already.  The exchange is asked what became of an attempt only when it no longer knows its call, so that
one that outlived a restart of ours is neither forgotten nor placed again.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from ivr.book.book import Book
from ivr.flow.errands import Override
from ivr.flow.nodes.callback import Callback
from ivr.flow.placing import Placing, callable_, may_be_shown
from ivr.service.delivery import Sealed
from ivr.values.number import Number, parse
from ivr.values.trunk import Trunk

log = logging.getLogger(__name__)

KIND = "callback"
PERIOD = 1.0  # seconds between two looks
SETTLING = timedelta(seconds=5)  # in which the exchange may not know a call yet that it was told of
AGAIN = timedelta(minutes=1)  # after which agents who did not answer are rung again
MOST_IN_QUEUE = 20  # callers of one node who wait in a queue at once without being there
MOST = 1000  # tasks looked at in a round


class Outcome(StrEnum):
    """What became of an attempt to call somebody back."""

    TALKED = "talked"
    DECLINED = "declined"  # the caller no longer wants it
    DROPPED = "dropped"  # the agent said that it need not be
    BUSY = "busy"
    NO_ANSWER = "no answer"
    UNREACHABLE = "unreachable"
    UNMANNED = "no key pressed"  # a machine answered, or somebody who does not want to talk
    WAITED = "waited in vain"  # the caller, for an agent
    NOBODY = "no agent"
    LATER = "put off"  # by the agent
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FORBIDDEN = "not to be called"


OVER = frozenset(
    {Outcome.TALKED, Outcome.DECLINED, Outcome.DROPPED, Outcome.EXPIRED, Outcome.CANCELLED, Outcome.FORBIDDEN}
)
OURS = frozenset({Outcome.NOBODY, Outcome.LATER})
"""What was no fault of the caller's, and so is none of his tries."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of a letter: ``outcome`` is ``None`` while it is under way."""

    id: str
    letter: str
    place: int
    began: datetime
    outcome: Outcome | None = None
    agent: str = ""


@dataclass(frozen=True)
class Order:
    """What the exchange is to do: ``attempt`` names the call, ``waited`` says for how many seconds the caller has."""

    attempt: str
    phone: Number
    shown: Number
    placing: Placing
    waited: float
    trunk: Trunk | None = None  # by which he is dialled; none: by an account that registers with us


class Attempts(Protocol):
    """Where attempts are kept; each method returns when its work is safe."""

    async def begin(self, letter: str, phone: str, at: datetime) -> Attempt | None:
        """A new attempt; ``None`` while one of this letter, or to this phone, is under way."""
        ...

    async def note(self, letter: str, phone: str, outcome: Outcome, at: datetime) -> None:
        """Write down what became of a letter without a call."""
        ...

    async def end(self, attempt: str, outcome: Outcome, agent: str, at: datetime) -> None:
        """An attempt is over."""
        ...

    async def under_way(self) -> Sequence[Attempt]:
        """All that are not over."""
        ...

    async def of(self, letter: str) -> Sequence[Attempt]:
        """All attempts of a letter, in order."""
        ...


class Tasks(Protocol):
    """The callbacks that wait."""

    async def waiting(self, kind: str, at: datetime, most: int) -> Iterable[Sealed]:
        """Those that are due."""
        ...

    async def delivered(self, letter: str, at: datetime) -> None:
        """Nothing is to be done any more."""
        ...

    async def put_off(self, letter: str, due: datetime) -> None:
        """To be tried again."""
        ...

    async def override(self, calendar: str, at: datetime) -> Override | None:
        """The manual override of a calendar."""
        ...

    def letter(self, identity: str) -> tuple[Sealed, bool] | None:
        """A task, and whether something is still to be done about it."""
        ...


class Exchange(Protocol):
    """Who places the calls.  All methods raise ``OSError`` when the exchange cannot be asked."""

    async def place(self, order: Order) -> None:
        """Begin; never repeated by anybody, for an order whose reply was lost may have been carried out."""
        ...

    async def alive(self) -> Mapping[str, bool]:
        """The attempts that the exchange knows, and whether anybody has been reached in each."""
        ...

    async def drop(self, attempt: str) -> None:
        """End an attempt in which nobody has been reached."""
        ...

    async def result(self, attempt: str) -> tuple[Outcome | None, str]:
        """What became of an attempt that is no more alive, and the agent's name; ``None``: who was called first was
        not reached, or nobody knows.
        """
        ...


@dataclass
class Placer:
    """``book`` gives the book in force, ``now`` the callers' clock."""

    tasks: Tasks
    attempts: Attempts
    exchange: Exchange
    book: Callable[[], Book]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    placed: int = field(default=0, init=False)

    async def run(self) -> None:
        """Call back for ever."""
        while True:
            try:
                await self.round()
            except OSError as error:
                log.debug("callbacks wait: %s", error)
            except Exception:
                log.exception("callbacks could not be looked at")
            await asyncio.sleep(PERIOD)

    async def round(self) -> None:
        """Write down what has ended, then place what is due."""
        under_way = await self._ended()
        due = [(letter, *_read(letter)) for letter in await self.tasks.waiting(KIND, datetime.now(UTC), MOST)]
        busy = [await self._node_of(attempt.letter) for attempt in under_way]
        for letter, body, node in due:
            placing = self._placing(node)
            if placing is None or any(attempt.letter == letter.id for attempt in under_way):
                continue
            most = MOST_IN_QUEUE if placing.queue and placing.first == "agent" else 1
            if busy.count(node) < most and await self._is_open(node) and await self._place(letter, body, placing):
                busy.append(node)

    async def order(self, attempt: str) -> Order | None:
        """What is to be done in the call of an attempt; ``None`` if nobody knows it, or it is over."""
        for one in await self.attempts.under_way():
            if one.id == attempt:
                found = await asyncio.to_thread(self.tasks.letter, one.letter)
                if found is not None:
                    body, node = _read(found[0])
                    placing = self._placing(node)
                    return self._order(one, body, placing) if placing else None
        return None

    async def _ended(self) -> list[Attempt]:
        """See which attempts are over; those that are not."""
        under_way = list(await self.attempts.under_way())
        if not under_way:
            return []
        alive = await self.exchange.alive()
        left = []
        for attempt in under_way:
            reached = alive.get(attempt.id)
            if reached is None and datetime.now(UTC) - attempt.began > SETTLING:
                await self._end(attempt)
                continue
            if reached is False and not await self._is_wanted(attempt.letter):
                await self.exchange.drop(attempt.id)
            left.append(attempt)
        return left

    async def _end(self, attempt: Attempt) -> None:
        told, agent = await self.exchange.result(attempt.id)
        found = await asyncio.to_thread(self.tasks.letter, attempt.letter)
        placing = self._placing(_read(found[0])[1]) if found else None
        outcome = told or (Outcome.NO_ANSWER if placing and placing.first == "caller" else Outcome.NOBODY)
        log.info("callback attempt=%s outcome=%s agent=%s", attempt.id, outcome, agent or "-")
        now = datetime.now(UTC)
        # The task first: who is killed in between asks the exchange again, and comes to the same end.
        if found is not None and found[1]:
            tried = sum(one.outcome not in OURS for one in await self.attempts.of(attempt.letter) if one != attempt)
            tried += outcome not in OURS
            if outcome in OVER or (placing and tried >= placing.tries):
                await self.tasks.delivered(attempt.letter, now)
            else:
                pause = timedelta(minutes=placing.pause if placing else 15)
                await self.tasks.put_off(attempt.letter, now + (AGAIN if outcome is Outcome.NOBODY else pause))
        await self.attempts.end(attempt.id, outcome, agent, now)

    async def _place(self, letter: Sealed, body: Mapping[str, Any], placing: Placing) -> bool:
        phone, shown = parse(body["facts"]["phone"]), parse(placing.caller_id or body["number"])
        now = datetime.now(UTC)
        refused = None
        if self.now() - datetime.fromisoformat(body["at"]) > timedelta(hours=placing.expires):
            refused = Outcome.EXPIRED
        elif not callable_(phone, foreign=self._node(_read(letter)[1]).foreign) or not may_be_shown(shown):
            refused = Outcome.FORBIDDEN  # the book has changed since it was booked
        if refused is not None:
            log.info("callback id=%s not placed: %s", letter.id, refused)
            await self.attempts.note(letter.id, phone.e164 or "", refused, now)
            await self.tasks.delivered(letter.id, now)
            return False
        attempt = await self.attempts.begin(letter.id, phone.e164 or "", now)
        if attempt is None:
            return False
        self.placed += 1
        log.info("callback attempt=%s to=%s first=%s", attempt.id, phone.masked, placing.first)
        try:
            await self.exchange.place(self._order(attempt, body, placing))
        except OSError as error:
            # It may have been carried out all the same; the next look at the exchange tells.
            log.warning("callback attempt=%s perhaps not placed: %s", attempt.id, error)
        return True

    def _order(self, attempt: Attempt, body: Mapping[str, Any], placing: Placing) -> Order:
        waited = self.now() - datetime.fromisoformat(body["facts"].get("came") or body["at"])
        called = parse(body["facts"]["phone"]), parse(placing.caller_id or body["number"]), placing
        return Order(attempt.id, *called, waited.total_seconds(), self.book().trunks.get(placing.through))

    def _node(self, node: tuple[str, str]) -> Callback:
        found = self.book().drawing.flows[node[0]].nodes[node[1]]
        assert isinstance(found, Callback)  # noqa: S101 - _placing has looked
        return found

    def _placing(self, node: tuple[str, str]) -> Placing | None:
        """How the book in force places what was booked there; ``None``: it does not, or no longer."""
        flow = self.book().drawing.flows.get(node[0])
        found = flow.nodes.get(node[1]) if flow else None
        return found.place if isinstance(found, Callback) else None

    async def _node_of(self, letter: str) -> tuple[str, str]:
        found = await asyncio.to_thread(self.tasks.letter, letter)
        return _read(found[0])[1] if found else ("", "")

    async def _is_wanted(self, letter: str) -> bool:
        """Whether anybody is still to be rung for it: it was not cancelled, and it is not past closing time."""
        found = await asyncio.to_thread(self.tasks.letter, letter)
        return found is not None and found[1] and await self._is_open(_read(found[0])[1])

    async def _is_open(self, node: tuple[str, str]) -> bool:
        """Whether people may be called back now."""
        if self._placing(node) is None or (name := self._node(node).calendar) is None:
            return True
        now = self.now()
        calendar = self.book().calendars[name]
        return calendar.opening(now.astimezone(calendar.zone), await self.tasks.override(name, now)).open


def _read(letter: Sealed) -> tuple[Mapping[str, Any], tuple[str, str]]:
    """What a task says, and the node where it was booked."""
    body = json.loads(letter.body)
    return body, (str(body.get("flow", "")), str(body.get("node", "")))
