"""What callers were given back: written once, never changed, in a chain of its own beside that of the calls.

The record of a call stays what it was.  A refund names the call and the hash of its record, follows the refund before
it by that one's hash, and is signed; so none can be changed, removed, or made for another call without the house's
key.  The end of the chain is kept and signed like the ledger's own.  Money itself is not moved: the operator, or the
owner, gives it back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from ivr.ledger.binding import prepare
from ivr.ledger.chain import EMPTY, GENESIS, Head, canonical, digest, whole
from ivr.ledger.engine import instant, writing
from ivr.ledger.head import note
from ivr.ledger.reading import BadLedger, unusable
from ivr.ledger.seal import PublicKey, Seal
from ivr.ledger.tables import calls, refunds, refunds_head
from ivr.values.tariff import Money

FACTS = ("place", "call", "call_hash", "at", "amount_cents", "currency", "reason", "previous")
"""What the hash of a refund is over."""

_HEAD = tuple(refunds_head.c[name] for name in ("records", "place", "hash", "at", "signature"))


class BadRefund(Exception):
    """This cannot be given back; the text is one sentence."""


@dataclass(frozen=True)
class Refund:
    """What was given back, and how much of the call that leaves."""

    call: str
    amount: Money
    left: Money


def refund(
    url: URL, call: str, reason: str, seal: Seal, amount: Decimal | None = None, beside: Path | None = None
) -> Refund:
    """Note that ``amount`` euros of a call are given back (``None``: all that is left of it), and the new head in
    ``beside``.

    Raises :class:`BadRefund`, ``BadLedger``, ``NoKey``.
    """
    engine = writing(url)
    try:
        with engine.begin() as connection:
            prepare(connection, url, seal)
            end = _end(connection)
            found = connection.execute(select(calls).where(calls.c.id == call)).mappings().one_or_none()
            if found is None:
                raise BadRefund(f'there is no call "{call}" in the ledger: ivr calls --json shows the ids')
            back = func.coalesce(func.sum(refunds.c.amount_cents), 0)
            given = connection.execute(select(back).where(refunds.c.call == call)).scalar_one()
            _intact(call, found)
            left = int(found["amount_cents"]) - int(given)
            cents = left if amount is None else int(amount * 100)
            _fits(call, found, cents, left)
            end = _add(connection, end, found, cents, reason, seal)
    except DBAPIError as error:
        raise unusable(engine.url, error) from error
    finally:
        engine.dispose()
    if beside is not None:
        note(beside, end)
    return Refund(call, euros(cents), euros(left - cents))


def fault(connection: Connection, key: PublicKey | None, witnesses: Iterable[tuple[str, Head]] = ()) -> str | None:
    """The first thing that is wrong with the chain of refunds, also against heads kept elsewhere; ``None``:
    it holds.
    """
    last, count, seen = GENESIS, 0, {0: GENESIS}
    hashes = select(refunds, calls.c.hash.label("hash_of_call")).outerjoin(calls, calls.c.id == refunds.c.call)
    for row in connection.execute(hashes.order_by(refunds.c.place)).mappings():
        name = f"refund {row['place']} (call {row['call']})"
        if not _whole(row):
            return f"{name} was changed"
        if row["previous"] != last:
            return f"refunds were removed or put in before {name}"
        if row["hash_of_call"] != row["call_hash"]:
            return f"{name} is of a record that the ledger does not have"
        if key is not None and not key.signed(signed(row), row["signature"]):
            return f"{name} does not bear the house's signature"
        last, count = row["hash"], count + 1
        seen[row["place"]] = last
    found = connection.execute(select(*_HEAD)).one_or_none()
    head = Head(*found) if found else EMPTY
    if not head.readable:
        return "the head of the refunds was changed"
    if (head.records, head.hash) != (count, last):
        return f"refunds were removed at the end: {head.records} were written, {count} are there"
    if key is not None and count and not key.signed(head.content, head.signature):
        return "the head of the refunds does not bear the house's signature"
    return next(filter(None, (_against(where, kept, key, seen) for where, kept in witnesses)), None)


def _against(where: str, kept: Head, key: PublicKey | None, seen: Mapping[int, str]) -> str | None:
    """Whether the chain still has what its head in ``where`` saw."""
    if key is not None and kept.records and not key.signed(kept.content, kept.signature):
        return f"the head of the refunds in {where} does not bear the house's signature"
    if seen.get(kept.place) != kept.hash:
        count = len(seen) - 1
        return f"{where} saw {kept.records} refunds at {kept.at}, of which the last is not there: {count} are there now"
    return None


def signed(row: Mapping[Any, Any]) -> bytes:
    """What the signature of a refund is over."""
    return canonical({"refund": 1, **_link(row)})


def _whole(row: Mapping[Any, Any]) -> bool:
    try:
        return digest(_link(row)) == str(row["hash"])
    except TypeError:  # bytes where a text was written
        return False


def _link(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FACTS}


def _end(connection: Connection) -> Head:
    """The end of the chain, held until the transaction ends: two refunds never follow the same one."""
    found = connection.execute(select(*_HEAD).with_for_update()).one_or_none()
    if found is None:
        connection.execute(insert(refunds_head).values(only=1, records=0, place=0, hash=GENESIS, at="", signature=""))
    return Head(*found) if found else EMPTY


def _intact(call: str, found: Mapping[Any, Any]) -> None:
    """Nothing is given back, under the house's signature, by an amount that somebody wrote into the ledger."""
    if found["hash"] is None:
        raise BadLedger(f"the record of call {call} is not in the chain: run ivr ledger verify")
    if not whole(found):
        raise BadLedger(f"the record of call {call} is not as it was written: run ivr ledger verify")


def _fits(call: str, found: Mapping[Any, Any], cents: int, left: int) -> None:
    if not found["amount_cents"]:
        raise BadRefund(f"call {call} cost nothing: there is nothing to give back")
    if not left:
        raise BadRefund(f"call {call} was given back already, all {euros(int(found['amount_cents']))} of it")
    if cents <= 0 or cents > left:
        raise BadRefund(f"of call {call} {euros(left)} can be given back at most, not {euros(cents)}")


def _add(connection: Connection, end: Head, of: Mapping[Any, Any], cents: int, reason: str, seal: Seal) -> Head:
    now = instant(datetime.now(UTC))
    row: dict[str, Any] = {
        "place": end.place + 1,
        "call": of["id"],
        "call_hash": of["hash"],
        "at": now,
        "amount_cents": cents,
        "currency": of["currency"],
        "reason": reason,
        "previous": end.hash,
    }
    connection.execute(insert(refunds).values(**row, hash=digest(row), signature=seal.sign(signed(row))))
    head = Head(end.records + 1, row["place"], digest(row), now)
    head = replace(head, signature=seal.sign(head.content))
    connection.execute(update(refunds_head).values(**asdict(head)))
    return head


def euros(cents: int) -> Money:
    """Whole cents as money."""
    return Money(Decimal(cents).scaleb(-2))
