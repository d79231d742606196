"""Take a message from the caller.

A message is kept from the moment it is spoken: who hangs up after the beep, or in the menu, has left it.  People must
be told that they are recorded before they are (RGPD, art. 13; the CNIL's guide on recorded calls), so the prompt is
mandatory, and is heard to its end.
"""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import MESSAGE, Ask, Capture, Need, Play, Talk
from ivr.flow.errands import Discard, left
from ivr.flow.node import Node, Scene, Sentence, Way, phrase

LISTEN, KEEP, REDO = "1", "2", "3"


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
        for take in range(1, self.takes + 1):
            yield from Play((yield from phrase(self.prompt, scene)))
            scene.typed()
            message = f"{MESSAGE}{scene.call.id}-{_place(scene)}"
            captured = yield from Capture(message, self.longest, self.silence, self.least, self.box)
            if captured.seconds < self.least:
                yield from Discard(message)
                return "nothing"
            yield from left(message, captured.seconds, self.box)
            if not (yield from self._is_taken_back(message, scene, last=take == self.takes)):
                return "kept"
            yield from Discard(message)
        raise AssertionError("takes is at least one")

    def _is_taken_back(self, message: str, scene: Scene, *, last: bool) -> Talk[bool]:
        """Whether the caller wants to make another.  Who does not choose keeps what he said."""
        accept = (LISTEN, KEEP) if last else (LISTEN, KEEP, REDO)
        for _ in range(self.hearings):
            heard = yield from Ask((yield from phrase(self.review, scene)), accept)
            if heard.keys == LISTEN:
                yield from Play((message,), until=KEEP)
            elif heard.keys in (KEEP, REDO):
                return heard.keys == REDO and not last
        return False


# The messages of a call are counted among its notes, where no name of a note can meet the count.
_COUNT = "(messages)"


def _place(scene: Scene) -> int:
    count = int(scene.notes.get(_COUNT, "0")) + 1
    scene.notes[_COUNT] = str(count)
    return count
