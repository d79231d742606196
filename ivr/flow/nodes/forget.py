"""Forget what was remembered of a caller."""

from typing import Literal

from pydantic import Field

from ivr.flow import errands
from ivr.flow.commands import Talk
from ivr.flow.node import Node, NoteName, Scene, Way


class Forget(Node):
    """Forget what is remembered of this caller, and go on by `done`."""

    kind: Literal["forget"]
    key: NoteName = Field(description="the name under which it is remembered")

    def run(self, scene: Scene) -> Talk[Way]:
        yield from errands.Remember(self.key, None)
        return "done"
