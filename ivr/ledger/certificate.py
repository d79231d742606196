"""A certificate of one call: what its caller was told and charged, signed, so that others can hold us to it.

It holds the record's link in the chain (``chain.py``), all of it, so that its hash can be worked out from the
certificate alone; what of the call was given back, link by link (``refunds.py``); the heads of both chains when it was
issued; the instants in seconds since the call came in; and an Ed25519 signature over the canonical JSON of everything
else.  Whoever changes one byte of the file breaks it, and a ledger that forgets a call or a refund which it knew does
not hold against it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ivr.ledger.chain import EMPTY, Head, canonical, digest, link, veiled, whole
from ivr.ledger.refunds import FACTS, euros, signed
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
    refunds_head: Head = EMPTY,
    silence: str | None = None,
) -> dict[str, Any]:
    """The certificate of the call in ``row``, with what of it was given back, by the chain that ends in
    ``refunds_head``, and why its number does not announce its price, if the book says so (one of ``SILENCES``).

    Raises :class:`BadCertificate`, :class:`NoKey`.
    """
    if not whole(row):
        raise BadCertificate(f"the record of call {row['id']} is not as it was written: run ivr ledger verify")
    if row["kind"] is not None:
        raise BadCertificate(f"call {row['id']} was made by us and costs nobody anything: certify a call to a number")
    erased = row["erased"] is not None
    told: dict[str, Any] = {
        "certificate": FORM,
        "issued": at.isoformat(timespec="seconds"),
        "record": link(row),
        "hash": row["hash"],
        "head": asdict(end),
        "refunds_head": asdict(refunds_head),
        "seconds": _axis(row),
        "caller": "erased" if erased else row["caller"] if with_caller else parse(row["caller"]).masked,
        "key": seal.public.text,
    }
    if owner:
        told["owner"] = owner
    if silence and not row["announced_text"]:
        told["silence"] = silence
    back = (one for one in refunds if one["place"] <= refunds_head.place)
    if given := [{name: one[name] for name in (*FACTS, "hash", "signature")} for one in back]:
        told["refunds"] = given
    if with_caller and not erased:
        told["caller_salt"] = row["salt"]
    return told | {"signature": seal.sign(canonical(told))}


def written(certificate: Mapping[str, Any]) -> str:
    """The certificate as the one text that it is kept and verified in."""
    return json.dumps(certificate, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def verify(content: bytes, key: PublicKey | None) -> Verdict:
    """Whether ``content`` is a certificate as it was issued by the holder of ``key``; ``None``: of the one it names."""
    try:
        return _verdict(content, key)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NoKey):
        # Whoever signs with a key of his own may have signed anything at all.
        return Verdict(False, "this is no certificate of a call, or it was damaged")


def _verdict(content: bytes, key: PublicKey | None) -> Verdict:
    """Raises whatever comes of a file that is none."""
    told = json.loads(content)
    signature, named = told.pop("signature"), told["key"]
    record, head = told["record"], Head(**told["head"])
    given = _GivenBack(told.get("refunds", []), Head(**told["refunds_head"]) if "refunds_head" in told else None)
    if not isinstance(signature, str) or told["certificate"] != FORM:
        raise ValueError("form")
    used = PublicKey.of(named)
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
    try:
        fault = given.fault(record, told["hash"], used)
    except (KeyError, TypeError):
        fault = "what it says was given back cannot be read"
    if fault:
        return Verdict(False, fault)
    back = f", and {euros(given.cents)} of it had been given back" if given.cents else ""
    by = "the key it was held against" if key is not None else f"the key that it names itself ({named})"
    return Verdict(True, f"call {record['id']} is as it was recorded{back}, signed by {by}")


@dataclass(frozen=True)
class _GivenBack:
    """What a certificate says was given back; ``head`` is missing in those from before it was bound."""

    links: list[Mapping[str, Any]]
    head: Head | None

    @property
    def cents(self) -> int:
        return sum(one["amount_cents"] for one in self.links)

    def fault(self, record: Mapping[str, Any], of: str, key: PublicKey) -> str | None:
        """Why it is not true of the call with ``record``, whose hash is ``of``; ``None``: it is.

        Raises ``KeyError`` and ``TypeError`` where it is not even that.
        """
        if self.head is not None and self.head.records and not key.signed(self.head.content, self.head.signature):
            return "the head of the refunds that it names is not signed"
        last = 0
        for one in self.links:
            if (one["call"], one["call_hash"]) != (record["id"], of) or digest({n: one[n] for n in FACTS}) != one[
                "hash"
            ]:
                return "what it says was given back was not given back of this call"
            if not key.signed(signed(one), one["signature"]):
                return "a refund in it is not signed"
            if one["place"] <= last or (self.head is not None and not _leads_to(one, self.head)):
                return "the refunds in it are not those of the chain whose head it names"
            last = one["place"]
        return "more was given back than the call cost" if self.cents > record["amount_cents"] else None


def _leads_to(one: Mapping[str, Any], head: Head) -> bool:
    return one["hash"] == head.hash if one["place"] == head.place else bool(one["place"] < head.place)


def _axis(record: Mapping[Any, Any]) -> dict[str, str]:
    """Each instant in seconds since the call came in, as texts: fractions have no one form in JSON."""
    zero = datetime.fromisoformat(record["started"])
    known = [name for name in INSTANTS if record.get(name)]
    return {name: f"{(datetime.fromisoformat(record[name]) - zero).total_seconds():.3f}" for name in known}
