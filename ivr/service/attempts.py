"""An attempt to call somebody back: what the exchange is to do, what became of it, and whom the placer asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.flow.errands import Override
from ivr.flow.placing import Placing
from ivr.service.delivery import Sealed
from ivr.values.number import Number
from ivr.values.trunk import Trunk


class Outcome(StrEnum):
    """What became of an attempt to call somebody back."""

    TALKED = "talked"
    DECLINED = "declined"  # the caller no longer wants it
    DROPPED = "dropped"  # the agent said that it need not be
    BUSY = "busy"
    NO_ANSWER = "no answer"
    UNREACHABLE = "unreachable"
    UNMANNED = "no key pressed"  # a machine answered, or somebody who does not want to talk
    WAITED = "waited in vain"  # the caller, for an agent
    NOBODY = "no agent"
    LATER = "put off"  # by the agent
    GONE = "agent gone"  # before the caller had heard him: he has hung up, or his phone has died
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FORBIDDEN = "not to be called"


OVER = frozenset(
    {Outcome.TALKED, Outcome.DECLINED, Outcome.DROPPED, Outcome.EXPIRED, Outcome.CANCELLED, Outcome.FORBIDDEN}
)
OURS = frozenset({Outcome.NOBODY, Outcome.LATER, Outcome.GONE})
"""What was no fault of the caller's, and so is none of his tries."""


CALL = "callback-"
"""How the exchange calls the call of an attempt; what follows is the attempt."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of a letter: ``outcome`` is ``None`` while it is under way."""

    id: str
    letter: str
    place: int
    began: datetime
    outcome: Outcome | None = None
    agent: str = ""


@dataclass(frozen=True)
class Stand:
    """What a caller's place in a queue, or a ``part`` of it, is worked out from: the seconds since he came, and his
    priority.
    """

    queue: str
    waited: float
    priority: int = 0
    part: str = ""


@dataclass(frozen=True)
class Order:
    """What the exchange is to do: ``attempt`` names the call; ``stand``: in which queue the caller stands."""

    attempt: str
    phone: Number
    shown: Number
    placing: Placing
    stand: Stand | None = None
    trunk: Trunk | None = None  # by which he is dialled; none: by an account that registers with us


@dataclass(frozen=True)
class Came:
    """What came of an attempt.  ``outcome`` is ``None`` where who was called first was not reached, or nobody knows;
    ``reached`` is when he was, ``ended`` when all was over, ``talked`` for how many seconds the two did, or were joined
    where one heard nobody, ``held`` for how many one held the other, each time.
    """

    outcome: Outcome | None = None
    agent: str = ""
    reached: datetime | None = None
    ended: datetime | None = None
    talked: float = 0.0
    held: tuple[float, ...] = ()


class Attempts(Protocol):
    """Where attempts are kept; each method returns when its work is safe."""

    async def begin(self, letter: str, phone: str, at: datetime) -> Attempt | None:
        """A new attempt; ``None`` while one of this letter, or to this phone, is under way."""
        ...

    async def note(self, letter: str, phone: str, outcome: Outcome, at: datetime) -> None:
        """Write down what became of a letter without a call."""
        ...

    async def end(self, attempt: str, outcome: Outcome, agent: str, at: datetime) -> None:
        """An attempt is over."""
        ...

    async def under_way(self) -> Sequence[Attempt]:
        """All that are not over."""
        ...

    async def of(self, letter: str) -> Sequence[Attempt]:
        """All attempts of a letter, in order."""
        ...


class Tasks(Protocol):
    """The callbacks that wait."""

    async def waiting(self, kind: str, at: datetime, most: int) -> Iterable[Sealed]:
        """Those that are due."""
        ...

    async def delivered(self, letter: str, at: datetime) -> None:
        """Nothing is to be done any more."""
        ...

    async def put_off(self, letter: str, due: datetime) -> None:
        """To be tried again."""
        ...

    async def override(self, calendar: str, at: datetime) -> Override | None:
        """The manual override of a calendar."""
        ...

    def letter(self, identity: str) -> tuple[Sealed, bool] | None:
        """A task, and whether something is still to be done about it."""
        ...


class Exchange(Protocol):
    """Who places the calls.  All methods raise ``OSError`` when the exchange cannot be asked."""

    async def place(self, order: Order) -> None:
        """Begin; never repeated by anybody, for an order whose reply was lost may have been carried out."""
        ...

    async def near(self, stand: Stand) -> bool:
        """Whether it is soon the turn of who stands there, so that he may be called; never where nobody serves."""
        ...

    async def alive(self) -> Mapping[str, bool]:
        """The attempts that the exchange knows, and whether anybody has been reached in each."""
        ...

    async def drop(self, attempt: str) -> None:
        """End an attempt in which nobody has been reached."""
        ...

    async def result(self, attempt: str) -> Came:
        """What became of an attempt that is no more alive."""
        ...

    async def forget(self, attempt: str) -> None:
        """What became of an attempt is safe: nobody will ask for it again."""
        ...
