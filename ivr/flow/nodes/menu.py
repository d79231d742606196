"""Offer choices on the keypad.

What users of the best systems expect: a key that can mean only one thing acts at once; silence and a wrong key are
two different things, counted apart and answered with different words; both have an end, and the end has an exit.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from ivr.flow.asking import UNAVAILABLE, Attempts, Key, Question, Unasked
from ivr.flow.commands import Ask, Play, Talk
from ivr.flow.node import NodeName, Scene, Sentence, Way, phrase


class Menu(Question):
    """Ask the caller to choose; leave by the key chosen, or by `silence` or `wrong` when the attempts are used up.

    An option may also lead to `back`, the question before, or to `repeat`, this one again.  Where all that it leads to
    are agents, of whom none is there, nothing is asked on a surcharged number: the call goes on, free, by
    `unavailable`, or where that is not linked as from the first of those agents.
    """

    kind: Literal["menu"]
    prompt: Sentence = Field(description="the choices as they are spoken")
    options: dict[Key, NodeName] = Field(min_length=1, description="key (or keys) to node")
    barge_in: bool = Field(default=True, description="whether the caller may press a key before the end")

    def doors(self) -> Mapping[str, str]:
        return {**self.options, **self.exits}

    def run(self, scene: Scene) -> Talk[Way]:
        attempts = Attempts(self)
        while True:
            words = yield from phrase((*attempts.told(), *self.prompt), scene)
            typed = scene.typed()
            if not self.barge_in and not typed:
                yield from Play(words)
                words = ()
            heard = yield from Ask(words, tuple(self.options), self.first_key, self.next_key, typed)
            if isinstance(heard, Unasked):
                return UNAVAILABLE
            if heard.keys in self.options:
                scene.chosen.append(heard.keys)
                return heard.keys
            if taken := attempts.miss("wrong" if heard.keys else "silence"):
                return taken
