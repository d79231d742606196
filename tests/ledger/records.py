"""Records to put into a ledger."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ivr.flow.commands import Answer, Ask, Dial, Dialled, Heard, Limit, Play, Played, Progress, Reached
from ivr.flow.tape import Entry
from ivr.service.record import Record
from ivr.values.call import Ending
from ivr.values.tariff import Mode, Money

NOON = datetime(2026, 11, 23, 11, 0, 0, 123456, UTC)


def made(number: int = 1, dialled: str = "0899000004", **changes: object) -> Record:
    """The ``number``-th call of a day: one each second, each with its own id."""
    started = NOON + timedelta(seconds=number)
    facts: dict[str, object] = {
        "id": f"1795000000.{number}",
        "number": dialled,
        "caller": "+33612345678",
        "started": started,
        "announced_from": started + timedelta(seconds=0.25),
        "announced_to": started + timedelta(seconds=11.75),
        "skipped": True,
        "answered": started + timedelta(seconds=12.5),
        "ended": started + timedelta(seconds=73),
        "ending": Ending.CALLER,
        "billed_seconds": 61,
        "amount": Money(Decimal("0.81")),
        "tariff": "emergency-repair",
        "steps": ("hours:open", "welcome:done", "menu:2", "boiler:talked"),
        "tape": (
            Entry(0.0, 0.01, Progress()),
            Entry(0.25, 11.5, Play(("announcement/per-minute-0-80",), until="#"), Played("#")),
            Entry(12.5, 0.1, Answer()),
            Entry(12.6, 0.01, Limit(1800)),
            Entry(12.7, 4.0, Ask(("menu-repair",), ("1", "2")), Heard("2")),
            Entry(17.0, 50.0, Dial(("camille",), 25), Dialled(Reached.TALKED, "camille")),
            Entry(67.0, 6.0, Play(("goodbye",)), done=False),
        ),
        "book": "0123456789abcdef",
        "mode": Mode.PER_MINUTE,
        "price": Decimal("0.80"),
        "progress": started + timedelta(seconds=0.05),
        "beep_from": started + timedelta(seconds=11.75),
        "beep_to": started + timedelta(seconds=12.25),
        "announced_text": "Ce service est facturé quatre-vingts centimes par minute.",
        "announced_audio": f"wav:{'a' * 64} wav16:{'b' * 64}",
        "payout": Decimal("0.4321"),
        "territory": "metropole",
        "vat": Decimal("20"),
    }
    return Record(**(facts | changes))  # type: ignore[arg-type]
