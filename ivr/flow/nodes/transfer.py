"""Connect the caller with an agent."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from ivr.flow.commands import Dial, Need, Play, Reached, Talk
from ivr.flow.node import OR_ONE, AgentName, Node, Scene, Sentence, Way, one_or_many, phrase


class Transfer(Node):
    """Ring one agent, or several at once; leave by what came of it.

    `talked` is taken when the conversation is over; left unlinked, the call ends there.
    """

    leaves: ClassVar[tuple[str, ...]] = tuple(reached.value for reached in Reached)
    final: ClassVar[frozenset[str]] = frozenset({Reached.TALKED.value})

    kind: Literal["transfer"]
    to: Annotated[
        tuple[AgentName, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)
    ] = Field(description="the agent to ring, or a list of agents who all ring at once")
    prompt: Sentence | None = Field(default=None, description="said to the caller before the agent rings")
    ring: float = Field(default=25, ge=5, le=120, description="seconds to ring before giving up")

    def need(self) -> Need:
        return Need.ANNOUNCED

    def run(self, scene: Scene) -> Talk[Way]:
        if self.prompt is not None:
            yield from Play((yield from phrase(self.prompt, scene)))
        dialled = yield from Dial(self.to, self.ring)
        return dialled.reached.value
