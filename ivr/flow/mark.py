"""Where a call is that is lived through for the sake of looking on, so that it can go on from there another time.

Generators cannot be copied.  But between two nodes nothing is in them that is not in the parts of a call: so these are
kept whenever a node begins, and the call is lived through again from there, not from its beginning.
"""

from dataclasses import dataclass, field
from typing import Any

from ivr.flow.altered import altered
from ivr.flow.consent import Consent
from ivr.flow.line import Line
from ivr.flow.node import Scene
from ivr.flow.walk import Standing, Step


@dataclass
class Parts:
    """All that is changed in the course of a call."""

    scene: Scene
    line: Line
    consent: Consent
    trail: list[Step] = field(default_factory=list)
    standing: Standing = field(default_factory=Standing)

    def copy(self) -> "Parts":
        """The same, each of its own; only between two nodes."""
        scene = altered(
            self.scene, notes=dict(self.scene.notes), ahead=list(self.scene.ahead), chosen=list(self.scene.chosen)
        )
        return Parts(scene, self.line.copy(), altered(self.consent), list(self.trail), self.standing.copy())


@dataclass(frozen=True)
class Mark:
    """A call as it was when its last node began, which nobody changes, and the results that it was given since then."""

    parts: Parts
    given: tuple[Any, ...] = ()


class Course:
    """A call that goes on from a mark: its parts, and where it has come to."""

    def __init__(self, mark: Mark) -> None:
        self.parts = mark.parts.copy()
        self._began = mark.parts
        self._goes_on = mark.parts.standing.here is not None
        self._given: list[Any] = []

    @property
    def mark(self) -> Mark:
        return Mark(self._began, tuple(self._given))

    def arrived(self) -> None:
        """A node begins; of a call that goes on, the first one is that of its mark."""
        if not self._goes_on:
            self._began, self._given = self.parts.copy(), []
        self._goes_on = False

    def give(self, result: Any) -> None:
        """A result is about to be given."""
        self._given.append(result)
