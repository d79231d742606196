"""What a channel is asked: all commands of `commands.py`, and those that record a conversation."""

from dataclasses import dataclass, field

from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Command,
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Limit,
    Now,
    Play,
    Progress,
    Reachable,
    Speak,
)


@dataclass(frozen=True)
class Tapped:
    """The recording of a conversation: its ``name``, or ``None`` and ``why`` there is none.

    The record of the call says at its end how many ``seconds`` of sound there are, whether the caller ``refused`` while
    he talked (then nothing is kept), and how often the agent had it ``paused``.
    """

    name: str | None
    why: str = ""
    seconds: float | None = None
    refused: bool = False
    paused: int = 0


@dataclass(frozen=True)
class Tap(Command[Tapped]):
    """Record whom the caller talks with from now on, keep it for ``days``; ``announce`` is what he was told.

    Only `ivr/flow/consent.py` gives it.  ``refuse`` is the key by which he ends it, and has it deleted, while he talks.
    ``name`` is given to it on the way to the line by whoever keeps it.
    """

    days: int
    refuse: str = ""
    announce: str = ""
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Untap(Command[None]):
    """Record no more."""


LineCommand = (
    Now
    | Reachable
    | Play
    | Ask
    | Gather
    | Capture
    | Speak
    | Dial
    | Enqueue
    | Hangup
    | Progress
    | Answer
    | Limit
    | Tap
    | Untap
)
