"""Take a message from the caller."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Need, Talk
from ivr.flow.message import Taking
from ivr.flow.node import Node, Scene, Sentence, Way


class Record(Node):
    """Record a message after a beep; any key ends it, and so does silence.  Then 1 says it back, 2 keeps it, 3 makes
    another.  Leave by `kept`, or by `nothing` if nothing was said.  `ivr messages` lists what was kept.
    """

    leaves: ClassVar[tuple[str, ...]] = ("kept", "nothing")
    asks: ClassVar[bool] = True

    kind: Literal["record"]
    prompt: Sentence = Field(
        description="said before the beep: that the caller is recorded, what for, and that a key ends the message"
    )
    box: str = Field(default="", max_length=60, description="whom the messages are for, in words")
    longest: int = Field(default=120, ge=5, le=600, description="seconds at most")
    silence: int = Field(default=5, ge=2, le=30, description="seconds of silence that end the message")
    least: float = Field(default=2, ge=1.2, le=30, description="seconds below which nothing was said")
    takes: int = Field(default=3, ge=1, le=9, description="how often the message may be made, in all")
    review: Sentence = Field(
        default=("message-review",), description="the choices after it: 1 listen again, 2 keep, 3 make another"
    )
    hearings: int = Field(default=3, ge=1, le=9, description="how often these are spoken before the message is kept")

    def need(self) -> Need:
        return Need.ANSWERED

    def run(self, scene: Scene) -> Talk[Way]:
        taking = Taking(
            prompt=self.prompt,
            longest=self.longest,
            silence=self.silence,
            least=self.least,
            takes=self.takes,
            review=self.review,
            hearings=self.hearings,
            box=self.box,
        )
        return "kept" if (yield from taking.take(scene)) else "nothing"
