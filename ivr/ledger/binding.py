"""Binding records into the ledger: each follows the one before it in the chain, and the head moves with it.

All of it happens in the transaction of whoever writes.  He holds the head from the first record to the commit
(``BEGIN IMMEDIATE`` in SQLite, the head's row in PostgreSQL), so that two writers never follow the same record.
A record that waited in a spool is chained when it is taken in: ``chained`` tells how long after its end that was.
"""

import logging
import secrets
from dataclasses import astuple
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.schema import CreateColumn

from ivr.ledger.chain import EMPTY, PERSONAL, Head, chained, following
from ivr.ledger.engine import instant, is_sqlite, shown
from ivr.ledger.reading import version
from ivr.ledger.seal import NoKey, Seal
from ivr.ledger.tables import CALLER_INDEX, COLUMNS, SINCE, VERSION, Row, calls, head, metadata, schema

log = logging.getLogger(__name__)

_AT_ONCE = 500  # records chained at once in an upgrade


def prepare(connection: Connection, url: URL, seal: Seal | None) -> None:
    """Have the tables there, and of our version.  Raises :class:`BadLedger` for a later one."""
    found = version(connection, url)
    metadata.create_all(connection)
    CALLER_INDEX.create(connection, checkfirst=True)
    if found is None:
        connection.execute(insert(schema).values(version=VERSION))
        connection.execute(insert(head).values(_columns(EMPTY)))
        log.info("ledger begun %s=%s version=%d", "file" if is_sqlite(url) else "database", shown(url), VERSION)
        return
    # Another writer may be at it: he holds the row until all is done.
    found = connection.execute(select(schema.c.version).with_for_update()).scalar_one()
    if found < VERSION:
        _upgrade(connection, found, seal)
        log.info("ledger brought up from version=%d to version=%d %s", found, VERSION, shown(url))


def bind(connection: Connection, rows: list[Row], seal: Seal | None) -> tuple[Head, list[Row]]:
    """Write rows, or find them written; the new head, and the rows that the ledger refuses."""
    now = instant(datetime.now(UTC))
    found = connection.execute(select(*_HEAD).with_for_update()).one_or_none()
    last = before = Head(*found) if found else EMPTY
    refused: list[Row] = []
    together = _all_at_once(connection, rows, last, now) if len(rows) > 1 else None
    if together is not None:
        last = together
    else:
        for facts in rows:
            row = _written(connection, facts, last, now)
            if row is not None:
                last = following(last, row, now)
            elif not _known(connection, facts):
                refused.append(facts)
    if last is not before:
        last = signed(last, seal)
        connection.execute(update(head) if found else insert(head), _columns(last))
    return last, refused


def signed(end: Head, seal: Seal | None) -> Head:
    """The head with its signature; without one, and a warning, where there is no key: a record matters more."""
    try:
        signature = seal.sign(end.content) if seal else ""
    except NoKey as error:
        log.warning("ledger head not signed: %s", error)
        signature = ""
    return Head(end.records, end.place, end.hash, end.at, signature)


_HEAD = (head.c.records, head.c.place, head.c.hash, head.c.at, head.c.signature)


def _columns(end: Head) -> dict[str, object]:
    return {"only": 1, **dict(zip(("records", "place", "hash", "at", "signature"), astuple(end), strict=True))}


def _all_at_once(connection: Connection, rows: list[Row], last: Head, now: str) -> Head | None:
    """Write many rows by one order, ten times as fast; ``None``, and nothing is written, if one of them is refused."""
    news: list[Row] = []
    for facts in rows:
        news.append(chained(facts, last, last.place + 1, now, secrets.token_hex(16)))
        last = following(last, news[-1], now)
    try:
        with connection.begin_nested():
            connection.execute(insert(calls), news)
    except (IntegrityError, DataError):
        return None
    return last


def _written(connection: Connection, facts: Row, last: Head, now: str) -> Row | None:
    """Write one row after ``last``; ``None`` if the database refuses it."""
    # A place of our own counting: a database's sequence has holes wherever something was refused.
    row = chained(facts, last, last.place + 1, now, secrets.token_hex(16))
    if _put(connection, row):
        return row
    beyond = _beyond(connection, last)
    if beyond is None:
        return None
    log.error("ledger has records that are not chained, beyond place=%d: ivr ledger verify", last.place)
    row = chained(facts, last, beyond + 1, now, secrets.token_hex(16))
    return row if _put(connection, row) else None


def _put(connection: Connection, row: Row) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(insert(calls), row)  # values(row) takes twice the time
    except (IntegrityError, DataError) as error:
        log.debug("ledger does not take id=%s: %s", row["id"], why(error))
        return False
    return True


def _beyond(connection: Connection, last: Head) -> int | None:
    """The last place, if somebody else has put records beyond the head: they shall not keep ours out."""
    found: int | None = connection.execute(select(func.max(calls.c.place)).where(calls.c.place > last.place)).scalar()
    return found


def _known(connection: Connection, facts: Row) -> bool:
    """Whether the ledger has just this record already; ``False``, and a warning, if it has, or wants, another."""
    old = connection.execute(select(calls).where(calls.c.id == facts["id"])).mappings().one_or_none()
    compared = [name for name in COLUMNS if old is None or old["erased"] is None or name not in PERSONAL]
    if old is not None and all(old[name] == facts[name] for name in compared):
        return True
    reason = "was written already with other facts" if old is not None else "the database refuses it"
    log.warning("ledger sets a record aside id=%s: %s", facts["id"], reason)
    return False


def _upgrade(connection: Connection, found: int, seal: Seal | None) -> None:
    """Add what later versions have, and chain what was there: from now on it is guarded, not for the time before."""
    for name in (name for since, names in SINCE.items() if since > found for name in names):
        column = CreateColumn(calls.c[name]).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {calls.name} ADD COLUMN {column}")
    if found < 2:
        connection.execute(delete(head))
        connection.execute(insert(head).values(_columns(signed(_chain_all(connection), seal))))
    connection.execute(update(schema).values(version=VERSION))


def _chain_all(connection: Connection) -> Head:
    now, last, done = instant(datetime.now(UTC)), EMPTY, 0
    to = update(calls).where(calls.c.place == bindparam("at_place"))
    to = to.values({name: bindparam(name) for name in ("salt", "previous", "chained", "hash")})
    to = to.values({f"{name}_digest": bindparam(f"{name}_digest") for name in PERSONAL})
    while True:
        found = select(calls).where(calls.c.place > last.place).order_by(calls.c.place).limit(_AT_ONCE)
        olds = connection.execute(found).mappings().all()
        if not olds:
            return last
        news = []
        for old in olds:
            row = chained({name: old[name] for name in COLUMNS}, last, old["place"], now, secrets.token_hex(16))
            last = following(last, row, now)
            names = ("salt", "previous", "chained", "hash", *(f"{name}_digest" for name in PERSONAL))
            news.append({"at_place": row["place"], **{name: row[name] for name in names}})
        connection.execute(to, news)
        done += len(news)
        log.info("ledger chains what it had, records=%d", done)


def why(error: Exception) -> str:
    """The first line of what a database says."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).strip().partition("\n")[0]
