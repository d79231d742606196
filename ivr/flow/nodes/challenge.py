"""Have the caller show that he is a person who listens: he is asked for a key that nobody can know before."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Ask, Need, Phrase, Talk
from ivr.flow.errands import Draw
from ivr.flow.node import Node, Scene, Sentence, Way, phrase
from ivr.values.wording import spelled


class Challenge(Node):
    """Ask for a digit that is drawn for this call; leave by `passed` or, when the attempts are used up, by `failed`.

    It is asked before the answer and costs nothing: the caller's carrier must pass keys on in early media, as it does
    for the key that skips the announcement.  Keys pressed before the digit was named do not count.
    """

    leaves: ClassVar[tuple[str, ...]] = ("passed", "failed")
    asks: ClassVar[bool] = True

    kind: Literal["challenge"]
    prompt: Sentence = Field(default=("challenge",), description='said before the digit: "pour continuer, tapez"')
    wrong_prompt: Sentence = Field(default=("challenge-wrong",), description="said before the digit is asked for again")
    attempts: int = Field(default=3, ge=1, le=9, description="how often the caller may try")
    first_key: float = Field(default=5, ge=2, le=60, description="seconds of silence after the question")

    def run(self, scene: Scene) -> Talk[Way]:
        digit = str(int((yield from Draw()) * 10))
        again: Phrase = ()
        for _ in range(self.attempts):
            scene.typed()
            words = (*again, *(yield from phrase(self.prompt, scene)), *spelled(digit))
            heard = yield from Ask(words, (digit,), self.first_key, needs=Need.EARLY)
            if heard.keys == digit:
                return "passed"
            again = yield from phrase(self.wrong_prompt, scene)
        return "failed"
