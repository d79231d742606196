"""Walking the whole chain: does every record follow the one before it, and is the end the end?

Names the first record that is not as it was written, or the place where one is missing or was put in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, select
from sqlalchemy.exc import DBAPIError

from ivr.ledger import refunds
from ivr.ledger.chain import EMPTY, GENESIS, PERSONAL, Head, erasure, veiled, whole
from ivr.ledger.engine import is_sqlite, reading, shown
from ivr.ledger.reading import BadLedger, unusable, version
from ivr.ledger.seal import PublicKey
from ivr.ledger.tables import calls, of_version
from ivr.ledger.tables import head as head_table

_AT_ONCE = 1000
CHAINED = 2
"""The first version of the ledger that had a chain."""

Seen = tuple[str, Head]
"""A head that was kept elsewhere, and where."""


@dataclass(frozen=True)
class Audited:
    """What was found: the chain's end as it stands, records whose personal facts were erased, the first fault."""

    end: Head
    erased: int
    fault: str | None


def audit(url: URL, key: PublicKey | None, witnesses: Iterable[Seen] = (), given_back: Iterable[Seen] = ()) -> Audited:
    """Walk the ledger at ``url``.  ``key`` is the house's, for the head's and the erasures' signatures; ``witnesses``
    are heads kept elsewhere, each with where, ``given_back`` those of the refunds.  Raises :class:`BadLedger` if it
    cannot be walked.
    """
    witnesses, given_back = tuple(witnesses), tuple(given_back)
    if is_sqlite(url) and not Path(str(url.database)).exists():
        return Audited(EMPTY, 0, _against(witnesses, _Walk(key)))
    engine = reading(url)
    try:
        with engine.connect() as connection:
            # One view of the ledger, though calls go on ending.
            if is_sqlite(url):
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            found = version(connection, url)
            if found is None:
                return Audited(EMPTY, 0, _against(witnesses, _Walk(key)))
            if found < CHAINED:
                raise BadLedger(f"the ledger {shown(url)} has version {found}, without a chain: ivr serve brings it up")
            return _audit(connection, found, key, witnesses, given_back)
    except DBAPIError as error:
        raise unusable(url, error) from error
    finally:
        engine.dispose()


def _audit(
    connection: Connection,
    found: int,
    key: PublicKey | None,
    witnesses: tuple[Seen, ...],
    given_back: tuple[Seen, ...],
) -> Audited:
    columns = (head_table.c.records, head_table.c.place, head_table.c.hash, head_table.c.at, head_table.c.signature)
    noted = connection.execute(select(*columns)).all()
    walk = _Walk(key, frozenset(head.place for _, head in witnesses))
    for row in _rows(connection, found):
        if fault := walk.fault(row):
            return Audited(walk.end, walk.erased, fault)
    fault = _end(noted, walk, key) or _against(witnesses, walk)
    return Audited(walk.end, walk.erased, fault or (refunds.fault(connection, key, given_back) if found >= 3 else None))


@dataclass
class _Walk:
    """How far the chain has been followed."""

    key: PublicKey | None
    watched: frozenset[int] = frozenset()
    end: Head = EMPTY
    before: str = ""  # the hash before the last one
    name: str = ""  # the last record's
    erased: int = 0
    seen: dict[int, str] = field(default_factory=dict)

    def fault(self, row: Mapping[Any, Any]) -> str | None:
        """What is wrong with the next row, if anything; else it is the end now."""
        name = f"record {row['place']} (call {row['id']})"
        try:
            fault = self._of_itself(row)
        except TypeError:  # bytes where a text was written: SQLite keeps whatever it is given
            fault = "was changed"
        if fault:
            return f"{name} {fault}"
        if row["previous"] != self.end.hash:
            if row["previous"] == self.before:
                return f"{self.name} was inserted: {name} follows the record before it"
            if self.end.hash == GENESIS:
                return f"records were removed before {name}, the first that is there"
            return f"records were removed between {self.name} and {name}"
        self.erased += row["erased"] is not None
        self.before, self.name = self.end.hash, name
        self.end = Head(self.end.records + 1, row["place"], row["hash"], row["chained"])
        if row["place"] in self.watched:
            self.seen[row["place"]] = row["hash"]
        return None

    def _of_itself(self, row: Mapping[Any, Any]) -> str | None:
        if row["hash"] is None or row["previous"] is None:
            return "was inserted: it is not in the chain"
        if not whole(row):
            return "was changed"
        if row["erased"] is not None:
            return self._erased(row)
        for name in PERSONAL:
            if veiled(name, row[name], row["salt"] or "") != row[f"{name}_digest"]:
                return f"was changed: its {name} is not what was written"
        return None

    def _erased(self, row: Mapping[Any, Any]) -> str | None:
        why, _, signature = (row["erasure"] or "").rpartition(" ")
        told = erasure(row["place"], row["hash"], row["erased"], why)
        if self.key is not None and not self.key.signed(told, signature):
            return "was changed: its caller and tape were erased without the house's signature"
        return None


def _rows(connection: Connection, of: int) -> Iterator[Mapping[Any, Any]]:
    last: int | None = None
    while True:
        found = select(*of_version(of)).order_by(calls.c.place).limit(_AT_ONCE)
        rows = connection.execute(found if last is None else found.where(calls.c.place > last)).mappings().all()
        yield from rows
        if not rows:
            return
        last = rows[-1]["place"]


def _end(noted: Iterable[Any], walk: _Walk, key: PublicKey | None) -> str | None:
    """Whether the ledger's own head is the end that was reached."""
    heads = [Head(*row) for row in noted]
    if not heads:
        return "the head of the ledger was removed"
    head, end = heads[0], walk.end
    if not head.readable:
        return "the head of the ledger was changed"
    if head.records > end.records:
        return f"records were removed at the end: {head.records} were written, {end.records} are there"
    if head.records < end.records:
        return f"{walk.name} was inserted at the end: {head.records} were written, {end.records} are there"
    if (head.place, head.hash) != (end.place, end.hash):
        return f"{walk.name} is not the last that was written"
    if key is not None and head.records and not key.signed(head.content, head.signature):
        return "the head of the ledger does not bear the house's signature: the chain may have been made anew"
    return None


def _against(witnesses: Iterable[Seen], walk: _Walk) -> str | None:
    """Whether the ledger still has what a head kept elsewhere saw."""
    for where, head in witnesses:
        if walk.key is not None and not walk.key.signed(head.content, head.signature):
            return f"the head in {where} does not bear the house's signature"
        if head.records > walk.end.records:
            return (
                f"records were removed at the end: {where} saw {head.records} at {head.at}, "
                f"{walk.end.records} are there"
            )
        if head.place and walk.seen.get(head.place) != head.hash:
            return f"record {head.place} is not the one that {where} saw: the chain was made anew"
    return None
