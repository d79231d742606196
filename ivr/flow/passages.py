"""The graph of a number's calls: states, the passages between them, and the roots at which calls begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.flow.callers import Callers
from ivr.flow.instants import Hours
from ivr.flow.onlooker import Choice, Log, Said, World
from ivr.values.number import Number
from ivr.values.tariff import Tariff


@dataclass(frozen=True)
class Passage:
    """From one state to the next, or to the end of the call (``to`` is ``None``, ``ends`` says how).

    ``human`` is when an agent first rings: seconds, keys and charged seconds since the passage began.
    ``unannounced``: charging begins though the price was not told.  ``changed`` is the tariff that began during the
    call, where it is charged by that from the answer on.
    """

    choices: tuple[Choice, ...]
    steps: tuple[str, ...]
    heard: tuple[Said, ...]
    seconds: float
    charged: float
    keys: int
    human: tuple[float, int, float] | None
    rings: tuple[str, ...]
    unannounced: bool
    answered: bool
    to: int | None
    ends: str = ""
    changed: Tariff | None = None


@dataclass(frozen=True)
class State:
    """Somewhere in a call.  ``steps`` and ``log`` are what had happened by then, on the shortest way there."""

    place: str
    caller: int
    hours: int
    steps: int
    log: Log
    question: bool


@dataclass(frozen=True)
class Root:
    """How a call can begin: who calls and when, each standing for all that are alike."""

    state: int
    caller: Number
    at: datetime
    hours: Mapping[str, Hours]


@dataclass
class Explored:
    """The graph of a number's calls.  ``whole`` is false if there were more than ``MOST_STATES`` states."""

    world: World
    callers: Callers
    roots: list[Root]
    states: list[State]
    passages: list[list[Passage]]
    whole: bool = True
