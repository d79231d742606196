"""Live through another flow and come back."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Need, Talk
from ivr.flow.node import FlowName, Into, Node, Scene, Way


class Run(Node):
    """Enter another flow; each exit by which it can `leave` must be linked here.  Notes are shared with it."""

    leaves: ClassVar[tuple[str, ...]] = ()
    elsewhere: ClassVar[bool] = True

    kind: Literal["run"]
    flow: FlowName = Field(description="the flow that is entered")

    def need(self) -> Need:
        return Need.NOTHING

    def beyond(self) -> Into:
        return Into(self.flow)

    def run(self, scene: Scene) -> Talk[Way]:
        yield from ()
        return self.beyond()
