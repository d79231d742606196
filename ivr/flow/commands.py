"""What a flow may ask of the world, and what it is told.

A command is a value; ``heard = yield from Ask(...)`` asks and receives.  Whoever carries commands out matches on the
union in `line_commands.py` and ends with ``assert_never``.  What a command needs of the line, ``line.py`` sees to.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Generic, Literal, TypeVar

from ivr.values.cause import Cause
from ivr.values.queue import Door
from ivr.values.taping import Taping

R = TypeVar("R")
T = TypeVar("T")
Talk = Generator["Command[Any]", Any, T]  # yields commands, is sent their results (types cannot follow), returns a T
Phrase = tuple[str, ...]  # names of utterances, said one after the other as one sentence
Look = Callable[[], Talk["Reachable | None"]]  # whom a command leads to now; ``None``: something else is delivered
MESSAGE = "message/"  # how the name of a caller's own message begins


class Need(IntEnum):
    """What a command needs of the line, least first."""

    NOTHING = 0
    EARLY = 1  # sound reaches the caller, nothing is charged
    ANNOUNCED = 2  # the caller has been told the price
    ANSWERED = 3  # charging has begun


@dataclass(frozen=True)
class Command(Generic[R]):
    """``needs`` is what the line must be brought to first; ``walk`` raises it where a sound leads to a paid service,
    and says ``toward`` whom it leads where a price would be told for agents alone, or how to find that out.
    """

    needs: Need = field(default=Need.NOTHING, kw_only=True, compare=False, repr=False)
    toward: "Reachable | Look | None" = field(default=None, kw_only=True, compare=False, repr=False)

    def __iter__(self) -> Generator["Command[Any]", Any, R]:
        result: R = yield self
        return result


@dataclass(frozen=True)
class Played:
    """``key`` is the key that cut the phrase short, ``None`` when it was heard to its end."""

    key: str | None = None


@dataclass(frozen=True)
class Heard:
    """``keys`` as pressed, ``""`` for silence."""

    keys: str


@dataclass(frozen=True)
class Captured:
    """A message: the name by which it can be said, and its length in seconds (about 1 when nothing was said)."""

    name: str
    seconds: float


class Reached(StrEnum):
    """What became of an attempt to reach an agent."""

    TALKED = "talked"  # someone answered, and the conversation is over
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNAVAILABLE = "unavailable"  # no phone registered, or the exchange could not reach it
    CONGESTION = "congestion"  # the way there is closed
    DECLINED = "declined"  # somebody picked up, and would not take the call once he was told of it


@dataclass(frozen=True)
class Dialled:
    """``agent`` is who answered, ``None`` if nobody did; ``answered`` when the line was, if the exchange can tell.
    ``cut``: the limit ended the conversation; ``held`` are the seconds of each hold in it; ``parked``: the slot that he
    was left in.  ``past_limit``, said by the line: nobody did while waiting was free.  ``news``: he was called out of
    his wait, for what has been ordered meanwhile (`news.py`).
    """

    reached: Reached
    agent: str | None = None
    answered: datetime | None = None
    cut: bool = False
    past_limit: bool = False
    held: tuple[float, ...] = ()
    parked: str = ""
    news: bool = False


class Served(StrEnum):
    """How waiting in a queue ended."""

    TALKED = "talked"  # someone took the call, and the conversation is over
    TIMEOUT = "timeout"  # nobody did within the longest wait
    FULL = "full"  # as many wait as may
    EMPTY = "empty"  # nobody is there who could take the call: not let in
    EMPTIED = "emptied"  # the last who could has gone while the caller waited
    KEY = "key"  # the caller pressed the key that ends the wait


@dataclass(frozen=True)
class Queued:
    """``agent`` is who took the call, ``rang`` all who were rung for it, in order, as far as the exchange told.
    ``answered`` is when the line was, if told; ``waited`` are seconds in the queue, ``place`` the caller's when he left
    it, from 1; both ``None`` where he was not let in, ``unasked``: by us; ``gone``: by hanging up; as :class:`Dialled`.
    """

    served: Served
    agent: str | None = None
    answered: datetime | None = None
    waited: float | None = None
    place: int | None = None
    rang: tuple[str, ...] = ()
    cut: bool = False
    held: tuple[float, ...] = ()
    parked: str = ""
    news: bool = False
    gone: bool = False
    unasked: bool = False


@dataclass(frozen=True)
class There:
    """All agents but those who are known to be away, the queues that let one in, and whether one is ``full``."""

    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    full: bool = False


@dataclass(frozen=True)
class Now(Command[datetime]):
    """What time is it?  The answer is aware."""


@dataclass(frozen=True)
class Play(Command[Played]):
    """Say a phrase; any key in ``until`` cuts it short."""

    phrase: Phrase
    until: str = ""
    needs: Need = field(default=Need.EARLY, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Ask(Command[Heard]):
    """Say a phrase and collect keys, which may be pressed while it is said.
    ``accept`` are the answers that mean something: one that begins no longer one ends the question at once.  ``first``
    and ``between`` are seconds of silence: after the phrase before the first key, and between keys.  ``typed`` are keys
    pressed before the question was put: it is then not spoken.
    """

    phrase: Phrase
    accept: tuple[str, ...]
    first: float = 5.0
    between: float = 3.0
    typed: str = ""
    needs: Need = field(default=Need.ANSWERED, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Warn:
    """What a caller hears ``before`` seconds before the limit cuts his call; from the exchange itself."""

    before: float
    prompt: str


@dataclass(frozen=True)
class Dial(Command[Dialled]):
    """Ring agents, all at once, for at most ``ring`` seconds; the first to answer talks with the caller.

    On a line not yet answered his answer answers it; ``limit`` is then the longest conversation, and ``warn`` what is
    heard before it is cut; the line sets both.  The caller has ``music`` of the class ``hold``, or ringing; ``leave``:
    rather give up than answer.  Who picks up is told ``whisper``, and by ``accept``, if any, to press 1: until the two
    talk, the line is as before.  ``recording``: how that is recorded, `off`: not, ``None``: as the number says.  With a
    ``slot`` nobody is rung: the caller is parked there until an agent dials it.  ``parks``: he may be.
    """

    agents: tuple[str, ...]
    ring: float
    limit: float | None = None
    warn: Warn | None = None
    music: bool = False
    leave: bool = False
    whisper: Phrase = ()
    accept: Phrase = ()
    hold: str = ""
    recording: Taping | Literal["off"] | None = None
    slot: str = ""
    parks: bool = field(default=False, kw_only=True, compare=False, repr=False)
    needs: Need = field(default=Need.ANNOUNCED, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Enqueue(Command[Queued]):
    """Wait in a queue for at most ``wait`` seconds, with music or ringing, until an agent takes the call.
    Who has more ``priority`` is served first; ``key`` ends the wait.  ``place`` is where to enter, from 1, for who had
    one before; ``stood``: since he first came, in seconds, by which it is worked out where it can.  ``ring``: how
    long who is told something is rung; ``part``: only some agents; ``hours``: the calendar whose changes concern him.
    """

    queue: str
    wait: float
    priority: int = 0
    key: str = ""
    music: bool = True
    place: int | None = None
    stood: float | None = None
    limit: float | None = None
    warn: Warn | None = None
    hold: str = ""
    recording: Taping | Literal["off"] | None = None
    whisper: Phrase = ()
    accept: Phrase = ()
    ring: int = 20
    part: str = ""
    hours: str = field(default="", kw_only=True, compare=False, repr=False)
    parks: bool = field(default=False, kw_only=True, compare=False, repr=False)
    needs: Need = field(default=Need.ANNOUNCED, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Gather(Command[Heard]):
    """Say a phrase and collect up to ``most`` digits; `#` ends them early, and so does silence.
    ``first`` and ``between`` as for :class:`Ask`.  What a ``secret`` question hears is on no tape and in no record.
    """

    phrase: Phrase
    most: int
    first: float = 5.0
    between: float = 3.0
    typed: str = ""
    secret: bool = False
    needs: Need = field(default=Need.ANSWERED, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Capture(Command[Captured]):
    """Record the caller after a beep, until a key, ``silence`` of so many seconds, or until ``longest`` is over.
    The message can be said back by its ``name`` (:data:`MESSAGE` and what is unique of this call).  Who hangs up while
    he speaks has left it: the desk keeps it, for ``box`` or ``mailbox``, unless it is shorter than ``least`` seconds.
    """

    name: str
    longest: float
    silence: float
    least: float
    box: str
    mailbox: str = ""
    needs: Need = field(default=Need.ANSWERED, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True)
class Speak(Command[None]):
    """Say everything from now on in ``language``."""

    language: str


@dataclass(frozen=True)
class Hangup(Command[None]):
    """End the call.  On a line never answered the caller pays nothing."""

    cause: Cause = Cause.NORMAL


@dataclass(frozen=True)
class Reachable(Command[There]):
    """Which of these agents may be reached, and which queues would let the caller in?"""

    agents: tuple[str, ...] = ()
    doors: tuple[Door, ...] = ()


@dataclass(frozen=True)
class Progress(Command[None]):
    """Open early media: sound reaches the caller while nothing is charged (183)."""


@dataclass(frozen=True)
class Answer(Command[None]):
    """Answer: the instant at which charging begins (200)."""


@dataclass(frozen=True)
class Limit(Command[None]):
    """Have the exchange itself warn the caller, and end the call after ``seconds`` from now, whatever becomes of us."""

    seconds: float
    warn: Warn | None = None
