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
from typing import Any

from ivr.book.book import Book
from ivr.flow.nodes.callback import Callback
from ivr.flow.placing import Placing, callable_, may_be_shown
from ivr.service.attempts import OURS, OVER, Attempt, Attempts, Came, Exchange, Order, Outcome, Stand, Tasks
from ivr.service.called_back import record
from ivr.service.delivery import Sealed
from ivr.service.ports import Ledger
from ivr.values.number import parse

log = logging.getLogger(__name__)

KIND = "callback"
PERIOD = 1.0  # seconds between two looks
SETTLING = timedelta(seconds=5)  # in which the exchange may not know a call yet that it was told of
AGAIN = timedelta(minutes=1)  # after which agents who did not answer are rung again
MOST_IN_QUEUE = 20  # callers of one node who wait in a queue at once without being there
MOST_BY_GATEWAY = 20  # calls at once by one account that is no trunk, which has ceilings of its own
MOST = 1000  # tasks looked at in a round


@dataclass
class Placer:
    """``book`` gives the book in force, ``now`` the callers' clock."""

    tasks: Tasks
    attempts: Attempts
    exchange: Exchange
    ledger: Ledger
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
        """Write down what has ended, then place what is due: in each queue in the order in which they stand."""
        under_way = await self._ended()
        due = [(letter, *_read(letter)) for letter in await self.tasks.waiting(KIND, datetime.now(UTC), MOST)]
        due.sort(key=lambda one: _standing(one[1]))
        busy = [await self._node_of(attempt.letter) for attempt in under_way]
        far: set[tuple[str, str]] = set()
        for letter, body, node in due:
            placing = self._placing(node)
            if placing is None or any(attempt.letter == letter.id for attempt in under_way):
                continue
            if busy.count(node) >= (MOST_IN_QUEUE if placing.queue else 1) or not await self._is_open(node):
                continue
            if self._by_gateway(placing.through, busy) >= MOST_BY_GATEWAY:
                continue
            if await self._may_be_placed(letter, body, placing, far) and await self._place(letter, body, placing):
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
        came = await self.exchange.result(attempt.id)
        found = await asyncio.to_thread(self.tasks.letter, attempt.letter)
        placing = self._placing(_read(found[0])[1]) if found else None
        outcome = came.outcome or (Outcome.NO_ANSWER if placing and placing.first == "caller" else Outcome.NOBODY)
        log.info("callback attempt=%s outcome=%s agent=%s", attempt.id, outcome, came.agent or "-")
        now = datetime.now(UTC)
        if found is not None:
            await self._keep(attempt, came, outcome, json.loads(found[0].body), placing)
        # The task first: who is killed in between asks the exchange again, and comes to the same end.
        if found is not None and found[1]:
            before = [one.outcome for one in await self.attempts.of(attempt.letter) if one != attempt]
            tried = sum(one not in OURS for one in (*before, outcome))
            if outcome in OVER or (placing and tried >= placing.tries):
                await self.tasks.delivered(attempt.letter, now)
            else:
                await self.tasks.put_off(attempt.letter, now + _pause(outcome, before, placing))
        await self.attempts.end(attempt.id, outcome, came.agent, now)
        await self.exchange.forget(attempt.id)

    async def _keep(
        self, attempt: Attempt, came: Came, outcome: Outcome, body: Mapping[str, Any], placing: Placing | None
    ) -> None:
        told = {"number": body["number"], "phone": body["facts"]["phone"], "node": str(body.get("node", ""))}
        made = record(attempt, came, outcome, placing, datetime.now(UTC), **told, book=self.book().digest)
        try:
            await self.ledger.append(made)
        except OSError:
            log.exception("record lost to the ledger, it follows: %s", made)

    async def _may_be_placed(
        self, letter: Sealed, body: Mapping[str, Any], placing: Placing, far: set[tuple[str, str]]
    ) -> bool:
        """Whether one is to be called now; what is not to be placed at all is put away.  ``far``: queues in which
        somebody before him is not to be called yet.
        """
        phone, shown = parse(body["facts"]["phone"]), parse(placing.caller_id or body["number"])
        refused = None
        if self.now() - datetime.fromisoformat(body["at"]) > timedelta(hours=placing.expires):
            refused = Outcome.EXPIRED
        elif not callable_(phone, foreign=self._node(_read(letter)[1]).foreign) or not may_be_shown(shown):
            refused = Outcome.FORBIDDEN  # the book has changed since it was booked
        if refused is not None:
            log.info("callback id=%s not placed: %s", letter.id, refused)
            now = datetime.now(UTC)
            await self.attempts.note(letter.id, phone.e164 or "", refused, now)
            await self.tasks.delivered(letter.id, now)
            return False
        stand = self._stand(body, placing)
        if stand is None or placing.first == "agent":
            return True
        if (queue := (stand.queue, stand.part)) not in far and not await self.exchange.near(stand):
            far.add(queue)
        return queue not in far

    async def _place(self, letter: Sealed, body: Mapping[str, Any], placing: Placing) -> bool:
        phone = parse(body["facts"]["phone"])
        attempt = await self.attempts.begin(letter.id, phone.e164 or "", datetime.now(UTC))
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
        called = parse(body["facts"]["phone"]), parse(placing.caller_id or body["number"]), placing
        return Order(attempt.id, *called, self._stand(body, placing), self.book().trunks.get(placing.through))

    def _stand(self, body: Mapping[str, Any], placing: Placing) -> Stand | None:
        """Where he stands who has asked for it; a part of a queue that is no more is the whole of it."""
        if placing.queue is None:
            return None
        waited = (self.now() - _came(body)).total_seconds()
        queue, part = self.book().queues.get(placing.queue), body["facts"].get("part", "")
        return Stand(placing.queue, waited, _priority(body), part if queue and part in queue.parts else "")

    def _node(self, node: tuple[str, str]) -> Callback:
        found = self.book().drawing.flows[node[0]].nodes[node[1]]
        assert isinstance(found, Callback)  # noqa: S101 - _placing has looked
        return found

    def _placing(self, node: tuple[str, str]) -> Placing | None:
        """How the book in force places what was booked there; ``None``: it does not, or no longer."""
        flow = self.book().drawing.flows.get(node[0])
        found = flow.nodes.get(node[1]) if flow else None
        return found.place if isinstance(found, Callback) else None

    def _by_gateway(self, account: str, busy: Iterable[tuple[str, str]]) -> int:
        """How many are called back by an account at once, whichever nodes they were booked at; by a trunk: 0."""
        if account in self.book().trunks:
            return 0
        return sum(1 for node in busy if (placing := self._placing(node)) and placing.through == account)

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


def _pause(outcome: Outcome, before: Sequence[Outcome | None], placing: Placing | None) -> timedelta:
    """Until an attempt is followed by the next.  Whose agent is gone is owed another one at once, but once: nobody's
    phone is to ring and fall silent all day.
    """
    if outcome is Outcome.GONE and outcome not in before:
        return timedelta()
    return AGAIN if outcome is Outcome.NOBODY else timedelta(minutes=placing.pause if placing else 15)


def _came(body: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(body["facts"].get("came") or body["at"])


def _priority(body: Mapping[str, Any]) -> int:
    return int(body["facts"].get("priority", "0"))


def _standing(body: Mapping[str, Any]) -> tuple[int, datetime]:
    """By which those who stand are in order."""
    return -_priority(body), _came(body)
