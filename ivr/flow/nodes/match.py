"""Decide by what is known of the call: the caller, the number dialled, what was noted, how loaded a queue is."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ivr.flow.commands import Now, Talk
from ivr.flow.errands import Load, Measure
from ivr.flow.node import ListName, Node, NodeName, NoteName, QueueName, Scene, Way, one_or_many
from ivr.values.geography import DEPARTMENTS, department
from ivr.values.number import Family, Number, parse


def _is_prefix(text: str) -> str:
    if not re.fullmatch(r"\+?\d{1,15}", text, re.ASCII):
        raise ValueError("a prefix is digits as dialled in France, or + and a country code: 04, 0033 is written +33")
    return text


def _is_number(text: str) -> str:
    if parse(text).national is None:
        raise ValueError("that is not a French number; write it as it is dialled: 0899000004")
    return text


def is_department(text: str) -> str:
    """For pydantic: the code of a department."""
    if text not in DEPARTMENTS:
        raise ValueError("there is no such department; write two digits, 2A, 2B, 20 for all Corsica, or 971 to 976")
    return text


DepartmentCode = Annotated[str, AfterValidator(is_department)]


class Loaded(BaseModel):
    """A test of a queue's load: `{queue: parts, over: 5}`, or `under`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: QueueName = Field(description="the queue in queues.yaml")
    over: float | None = Field(default=None, ge=0, description="it is more than that")
    under: float | None = Field(default=None, gt=0, description="it is less than that")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.over is None) == (self.under is None):
            raise ValueError("write one of over and under: {queue: parts, over: 5}")
        return self

    def holds(self, what: Measure) -> Talk[bool]:
        """Whether it does now; what nobody knows is neither over nor under anything."""
        more, than = self.over is not None, self.under if self.over is None else self.over
        assert than is not None  # noqa: S101 - one of the two is written
        found = yield from Load(self.queue, what, than, more)
        return found is not None and (found > than if more else found < than)


class Case(BaseModel):
    """One case: all tests that are written must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: NodeName = Field(description="where a call goes for which all of it holds")
    caller: Annotated[tuple[Family, ...], BeforeValidator(one_or_many)] = Field(
        default=(),
        description="the caller's number is of one of these families: mobile, geographic, overseas, foreign, …",
    )
    anonymous: bool | None = Field(default=None, description="whether the caller withholds his number")
    prefix: Annotated[tuple[Annotated[str, AfterValidator(_is_prefix)], ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the caller's number begins with one of these: 04, +32"
    )
    department: Annotated[tuple[DepartmentCode, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the caller's geographic number is of one of these departments"
    )
    in_list: ListName | None = Field(default=None, description="the caller is on this list")
    dialled: Annotated[tuple[Annotated[str, AfterValidator(_is_number)], ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the caller dialled one of these numbers of ours"
    )
    note: NoteName | None = Field(default=None, description="the note that equals, one_of or present speaks of")
    equals: str | None = Field(default=None, description="the note is exactly this")
    one_of: tuple[str, ...] = Field(default=(), description="the note is one of these")
    present: bool | None = Field(default=None, description="whether there is such a note")
    waiting: Loaded | None = Field(default=None, description="how many callers wait in a queue")
    free: Loaded | None = Field(default=None, description="how many agents of a queue are free at this moment")
    expected: Loaded | None = Field(
        default=None, description="how many seconds who joins a queue now may be expected to wait"
    )
    longer_than: float | None = Field(default=None, ge=0, description="the call has lasted more than so many seconds")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.model_fields_set - {"to"}:
            raise ValueError("a case without a test holds for every call; write what it tests")
        about_note = sum(bool(one) for one in (self.equals is not None, self.one_of, self.present is not None))
        if about_note != (self.note is not None):
            raise ValueError("a note goes with one of equals, one_of and present; write both")
        return self

    def holds(self, scene: Scene) -> Talk[bool]:
        """Whether all that is written holds; asks for the time only if it matters."""
        caller = scene.call.caller
        anonymous = caller.family is Family.ANONYMOUS
        if (
            (self.caller and caller.families.isdisjoint(self.caller))
            or (self.anonymous is not None and anonymous is not self.anonymous)
            or (self.prefix and not any(_begins(caller, prefix) for prefix in self.prefix))
            or (self.department and department(caller, scene.departments) not in self.department)
            or (self.in_list and not listed(caller, scene.lists[self.in_list]))
            or (self.dialled and scene.call.dialled.national not in {parse(ours).national for ours in self.dialled})
            or not self._notes_hold(scene.notes.get(self.note or ""))
        ):
            return False
        for what, loaded in (("waiting", self.waiting), ("free", self.free), ("expected", self.expected)):
            if loaded is not None and not (yield from loaded.holds(cast("Measure", what))):
                return False
        if self.longer_than is None:
            return True
        now = yield from Now()
        return (now - scene.call.at).total_seconds() > self.longer_than

    def _notes_hold(self, noted: str | None) -> bool:
        if self.present is not None:
            return (noted is not None) is self.present
        if self.equals is not None:
            return noted == self.equals
        return not self.one_of or noted in self.one_of


def listed(number: Number, numbers: frozenset[str]) -> bool:
    """Whether a list of the book has this number."""
    known = number.e164 or number.national
    return known is not None and known in numbers


def _begins(number: Number, prefix: str) -> bool:
    known = number.e164 if prefix.startswith("+") else number.national
    return known is not None and known.startswith(prefix)


class Match(Node):
    """Leave by the first case that holds (its place in the list, from 1), or by `else`.

    Neither answers nor makes a sound.
    """

    leaves: ClassVar[tuple[str, ...]] = ("else",)

    kind: Literal["match"]
    cases: tuple[Case, ...] = Field(min_length=1, description="tests and where they lead, in order")

    def doors(self) -> Mapping[str, str]:
        return {**{str(place): case.to for place, case in enumerate(self.cases, start=1)}, **self.exits}

    def run(self, scene: Scene) -> Talk[Way]:
        for place, case in enumerate(self.cases, start=1):
            if (yield from case.holds(scene)):
                return str(place)
        return "else"
