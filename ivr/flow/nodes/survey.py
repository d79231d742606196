"""Ask for an opinion, one question after the other."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.flow.asking import Key
from ivr.flow.commands import Ask, Need, Talk
from ivr.flow.errands import Post
from ivr.flow.node import Node, Scene, Sentence, Way, phrase
from ivr.flow.spoke import spoken_with


class Opinion(BaseModel):
    """One question of a survey: a scale from 1 on, or keys of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")] = Field(description="how `ivr surveys` calls it")
    prompt: Sentence = Field(description="the question with its scale: from 1, not at all, to 5, very")
    scale: int = Field(default=5, ge=2, le=9, description="the highest mark; the lowest is 1")
    keys: dict[Key, str] = Field(default_factory=dict, description="or the keys, and what each means, in words")

    @property
    def accept(self) -> tuple[str, ...]:
        """The keys that are answers."""
        return tuple(self.keys) or tuple(str(mark) for mark in range(1, self.scale + 1))


class Survey(Node):
    """Put questions one after the other; each answer is kept as soon as it is given.

    Linked to the exit `talked` of a transfer or a queue it asks who is still there when the agent has hung up, and each
    answer is kept with the names of that agent and queue; who hangs up himself is not asked.  Leave by `done` after
    the last question, by `abandoned` when a question got no answer.  `ivr surveys` prints counts and averages.
    """

    leaves: ClassVar[tuple[str, ...]] = ("done", "abandoned")
    asks: ClassVar[bool] = True

    kind: Literal["survey"]
    questions: tuple[Opinion, ...] = Field(min_length=1, max_length=10, description="the questions, in order")
    hearings: int = Field(default=2, ge=1, le=5, description="how often each question is put at most")
    wrong_prompt: Sentence = Field(default=("sorry-wrong",), description="said before asking again after a wrong key")
    silence_prompt: Sentence = Field(default=("sorry-silence",), description="said before asking again after silence")
    first_key: float = Field(default=5, ge=1, le=60, description="seconds of silence after a question")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [question.name for question in self.questions]
        if len(set(names)) < len(names):
            raise ValueError("two questions have the same name; rename one")
        return self

    def need(self) -> Need:
        return Need.ANSWERED

    def run(self, scene: Scene) -> Talk[Way]:
        for question in self.questions:
            answer = yield from self._answer(question, scene)
            if answer is None:
                return "abandoned"
            meaning = question.keys.get(answer, "")
            facts = (("question", question.name), ("answer", answer), ("meaning", meaning))
            yield from Post("survey", (*facts, *spoken_with(scene)))
        return "done"

    def _answer(self, question: Opinion, scene: Scene) -> Talk[str | None]:
        again: Sentence = ()
        for _ in range(self.hearings):
            words = yield from phrase((*again, *question.prompt), scene)
            heard = yield from Ask(words, question.accept, self.first_key, typed=scene.typed())
            if heard.keys in question.accept:
                return heard.keys
            again = self.wrong_prompt if heard.keys else self.silence_prompt
        return None
