"""Who is asked for in vain: what comes of a command that would have a call cost for agents of whom none is there.

What is known to be undeliverable is not even announced: where a price would be told for agents alone (of transfers, of
queues, of all that a menu leads to), and none is there, or the hours of all are over, what leads to them is neither
said nor asked, and nobody rings or waits.  The flow goes on by `unavailable`, `empty` or `full`, free.
"""

from typing import Any

from ivr.flow.asking import Unasked
from ivr.flow.commands import (
    Command,
    Dial,
    Dialled,
    Enqueue,
    Heard,
    Play,
    Played,
    Queued,
    Reachable,
    Reached,
    Served,
    Talk,
    There,
)


class Absence:
    """What the line of one call knows of who is away."""

    def __init__(self) -> None:
        self._away: tuple[Reachable, There] | None = None  # who was asked for a moment ago, and nobody was there

    def is_over(self) -> None:
        """Time has passed, in which somebody may have come."""
        self._away = None

    def makes(self, command: Command[Any]) -> Talk[Played | Dialled | Queued | Heard | None]:
        """What comes of a command for whose agents a price would be told; ``None``: it may be carried out."""
        awaited = Reachable(command.agents) if isinstance(command, Dial) else command.toward
        if callable(awaited):
            awaited = yield from awaited()
        if awaited is None:
            return None
        there = There() if awaited == Reachable() else self._still_away(awaited) or (yield from awaited)
        if there.agents or there.queues:
            return None
        self._away = awaited, there
        match command:
            case Dial():
                return Dialled(Reached.UNAVAILABLE)
            case Enqueue():
                return Queued(Served.FULL if there.full else Served.EMPTY)
            case Play():
                return Played()
        return Unasked(full=there.full)

    def _still_away(self, awaited: Reachable) -> There | None:
        """The answer of a moment ago: a question is not put half, its words unsaid since nobody was there for them."""
        if self._away is None:
            return None
        asked, there = self._away
        within = not awaited.doors and set(awaited.agents) <= set(asked.agents)
        return there if awaited == asked or within else None
