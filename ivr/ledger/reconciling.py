"""An operator's statement held against the ledger, call by call; pure.

The operator knows nothing of our ids: a call is found by the number dialled and the instant, within two minutes (an
operator notes the beginning or the answer, by a clock of his own), and by the caller where he names one.  Each call is
found once, the nearest pair first.  What is compared: the seconds charged and the amount with tax, where he tells them.
A call of his that is none of those which we charged may be one that was never answered, or that cost nothing here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ivr.ledger.told import HERE, Told

NEAR = timedelta(minutes=2)
_UNKNOWN = ("anonymous", "erased")


@dataclass(frozen=True)
class Reconciled:
    """What came of it: sentences, call by call, and how many calls agree."""

    differences: tuple[str, ...]
    agreed: int


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
