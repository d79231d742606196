"""Connect the caller with an agent."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ivr.flow.commands import Dial, Need, Play, Reached, Talk
from ivr.flow.node import OR_ONE, AgentName, Node, Scene, Sentence, Way, one_or_many, phrase

PAST_LIMIT = "past_limit"


class Transfer(Node):
    """Ring one agent, or several at once; leave by what came of it.

    `talked` is taken when the conversation is over; left unlinked, the call ends there.  On a call not answered yet
    waiting is free for as long as its carrier bears it (`unanswered_limit`); past that the line is answered and rings
    on, or, with `past_limit: leave`, the node is left by `past_limit`, and nothing was charged.
    """

    leaves: ClassVar[tuple[str, ...]] = (*(reached.value for reached in Reached), PAST_LIMIT)
    final: ClassVar[frozenset[str]] = frozenset({Reached.TALKED.value})
    optional: ClassVar[frozenset[str]] = frozenset({PAST_LIMIT})
    rings: ClassVar[bool] = True

    kind: Literal["transfer"]
    to: Annotated[
        tuple[AgentName, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)
    ] = Field(description="the agent to ring, or a list of agents who all ring at once")
    prompt: Sentence | None = Field(default=None, description="said to the caller before the agent rings")
    ring: float = Field(default=25, ge=5, le=120, description="seconds to ring before giving up")
    waiting: Literal["ringing", "music"] = Field(default="ringing", description="what the caller hears meanwhile")
    past_limit: Literal["answer", "leave"] = Field(
        default="answer", description="what is done with who still waits unanswered when his carrier bears it no longer"
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if (self.past_limit == "leave") != (PAST_LIMIT in self.exits):
            raise ValueError("past_limit: leave and the exit past_limit go together: write both, or none")
        return self

    def agents(self) -> tuple[str, ...]:
        return self.to

    def need(self) -> Need:
        return Need.ANNOUNCED

    def run(self, scene: Scene) -> Talk[Way]:
        if self.prompt is not None:
            yield from Play((yield from phrase(self.prompt, scene)))
        leave, music = self.past_limit == "leave", self.waiting == "music"
        dialled = yield from Dial(self.to, self.ring, music=music, leave=leave)
        return PAST_LIMIT if dialled.past_limit else dialled.reached.value
