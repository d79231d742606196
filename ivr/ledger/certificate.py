"""A certificate of one call: what its caller was told and charged, signed, so that others can hold us to it.

It holds the record's link in the chain (``chain.py``), all of it, so that its hash can be worked out from the
certificate alone; the head of the ledger when it was issued; the instants in seconds since the call came in; and an
Ed25519 signature over the canonical JSON of everything else.  Whoever changes one byte of the file breaks it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ivr.ledger.chain import Head, canonical, digest, link, veiled
from ivr.ledger.refunds import FACTS
from ivr.ledger.seal import NoKey, PublicKey, Seal
from ivr.values.number import parse

FORM = 1
INSTANTS = ("started", "progress", "announced_from", "announced_to", "beep_from", "beep_to", "answered", "ended")


class BadCertificate(Exception):
    """There can be no certificate of this call; the text is one sentence."""


@dataclass(frozen=True)
class Verdict:
    """Whether a certificate is true, and why, in one sentence."""

    true: bool
    why: str


def issue(
    row: Mapping[Any, Any],
    end: Head,
    seal: Seal,
    at: datetime,
    owner: str | None,
    *,
    with_caller: bool,
    refunds: Iterable[Mapping[Any, Any]] = (),
    silence: str | None = None,
) -> dict[str, Any]:
    """The certificate of the call in ``row``, with what of it was given back, and why its number does not announce its
    price, if the book says so (one of ``SILENCES``).

    Raises :class:`BadCertificate`, :class:`NoKey`.
    """
    if row["hash"] is None or digest(link(row)) != row["hash"]:
        raise BadCertificate(f"the record of call {row['id']} is not as it was written: run ivr ledger verify")
    erased = row["erased"] is not None
    told: dict[str, Any] = {
        "certificate": FORM,
        "issued": at.isoformat(timespec="seconds"),
        "record": link(row),
        "hash": row["hash"],
        "head": asdict(end),
        "seconds": _axis(row),
        "caller": "erased" if erased else row["caller"] if with_caller else parse(row["caller"]).masked,
        "key": seal.public.text,
    }
    if owner:
        told["owner"] = owner
    if silence and not row["announced_text"]:
        told["silence"] = silence
    if back := [{name: one[name] for name in (*FACTS, "hash", "signature")} for one in refunds]:
        told["refunds"] = back
    if with_caller and not erased:
        told["caller_salt"] = row["salt"]
    return told | {"signature": seal.sign(canonical(told))}


def written(certificate: Mapping[str, Any]) -> str:
    """The certificate as the one text that it is kept and verified in."""
    return json.dumps(certificate, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def verify(content: bytes, key: PublicKey | None) -> Verdict:
    """Whether ``content`` is a certificate as it was issued by the holder of ``key``; ``None``: of the one it names."""
    try:
        told = json.loads(content)
        signature, named = told.pop("signature"), told["key"]
        record, head = told["record"], Head(**told["head"])
        if not isinstance(signature, str) or told["certificate"] != FORM:
            raise ValueError("form")
        used = PublicKey.of(named)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NoKey):
        return Verdict(False, "this is no certificate of a call, or it was damaged")
    if key is not None and key.text != named:
        return Verdict(False, "it was signed by another key than the one it is held against")
    if not used.signed(canonical(told), signature):
        return Verdict(False, "it was changed after it was signed")
    if written(told | {"signature": signature}).encode() != content:
        return Verdict(False, "its text was changed, though not what it says")
    if digest(record) != told["hash"] or told["seconds"] != _axis(record):
        return Verdict(False, "what it says of the call does not fit the record's hash")
    if not used.signed(head.content, head.signature):
        return Verdict(False, "the head of the ledger that it names is not signed")
    if "caller_salt" in told and veiled("caller", told["caller"], told["caller_salt"]) != record["caller_digest"]:
        return Verdict(False, "the caller it names is not the one of the record")
    by = "the key it was held against" if key is not None else f"the key that it names itself ({named})"
    return Verdict(True, f"call {record['id']} is as it was recorded, signed by {by}")


def _axis(record: Mapping[Any, Any]) -> dict[str, str]:
    """Each instant in seconds since the call came in, as texts: fractions have no one form in JSON."""
    zero = datetime.fromisoformat(record["started"])
    known = [name for name in INSTANTS if record.get(name)]
    return {name: f"{(datetime.fromisoformat(record[name]) - zero).total_seconds():.3f}" for name in known}
