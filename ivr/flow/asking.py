"""What all questions have in common: how long they wait, what they say to silence and to a wrong key, and their end."""

import re
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from ivr.flow.commands import Heard, Need
from ivr.flow.node import Node, Sentence


def _is_key(key: str) -> str:
    if not re.fullmatch(r"[0-9*#]{1,8}", key):
        raise ValueError("an option is one to eight of the keys 0 to 9, * and #")
    return key


Key = Annotated[str, AfterValidator(_is_key)]

UNAVAILABLE = "unavailable"  # the exit for who would be asked for nothing


@dataclass(frozen=True)
class Unasked(Heard):
    """Said by the line: nothing was asked, for nobody is there, or a queue is ``full``."""

    keys: str = ""
    full: bool = False


Miss = Literal["silence", "wrong", "corrected"]


class Question(Node):
    """A node that asks the caller something, and is no service in itself.

    Its exits `silence` and `wrong` are for when the attempts are used up.

    Where agents alone are behind it, and nobody is there, a surcharged call is neither announced nor answered: nothing
    is asked, and the call goes on, free, by `unavailable`; where that is not linked, as from the first of those agents.
    """

    leaves: ClassVar[tuple[str, ...]] = ("silence", "wrong", UNAVAILABLE)
    optional: ClassVar[frozenset[str]] = frozenset({UNAVAILABLE})
    asks: ClassVar[bool] = True

    silence_prompt: Sentence = Field(default=("sorry-silence",), description="said before asking again after silence")
    wrong_prompt: Sentence = Field(
        default=("sorry-wrong",), description="said before asking again after a wrong answer"
    )
    silences: int = Field(default=3, ge=1, le=9, description="silences before the exit `silence` is taken")
    wrongs: int = Field(default=3, ge=1, le=9, description="wrong answers before the exit `wrong` is taken")
    hearings: int = Field(default=5, ge=1, le=9, description="how often the question is put at most, in all")
    first_key: float = Field(default=5, ge=1, le=60, description="seconds of silence after the question")
    next_key: float = Field(default=3, ge=1, le=30, description="seconds between the keys of one answer")

    def need(self) -> Need:
        return Need.ANSWERED


@dataclass
class Attempts:
    """The attempts of one caller at one question: silence and wrong answers are counted apart, and together."""

    question: Question
    again: Sentence = ()  # what is said before the question is put again
    _missed: dict[Miss, int] = field(default_factory=lambda: {"silence": 0, "wrong": 0, "corrected": 0})

    def told(self) -> Sentence:
        """What is said before the question is put now; once."""
        again, self.again = self.again, ()
        return again

    def miss(self, how: Miss) -> str | None:
        """Count an attempt that came to nothing; the exit to take once they are used up.

        An answer that the caller himself takes back is no miss, but it is one hearing.
        """
        self._missed[how] += 1
        most = {"silence": self.question.silences, "wrong": self.question.wrongs, "corrected": 9}
        if self._missed[how] == most[how] or sum(self._missed.values()) == self.question.hearings:
            return "silence" if how == "silence" else "wrong"
        said = {"silence": self.question.silence_prompt, "wrong": self.question.wrong_prompt, "corrected": ()}
        self.again = said[how]
        return None
