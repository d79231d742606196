"""Bring to mind what was remembered of a caller."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow import errands
from ivr.flow.commands import Talk
from ivr.flow.node import Node, NoteName, Scene, Way


class Recall(Node):
    """Note what was remembered of this caller; leave by `known`, or by `unknown` if there is nothing or no longer."""

    leaves: ClassVar[tuple[str, ...]] = ("known", "unknown")

    kind: Literal["recall"]
    key: NoteName = Field(description="the name under which it is remembered")
    note: NoteName | None = Field(default=None, description="the name under which it is noted [the same]")

    def fills(self) -> tuple[str, ...]:
        return (self.note or self.key,)

    def run(self, scene: Scene) -> Talk[Way]:
        value = yield from errands.Recall(self.key)
        if value is None:
            return "unknown"
        scene.notes[self.note or self.key] = value
        return "known"
