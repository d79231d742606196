"""What nodes look at, of all that a call brings with it: two calls that differ in something else are alike to them."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.flow.node import Node
from ivr.flow.nodes.match import Match


@dataclass(frozen=True)
class Looks:
    """What the nodes that a call can still come to look at: calendars, the caller, notes, how long the call lasts."""

    calendars: bool
    callers: bool
    notes: frozenset[str]
    lasts: float


def tested(node: Node) -> Iterator[tuple[str, str]]:
    """The notes that a node tests and the values that it tests them for."""
    if isinstance(node, Match):
        for case in node.cases:
            if case.note:
                yield from ((case.note, value) for value in (case.equals or "", *case.one_of))


def lasts(node: Node) -> float:
    """The longest time in the call that a node tests, in seconds."""
    return max((case.longer_than or 0.0 for case in node.cases), default=0.0) if isinstance(node, Match) else 0.0
