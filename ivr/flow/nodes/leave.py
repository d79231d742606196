"""Leave a flow that another one entered."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow import node
from ivr.flow.commands import Need, Talk
from ivr.flow.node import Node, Scene, Way


class Leave(Node):
    """Go back to the `run` that entered this flow, and on from there by `exit`.

    In a flow that a number starts itself, the call ends here.
    """

    leaves: ClassVar[tuple[str, ...]] = ()

    kind: Literal["leave"]
    exit: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$", description="the exit of the run by which the call goes on")

    def need(self) -> Need:
        return Need.NOTHING

    def beyond(self) -> node.Leave:
        return node.Leave(self.exit)

    def run(self, scene: Scene) -> Talk[Way]:
        yield from ()
        return self.beyond()
