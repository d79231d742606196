"""Deleting a caller's data on his demand (GDPR, article 17), without a hole in the chain.

His number, the tape with what he typed, and the salt go; their digests stay, so the chain still holds.  The erasure
is signed: one that the house has not signed is found as a change.
"""

from datetime import UTC, datetime

from sqlalchemy import URL, select, update
from sqlalchemy.exc import DBAPIError

from ivr.ledger.chain import ERASED, erasure
from ivr.ledger.engine import instant, is_sqlite, writing
from ivr.ledger.reading import unusable
from ivr.ledger.seal import Seal
from ivr.ledger.tables import calls


def erase(url: URL, caller: str, why: str, seal: Seal) -> int:
    """Erase what is personal in all records of ``caller`` (as the ledger has him); how many.

    ``why`` is kept in each.  Raises ``BadLedger``, ``NoKey``.
    """
    now = instant(datetime.now(UTC))
    engine = writing(url)
    try:
        if is_sqlite(url):
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")  # the engine keeps its one connection
        with engine.begin() as connection:
            found = connection.execute(select(calls.c.place, calls.c.hash).where(calls.c.caller == caller)).all()
            for place, hash_ in found:
                signature = seal.sign(erasure(place, hash_, now, why))
                gone = update(calls).where(calls.c.place == place)
                connection.execute(gone.values(**ERASED, erased=now, erasure=f"{why} {signature}"))
        if is_sqlite(url):
            with engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")  # the engine begins by itself
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        return len(found)
    except DBAPIError as error:
        raise unusable(engine.url, error) from error
    finally:
        engine.dispose()
