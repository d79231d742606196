"""Record the book's prompts over the phone, for those who know the PIN.

Nothing that an operator says is heard by callers unless he keeps it, and what cannot be played is never kept: the
prompt then stays as it was.
"""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import MESSAGE, Ask, Capture, Gather, Play, Speak, Talk
from ivr.flow.errands import Adopt, Discard, Numbered
from ivr.flow.guarded import Guarded
from ivr.flow.node import LanguageName, Scene, Sentence, Way, phrase
from ivr.values.recorded import DIGITS, Prompt
from ivr.values.wording import spelled

RECORD, HEAR, OTHER, END = "1", "2", "3", "0"
LISTEN, KEEP, REDO, DROP = "1", "2", "3", "0"
TAKE = f"{MESSAGE}take-"  # how the name of a take begins, of which a call has one at a time


class Studio(Guarded):
    """Ask for a PIN and the number of a prompt, which `ivr prompts` prints; read it back, and play what callers hear
    now.  Then 1 records after a beep, 2 plays it again, 3 is for another prompt, 0 ends; of a take 1 plays it, 2 keeps
    it, 3 makes another, 0 drops it.  What is kept becomes the prompt; `ivr recordings` lists and exports it.

    `done` when the operator is through, `denied` after three wrong PINs.  The PIN is six digits that
    `ivr secrets show pin:NAME` prints.
    """

    leaves: ClassVar[tuple[str, ...]] = ("done", "denied")

    kind: Literal["studio"]
    language: LanguageName = Field(default="fr", description="the language in which the operator is spoken to")
    longest: int = Field(default=120, ge=5, le=600, description="seconds that a recording may last")
    silence: int = Field(default=4, ge=2, le=30, description="seconds of silence that end it; so does any key")
    prompt: Sentence = Field(default=("studio-number",), description="asks for the number of the prompt")
    unknown_prompt: Sentence = Field(default=("studio-unknown",), description="says that no prompt has this number")
    chosen_prompt: Sentence = Field(default=("studio-chosen",), description="said before the number is read back")
    current_prompt: Sentence = Field(default=("studio-current",), description="said before what callers hear now")
    choices_prompt: Sentence = Field(default=("studio-choices",), description="the orders as they are spoken")
    speak_prompt: Sentence = Field(default=("studio-speak",), description="said before the beep")
    review_prompt: Sentence = Field(default=("studio-review",), description="the choices after a take")
    kept_prompt: Sentence = Field(default=("studio-kept",), description="says that the recording is kept")
    failed_prompt: Sentence = Field(default=("studio-refused",), description="says that it cannot be kept")

    def run(self, scene: Scene) -> Talk[Way]:
        if not (yield from self.let_in(scene)):
            return "denied"
        again: Sentence = ()
        missed = 0
        while missed < self.orders:
            words = yield from phrase((*again, *self.prompt), scene)
            digits = (yield from Gather(words, DIGITS, self.first_key, self.next_key, scene.typed())).keys
            chosen = (yield from Numbered(digits)) if digits else None
            if chosen is None:
                missed += 1
                again = self.unknown_prompt if digits else ()
            elif (yield from self._worked_on(chosen, digits, scene)):
                again, missed = (), 0
            else:
                break
        return "done"

    def _worked_on(self, chosen: Prompt, digits: str, scene: Scene) -> Talk[bool]:
        """Whether the operator wants another prompt."""
        said = yield from phrase(self.chosen_prompt, scene)
        now = yield from phrase(self.current_prompt, scene)
        yield from Play((*said, *spelled(digits), *now))
        yield from self._current(chosen)
        missed = 0
        while missed < self.orders:
            choices = yield from phrase(self.choices_prompt, scene)
            accept = (RECORD, HEAR, OTHER, END)
            pressed = (yield from Ask(choices, accept, self.first_key, self.next_key, scene.typed())).keys
            if pressed in (OTHER, END):
                return pressed == OTHER
            missed = 0 if pressed in accept else missed + 1
            if pressed == RECORD:
                yield from self._take(chosen, scene)
            elif pressed == HEAR:
                yield from self._current(chosen)
        return False

    def _current(self, chosen: Prompt) -> Talk[None]:
        """Play what callers hear, in their language."""
        foreign = chosen.language != self.language
        if foreign:
            yield from Speak(chosen.language)
        yield from Play((chosen.id,), until=END)
        if foreign:
            yield from Speak(self.language)

    def _take(self, chosen: Prompt, scene: Scene) -> Talk[None]:
        """Record, until a take is kept or dropped; who does not choose has dropped it."""
        take = f"{TAKE}{scene.call.id}"
        redo = True
        while redo:
            yield from Play((yield from phrase(self.speak_prompt, scene)))
            # `least` is more than there can be: who hangs up while he speaks leaves no message for anybody.
            yield from Capture(take, self.longest, self.silence, self.longest + 1, "")
            redo = yield from self._reviewed(take, chosen, scene)
        yield from Discard(take)

    def _reviewed(self, take: str, chosen: Prompt, scene: Scene) -> Talk[bool]:
        """Whether the operator wants to make another take."""
        missed = 0
        while missed < self.orders:
            review = yield from phrase(self.review_prompt, scene)
            pressed = (yield from Ask(review, (LISTEN, KEEP, REDO, DROP), self.first_key, self.next_key)).keys
            if pressed == LISTEN:
                missed = 0
                yield from Play((take,), until=KEEP)
            elif pressed == KEEP:
                kept = yield from Adopt(take, chosen)
                yield from Play((yield from phrase(self.kept_prompt if kept else self.failed_prompt, scene)))
                return False
            elif pressed in (REDO, DROP):
                return pressed == REDO
            else:
                missed += 1
        return False
