"""What was ordered by hand and holds until it is ordered otherwise: overrides of calendars, crises, agents' duties,
and callers noted as a nuisance; and what calls that went out have cost, which holds for its day.

A drawer of the cabinet: one connection, one thread at a time; each order is one short transaction.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.exc import DBAPIError

from ivr.flow.errands import Override
from ivr.ledger.answers import Answers
from ivr.ledger.engine import at as address_of
from ivr.ledger.engine import instant, writing
from ivr.ledger.reading import unusable
from ivr.values.crisis import Declared
from ivr.values.duty import Duty
from ivr.values.noted import Noted
from ivr.values.trunk import Spent

T = TypeVar("T")

BY_PHONE = "switched by phone"

metadata = MetaData()
"""All tables of the cabinet."""

_overrides = Table(
    "overrides",
    metadata,
    Column("calendar", Text, primary_key=True),
    Column("open", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("until", String(32)),  # none: for good
)

_crises = Table(
    "crises",
    metadata,
    Column("name", Text, primary_key=True),
    Column("since", String(32), nullable=False),
    Column("why", Text, nullable=False),
)

nuisances = Table(
    "nuisances",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("since", String(32), nullable=False),
    Column("until", String(32), nullable=False),
    Column("why", Text, nullable=False),
)

_duties = Table(
    "duties",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
)

_outgoing = Table(
    "outgoing",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("trunk", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("cost", Text, nullable=False),
)


class Orders:
    """Fulfils ``Drawer``, ``Alarm``, ``Blacklist``, ``Roster``, ``Purse`` and the orders of ``Memory``.

    What cannot be done is ``BadLedger``.
    """

    def __init__(self, path: Path) -> None:
        self._engine = writing(address_of(path))
        self._lock = Lock()
        self._answers = Answers(path)
        self._now(metadata.create_all)

    def close(self) -> None:
        self._answers.close()
        self._engine.dispose()

    # -- overrides -------------------------------------------------------------------------------------------------

    async def override(self, calendar: str, at: datetime) -> Override | None:
        """See the port."""
        ordered = await self._answers.aside("overrides", lambda: self._now(_ordered))
        return _in_force(ordered, at).get(calendar)

    async def overrule(self, calendar: str, override: Override | None) -> bool:
        """See the port."""
        await asyncio.to_thread(self.set_override, calendar, override)
        return True

    def overrides(self, at: datetime) -> dict[str, Override]:
        """See the port ``Drawer``."""
        return _in_force(self._answers.of("overrides", lambda: self._now(_ordered)), at)

    def set_override(self, calendar: str, override: Override | None) -> None:
        """See the port ``Drawer``."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_overrides).where(_overrides.c.calendar == calendar))
            if override is not None:
                until = instant(override.until) if override.until else None
                row = {"calendar": calendar, "open": override.open, "why": override.why, "until": until}
                connection.execute(insert(_overrides).values(row))

        self._now(work)

    # -- crises ----------------------------------------------------------------------------------------------------

    async def crisis(self, among: Sequence[str]) -> str | None:
        """See the port ``Memory``."""
        declared = await self._answers.aside("crises", lambda: self._now(_declared))
        return next((name for name in reversed(declared) if name in among), None)

    async def declare(self, crisis: str, on: bool, at: datetime) -> bool:
        """See the port ``Memory``."""
        await asyncio.to_thread(self.set_crisis, crisis, Declared(at, BY_PHONE) if on else None)
        return True

    def declared(self) -> dict[str, Declared]:
        """See the port ``Alarm``."""
        return dict(self._answers.of("crises", lambda: self._now(_declared)))

    def set_crisis(self, crisis: str, declared: Declared | None) -> None:
        """See the port ``Alarm``."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_crises).where(_crises.c.name == crisis))
            if declared is not None:
                row = {"name": crisis, "since": instant(declared.since), "why": declared.why}
                connection.execute(insert(_crises).values(row))

        self._now(work)

    # -- nuisances -------------------------------------------------------------------------------------------------

    async def learnt(self, caller: str, at: datetime) -> bool:
        """See the port ``Memory``."""
        found = select(nuisances.c.caller).where(nuisances.c.caller == caller, nuisances.c.until > instant(at))
        return await self._do(lambda connection: connection.execute(found).first() is not None)

    def noted(self, at: datetime) -> list[Noted]:
        """See the port ``Blacklist``."""
        found = select(nuisances).where(nuisances.c.until > instant(at)).order_by(nuisances.c.since.desc())
        rows = self._now(lambda connection: connection.execute(found).all())
        return [
            Noted(row.caller, datetime.fromisoformat(row.since), datetime.fromisoformat(row.until), row.why)
            for row in rows
        ]

    def note(self, noted: Noted) -> None:
        """See the port ``Blacklist``."""
        since, until = instant(noted.since), instant(noted.until)

        def work(connection: Connection) -> None:
            over = (nuisances.c.caller == noted.caller) | (nuisances.c.until <= since)
            connection.execute(delete(nuisances).where(over))
            row = {"caller": noted.caller, "since": since, "until": until, "why": noted.why}
            connection.execute(insert(nuisances).values(row))

        self._now(work)

    def forget(self, caller: str) -> bool:
        """See the port ``Blacklist``."""
        gone = delete(nuisances).where(nuisances.c.caller == caller)
        return self._now(lambda connection: connection.execute(gone).rowcount) > 0

    # -- duties ----------------------------------------------------------------------------------------------------

    def duties(self) -> dict[str, Duty]:
        """See the port ``Roster``."""
        return dict(self._answers.of("duties", lambda: self._now(_standing)))

    def set_duty(self, agent: str, duty: Duty) -> None:
        """See the port ``Roster``."""

        def work(connection: Connection) -> None:
            connection.execute(delete(_duties).where(_duties.c.agent == agent))
            connection.execute(insert(_duties).values(agent=agent, present=duty.present, paused=duty.paused))

        self._now(work)

    # -- calls that went out ---------------------------------------------------------------------------------------

    def outgoing(self, day: date) -> dict[str, Spent]:
        """See the port ``Purse``."""
        found = select(_outgoing).where(_outgoing.c.day == day.isoformat())
        rows = self._now(lambda connection: connection.execute(found).all())
        return {row.trunk: Spent(row.calls, row.seconds, Decimal(row.cost)) for row in rows}

    def add_outgoing(self, day: date, trunk: str, spent: Spent) -> None:
        """See the port ``Purse``."""
        here = (_outgoing.c.day == day.isoformat()) & (_outgoing.c.trunk == trunk)

        def work(connection: Connection) -> None:
            row = connection.execute(select(_outgoing).where(here)).first()
            before = Spent(row.calls, row.seconds, Decimal(row.cost)) if row else Spent()
            connection.execute(delete(_outgoing).where(here))
            calls, seconds = before.calls + spent.calls, before.seconds + spent.seconds
            cost = str(before.cost + spent.cost)
            new = {"day": day.isoformat(), "trunk": trunk, "calls": calls, "seconds": seconds, "cost": cost}
            connection.execute(insert(_outgoing).values(new))

        self._now(work)

    async def _do(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._now, work)

    def _wiped(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`_now`; what is deleted is overwritten in the file, and in the log of what is being written."""
        try:
            with self._lock, self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")  # of the one connection
                done = work(connection)
                connection.commit()
                connection.exec_driver_sql("COMMIT")  # the engine begins by itself
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
                return done
        except DBAPIError as error:
            raise unusable(self._engine.url, error) from error

    def _now(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._lock, self._engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise unusable(self._engine.url, error) from error


def _ordered(connection: Connection) -> dict[str, Override]:
    return {
        row.calendar: Override(row.open, row.why, datetime.fromisoformat(row.until) if row.until else None)
        for row in connection.execute(select(_overrides))
    }


def _in_force(ordered: Mapping[str, Override], at: datetime) -> dict[str, Override]:
    return {name: one for name, one in ordered.items() if one.until is None or one.until > at}


def _declared(connection: Connection) -> dict[str, Declared]:
    found = connection.execute(select(_crises).order_by(_crises.c.since, _crises.c.name))
    return {row.name: Declared(datetime.fromisoformat(row.since), row.why) for row in found}


def _standing(connection: Connection) -> dict[str, Duty]:
    return {row.agent: Duty(row.present, row.paused) for row in connection.execute(select(_duties))}
