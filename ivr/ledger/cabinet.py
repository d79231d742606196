"""The cabinet: what is remembered of callers, the overrides of calendars, crises, and letters until they are delivered.

Apart from the ledger, which only ever grows: here things are replaced, expire and are thrown away.  One connection,
one thread at a time; each operation is one short transaction.
"""

import asyncio
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from ivr.ledger.engine import at as address_of
from ivr.ledger.engine import instant
from ivr.ledger.orders import Orders, metadata, nuisances
from ivr.ledger.reading import Reader
from ivr.service.ports import Letter

T = TypeVar("T")

GIVEN_UP = "given_up"
"""The fact of a letter that says why it is not tried any more."""

_memory = Table(
    "memory",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("until", String(32), nullable=False),
)

_letters = Table(
    "letters",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("written", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", String(32), nullable=False),
    Column("delivered", String(32)),
)
Index("letters_waiting", _letters.c.kind, _letters.c.delivered, _letters.c.due)


_heard = Table("heard", metadata, Column("letter", String(32), primary_key=True))


class NoLetter(LookupError):
    """There is no such letter; the text says so."""


@dataclass(frozen=True)
class Waiting:
    """A letter that waits to be delivered; ``body`` is its JSON text, the same at every attempt."""

    id: str
    kind: str
    body: str
    attempts: int


class Cabinet(Orders):
    """Fulfils ``Memory``, ``Outbox`` and what its orders do on an SQLite file; what cannot be done is BadLedger."""

    def __init__(self, path: Path, ledger: Path) -> None:
        self._ledger = Reader(address_of(ledger))
        super().__init__(path)

    # -- memory ----------------------------------------------------------------------------------------------------

    async def recall(self, caller: str, key: str, at: datetime) -> str | None:
        """See the port."""
        found = select(_memory.c.value).where(
            _memory.c.caller == caller, _memory.c.key == key, _memory.c.until > instant(at)
        )
        return await self._do(lambda connection: connection.execute(found).scalar_one_or_none())

    async def remember(self, caller: str, key: str, value: str | None, until: datetime) -> None:
        """See the port."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_memory).where(_memory.c.caller == caller, _memory.c.key == key))
            if value is not None:
                connection.execute(insert(_memory).values(caller=caller, key=key, value=value, until=instant(until)))

        await self._do(work)

    async def calls_since(self, caller: str, since: datetime) -> int:
        """See the port."""
        return await asyncio.to_thread(self._ledger.count, caller, since)

    async def bothers(self, caller: str, since: datetime, how: str, shorter_than: float) -> int:
        """See the port."""
        longest = timedelta(seconds=shorter_than) if how == "short" else None
        return await asyncio.to_thread(self._ledger.bothers, caller, since, longest)

    async def spent(self, caller: str, since: datetime) -> Decimal:
        """See the port."""
        return await asyncio.to_thread(self._ledger.spent, caller, since)

    # -- letters ---------------------------------------------------------------------------------------------------

    async def post(self, letter: Letter, once: str = "") -> None:
        """See the port."""
        body = json.dumps({**asdict(letter), "at": letter.at.isoformat()}, ensure_ascii=False)
        row = {"id": uuid.uuid4().hex, "kind": letter.kind, "body": body, "attempts": 0}
        now = instant(datetime.now(UTC))

        def work(connection: Connection) -> None:
            if once:
                called = func.json_extract(_letters.c.body, "$.number") == letter.number
                same = select(_letters.c.id).where(called, *_open(letter.kind, once, letter.facts.get(once, "")))
                if connection.execute(same).first() is not None:
                    return
            connection.execute(insert(_letters).values(row | {"written": now, "due": now}))

        await self._do(work)

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        """See the port."""
        taken_back = delete(_letters).where(*_open(kind, fact, value))
        await self._do(lambda connection: connection.execute(taken_back))

    async def held(self, kind: str, fact: str, value: str) -> int:
        """See the port."""
        found = select(func.count()).where(*_open(kind, fact, value))
        return await self._do(lambda connection: connection.execute(found).scalar_one())

    async def waiting(self, kind: str, at: datetime, most: int = 50) -> list[Waiting]:
        """Letters of ``kind`` that are due at ``at``, oldest first."""
        _, first = await self._awaited(kind)
        if first is None or first > instant(at):  # as nearly always
            return []
        found = _of(kind).where(_letters.c.due <= instant(at)).order_by(_letters.c.written).limit(most)
        return await self._do(lambda connection: [Waiting(*row) for row in connection.execute(found)])

    async def count(self, kind: str) -> int:
        """How many letters of ``kind`` wait, due or not."""
        many, _ = await self._awaited(kind)
        return many

    async def _awaited(self, kind: str) -> tuple[int, str | None]:
        """How many letters of ``kind`` wait, and when the first of them is due."""

        def work(connection: Connection) -> tuple[int, str | None]:
            waits = (_letters.c.kind == kind, _letters.c.delivered.is_(None))
            many, first = connection.execute(select(func.count(), func.min(_letters.c.due)).where(*waits)).one()
            return many, first

        return await self._answers.aside(("letters", kind), lambda: self._now(work))

    def letters(self, kind: str, *, done: bool = False) -> list[Waiting]:
        """All letters of ``kind`` that wait, or, if ``done``, that do not any more; oldest first."""
        found = _of(kind, done=done).order_by(_letters.c.written)
        return self._now(lambda connection: [Waiting(*row) for row in connection.execute(found)])

    async def delivered(self, letter: str, at: datetime) -> None:
        """Note that a letter has arrived; it is kept."""
        await asyncio.to_thread(self.done, letter, at)

    async def given_up(self, letter: str, why: str, at: datetime) -> None:
        """Note that a letter will not arrive, and why: as its fact `given_up`.  It is kept."""
        said = func.json_set(_letters.c.body, f"$.facts.{GIVEN_UP}", why)
        over = update(_letters).where(_letters.c.id == letter).values(delivered=instant(at), body=said)
        await self._do(lambda connection: connection.execute(over))

    def done(self, letter: str, at: datetime) -> None:
        """Note that nothing is to be done about a letter any more; it is kept."""
        done = update(_letters).where(_letters.c.id == letter).values(delivered=instant(at))
        self._now(lambda connection: connection.execute(done))

    def reopen(self, letter: str, at: datetime) -> None:
        """Have a letter wait again, due at once."""
        again = update(_letters).where(_letters.c.id == letter).values(delivered=None, due=instant(at))
        self._now(lambda connection: connection.execute(again))

    def letter(self, identity: str) -> tuple[Waiting, bool] | None:
        """The letter of that id, and whether something is still to be done about it."""
        found = select(_letters).where(_letters.c.id == identity)
        row = self._now(lambda connection: connection.execute(found).one_or_none())
        return (Waiting(row.id, row.kind, row.body, row.attempts), row.delivered is None) if row else None

    def throw_away(self, before: datetime, at: datetime) -> list[Waiting]:
        """Delete for good every letter written before an instant, done or not, and what was remembered until ``at``;
        the letters that were deleted.
        """
        old = _letters.c.written < instant(before)
        found = select(_letters.c.id, _letters.c.kind, _letters.c.body, _letters.c.attempts).where(old)

        def work(connection: Connection) -> list[Waiting]:
            thrown = [Waiting(*row) for row in connection.execute(found)]
            connection.execute(delete(_letters).where(old))
            connection.execute(delete(_heard).where(_heard.c.letter.not_in(select(_letters.c.id))))
            connection.execute(delete(_memory).where(_memory.c.until <= instant(at)))
            connection.execute(delete(nuisances).where(nuisances.c.until <= instant(at)))
            return thrown

        return self._now(work)

    def erase_caller(self, caller: str) -> list[Waiting]:
        """Delete for good what is remembered of a caller, the entry that blocks him, and every letter that is his or is
        about his number, delivered or not; those letters.
        """
        body = _letters.c.body
        his = (func.json_extract(body, "$.caller") == caller) | (func.json_extract(body, "$.facts.phone") == caller)
        found = select(_letters.c.id, _letters.c.kind, body, _letters.c.attempts).where(his)

        def work(connection: Connection) -> list[Waiting]:
            letters = [Waiting(*row) for row in connection.execute(found)]
            connection.execute(delete(_letters).where(his))
            connection.execute(delete(_heard).where(_heard.c.letter.in_([letter.id for letter in letters])))
            connection.execute(delete(_memory).where(_memory.c.caller == caller))
            connection.execute(delete(nuisances).where(nuisances.c.caller == caller))
            return letters

        return self._wiped(work)

    async def heard(self) -> frozenset[str]:
        """See the port ``Marks``."""
        found = select(_heard.c.letter)
        return await self._do(lambda connection: frozenset(connection.execute(found).scalars()))

    async def hear(self, message: str) -> None:
        """See the port ``Marks``; twice is as good as once."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_heard).where(_heard.c.letter == message))
            connection.execute(insert(_heard).values(letter=message))

        await self._do(work)

    async def erase(self, letter: str) -> None:
        """Delete a letter, and those whose fact `message` names it, for good."""
        of_it = func.json_extract(_letters.c.body, "$.facts.message") == letter

        def work(connection: Connection) -> None:
            connection.execute(delete(_letters).where((_letters.c.id == letter) | of_it))
            connection.execute(delete(_heard).where(_heard.c.letter == letter))

        await self._do(work)

    async def put_off(self, letter: str, due: datetime) -> None:
        """Note a failed attempt, and when to try again."""
        later = update(_letters).where(_letters.c.id == letter)
        later = later.values(attempts=_letters.c.attempts + 1, due=instant(due))
        await self._do(lambda connection: connection.execute(later))


def _of(kind: str, *, done: bool = False) -> Select[str, str, str, int]:
    found = select(_letters.c.id, _letters.c.kind, _letters.c.body, _letters.c.attempts)
    state = _letters.c.delivered.is_not(None) if done else _letters.c.delivered.is_(None)
    return found.where(_letters.c.kind == kind, state)


def _open(kind: str, fact: str, value: str) -> tuple[ColumnElement[bool], ...]:
    """Letters of ``kind`` that wait and have this ``value`` of ``fact``."""
    told = func.json_extract(_letters.c.body, f"$.facts.{fact}")
    return (_letters.c.kind == kind, _letters.c.delivered.is_(None), told == value)
