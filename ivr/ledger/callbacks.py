"""The attempts to call people back, in the cabinet's file: what is under way survives a restart, and its outcome stays.

An attempt is written before the exchange is told of it, and has an end only when the exchange no longer knows it: so
nobody is called twice at once, whatever dies in between.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
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

from ivr.ledger.answers import Answers
from ivr.ledger.engine import at as address_of
from ivr.ledger.engine import instant, writing
from ivr.ledger.reading import unusable
from ivr.service.attempts import Attempt, Outcome

T = TypeVar("T")

_metadata = MetaData()

_attempts = Table(
    "callback_attempts",
    _metadata,
    Column("id", String(48), primary_key=True),
    Column("letter", String(32), nullable=False, index=True),
    Column("phone", Text, nullable=False),
    Column("place", Integer, nullable=False),  # the how many-th of its letter, from 1
    Column("began", String(32), nullable=False),
    Column("ended", String(32)),
    Column("outcome", Text),
    Column("agent", Text),
)


class CallbackStore:
    """Fulfils the port ``Attempts`` on an SQLite file."""

    def __init__(self, path: Path) -> None:
        self._engine = writing(address_of(path))
        self._lock = Lock()
        self._answers = Answers(path)
        with self._engine.begin() as connection:
            _metadata.create_all(connection)

    def close(self) -> None:
        self._answers.close()
        self._engine.dispose()

    async def begin(self, letter: str, phone: str, at: datetime) -> Attempt | None:
        """See the port."""

        def work(connection: Connection) -> Attempt | None:
            under_way = select(_attempts.c.id).where(
                _attempts.c.ended.is_(None), (_attempts.c.letter == letter) | (_attempts.c.phone == phone)
            )
            if connection.execute(under_way).first() is not None:
                return None
            made = _made(connection, letter, at)
            connection.execute(insert(_attempts).values(_row(made, phone)))
            return made

        return await asyncio.to_thread(self._now, work)

    async def note(self, letter: str, phone: str, outcome: Outcome, at: datetime) -> None:
        """See the port."""
        await asyncio.to_thread(self.noted, letter, phone, outcome, at)

    def noted(self, letter: str, phone: str, outcome: Outcome, at: datetime) -> None:
        """Write down what became of a letter without a call."""

        def work(connection: Connection) -> None:
            row = _row(_made(connection, letter, at), phone)
            connection.execute(insert(_attempts).values(row | {"ended": instant(at), "outcome": outcome.value}))

        self._now(work)

    async def end(self, attempt: str, outcome: Outcome, agent: str, at: datetime) -> None:
        """See the port."""
        ended = update(_attempts).where(_attempts.c.id == attempt, _attempts.c.ended.is_(None))
        ended = ended.values(ended=instant(at), outcome=outcome.value, agent=agent or None)
        await asyncio.to_thread(self._now, lambda connection: connection.execute(ended))

    async def under_way(self) -> list[Attempt]:
        """See the port."""
        return list(await self._answers.aside("under way", lambda: self._found(_attempts.c.ended.is_(None))))

    async def of(self, letter: str) -> list[Attempt]:
        """See the port."""
        return await asyncio.to_thread(self.all, letter)

    def all(self, letter: str) -> list[Attempt]:
        """All attempts of a letter, in order."""
        return self._found(_attempts.c.letter == letter)

    def forget(self, letters: Iterable[str]) -> None:
        """Delete the attempts of letters that are no more."""
        gone = delete(_attempts).where(_attempts.c.letter.in_(list(letters)))
        self._now(lambda connection: connection.execute(gone))

    def _found(self, which: ColumnElement[bool]) -> list[Attempt]:
        found = select(_attempts).where(which).order_by(_attempts.c.place)

        def work(connection: Connection) -> list[Attempt]:
            return [
                Attempt(
                    row.id,
                    row.letter,
                    row.place,
                    datetime.fromisoformat(row.began),
                    Outcome(row.outcome) if row.outcome else None,
                    row.agent or "",
                )
                for row in connection.execute(found)
            ]

        return self._now(work)

    def _now(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._lock, self._engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise unusable(self._engine.url, error) from error


def _made(connection: Connection, letter: str, at: datetime) -> Attempt:
    last = connection.execute(select(func.max(_attempts.c.place)).where(_attempts.c.letter == letter)).scalar() or 0
    return Attempt(f"{letter}-{last + 1}", letter, last + 1, at)


def _row(attempt: Attempt, phone: str) -> dict[str, object]:
    return {
        "id": attempt.id,
        "letter": attempt.letter,
        "phone": phone,
        "place": attempt.place,
        "began": instant(attempt.began),
    }
