"""One AGI command and what its reply means: what everything that talks AGI is made of.  No I/O."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar, assert_never

from ivr.asterisk.agi_wire import Outcome, Reply
from ivr.service.ports import Fault, HungUp

R = TypeVar("R")

PATIENCE = 5.0  # seconds beyond what a command can take; then the line is out of step


@dataclass(frozen=True)
class Order:
    """The words of one AGI command and how many seconds its reply may take."""

    words: tuple[str, ...]
    limit: float = PATIENCE


class Refused(Exception):
    """Asterisk gave ``result=-1``: the caller has hung up, or it could not; the channel finds out which."""


AgiTalk = Generator[Order, Reply, R]


def do(*words: str, limit: float = PATIENCE) -> AgiTalk[Reply]:
    """Have one command done.  Raises ``HungUp``, :class:`Refused` or ``Fault``."""
    reply = yield Order(words, limit)
    match reply.outcome:
        case Outcome.done:
            return reply
        case Outcome.dead:
            raise HungUp
        case Outcome.failed:
            raise Refused(f"{' '.join(words)}: {reply.text}")
        case Outcome.missing | Outcome.usage | Outcome.invalid:
            raise Fault(f"Asterisk did not understand {' '.join(words)}: {reply.code} {reply.text[:200]}")
        case _:
            assert_never(reply.outcome)


def variable(name: str) -> AgiTalk[str]:
    """The value of a variable of the channel; empty where there is none."""
    reply = yield from do("GET", "VARIABLE", name)
    return (reply.note or "") if reply.result == "1" else ""


def number(text: str) -> float:
    """A number in Asterisk's words; 0 for nothing and nonsense."""
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


def epoch(text: str) -> datetime | None:
    """An instant in Asterisk's words, seconds since 1970 with a fraction; ``None`` for 0, nothing, and nonsense."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if float(text or 0) > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
