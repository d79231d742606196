"""What the ledger looks like on disk: its tables; one form for SQLite and PostgreSQL.

A row holds only texts, whole numbers and truth values, so that it means the same in either database, in a spool
file, and to whoever opens the ledger with another tool.  Instants are UTC in ISO 8601 with all six digits of the
microseconds: such texts sort as the instants do.  Money is whole cents and a currency.
"""

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

VERSION = 5
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
    # Since version 5: the node in which the caller hung up.
    Column("hung_up_in", Text),
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
    5: ("hung_up_in",),
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
