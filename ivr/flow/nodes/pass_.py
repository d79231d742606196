"""Hand a call over to another flow.  (The file has an underscore because `pass` is a word of Python.)"""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Need, Talk
from ivr.flow.node import FlowName, Node, Over, Scene, Way


class Pass(Node):
    """Go on in another flow for good: nothing comes back, and `back` does not lead here."""

    leaves: ClassVar[tuple[str, ...]] = ()

    kind: Literal["pass"]
    flow: FlowName = Field(description="the flow that takes the call over")

    def need(self) -> Need:
        return Need.NOTHING

    def beyond(self) -> Over:
        return Over(self.flow)

    def run(self, scene: Scene) -> Talk[Way]:
        yield from ()
        return self.beyond()
