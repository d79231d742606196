"""What a flow asks of the office rather than of the line: memory, look-ups, tasks, counts.

Errands make no sound and need no answered line.  The service's desk runs them, on whatever channel the call is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from ivr.flow.commands import Command, Need, Phrase
from ivr.values.calendar import Override as Override
from ivr.values.hidden import Hidden
from ivr.values.recorded import Prompt


@dataclass(frozen=True)
class Fetched:
    """What a look-up gave: ``values`` only when found."""

    outcome: Literal["found", "not_found", "failed"]
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall(Command[str | None]):
    """What was remembered of this caller under ``key``; ``None``: nothing, or expired, or he is anonymous."""

    key: str


@dataclass(frozen=True)
class Remember(Command[None]):
    """Keep ``value`` of this caller under ``key`` for ``lasts``; ``None`` forgets it.

    Anonymous callers have no memory.
    """

    key: str
    value: str | None
    lasts: timedelta = timedelta(days=365)


@dataclass(frozen=True)
class Fetch(Command[Fetched]):
    """Ask another system over HTTP: ``remote`` is its name in the book.

    ``seconds`` bounds all of it, ``attempts`` included.  ``take`` maps names to the places in the JSON answer whose
    values are wanted (``customer.name``).  After a second of waiting the caller hears ``filler``.
    """

    remote: str
    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    fields: tuple[tuple[str, str], ...] = ()
    take: tuple[tuple[str, str], ...] = ()
    seconds: float = 3.0
    attempts: int = 2
    filler: Phrase = ()
    needs: Need = field(default=Need.EARLY, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Post(Command[None]):
    """Hand a task to the outbox, where it is safe before the call goes on: a notice, a callback, a survey's answer,
    a message.

    A notice is delivered to ``remote`` (its name in the book) at ``path``.  While a task of the same kind waits that
    has the same value of the fact ``once``, another is not added.  ``flow`` and ``node`` are where in the drawing it
    was written; the walk knows.
    """

    kind: Literal["notify", "callback", "survey", "message"]
    facts: tuple[tuple[str, str], ...]
    remote: str = ""
    path: str = ""
    once: str = ""
    flow: str = field(default="", kw_only=True, compare=False)
    node: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True)
class Discard(Command[None]):
    """Throw away a message that the caller took back, and its task."""

    message: str


@dataclass(frozen=True)
class Room(Command[bool]):
    """May another message be left in a mailbox that holds so many at ``most``?"""

    mailbox: str
    most: int


@dataclass(frozen=True)
class Issue(Command[str | None]):
    """A new access code for ``product``, valid for ``lasts``: of so many ``digits``, or the next of ``pool``.

    ``None``: there is none left.  A code stands on the tape, so that a caller who misheard it can be helped.
    """

    product: str
    lasts: timedelta
    digits: int
    pool: str = ""


@dataclass(frozen=True)
class Tally(Command[int]):
    """Count calls: in progress to this number now (this one included), or of this caller within a period."""

    of: Literal["now", "caller"]
    within: timedelta = timedelta(0)


Measure = Literal["waiting", "free", "expected"]


@dataclass(frozen=True)
class Load(Command[float | None]):
    """How loaded a queue is: how many are ``waiting``, how many agents are ``free``, or how many seconds of waiting who
    comes now may be ``expected`` to have.  It is compared with ``than``: whether it is ``more``, or else less.

    ``None``: nobody knows.
    """

    queue: str
    what: Measure
    than: float
    more: bool = True


@dataclass(frozen=True)
class Bothers(Command[int]):
    """Count the finished calls of this caller within a period that were shorter than ``shorter_than`` seconds, or in
    which he was asked and never pressed a key; 0 for who withholds his number.
    """

    how: Literal["short", "silent"]
    within: timedelta
    shorter_than: float = 0.0


@dataclass(frozen=True)
class Learnt(Command[bool]):
    """Have our agents noted this caller as a nuisance?"""


@dataclass(frozen=True)
class Spent(Command[Decimal | None]):
    """How many euros this caller's calls to our numbers have cost him since ``since``; each of those in progress counts
    with the most that it may come to, as this one will for the next: ``at_most``.

    ``None``: nobody knows, because he withholds his number or the ledger does not answer; he is then let through.
    """

    since: datetime
    at_most: Decimal = field(default=Decimal(0), compare=False, repr=False)


@dataclass(frozen=True)
class Draw(Command[float]):
    """A number from 0 to 1, the end not included: chance, or always the same for a caller if ``sticky``.

    Draws of different ``salt`` have nothing to do with one another, for the same caller neither.
    """

    sticky: bool = False
    salt: str = ""


@dataclass(frozen=True)
class Overridden(Command[Override | None]):
    """The manual override of a calendar, if one is in force."""

    calendar: str


@dataclass(frozen=True)
class Overrule(Command[bool]):
    """Put a manual override in force, or take it away (``None``); whether that was done and is safe."""

    calendar: str
    override: Override | None


@dataclass(frozen=True)
class InForce(Command[str | None]):
    """Which of these crises is on: of several the one put on last; ``None``: none."""

    crises: tuple[str, ...]


@dataclass(frozen=True)
class Declare(Command[bool]):
    """Put a crisis on, or take it away; whether that was done and is safe."""

    crisis: str
    on: bool


@dataclass(frozen=True)
class Verify(Command[bool]):
    """Are these the digits of the PIN ``pin``?  They are on no tape and in no record."""

    pin: str
    digits: Hidden


@dataclass(frozen=True)
class Pronounce(Command[bool]):
    """Have a value, by its name (``said/amount/12.50``), ready to be said in this call's language; whether it is."""

    name: str


@dataclass(frozen=True)
class Numbered(Command[Prompt | None]):
    """Which prompt has this number?"""

    digits: str


@dataclass(frozen=True)
class Adopt(Command[bool]):
    """Make a recording the sound of a prompt; whether it can be played, and is safe."""

    take: str
    prompt: Prompt


Errand = (
    Recall
    | Remember
    | Fetch
    | Post
    | Discard
    | Room
    | Issue
    | Tally
    | Bothers
    | Load
    | Learnt
    | Spent
    | Draw
    | Overridden
    | Overrule
    | InForce
    | Declare
    | Verify
    | Numbered
    | Adopt
    | Pronounce
)


def left(message: str, seconds: float, box: str, mailbox: str = "") -> Post:
    """The task that tells of a caller's message, in ``mailbox`` if it was left in one."""
    facts = (("name", message), ("seconds", f"{seconds:.1f}"), ("box", box))
    return Post("message", (*facts, ("mailbox", mailbox)) if mailbox else facts)
