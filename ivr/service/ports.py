"""The ports of a call: what the service asks of the doors.  Implementations do not inherit from these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from ivr.flow.commands import Command
from ivr.flow.errands import Fetch, Fetched, Issue, Measure, Override
from ivr.values.crisis import Declared
from ivr.values.duty import Duty
from ivr.values.noted import Noted
from ivr.values.recorded import Prompt
from ivr.values.site import Site

if TYPE_CHECKING:
    from ivr.service.record import Record


class HungUp(Exception):
    """The caller is gone, or the channel is: nothing more can be said or heard on this call."""


class Fault(Exception):
    """A command could not be carried out though the caller is still there: a missing sound, a broken line."""


@dataclass(frozen=True)
class Toll:
    """What the exchange itself measured of a call that has ended: when it was answered, and for how long.

    ``answered`` is ``None`` for a call that was never answered, and so never charged.  ``dialled`` and ``queued`` are
    the agents who took the last call put through to them, directly and by a queue: of a caller who hung up on one
    nothing else tells with whom he talked, nor of the seconds for which they ``held`` each other.  Of one who hung up
    in a queue, or on its agent, ``waited``, ``place`` and ``rang`` are as of :class:`~ivr.flow.commands.Queued`.
    """

    answered: datetime | None
    spoken: timedelta | None
    dialled: str | None = None
    queued: str | None = None
    held: tuple[float, ...] = ()
    waited: float | None = None
    place: int | None = None
    rang: tuple[str, ...] = ()


class Channel(Protocol):
    """Carries out the commands of one call."""

    async def perform(self, command: Command[Any]) -> Any:
        """Do what ``command`` asks and return its result.  Raises :class:`HungUp` or :class:`Fault`."""
        ...

    async def toll(self) -> Toll | None:
        """After the end: what the exchange measured; ``None`` if it did not say in time."""
        ...


class Sound(Protocol):
    """A baked utterance: the file's absolute path without its ending, its length in seconds, what it says."""

    @property
    def path(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def text(self) -> str: ...


# The sounds of one book, by language and utterance name.
Voice = Mapping[tuple[str, str], Sound]


class Ledger(Protocol):
    """Keeps the records of finished calls."""

    async def append(self, record: "Record") -> None:
        """Keep ``record`` for good; returns when it is safe."""
        ...


@dataclass(frozen=True)
class Letter:
    """A task in the outbox: what kind, its facts, the call it comes from, and where in the drawing it was written.

    ``remote`` and ``path`` say where a notice goes.
    """

    kind: str
    facts: Mapping[str, str]
    call: str
    number: str
    caller: str
    at: datetime
    flow: str = ""
    node: str = ""
    remote: str = ""
    path: str = ""


class Memory(Protocol):
    """What is remembered of callers, the overrides of calendars, and the crises; survives a restart."""

    async def recall(self, caller: str, key: str, at: datetime) -> str | None:
        """What was kept of ``caller`` (E.164) under ``key`` and has not expired at ``at``."""
        ...

    async def remember(self, caller: str, key: str, value: str | None, until: datetime) -> None:
        """Keep ``value`` until ``until``; ``None`` forgets what was kept."""
        ...

    async def calls_since(self, caller: str, since: datetime) -> int:
        """How many finished calls the ledger has of ``caller`` that began after ``since``."""
        ...

    async def spent(self, caller: str, since: datetime) -> Decimal:
        """How many euros the calls of ``caller`` that were answered at ``since`` or later have cost him."""
        ...

    async def bothers(self, caller: str, since: datetime, how: str, shorter_than: float) -> int:
        """How many finished calls of ``caller`` since an instant were ``short``, or ``silent``."""
        ...

    async def learnt(self, caller: str, at: datetime) -> bool:
        """Whether agents have noted ``caller`` as a nuisance, and it still holds at ``at``."""
        ...

    async def override(self, calendar: str, at: datetime) -> Override | None:
        """The manual override of ``calendar`` in force at ``at``."""
        ...

    async def overrule(self, calendar: str, override: Override | None) -> bool:
        """Put an override in force, or take it away; returns true when that is safe."""
        ...

    async def crisis(self, among: Sequence[str]) -> str | None:
        """Of these crises the one that was put on last and is on."""
        ...

    async def declare(self, crisis: str, on: bool, at: datetime) -> bool:
        """Put a crisis on, or take it away; returns true when that is safe."""
        ...


class Drawer(Protocol):
    """The overrides of all calendars, for whoever is not in a call; each method returns when its work is safe."""

    def overrides(self, at: datetime) -> dict[str, Override]:
        """All that are in force at ``at``, by calendar."""
        ...

    def set_override(self, calendar: str, override: Override | None) -> None:
        """Put an override in force, or take it away."""
        ...


class Alarm(Protocol):
    """The crises that are on; each method returns when its work is safe."""

    def declared(self) -> dict[str, Declared]:
        """By name, in the order in which they were put on."""
        ...

    def set_crisis(self, crisis: str, declared: Declared | None) -> None:
        """Put a crisis on, or take it away."""
        ...


class Blacklist(Protocol):
    """The callers noted as a nuisance; each method returns when its work is safe."""

    def noted(self, at: datetime) -> list[Noted]:
        """Those whose time is not over at ``at``, the latest first."""
        ...

    def note(self, noted: Noted) -> None:
        """Note one, or note him anew; those whose time is over then are forgotten."""
        ...

    def forget(self, caller: str) -> bool:
        """Forget one; whether he was noted."""
        ...


class Roster(Protocol):
    """Who is on duty; each method returns when its work is safe."""

    def duties(self) -> dict[str, Duty]:
        """By agent; who is not named is on duty."""
        ...

    def set_duty(self, agent: str, duty: Duty) -> None:
        """Note how an agent stands."""
        ...


class Outbox(Protocol):
    """Keeps letters until they are delivered, at least once."""

    async def post(self, letter: Letter, once: str = "") -> None:
        """Returns when the letter is safe.  It is not added while another of its kind waits that comes from a call to
        the same number and has the same value of the fact ``once``.
        """
        ...

    async def held(self, kind: str, fact: str, value: str) -> int:
        """How many letters of ``kind`` wait that have this ``value`` of ``fact``."""
        ...

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        """Take back the letters of ``kind`` that wait and have this ``value`` of ``fact``."""
        ...


class Messages(Protocol):
    """The messages that callers have left, by name."""

    async def seconds(self, message: str) -> float:
        """How long a message is, 0 if there is none."""
        ...

    async def discard(self, message: str) -> None:
        """Delete a message; none is as good."""
        ...


@dataclass(frozen=True)
class Recorded:
    """What a recording is to say."""

    prompt: Prompt
    text: str


class Recordings(Protocol):
    """The prompts that were recorded by phone."""

    async def adopt(self, take: str, recorded: Recorded) -> bool:
        """Keep a message as the sound of a prompt; ``False``: it cannot be played, and nothing is changed."""
        ...


class Speech(Protocol):
    """Speaks what only the call knows."""

    async def ready(self, language: str, text: str) -> bool:
        """Whether there is a sound for ``text``, made if need be; answers soon, and never raises."""
        ...


class Queues(Protocol):
    """The queues of the exchange, as they are now."""

    async def measure(self, queue: str, what: Measure) -> float | None:
        """How loaded one is; ``None``: that is not known."""
        ...


class Codes(Protocol):
    """The access codes that were sold."""

    async def issue(self, wanted: Issue, call: str, at: datetime) -> str | None:
        """A new code, which nobody has got yet; ``None`` when the pool is used up."""
        ...


class Remote(Protocol):
    """Other systems, over HTTP."""

    async def ask(self, fetch: Fetch, site: Site) -> Fetched:
        """Ask ``site``; never raises, never takes longer than ``fetch.seconds``."""
        ...
