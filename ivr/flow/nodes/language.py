"""Offer languages, each in itself, and go on in the one chosen."""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow import commands, errands
from ivr.flow.asking import UNAVAILABLE, Attempts, Key, Question, Unasked
from ivr.flow.commands import Play, Speak, Talk
from ivr.flow.node import LanguageName, PromptName, Scene, Sentence, Way, phrase
from ivr.flow.nodes.say import ANY_KEY

# What is remembered of a caller; `forget` it to have him asked again.
REMEMBERED = "language"


class Language(Question):
    """Ask for the language of the rest of the call; leave by `done`, or by `silence` or `wrong`.

    A caller whose language is remembered is not asked.  Without an answer the call goes on in the language in which
    it began.
    """

    leaves: ClassVar[tuple[str, ...]] = ("done", "silence", "wrong", UNAVAILABLE)

    kind: Literal["language"]
    prompt: PromptName = Field(
        description='said once in each language, each time the same prompt: "In English, press 2"'
    )
    options: dict[Key, LanguageName] = Field(min_length=1, description="key to language")
    remember: bool = Field(default=False, description="whether the choice holds for this caller's next calls")
    days: float = Field(default=365, gt=0, le=3650, description="for how long it is remembered, in days")

    def run(self, scene: Scene) -> Talk[Way]:
        if self.remember:
            known = yield from errands.Recall(REMEMBERED)
            if known is not None and known in self.options.values():
                yield from Speak(known)
                return "done"
        attempts = Attempts(self)
        taken: Way | None = None
        while taken is None:
            taken = yield from self._attempted(attempts, scene)
        return taken

    def _attempted(self, attempts: Attempts, scene: Scene) -> Talk[Way | None]:
        typed = scene.typed() or (yield from self._offer(attempts.told(), scene))
        heard = yield from commands.Ask((), tuple(self.options), self.first_key, self.next_key, typed)
        if isinstance(heard, Unasked):
            yield from Speak(scene.call.language)
            return UNAVAILABLE
        if chosen := self.options.get(heard.keys):
            yield from Speak(chosen)
            if self.remember:
                yield from errands.Remember(REMEMBERED, chosen, timedelta(days=self.days))
            return "done"
        yield from Speak(scene.call.language)
        return attempts.miss("wrong" if heard.keys else "silence")

    def _offer(self, again: Sentence, scene: Scene) -> Talk[str]:
        """Say each language's prompt in that language; the key that cut it short, if one did."""
        if again:
            played = yield from Play((yield from phrase(again, scene)), until=ANY_KEY)
            if played.key:
                return played.key
        for language in dict.fromkeys(self.options.values()):
            yield from Speak(language)
            played = yield from Play((self.prompt,), until=ANY_KEY)
            if played.key:
                return played.key
        return ""
