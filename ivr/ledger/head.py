"""The head of the ledger in a file beside it, and in the copies that somebody else keeps.

What a head proves: the ledger once had ``records`` records, the last of them at ``place`` with ``hash``.  A ledger that
has fewer today, or another record there, was cut or made anew.  Whoever can write the database, the file beside it
and the signing key can do that unseen, back to the last head or certificate that lies where he cannot reach: so a
copy belongs elsewhere (`ivr ledger head`), and every certificate that was given away is one, too.
"""

import json
import logging
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ivr.ledger.chain import Head

log = logging.getLogger(__name__)

HEAD = "ledger.head"
REFUNDS = "refunds.head"  # that of the refunds, in a file of its own: each chain has its own writers


class BadHead(ValueError):
    """A file that holds no head of a ledger; the text says so."""


def note(path: Path, end: Head) -> None:
    """Put the head beside the ledger.  An older one does no harm, so nothing is waited for; nor is a failure."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text(end))
        beside.replace(path)
    except OSError as error:
        log.warning("ledger head not noted in %s: %s", path, error.strerror)


def text(end: Head, refunds: Head | None = None) -> str:
    """A head as JSON, with that of the refunds."""
    return json.dumps(asdict(end) | ({"refunds": asdict(refunds)} if refunds else {}), indent=1) + "\n"


def read(path: Path) -> tuple[Head, Head | None]:
    """The head in a file, or in a certificate, and that of the refunds where it is told.

    Raises :class:`BadHead`, ``OSError``.
    """
    try:
        told: Any = json.loads(path.read_bytes())
        found = told.get("head", told)
        refunds = told.get("refunds_head" if "head" in told else "refunds")
        return _head(found), _head(refunds) if refunds is not None else None
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise BadHead(f"{path} holds no head of a ledger: ivr ledger head prints one") from error


_KINDS = {"records": int, "place": int, "hash": str, "at": str, "signature": str}


def _head(found: dict[str, Any]) -> Head:
    return Head(*(_of(found, name, kind) for name, kind in _KINDS.items()))


def _of(found: dict[str, Any], name: str, kind: type) -> Any:
    if type(found[name]) is not kind:
        raise TypeError(name)
    return found[name]
