"""Calls of the ledger, for commands that look back; apart from `ivr.app`, since SQLAlchemy takes its time to import."""

from datetime import datetime

from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.rows import Kept
from ivr.settings import Settings
from ivr.values.number import parse


def last_calls(settings: Settings, count: int, number: str | None) -> list[Kept]:
    """The last calls of the ledger, newest first; ``number`` in any spelling.  Raises BadLedger."""
    national = parse(number).national if number else None
    return Reader(at(settings.ledger)).last(count, national or number)


def calls_kept(
    settings: Settings, call: str | None, count: int | None, since: datetime | None, number: str | None
) -> list[Kept]:
    """Of the calls to our numbers one by its id, or the last ``count``, or those ``since``, oldest first.  Raises
    BadLedger.
    """
    reader = Reader(at(settings.ledger))
    national = (parse(number).national or number) if number else None
    kept = reader.since(since, national) if since else reader.last(count or 0, national)
    found = (reader.find(call),) if call is not None else kept[::-1]
    return [one for one in found if one and one.kind is None]
