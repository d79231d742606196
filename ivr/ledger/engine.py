"""Connections to the ledger's database: how SQLite and PostgreSQL are opened for writing and for reading.

SQLite, for writing: WAL, so that readers never wait for the writer nor he for them; ``synchronous=FULL``, so that
what was committed outlives a power cut; ``BEGIN IMMEDIATE``, because a transaction that begins by reading and then
wants to write is refused at once, whatever ``busy_timeout`` says (SQLITE_BUSY_SNAPSHOT).
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

BUSY = 1.0
"""Seconds that one statement waits for a lock that another process holds."""
CONNECT = 2
"""Whole seconds for PostgreSQL to accept a connection; libpq takes less than 2 for 2."""


def at(path: Path) -> URL:
    """The address of an SQLite ledger."""
    return URL.create("sqlite", database=str(path.absolute()))


def instant(moment: datetime) -> str:
    """UTC in ISO 8601 with all digits of the microseconds: such texts sort as the instants do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def address(text: str) -> URL:
    """The address ``text``, with the driver that we use for PostgreSQL."""
    url = make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def shown(url: URL) -> str:
    """The address as it may be printed: without its password, and for SQLite as a path."""
    return str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def writing(url: URL) -> Engine:
    """An engine with one connection, which is kept."""
    if is_sqlite(url):
        _create(Path(str(url.database)))
        engine = create_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": BUSY})
        event.listen(engine, "connect", _for_writing)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    limits = f"-c lock_timeout={BUSY:g}s -c statement_timeout=5s -c idle_in_transaction_session_timeout=30s"
    return create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT, "options": limits},
    )


def reading(url: URL) -> Engine:
    """An engine for single questions, which never creates, changes or locks anything."""
    if is_sqlite(url):
        path = Path(str(url.database)).as_uri()
        url = url.set(database=path, query={"mode": "ro", "uri": "true"})
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY})
        event.listen(engine, "connect", _autocommit)
        return engine
    return create_engine(
        url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT, "options": "-c statement_timeout=30s"}
    )


def _create(path: Path) -> None:
    """Make the file readable by its owner alone: it holds callers' numbers.  SQLite's side files copy its mode."""
    with suppress(OSError):  # what is wrong with the place is for SQLite to say
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never open a file that is there: closing it again would drop the locks that SQLite holds on it elsewhere in
        # this process, and another process that leaves would take itself for the last and delete the write-ahead log.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _autocommit(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are ours, not the driver's


def _for_writing(connection: Any, record: object) -> None:
    _autocommit(connection, record)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
