"""The chain over the records: what makes a change, a hole or an insertion show.  Pure.

Theory
------
Each record carries its *hash*: SHA-256 over the canonical JSON of its *link*, which holds its place, the hash of the
record before it (sixty-four zeros for the first), when it was chained, and its facts.  So no record can be changed,
taken out, put in or moved without every later hash being made anew, and the last of them is signed: the *head*.

Facts that are personal (the caller, and the tape with what he typed) are not in the link themselves, only their
digests with a salt that each record draws for itself.  When a caller has his data deleted, caller, tape and salt go;
the digests stay, the chain still holds, and without the salt no one can find the number by trying all of them.

A fact that is null is left out of the link: a later version may add columns without making old hashes void.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.ledger.tables import COLUMNS, Row

GENESIS = "0" * 64
"""What the first record has for a previous hash."""

PERSONAL = ("caller", "tape")
"""Facts that may have to be erased."""

ERASED = {"caller": "erased", "tape": "[]", "salt": None}
"""What stays of them."""

_PLAIN = tuple(name for name in COLUMNS if name not in PERSONAL)


@dataclass(frozen=True)
class Head:
    """The end of a chain: how many records, the place and hash of the last, and when that was so.

    ``signature`` is empty where there was no key.
    """

    records: int
    place: int
    hash: str
    at: str
    signature: str = ""

    @property
    def readable(self) -> bool:
        """Whether each part is of its kind: a table may hold anything, once somebody has written into it."""
        texts = (self.hash, self.at, self.signature)
        return all(isinstance(one, int) for one in (self.records, self.place)) and all(
            isinstance(one, str) for one in texts
        )

    @property
    def content(self) -> bytes:
        """What is signed."""
        told = {"ledger head": 1, "records": self.records, "place": self.place, "hash": self.hash, "at": self.at}
        return canonical(told)


EMPTY = Head(0, 0, GENESIS, "")


def canonical(value: Any) -> bytes:
    """JSON in the one form that is hashed and signed: names sorted, no space, UTF-8; no fractions in it (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a record's hash is over."""
    names = ("place", "previous", "chained", "caller_digest", "tape_digest", *_PLAIN)
    return {name: row[name] for name in names if row[name] is not None}


def digest(of: Mapping[str, Any]) -> str:
    """The hash of a link."""
    return hashlib.sha256(canonical(of)).hexdigest()


def whole(row: Mapping[str, Any]) -> bool:
    """Whether a record's row is as its hash says; its personal facts apart."""
    try:
        return digest(link(row)) == str(row["hash"])
    except TypeError:  # bytes where a text was written
        return False


def veiled(name: str, value: str, salt: str) -> str:
    """The digest that stands for a personal fact."""
    return hashlib.sha256(canonical([name, salt, value])).hexdigest()


def chained(facts: Row, after: Head, place: int, at: str, salt: str) -> Row:
    """The row of a record that follows ``after``."""
    row: Row = dict(facts) | {"place": place, "previous": after.hash, "chained": at, "salt": salt}
    row |= {f"{name}_digest": veiled(name, str(facts[name]), salt) for name in PERSONAL}
    row["hash"] = digest(link(row))
    return row


def following(after: Head, row: Row, at: str) -> Head:
    """The head once ``row`` has been added, not yet signed."""
    place, hash_ = row["place"], row["hash"]
    assert isinstance(place, int)  # noqa: S101 - chained() made them
    assert isinstance(hash_, str)  # noqa: S101
    return Head(after.records + 1, place, hash_, at)


def erasure(place: int, hash_: str, at: str, why: str) -> bytes:
    """What is signed when the personal facts of a record are erased."""
    return canonical({"erased": 1, "place": place, "hash": hash_, "at": at, "why": why})
