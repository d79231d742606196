"""An operator's statement as a file: CSV with whatever headings, separators and forms operators use; pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ivr.values.number import parse

HERE = ZoneInfo("Europe/Paris")
MOST_ROWS = 5_000_000

# What columns are called, in the statements of operators, without case, accents and signs.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "numero", "numeroappele", "appele", "called", "dialled", "sva"),
    "started": ("started", "start", "date", "datetime", "dateheure", "debut", "horodatage"),
    "time": ("time", "heure"),
    "caller": ("caller", "appelant", "calling", "numeroappelant"),
    "seconds": ("seconds", "duration", "duree", "dureesecondes", "dureefacturee", "chargedseconds"),
    "amount": ("amount", "montant", "montantttc", "amountttc", "ttc"),
}
_WANTED = ("number", "started")


class BadStatement(Exception):
    """The operator's file cannot be read at all; the text is one sentence."""


@dataclass(frozen=True)
class Told:
    """A call as an operator tells it; ``line`` is its place in his file.  ``None``: he does not say."""

    line: int
    number: str
    started: datetime
    caller: str | None = None
    seconds: int | None = None
    cents: int | None = None


def read(content: bytes) -> tuple[list[Told], list[str]]:
    """The calls of an operator's file, and a sentence for each column and row that cannot be used.

    CSV with a line of headings; separated by semicolons, commas or tabs; UTF-8 or Windows' Latin.  Raises
    :class:`BadStatement`.
    """
    text = _decoded(content)
    lines = csv.reader(io.StringIO(text), delimiter=_separator(text))
    told: list[Told] = []
    try:
        headings = next(lines, [])
        columns, faults = _columns(headings)
        for place, cells in enumerate(lines, 2):
            if place > MOST_ROWS:
                raise BadStatement(f"the statement has more than {MOST_ROWS} lines: give it in parts")
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                faults.append(f"line {place}: it has {len(cells)} cells and the headings are {len(headings)}")
                continue
            try:
                told.append(_told(place, {name: cells[at].strip() for name, at in columns.items()}))
            except ValueError as error:
                faults.append(f"line {place}: {error}")
    except csv.Error as error:
        raise BadStatement(f"the statement is no CSV: {error}") from error
    return told, faults


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise BadStatement("the statement is no CSV but something else: save it as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)


def _columns(headings: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    found: dict[str, int] = {}
    faults: list[str] = []
    for place, heading in enumerate(headings):
        plain = _plain(heading)
        name = next((name for name, spelled in COLUMNS.items() if plain in spelled), None)
        if name is None:
            faults.append(f'the column "{heading.strip()[:40]}" is not known, and is left out')
        elif name in found:
            faults.append(f'the column "{heading.strip()[:40]}" says {name} again, and is left out')
        else:
            found[name] = place
    for name in _WANTED:
        if name not in found:
            raise BadStatement(f"no column of the statement tells {name}: call one {' or '.join(COLUMNS[name][:3])}")
    return found, faults


def _plain(heading: str) -> str:
    letters = heading.strip().lower().translate(str.maketrans("éèêàûùôîç", "eeeauuoic"))
    return "".join(letter for letter in letters if letter.isalnum())


def _told(line: int, cells: Mapping[str, str]) -> Told:
    """One row.  Raises ``ValueError`` with what is wrong."""
    number = parse(cells["number"]).national
    if number is None:
        raise ValueError(f'"{cells["number"][:40]}" is no number of ours')
    caller = cells.get("caller", "")
    found = parse(caller) if caller else None
    return Told(
        line,
        number,
        _instant(" ".join(filter(None, (cells["started"], cells.get("time", ""))))),
        (found.e164 or found.national) if found else None,
        _seconds(cells["seconds"]) if cells.get("seconds") else None,
        _cents(cells["amount"]) if cells.get("amount") else None,
    )


_FORMS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S")


def _instant(text: str) -> datetime:
    """An instant, on the clocks of Paris where it says no zone."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=HERE)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=HERE)
        except ValueError:
            continue
    raise ValueError(f'"{text[:40]}" is no instant: 2026-11-23 14:05:10 or 23/11/2026 14:05:10')


def _seconds(text: str) -> int:
    """Seconds, ``61`` or ``00:01:01``."""
    parts = text.split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        raise ValueError(f'"{text[:40]}" is no duration: 61 or 00:01:01')
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds


def _cents(text: str) -> int:
    plain = text.replace("€", "").replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f'"{text[:40]}" is no amount: 0.81 or 0,81') from None
    cents = amount * 100 if amount.is_finite() else Decimal("0.5")
    if cents != cents.to_integral_value() or abs(cents) > 10**9:
        raise ValueError(f'"{text[:40]}" is no amount in whole cents: 0.81 or 0,81')
    return int(cents)
