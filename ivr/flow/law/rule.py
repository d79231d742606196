"""A rule of law as data: what it says, where that is written, and a pure check of a book."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from ivr.flow.flow import Place
from ivr.flow.law.view import Held, View
from ivr.values.number import Family

RD_SVA = "AF2M, RD SVA 2024 (in force 1 May 2024)"
NEXT_EDITION = "1 September 2026"  # of RD SVA, in force since; read by nobody who wrote these rules
HELP_HINT = "emergency services are dialled directly"


class Verdict(StrEnum):
    """What a rule says of a book, worst first."""

    BROKEN = "broken"
    DECLARED = "declared"  # cannot be seen in a flow: the owner answers for it
    HOLDS = "holds"
    NOT_APPLICABLE = "not applicable"
    OFF = "switched off"


@dataclass(frozen=True)
class Found:
    """What a rule found of a number: ``field`` of it in numbers.yaml, or the ``place`` in a flow, and what to do."""

    verdict: Verdict
    held: Held
    message: str = ""
    hint: str = ""
    field: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Rule:
    """One sentence of law.  ``breaks`` and ``keeps`` are examples, small books that the tests run.

    ``source`` names documents with page or article and date; ``unread`` those of them that were not read themselves,
    and as whose words they are known: nobody has verified these.
    """

    id: str
    code: str
    text: str
    source: str
    severity: Literal["error", "warning"]
    since: date
    check: Callable[[View], Iterable[Found]]
    breaks: Callable[[], View]
    keeps: Callable[[], View]
    unread: str = ""
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether it applies on that day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Off:
    """A rule that somebody switched off: why, who, and until when."""

    reason: str
    by: str
    until: date


@dataclass(frozen=True)
class Judged:
    """A rule and what it says of a book."""

    rule: Rule
    verdict: Verdict
    found: tuple[Found, ...] = ()
    off: Off | None = None


def judged(rule: Rule, view: View, switched: Mapping[str, Off], on: date) -> Judged:
    """The verdict of one rule on a day; a switch that has run out switches nothing."""
    off = switched.get(rule.id)
    if off and on <= off.until:
        return Judged(rule, Verdict.OFF, off=off)
    found = tuple(rule.check(view)) if rule.in_force(on) else ()
    worst = next((verdict for verdict in Verdict if any(one.verdict is verdict for one in found)), None)
    return Judged(rule, worst or Verdict.NOT_APPLICABLE, found)


def only_free(view: View, concerns: Callable[[Held], bool], what: str) -> Iterator[Found]:
    """For rules that forbid surcharged numbers to a purpose: green and grey ones remain."""
    for held in filter(concerns, view.numbers):
        if held.surcharged:
            message = f"{held.number.display} is surcharged, and {what} may not be"
            yield Found(Verdict.BROKEN, held, message, "use a number of 0800 to 0809, or another purpose", "purpose")
        else:
            yield Found(Verdict.HOLDS, held)


def connected_to_help(view: View, held: Held) -> Iterator[Found]:
    """For rules that forbid to put callers through to emergency services."""
    broken = False
    if held.connects and held.connects.family is Family.EMERGENCY:
        broken = True
        message = f"{held.number.display} connects to {held.connects.display}, an emergency number"
        yield Found(Verdict.BROKEN, held, message, HELP_HINT, "connects")
    for place, one in view.connections(held.flow):
        for help_ in view.helps(one.to):
            broken = True
            message = f'"{place.node}" connects to {help_.display}, an emergency number'
            hint = f"{HELP_HINT}; if it is an extension of yours, say so in law.yaml"
            yield Found(Verdict.BROKEN, held, message, hint, place=place)
    if not broken:
        yield Found(Verdict.HOLDS, held)
