"""Records as the rows of the ledger, and rows as their readers want them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from ivr.ledger.tables import Row
from ivr.values.call import Ending
from ivr.values.tariff import Mode, Money

if TYPE_CHECKING:
    from ivr.service.record import Record  # and with it the flow


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
    hung_up_in: str | None
    place: int
    hash: str | None

    def plain(self) -> dict[str, Any]:
        """Its facts by name, for JSON: what is of no kind of JSON's is written by ``str``.  The tape is its own."""
        return vars(self) | {"amount": asdict(self.amount)}  # not asdict, which copies each entry of each tape


def row(record: "Record") -> Row:
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
        "hung_up_in": None if record.hung_up_in is None else _text(record.hung_up_in),
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
        hung_up_in=found["hung_up_in"],
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
