"""Access codes that callers buy: issued, checked once by whoever opens the door, then used up.

In the cabinet's file.  A pool is a stock of codes that were made elsewhere, loaded from a file; a code without a pool
is made here.  A code that has run out stays known until its number is wanted again, so that who types it late is told
so.
"""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, Text, delete, func, insert, select, update

from ivr.flow.errands import Issue
from ivr.ledger.engine import at as address_of
from ivr.ledger.engine import instant, writing

TRIES = 100  # to find a number that is not in use; with fewer than half of them in use, one in 2**100 fails

_metadata = MetaData()

_codes = Table(
    "codes",
    _metadata,
    Column("code", Text, primary_key=True),
    Column("pool", Text, nullable=False),  # "" where it was made here
    Column("product", Text),
    Column("call", Text),
    Column("issued", String(32)),  # none: still in its pool
    Column("until", String(32)),
    Column("used", String(32)),
)
Index("codes_pool", _codes.c.pool, _codes.c.issued)


@dataclass(frozen=True)
class Checked:
    """What became of a code at the door: ``valid`` opens it; ``used`` says that it had been opened with it before,
    ``until`` when the code runs out or ran out (``None``: nobody bought such a code).
    """

    valid: bool
    used: bool = False
    until: datetime | None = None
    product: str | None = None


class CodeStore:
    """Fulfils the port ``Codes`` on an SQLite file."""

    def __init__(self, path: Path) -> None:
        self._engine = writing(address_of(path))
        self._lock = Lock()
        with self._engine.begin() as connection:
            _metadata.create_all(connection)

    def close(self) -> None:
        self._engine.dispose()

    async def issue(self, wanted: Issue, call: str, at: datetime) -> str | None:
        """See the port."""
        return await asyncio.to_thread(self._issue, wanted, call, at)

    async def check(self, code: str, at: datetime) -> Checked:
        """Whether ``code`` opens the door at ``at``; it does so once."""
        return await asyncio.to_thread(self._check, code, at)

    def load(self, pool: str, codes: Iterable[str]) -> int:
        """Put codes into a pool; those known already are left as they are.  Returns how many are new."""
        with self._lock, self._engine.begin() as connection:
            new = 0
            for code in codes:
                if not _known(connection, code):
                    connection.execute(insert(_codes).values(code=code, pool=pool))
                    new += 1
            return new

    def pools(self) -> dict[str, tuple[int, int]]:
        """By pool: how many codes are left, and how many were sold."""
        counted = select(_codes.c.pool, func.count() - func.count(_codes.c.issued), func.count(_codes.c.issued))
        with self._lock, self._engine.begin() as connection:
            rows = connection.execute(counted.group_by(_codes.c.pool).order_by(_codes.c.pool))
            return {pool: (left, sold) for pool, left, sold in rows}

    def _issue(self, wanted: Issue, call: str, at: datetime) -> str | None:
        with self._lock, self._engine.begin() as connection:
            code = _next(connection, wanted.pool) if wanted.pool else _made(connection, wanted.digits, at)
            if code is None:
                return None
            sold = {"product": wanted.product, "call": call, "issued": instant(at), "until": instant(at + wanted.lasts)}
            if wanted.pool:
                connection.execute(update(_codes).where(_codes.c.code == code).values(sold))
            else:
                connection.execute(insert(_codes).values(code=code, pool="", **sold))
            return code

    def _check(self, code: str, at: datetime) -> Checked:
        with self._lock, self._engine.begin() as connection:
            row = connection.execute(select(_codes).where(_codes.c.code == code)).one_or_none()
            if row is None or row.issued is None:
                return Checked(valid=False)
            until = datetime.fromisoformat(row.until)
            if row.used is not None or at >= until:
                return Checked(False, row.used is not None, until, row.product)
            connection.execute(update(_codes).where(_codes.c.code == code).values(used=instant(at)))
            return Checked(True, False, until, row.product)


def _known(connection: Connection, code: str) -> bool:
    return connection.execute(select(_codes.c.code).where(_codes.c.code == code)).first() is not None


def _next(connection: Connection, pool: str) -> str | None:
    left = select(_codes.c.code).where(_codes.c.pool == pool, _codes.c.issued.is_(None)).order_by(func.random())
    return connection.execute(left.limit(1)).scalar_one_or_none()


def _made(connection: Connection, digits: int, at: datetime) -> str | None:
    """A number of so many digits that no valid code has."""
    for _ in range(TRIES):
        code = f"{secrets.randbelow(10**digits):0{digits}}"
        stale = (_codes.c.code == code, _codes.c.until <= instant(at))
        connection.execute(delete(_codes).where(*stale))
        if not _known(connection, code):
            return code
    return None
