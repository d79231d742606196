"""The cabinet: what is remembered of callers, the overrides of calendars, and letters until they are delivered.

Apart from the ledger, which only ever grows: here things are replaced, expire and are thrown away.  One connection,
one thread at a time; each operation is one short transaction.
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
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
from sqlalchemy.exc import DBAPIError

from ivr.flow.errands import Override
from ivr.ledger.engine import at as address_of
from ivr.ledger.engine import instant, writing
from ivr.ledger.reading import Reader, unusable
from ivr.service.ports import Letter
from ivr.values.duty import Duty

T = TypeVar("T")

_metadata = MetaData()

_memory = Table(
    "memory",
    _metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("until", String(32), nullable=False),
)

_overrides = Table(
    "overrides",
    _metadata,
    Column("calendar", Text, primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", String(32)),  # none: for good
)

_duties = Table(
    "duties",
    _metadata,
    Column("agent", Text, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
)

_letters = Table(
    "letters",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("written", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", String(32), nullable=False),
    Column("delivered", String(32)),
)
Index("letters_waiting", _letters.c.kind, _letters.c.delivered, _letters.c.due)


class NoLetter(LookupError):
    """There is no such letter; the text says so."""


@dataclass(frozen=True)
class Waiting:
    """A letter that waits to be delivered; ``body`` is its JSON text, the same at every attempt."""

    id: str
    kind: str
    body: str
    attempts: int


class Cabinet:
    """Fulfils ``Memory``, ``Drawer``, ``Roster`` and ``Outbox`` on an SQLite file; what cannot be done is BadLedger."""

    def __init__(self, path: Path, ledger: Path) -> None:
        self._engine = writing(address_of(path))
        self._ledger = Reader(address_of(ledger))
        self._lock = Lock()
        self._now(_metadata.create_all)

    def close(self) -> None:
        self._engine.dispose()

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

    async def spent(self, caller: str, since: datetime) -> Decimal:
        """See the port."""
        return await asyncio.to_thread(self._ledger.spent, caller, since)

    # -- overrides -------------------------------------------------------------------------------------------------

    async def override(self, calendar: str, at: datetime) -> Override | None:
        """See the port."""
        return (await self._do(lambda connection: _in_force(connection, at))).get(calendar)

    async def overrule(self, calendar: str, override: Override | None) -> bool:
        """See the port."""
        await asyncio.to_thread(self.set_override, calendar, override)
        return True

    def overrides(self, at: datetime) -> dict[str, Override]:
        """See the port ``Drawer``."""
        return self._now(lambda connection: _in_force(connection, at))

    def set_override(self, calendar: str, override: Override | None) -> None:
        """See the port ``Drawer``."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_overrides).where(_overrides.c.calendar == calendar))
            if override is not None:
                until = instant(override.until) if override.until else None
                row = {"calendar": calendar, "open": override.open, "why": override.why, "until": until}
                connection.execute(insert(_overrides).values(row))

        self._now(work)

    # -- duties ----------------------------------------------------------------------------------------------------

    def duties(self) -> dict[str, Duty]:
        """See the port ``Roster``."""
        rows = self._now(lambda connection: connection.execute(select(_duties)).all())
        return {row.agent: Duty(row.present, row.paused) for row in rows}

    def set_duty(self, agent: str, duty: Duty) -> None:
        """See the port ``Roster``."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_duties).where(_duties.c.agent == agent))
            connection.execute(insert(_duties).values(agent=agent, present=duty.present, paused=duty.paused))

        self._now(work)

    # -- letters ---------------------------------------------------------------------------------------------------

    async def post(self, letter: Letter, once: str = "") -> None:
        """See the port."""
        body = json.dumps({**asdict(letter), "at": letter.at.isoformat()}, ensure_ascii=False)
        row = {"id": uuid.uuid4().hex, "kind": letter.kind, "body": body, "attempts": 0}
        now = instant(datetime.now(UTC))

        def work(connection: Connection) -> None:
            if once:
                same = select(_letters.c.id).where(*_open(letter.kind, once, letter.facts.get(once, "")))
                if connection.execute(same).first() is not None:
                    return
            connection.execute(insert(_letters).values(row | {"written": now, "due": now}))

        await self._do(work)

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        """See the port."""
        taken_back = delete(_letters).where(*_open(kind, fact, value))
        await self._do(lambda connection: connection.execute(taken_back))

    async def waiting(self, kind: str, at: datetime, most: int = 50) -> list[Waiting]:
        """Letters of ``kind`` that are due at ``at``, oldest first."""
        found = _of(kind).where(_letters.c.due <= instant(at)).order_by(_letters.c.written).limit(most)
        return await self._do(lambda connection: [Waiting(*row) for row in connection.execute(found)])

    async def count(self, kind: str) -> int:
        """How many letters of ``kind`` wait, due or not."""
        found = select(func.count()).where(_letters.c.kind == kind, _letters.c.delivered.is_(None))
        return await self._do(lambda connection: connection.execute(found).scalar_one())

    def letters(self, kind: str, *, done: bool = False) -> list[Waiting]:
        """All letters of ``kind`` that wait, or, if ``done``, that do not any more; oldest first."""
        found = _of(kind, done=done).order_by(_letters.c.written)
        return self._now(lambda connection: [Waiting(*row) for row in connection.execute(found)])

    async def delivered(self, letter: str, at: datetime) -> None:
        """Note that a letter has arrived; it is kept."""
        await asyncio.to_thread(self.done, letter, at)

    def done(self, letter: str, at: datetime) -> None:
        """Note that nothing is to be done about a letter any more; it is kept."""
        done = update(_letters).where(_letters.c.id == letter).values(delivered=instant(at))
        self._now(lambda connection: connection.execute(done))

    def throw_away(self, before: datetime, at: datetime) -> list[Waiting]:
        """Delete for good every letter written before an instant, done or not, and what was remembered until ``at``;
        the letters that were deleted.
        """
        old = _letters.c.written < instant(before)
        found = select(_letters.c.id, _letters.c.kind, _letters.c.body, _letters.c.attempts).where(old)

        def work(connection: Connection) -> list[Waiting]:
            thrown = [Waiting(*row) for row in connection.execute(found)]
            connection.execute(delete(_letters).where(old))
            connection.execute(delete(_memory).where(_memory.c.until <= instant(at)))
            return thrown

        return self._now(work)

    async def put_off(self, letter: str, due: datetime) -> None:
        """Note a failed attempt, and when to try again."""
        later = update(_letters).where(_letters.c.id == letter)
        later = later.values(attempts=_letters.c.attempts + 1, due=instant(due))
        await self._do(lambda connection: connection.execute(later))

    async def _do(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._now, work)

    def _now(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._lock, self._engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise unusable(self._engine.url, error) from error


def _of(kind: str, *, done: bool = False) -> Select[str, str, str, int]:
    found = select(_letters.c.id, _letters.c.kind, _letters.c.body, _letters.c.attempts)
    state = _letters.c.delivered.is_not(None) if done else _letters.c.delivered.is_(None)
    return found.where(_letters.c.kind == kind, state)


def _open(kind: str, fact: str, value: str) -> tuple[ColumnElement[bool], ...]:
    """Letters of ``kind`` that wait and have this ``value`` of ``fact``."""
    told = func.json_extract(_letters.c.body, f"$.facts.{fact}")
    return (_letters.c.kind == kind, _letters.c.delivered.is_(None), told == value)


def _in_force(connection: Connection, at: datetime) -> dict[str, Override]:
    found = select(_overrides).where(_overrides.c.until.is_(None) | (_overrides.c.until > instant(at)))
    return {
        row.calendar: Override(row.open, row.why, datetime.fromisoformat(row.until) if row.until else None)
        for row in connection.execute(found)
    }
