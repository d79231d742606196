"""Ask for digits: an order number, a date, a secret code.

Secret digits are noted as :class:`Hidden`: a look-up can send them and a rule compare them, but no tape, log or record
shows them.  They are never read back, and keys typed before the question are not taken for them: those were heard by
a question or a sentence that keeps no secrets.
"""

import re
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ivr.flow import commands
from ivr.flow.asking import UNAVAILABLE, Attempts, Miss, Question, Unasked
from ivr.flow.commands import Heard, Talk
from ivr.flow.node import NoteName, Scene, Sentence, Way, one_or_many, phrase
from ivr.values.hidden import Hidden
from ivr.values.wording import spelled

MOST = 32


def _is_range(text: str) -> str:
    found = re.fullmatch(r"(\d{1,15})-(\d{1,15})", text, re.ASCII)
    if not found or int(found[1]) > int(found[2]):
        raise ValueError("a range is written 1-500, the least first")
    return text


Digits = Annotated[str, Field(pattern=r"^[0-9]{1,32}$")]


class Check(BaseModel):
    """What the digits must be besides their number; all that is written must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length: Annotated[tuple[Annotated[int, Field(ge=1, le=MOST)], ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the numbers of digits that are right: [8, 10]"
    )
    luhn: bool = Field(default=False, description="whether the last digit is a Luhn check digit, as on bank cards")
    one_of: Annotated[tuple[Digits, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the only answers that are right"
    )
    range: Annotated[str, AfterValidator(_is_range)] | None = Field(
        default=None, description="the least and the greatest number: 1-500"
    )
    date: bool = Field(default=False, description="whether it is a date, day, month and year in eight digits: 24122026")

    def holds(self, digits: str) -> bool:
        """Whether ``digits``, which are at least one and nothing else, pass."""
        least, most = map(int, (self.range or "0-0").split("-"))
        return not (
            (self.length and len(digits) not in self.length)
            or (self.luhn and not is_luhn(digits))
            or (self.one_of and digits not in self.one_of)
            or (self.range and not least <= int(digits) <= most)
            or (self.date and not is_date(digits))
        )


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it.  Source: ISO/IEC 7812-1, annex B."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (sum(map(int, digits[::-2])) + sum(twice - 9 if twice > 9 else twice for twice in doubled)) % 10 == 0


def is_date(digits: str) -> bool:
    """Whether it is a day of the calendar between 1900 and 2099, as people in France write it: DDMMYYYY."""
    if len(digits) != 8 or not 1900 <= int(digits[4:]) <= 2099:
        return False
    try:
        date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return True


class Confirmation(BaseModel):
    """The digits are read back one by one between two sentences; 1 confirms them, 2 asks for them again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Sentence = Field(description='said before the digits: "Vous avez tapé"')
    after: Sentence = Field(description='said after them: "Pour confirmer, tapez 1. Pour corriger, tapez 2."')


class Ask(Question):
    """Ask for digits and note them; leave by `done`, or by `silence` or `wrong` when the attempts are used up.

    The key # ends the answer before all digits are there.
    """

    leaves: ClassVar[tuple[str, ...]] = ("done", "silence", "wrong", UNAVAILABLE)

    kind: Literal["ask"]
    prompt: Sentence = Field(description="the question as it is spoken")
    note: NoteName = Field(description="the name under which the digits are noted in this call")
    digits: int | None = Field(default=None, ge=1, le=MOST, description="how many digits, where their number is fixed")
    least: int = Field(default=1, ge=1, le=MOST, description="how many digits at least, where their number varies")
    most: int | None = Field(default=None, ge=1, le=MOST, description="how many digits at most, where it varies")
    check: Check | None = Field(default=None, description="what else the digits must be")
    confirm: Confirmation | None = Field(default=None, description="how the digits are read back, if they are")
    secret: bool = Field(default=False, description="whether nobody may ever see the digits")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.digits is None) == (self.most is None):
            raise ValueError("how many digits is not clear; write either digits, or most (and least)")
        if self.least > self._most:
            raise ValueError("least is more than the digits there can be; write fewer")
        if self.secret and self.confirm:
            raise ValueError("a secret is never read back; leave out confirm")
        return self

    def fills(self) -> tuple[str, ...]:
        return (self.note,)

    @property
    def _most(self) -> int:
        return self.digits or self.most or MOST

    def run(self, scene: Scene) -> Talk[Way]:
        attempts = Attempts(self)
        taken: Way | None = None
        while taken is None:
            taken = yield from self._attempted(attempts, scene)
        return taken

    def _attempted(self, attempts: Attempts, scene: Scene) -> Talk[Way | None]:
        """One attempt, and the exit that it leads to; a talk of its own, so that nothing of it is left in the next: two
        callers with as many attempts are in the same state (`ivr.flow.alike`).
        """
        heard = yield from self._put(attempts.told(), scene)
        if isinstance(heard, Unasked):
            return UNAVAILABLE
        keys = heard.keys
        missed = self._missed(keys)
        if missed is None and self.confirm is not None:
            missed = yield from self._confirmed(self.confirm, keys, scene)
        if missed is None:
            scene.notes[self.note] = Hidden(keys) if self.secret else keys
            return "done"
        return attempts.miss(missed)

    def _put(self, again: Sentence, scene: Scene) -> Talk[Heard]:
        words = yield from phrase((*again, *self.prompt), scene)
        typed = scene.typed()
        typed = "" if self.secret else typed
        return (yield from commands.Gather(words, self._most, self.first_key, self.next_key, typed, self.secret))

    def _missed(self, keys: str) -> Miss | None:
        if not keys:
            return "silence"
        right = re.fullmatch(r"\d+", keys, re.ASCII) and (self.digits or self.least) <= len(keys) <= self._most
        return None if right and (self.check is None or self.check.holds(keys)) else "wrong"

    def _confirmed(self, confirm: Confirmation, digits: str, scene: Scene) -> Talk[Miss | None]:
        """``None`` when the caller confirms.  A wrong key or silence here is told, and asked again once."""
        missed: Miss = "corrected"
        again: Sentence = ()
        for _ in range(2):
            before = yield from phrase((*again, *confirm.before), scene)
            after = yield from phrase(confirm.after, scene)
            words = (*before, *spelled(digits), *after)
            heard = yield from commands.Ask(words, ("1", "2"), self.first_key, self.next_key)
            if heard.keys in ("1", "2"):
                return None if heard.keys == "1" else "corrected"
            missed = "wrong" if heard.keys else "silence"
            again = self.wrong_prompt if heard.keys else self.silence_prompt
        return missed
