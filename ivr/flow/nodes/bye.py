"""Say goodbye and hang up."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Play, Talk
from ivr.flow.node import Node, Scene, Sentence, Way, phrase
from ivr.values.cause import Cause


class Bye(Node):
    """End the call, with a last word if one is given.  On a line not yet answered the caller pays nothing.

    Carriers may try another way when a call ends by `congestion`; the other causes are final.
    """

    final: ClassVar[frozenset[str]] = frozenset({"done"})

    kind: Literal["bye"]
    prompt: Sentence | None = Field(default=None, description="the last words, if any")
    cause: Cause = Field(
        default=Cause.NORMAL,
        description="what the caller's network is told: normal, busy, congestion, rejected (we do not take this call), "
        "unallocated (no such number), changed (the number is another one now)",
    )

    def parting(self) -> Cause:
        return self.cause

    def run(self, scene: Scene) -> Talk[Way]:
        if self.prompt is not None:
            yield from Play((yield from phrase(self.prompt, scene)))
        return "done"
