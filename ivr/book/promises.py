"""``dialplans/properties.yaml``: what the writers of a book want to hold of every call, read and verified.

IVR270  a sentence that is none of the known forms      IVR272  a number that is not of the book
IVR271  a calendar that does not exist                  IVR273  a property that some call breaks (`ivr check`)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ivr.book.book import Book
from ivr.book.problems import Problem, did_you_mean
from ivr.book.tree import Way
from ivr.book.worlds import Measured, changing, not_measured, world_of
from ivr.flow.explore import explore
from ivr.flow.node import OR_ONE, one_or_many
from ivr.flow.onlooker import World
from ivr.flow.paths import Path, Paths
from ivr.flow.property import FORMS, Property, understood
from ivr.flow.retell import clock, command
from ivr.values.number import parse
from ivr.values.tariff import Tariff

FILE = "dialplans/properties.yaml"


class WrittenProperty(BaseModel):
    """One entry of properties.yaml: one sentence that always holds, or one that never does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    always: str | None = Field(default=None, description="what holds of every call: human within 4 keys")
    never: str | None = Field(default=None, description="what no call does: charged before announcement")
    numbers: Annotated[tuple[str, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)] = Field(
        default=(), description="the numbers of which it must hold [all]"
    )

    @model_validator(mode="after")
    def _one_sentence(self) -> "WrittenProperty":
        if (self.always is None) == (self.never is None):
            raise ValueError("an entry says one thing; write either always or never")
        return self


WrittenProperties = tuple[WrittenProperty, ...]


@dataclass(frozen=True)
class Broken:
    """A property that does not hold of a number, and the call that shows it."""

    holds_not: Property
    number: str
    path: Path
    then: datetime | None = None  # the first instant of a tariff to come, where only that breaks it

    @property
    def command(self) -> str:
        """What lives through that call in the simulator."""
        told = command(self.number, self.path)
        return told if self.then is None or "--at=" in told else f"{told} --at={clock(self.then)}"

    def __str__(self) -> str:
        return f"{self.number} breaks “{self.holds_not}”: {self.command}"


def properties(
    written: WrittenProperties, book: Book, tell: Callable[[Way, str, str, str], None]
) -> Iterator[tuple[Property, int]]:
    """The properties that make sense, each with its place in the file; the others are told."""
    for place, one in enumerate(written):
        sense = "always" if one.always is not None else "never"
        text = one.always or one.never or ""
        numbers = tuple(parse(number).national or number for number in one.numbers)
        for at, number in enumerate(numbers):
            if number not in book.services:
                hint = did_you_mean(number, book.services, "known are")
                tell((place, "numbers", at), "IVR272", f'"{one.numbers[at]}" is not a number of this book', hint)
        found = understood("always" if one.always is not None else "never", text, numbers)
        if found is None:
            forms = "; ".join(form for kind, form, _ in FORMS if kind == sense)
            tell((place, sense), "IVR270", f'"{text}" is not a property that can be verified', f"{sense}: {forms}")
        elif found.when and found.when.calendar not in book.calendars:
            hint = did_you_mean(found.when.calendar, book.calendars, "known are")
            tell((place, sense), "IVR271", f'there is no calendar "{found.when.calendar}"', hint)
        else:
            yield found, place


def broken(
    book: Book,
    wanted: list[Property],
    since: datetime,
    measured: Measured = not_measured,
    only: tuple[str, ...] = (),
) -> Iterator[Broken]:
    """Every property that some call breaks, by number; ``only``: of these.

    A tariff that is to come is held against it too, and where neither breaks it a call in which the one follows the
    other.  Numbers with the same flow and terms are explored once.
    """
    found: dict[object, Path | None] = {}
    explored: dict[object, Paths] = {}

    def sought(one: Property, world: World, tariff: Tariff) -> Path | None:
        alike = (world.flow.flow, world.terms, tariff, world.change)
        calls = (*alike, one.family, one.when)
        if calls not in explored:
            explored[calls] = Paths(explore(world, one.callers, one.when))
        if (one, alike) not in found:
            found[one, alike] = one.broken(explored[calls], tariff)
        return found[one, alike]

    for one in wanted:
        for number, service in book.services.items():
            if (one.numbers and number not in one.numbers) or (only and number not in only):
                continue
            periods = service.to_come(since)
            worlds = [world_of(book, held, begin, measured) for begin, held in periods]
            paths = [sought(one, world, held.tariff) for world, (_, held) in zip(worlds, periods, strict=True)]
            for place, (world, (begin, held)) in enumerate(zip(worlds, periods, strict=True)):
                path = paths[place]
                if not any(paths[place : place + 2]) and (midway := changing(held, begin, world)):
                    path = sought(one, midway, held.tariff)
                if path:
                    yield Broken(one, number, path, begin if begin > since else None)


def told(book: Book, since: datetime) -> list[Problem]:
    """The properties of a book that are broken, as problems at the places where they are written."""
    places = dict(book.properties)
    return [
        Problem.at(
            places[one.holds_not],
            "IVR273",
            f"{one.number} breaks “{one.holds_not}”",
            f"see it: {one.command}",
        )
        for one in broken(book, [found for found, _ in book.properties], since)
    ]
