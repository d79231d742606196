"""What is known of a call before it is tried: what the caller will press, what the agents and the office will do.

People give it on the command line and in the files of tests, in the same words; here words become values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.flow.commands import Reached, Served
from ivr.flow.errands import Fetched
from ivr.values.calendar import Override

HERE = ZoneInfo("Europe/Paris")
"""Where an instant without a zone is."""

ALL = "all"
"""In place of the name of an agent or of another system: all that are not named."""

CALLER = "0612345678"
"""Who calls unless told otherwise."""

TALK = 60.0  # seconds for which an agent talks
MESSAGE = 10.0  # seconds that a caller speaks to a recorder

CLOSED: Literal["closed"] = "closed"
Wait = Served | Literal["closed"]
"""What comes of waiting in a queue; closed: nobody answers, until it is closing time."""

_PRESS = re.compile(r"(?P<keys>[0-9*#]{1,32})(?P<early>@early)?|silence|")
_FETCHED = re.compile(r"(?P<found>found)(?::(?P<values>.+))?|not_found|failed")
_MEASURED = re.compile(r"(waiting|free|expected):([0-9]{1,5}(?:\.[0-9])?)")
_WORDS = {"open": True, "closed": False}


@dataclass(frozen=True)
class Press:
    """What the caller does at a question: ``keys`` (``""``: silence).

    ``early``: they are pressed as soon as they count, while the sentence before the question is said.
    """

    keys: str
    early: bool = False

    def __str__(self) -> str:
        return self.keys + "@early" * self.early if self.keys else "silence"


@dataclass(frozen=True)
class Given:
    """What is known of a call beforehand; everything else takes its default.

    ``agents`` are what comes of ringing each, ``queues`` of waiting in each, ``lookups`` what each other system says,
    all by name or :data:`ALL`.  In a queue that is not named its agents decide.  ``load`` is how loaded queues are, by
    what is measured.
    ``crises`` are those that are on, the last at the end.
    ``bothers`` is how many calls he has made that were short, or silent, ``learnt`` whether he was noted as a nuisance.
    ``calls`` is how many calls this caller has made before, ``spent`` the euros that he has spent with us this month,
    ``at_once`` how many are in progress to the number, this one included; ``draw`` is a share from 0 to 1; ``codes``
    whether there are access codes left to sell, ``full`` whether mailboxes are; ``talk`` for how many seconds agents
    talk, ``speaks`` for how many the caller leaves a message (0: he says nothing).
    """

    keys: tuple[Press, ...] = ()
    agents: Mapping[str, Reached] = field(default_factory=dict)
    queues: Mapping[str, Wait] = field(default_factory=dict)
    load: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    lookups: Mapping[str, Fetched] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    crises: tuple[str, ...] = ()
    calls: int = 0
    bothers: int = 0
    learnt: bool = False
    spent: Decimal = Decimal(0)
    at_once: int = 1
    draw: float | None = None
    codes: bool = True
    full: bool = False
    talk: float = TALK
    speaks: float = MESSAGE


def press(text: str) -> Press:
    """``2``, ``2@early``, ``silence`` or nothing.  Raises ``ValueError``."""
    found = _PRESS.fullmatch(text.strip())
    if not found:
        raise ValueError(f'"{text}" is nothing to press: write keys 0-9, * or #, 2@early, or silence')
    return Press(found["keys"] or "", found["early"] is not None)


def fetched(text: str) -> Fetched:
    """``found:name=Dupont,city=Lille``, ``found``, ``not_found`` or ``failed``.  Raises ``ValueError``."""
    found = _FETCHED.fullmatch(text.strip())
    if not found:
        raise ValueError(f'a look-up gives found:name=Dupont, not_found or failed, not "{text}"')
    pairs = [pair.partition("=") for pair in (found["values"] or "").split(",") if pair]
    if any(not name or not sign for name, sign, _ in pairs):
        raise ValueError(f'what a look-up found is written found:name=Dupont,city=Lille, not "{text}"')
    values = {name.strip(): value.strip() for name, _, value in pairs}
    if found["found"]:
        return Fetched("found", values)
    return Fetched("failed" if text.strip() == "failed" else "not_found")


def reached(text: str) -> Reached:
    """``talked``, ``busy``, ``no_answer`` or ``unavailable``.  Raises ``ValueError``."""
    try:
        return Reached(text)
    except ValueError:
        raise ValueError(f'ringing an agent ends with {", ".join(Reached)}, not "{text}"') from None


def spent(text: str) -> Decimal:
    """``299.50``, in euros.  Raises ``ValueError``."""
    try:
        euros = Decimal(text.removesuffix("€").strip())
    except InvalidOperation:
        euros = Decimal(-1)
    if not (euros.is_finite() and euros >= 0):
        raise ValueError(f'what was spent is an amount in euros like 299.50, not "{text}"')
    return euros


def served(text: str) -> Wait:
    """``talked``, ``timeout``, ``full``, ``empty``, ``emptied``, ``key`` or ``closed``.  Raises ``ValueError``."""
    if text == CLOSED:
        return CLOSED
    try:
        return Served(text)
    except ValueError:
        raise ValueError(f'waiting in a queue ends with {", ".join((*Served, CLOSED))}, not "{text}"') from None


def load(text: str) -> Mapping[str, float]:
    """``waiting:6,free:0,expected:180``, each once at most.  Raises ``ValueError``."""
    found = [_MEASURED.fullmatch(part.strip()) for part in text.split(",")]
    told = {one[1]: float(one[2]) for one in found if one is not None}
    if len(told) != len(found):
        raise ValueError(f'the load of a queue is written waiting:6,free:0,expected:180, not "{text}"')
    return told


def override(text: str) -> Override:
    """``open`` or ``closed``.  Raises ``ValueError``."""
    if text not in _WORDS:
        raise ValueError(f'by hand a calendar is open or closed, not "{text}"')
    return Override(_WORDS[text], f"{text} by hand")


def instant(text: str) -> datetime:
    """An instant in ISO 8601; without a zone, on the clocks of Paris.  Raises ``ValueError``."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is not an instant: write it like 2026-11-29T10:00') from None
    return at if at.tzinfo else at.replace(tzinfo=HERE)
