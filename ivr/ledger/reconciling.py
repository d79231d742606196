"""An operator's statement held against the ledger, call by call; pure.

The operator knows nothing of our ids: a call is found by the number dialled and the instant, within two minutes (an
operator notes the beginning or the answer, by a clock of his own), and by the caller where he names one.  Each call is
found once, the nearest pair first.  What is compared: the seconds charged and the amount with tax, where he tells them.
A call of his that is none of those which we charged may be one that was never answered, or that cost nothing here.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from ivr.values.number import parse

HERE = ZoneInfo("Europe/Paris")
NEAR = timedelta(minutes=2)
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
_UNKNOWN = ("anonymous", "erased")


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


@dataclass(frozen=True)
class Reconciled:
    """What came of it: sentences, call by call, and how many calls agree."""

    differences: tuple[str, ...]
    agreed: int


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


def span(told: Iterable[Told]) -> tuple[datetime, datetime]:
    """The days that a statement is of, on the clocks of Paris: from its first call's to the end of its last one's."""
    days = [one.started.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0) for one in told]
    return min(days), max(days) + timedelta(days=1)  # the wall clock's: a day of 25 hours is one day


def reconcile(told: Iterable[Told], calls: Iterable[Mapping[Any, Any]], begin: datetime, end: datetime) -> Reconciled:
    """Each of the operator's calls held against ours, and ours from ``begin`` to before ``end`` that he lacks."""
    ours: list[Mapping[Any, Any]] = []
    free: list[Mapping[Any, Any]] = []
    for call in calls:
        (ours if call["answered"] is not None and call["amount_cents"] else free).append(call)
    theirs = list(told)
    pairs = _pairs(theirs, ours)
    left = [one for at, one in enumerate(theirs) if at not in pairs]
    uncharged = {left[at].line: free[place] for at, place in _pairs(left, free).items()}
    found: list[tuple[datetime, str]] = []
    for at, one in enumerate(theirs):
        if at in pairs:
            call, apart = ours[pairs[at]], _apart(one, ours[pairs[at]])
        elif (known := uncharged.get(one.line)) is not None:
            call, apart = known, _too_much(one, known)
        else:
            told_of = f" ({said})" if (said := _said(one)) else ""
            found.append(
                (one.started, f"{_when(one.started)}  {one.number}  only the operator has it, line {one.line}{told_of}")
            )
            continue
        if apart:
            found.append(
                (one.started, f"{_when(one.started)}  {one.number}  call {call['id']}, line {one.line}: {apart}")
            )
    agreed = len(theirs) - len(found)
    for place in sorted(set(range(len(ours))) - set(pairs.values())):
        call, began = ours[place], datetime.fromisoformat(ours[place]["started"])
        if not begin <= began < end:
            continue  # fetched only because his first or last call might be it
        sums = f"{call['billed_seconds']} s, {Decimal(call['amount_cents']).scaleb(-2)} €"
        found.append((began, f"{_when(began)}  {call['number']}  only the ledger has it, call {call['id']} ({sums})"))
    differences = tuple(text for _, text in sorted(found))
    return Reconciled(differences, agreed)


def _pairs(theirs: Sequence[Told], ours: Sequence[Mapping[Any, Any]]) -> dict[int, int]:
    """Which of his calls is which of ours: the nearest first, each once."""
    by_number: dict[str, list[tuple[datetime, datetime, int]]] = {}
    for place, call in enumerate(ours):
        instants = (
            datetime.fromisoformat(call["started"]),
            datetime.fromisoformat(call["answered"] or call["started"]),
        )
        by_number.setdefault(call["number"], []).append((*instants, place))
    for calls in by_number.values():
        calls.sort()
    near: list[tuple[bool, timedelta, int, int]] = []
    for at, one in enumerate(theirs):
        for began, answered, place in _around(by_number.get(one.number, []), one.started):
            away = min(abs(one.started - began), abs(one.started - answered))
            # Whom the ledger does not know is nobody else.
            if away <= NEAR and (one.caller is None or ours[place]["caller"] in (one.caller, *_UNKNOWN)):
                # Of two that are as near, the one that agrees.
                near.append((bool(_apart(one, ours[place])), away, at, place))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, at, place in sorted(near, key=lambda pair: (pair[1], pair[0], pair[2], pair[3])):
        if at not in pairs and place not in taken:
            pairs[at] = place
            taken.add(place)
    return pairs


def _around(
    calls: Sequence[tuple[datetime, datetime, int]], instant: datetime
) -> Iterator[tuple[datetime, datetime, int]]:
    """Those that may be near; ``calls`` are in the order in which they began, and are answered within minutes."""
    low, high = 0, len(calls)
    while low < high:
        middle = (low + high) // 2
        if calls[middle][0] < instant - NEAR - LONGEST:
            low = middle + 1
        else:
            high = middle
    for call in calls[low:]:
        if call[0] > instant + NEAR:
            return
        yield call


LONGEST = timedelta(minutes=15)  # from the beginning of a call to its answer


def _apart(one: Told, call: Mapping[Any, Any]) -> str:
    told = []
    if one.seconds is not None and one.seconds != call["billed_seconds"]:
        told.append(f"the operator says {one.seconds} s, the ledger {call['billed_seconds']} s")
    if one.cents is not None and one.cents != call["amount_cents"]:
        told.append(f"the operator says {_of_cents(one.cents)}, the ledger {_of_cents(call['amount_cents'])}")
    return "; ".join(told)


def _too_much(one: Told, call: Mapping[Any, Any]) -> str:
    """What he charges for a call that cost nothing by the ledger; nothing where he does not, either."""
    answered = call["answered"] is not None
    if not one.cents and (answered or not one.seconds) and (one.cents, one.seconds) != (None, None):
        return ""
    said = f"the operator says {of}" if (of := _said(one)) else "the operator has it"
    return f"{said}, the ledger that it {'cost nothing' if answered else 'was never answered'}"


def _said(one: Told) -> str:
    return ", ".join(filter(None, (_of_seconds(one.seconds), _of_cents(one.cents))))


def _of_seconds(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds} s"


def _of_cents(cents: int | None) -> str:
    return "" if cents is None else f"{Decimal(cents).scaleb(-2)} €"


def _when(instant: datetime) -> str:
    return f"{instant.astimezone(HERE):%Y-%m-%d %H:%M:%S}"
