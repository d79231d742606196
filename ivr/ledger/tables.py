"""What the ledger looks like on disk: its tables, and records as rows; one form for SQLite and PostgreSQL.

A row holds only texts, whole numbers and truth values, so that it means the same in either database, in a spool
file, and to whoever opens the ledger with another tool.  Instants are UTC in ISO 8601 with all six digits of the
microseconds: such texts sort as the instants do.  Money is whole cents and a currency.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    null,
)

from ivr.service.record import Record
from ivr.values.call import Ending
from ivr.values.tariff import Mode, Money

VERSION = 4
"""The schema that this programme writes; a ledger of a higher one is refused, one of a lower one is brought up to it
in place (``binding.py``)."""

Row = dict[str, str | int | bool | None]

metadata = MetaData()

schema = Table("ledger_schema", metadata, Column("version", Integer, nullable=False))

_INSTANT = String(32)

calls = Table(
    "calls",
    metadata,
    # The order in which records came in; nothing else gives it when a spool was taken in late.
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("number", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("started", _INSTANT, nullable=False),
    Column("announced_from", _INSTANT),
    Column("announced_to", _INSTANT),
    Column("skipped", Boolean, nullable=False),
    Column("answered", _INSTANT),
    Column("ended", _INSTANT, nullable=False),
    Column("ending", String(16), nullable=False),
    Column("billed_seconds", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("tariff", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("tape", Text, nullable=False),
    Column("book", Text, nullable=False),
    # Since version 2: what a certificate needs of the call …
    Column("progress", _INSTANT),
    Column("beep_from", _INSTANT),
    Column("beep_to", _INSTANT),
    Column("announced_text", Text),
    Column("announced_audio", Text),
    Column("mode", String(16)),
    Column("price", String(16)),
    # … and the record's link in the chain; see chain.py.
    Column("salt", String(32)),
    Column("caller_digest", String(64)),
    Column("tape_digest", String(64)),
    Column("chained", _INSTANT),
    Column("previous", String(64)),
    Column("hash", String(64)),
    Column("erased", _INSTANT),
    Column("erasure", Text),
    # Since version 3: what a statement needs beside the amount.
    Column("payout", String(16)),
    Column("territory", Text),
    Column("vat", String(16)),
    # Since version 4: of what kind a call is that we made, and whom of ours it reached; milliseconds; JSON, seconds.
    Column("kind", String(16)),
    Column("agent", Text),
    Column("waited", BigInteger),
    Column("talked", BigInteger),
    Column("held", Text),
)
Index("calls_started", calls.c.started)
Index("calls_number_started", calls.c.number, calls.c.started)
CALLER_INDEX = Index("calls_caller_started", calls.c.caller, calls.c.started)
"""What a caller has done lately, asked while he waits.  Not in the first ledgers: made where it is lacking."""

SINCE = {
    2: (
        *("progress", "beep_from", "beep_to", "announced_text", "announced_audio", "mode", "price"),
        *("salt", "caller_digest", "tape_digest", "chained", "previous", "hash", "erased", "erasure"),
    ),
    3: ("payout", "territory", "vat"),
    4: ("kind", "agent", "waited", "talked", "held"),
}
"""The columns that each version has added; all of them may be null."""

LINK = ("place", "salt", "caller_digest", "tape_digest", "chained", "previous", "hash", "erased", "erasure")
"""What the ledger itself adds to the facts of a call."""

COLUMNS = tuple(column.name for column in calls.columns if column.name not in LINK)
"""The facts of a call, which wait in a spool too."""

# The end of the chain, signed; one row, replaced with each record in the same transaction.
head = Table(
    "ledger_head",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("records", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("signature", Text, nullable=False),
)


# What was given back, in the order in which it was; a chain of its own, each link signed (``refunds.py``).
refunds = Table(
    "refunds",
    metadata,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("call", Text, nullable=False),
    Column("call_hash", String(64), nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", Text, nullable=False),
)
Index("refunds_call", refunds.c.call)

# The end of that chain, as the ledger's head is of its own.
refunds_head = Table(
    "refunds_head",
    metadata,
    *(
        Column(column.name, column.type, primary_key=column.primary_key, nullable=column.nullable)
        for column in head.columns
    ),
)


def of_version(version: int) -> tuple[ColumnElement[Any], ...]:
    """The columns of a call in a ledger of that version, with nulls for those that it lacks."""
    lacking = {name for since, names in SINCE.items() if since > version for name in names}
    return tuple(null().label(column.name) if column.name in lacking else column for column in calls.columns)


@dataclass(frozen=True)
class Kept:
    """A record as read back: :class:`Record`'s facts, but for the tape, which is what ``Entry.plain`` made of it, and
    its place and hash in the chain.  What a ledger of an older version did not note is ``None``.
    """

    id: str
    number: str
    caller: str
    started: datetime
    announced_from: datetime | None
    announced_to: datetime | None
    skipped: bool
    answered: datetime | None
    ended: datetime
    ending: Ending
    billed_seconds: int
    amount: Money
    tariff: str
    steps: tuple[str, ...]
    tape: tuple[Mapping[str, Any], ...]
    book: str
    progress: datetime | None
    beep_from: datetime | None
    beep_to: datetime | None
    announced_text: str | None
    announced_audio: str | None
    mode: Mode | None
    price: Decimal | None
    payout: Decimal | None
    territory: str | None
    vat: Decimal | None
    kind: str | None
    agent: str | None
    waited: float | None
    talked: float | None
    held: tuple[float, ...]
    place: int
    hash: str | None


def row(record: Record) -> Row:
    """A record as the ledger holds it."""
    return {
        "id": _text(record.id),
        "number": _text(record.number),
        "caller": _text(record.caller),
        "started": _written(record.started),
        "announced_from": _written_if(record.announced_from),
        "announced_to": _written_if(record.announced_to),
        "skipped": record.skipped,
        "answered": _written_if(record.answered),
        "ended": _written(record.ended),
        "ending": record.ending.value,
        "billed_seconds": record.billed_seconds,
        "amount_cents": int((record.amount.amount * 100).to_integral_value(ROUND_HALF_UP)),
        "currency": record.amount.currency,
        "tariff": _text(record.tariff),
        "steps": _json(record.steps),
        "tape": _json([entry.plain() for entry in record.tape]),
        "book": _text(record.book),
        "progress": _written_if(record.progress),
        "beep_from": _written_if(record.beep_from),
        "beep_to": _written_if(record.beep_to),
        "announced_text": None if record.announced_text is None else _text(record.announced_text),
        "announced_audio": record.announced_audio,
        "mode": record.mode.value,
        "price": str(record.price),
        "payout": None if record.payout is None else str(record.payout),
        "territory": record.territory,
        "vat": None if record.vat is None else str(record.vat),
        "kind": record.kind,
        "agent": record.agent,
        "waited": None if record.waited is None else round(record.waited * 1000),
        "talked": None if record.talked is None else round(record.talked * 1000),
        "held": _json(record.held) if record.held else None,
    }


def kept(found: Mapping[Any, Any]) -> Kept:
    """A row of the ledger as its reader wants it."""
    return Kept(
        id=found["id"],
        number=found["number"],
        caller=found["caller"],
        started=datetime.fromisoformat(found["started"]),
        announced_from=_read_if(found["announced_from"]),
        announced_to=_read_if(found["announced_to"]),
        skipped=found["skipped"],
        answered=_read_if(found["answered"]),
        ended=datetime.fromisoformat(found["ended"]),
        ending=Ending(found["ending"]),
        billed_seconds=found["billed_seconds"],
        amount=Money(Decimal(found["amount_cents"]).scaleb(-2), found["currency"]),
        tariff=found["tariff"],
        steps=tuple(json.loads(found["steps"])),
        tape=tuple(json.loads(found["tape"])),
        book=found["book"],
        progress=_read_if(found["progress"]),
        beep_from=_read_if(found["beep_from"]),
        beep_to=_read_if(found["beep_to"]),
        announced_text=found["announced_text"],
        announced_audio=found["announced_audio"],
        mode=None if found["mode"] is None else Mode(found["mode"]),
        price=None if found["price"] is None else Decimal(found["price"]),
        payout=None if found["payout"] is None else Decimal(found["payout"]),
        territory=found["territory"],
        vat=None if found["vat"] is None else Decimal(found["vat"]),
        kind=found["kind"],
        agent=found["agent"],
        waited=None if found["waited"] is None else found["waited"] / 1000,
        talked=None if found["talked"] is None else found["talked"] / 1000,
        held=tuple(json.loads(found["held"] or "[]")),
        place=found["place"],
        hash=found["hash"],
    )


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _written_if(instant: datetime | None) -> str | None:
    return None if instant is None else _written(instant)


def _read_if(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(text: str) -> str:
    """Without what a database may refuse: NUL (PostgreSQL) and halves of surrogate pairs (both)."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _json(value: Any) -> str:
    # ASCII escapes keep NUL and lone surrogates harmless; `default` so that no future command costs a record.
    return json.dumps(value, separators=(",", ":"), default=str)
