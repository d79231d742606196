"""Taking a message, for every kind of node that does.

A message is kept from the moment it is spoken: who hangs up after the beep, or in the menu, has left it.  People must
be told that they are recorded before they are (Regulation (EU) 2016/679, art. 13; CNIL, recording of calls, 25 April
2022: not verified), so the prompt is mandatory, and is heard to its end.
"""

from dataclasses import dataclass

from ivr.flow.commands import MESSAGE, Ask, Capture, Play, Talk
from ivr.flow.errands import Discard, left
from ivr.flow.node import Scene, Sentence, phrase

LISTEN, KEEP, REDO = "1", "2", "3"


@dataclass(frozen=True)
class Taking:
    """How a message is taken: for ``box``, in words, or for a mailbox of the book; lengths are seconds.

    It may be made ``takes`` times; the choices of ``review`` are spoken ``hearings`` times before it is kept.
    """

    prompt: Sentence
    longest: float
    silence: float
    least: float
    takes: int
    review: Sentence
    hearings: int
    box: str
    mailbox: str = ""

    def take(self, scene: Scene) -> Talk[bool]:
        """Record; whether a message was left."""
        for take in range(1, self.takes + 1):
            yield from Play((yield from phrase(self.prompt, scene)))
            scene.typed()
            message = f"{MESSAGE}{scene.call.id}-{_place(scene)}"
            wanted = Capture(message, self.longest, self.silence, self.least, self.box, self.mailbox)
            captured = yield from wanted
            if captured.seconds < self.least:
                yield from Discard(message)
                return False
            yield from left(message, captured.seconds, self.box, self.mailbox)
            if not (yield from self._is_taken_back(message, scene, last=take == self.takes)):
                return True
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
