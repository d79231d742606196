"""A call that goes on from a mark is the same call, and leaves alone the one that set it."""

import random
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.book.worlds import world_of
from ivr.flow.commands import Command, Now
from ivr.flow.flow import Drawing
from ivr.flow.line import FlowError
from ivr.flow.mark import Parts
from ivr.flow.onlooker import Log, Run, World, beginning, note, still
from ivr.flow.outcomes import Known, outcomes
from ivr.flow.terms import Terms
from ivr.values.number import parse
from tests.demonstration import BOOK

from .generated import flow
from .play import CALENDARS

TERMS = Terms("announcement/dear", "beep", 1800.0, 30.0)
NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
LISTS = {"vip": frozenset({"+33612345678"})}
KNOWN = frozenset[str]()


def generated(seed: int) -> World:
    drawn = flow(seed)
    drawing = Drawing({drawn.flow: drawn})
    return World(parse("0899000004"), drawn, drawing, TERMS, CALENDARS, LISTS, {}, lambda _: 2.0, NOON)


def seen(run: Run, command: Command[Any] | None) -> tuple[Any, ...]:
    """All of a call that decides how it goes on."""
    standing, scene = run.standing, run.scene
    parts = standing.here, standing.asked, standing.skipped, standing.questions, run.trail
    notes = scene.notes, scene.ahead, scene.chosen
    return *parts, *notes, vars(run.line)["_to_come"], run.line.state, still(command, KNOWN), run.inside(KNOWN)


def lived(world: World, chance: random.Random) -> int:
    """Live through a call by chance, and at each command through another from there; how often nodes were left.

    A mark is set where a node begins, else going on from it would take as long as the whole call.
    """
    run = Run(world, beginning(world, parse("0612345678"), NOON))
    command, log = run.first(), Log()
    while command is not None:
        before = repr(seen(run, command))
        other = Run(world, run.mark)
        waits = other.first()
        assert before == repr(seen(other, waits))

        tried = outcomes(command, world.seconds, Known(), anonymous=False)
        with suppress(FlowError):
            other.send(run.moment(log) if isinstance(command, Now) else chance.choice(tried).result)
        assert before == repr(seen(run, command))

        left = len(run.trail)
        taken = chance.choice(tried)
        result = run.moment(log) if isinstance(command, Now) else taken.result
        note(log, command, taken, run)
        try:
            command = run.send(result)
        except FlowError:
            break
        assert run.mark.given == () or len(run.trail) == left or run.standing.here is None
    return len(run.trail)


@pytest.mark.parametrize("number", sorted(BOOK.services))
def test_a_call_goes_on_from_a_mark_as_from_its_beginning(number: str) -> None:
    """In each flow of the book, at each command of ten calls of chance; what the other then does is its own."""
    chance = random.Random(number)
    steps = [lived(world_of(BOOK, BOOK.services[number], NOON), chance) for _ in range(10)]

    assert sum(steps) >= 10


def test_in_flows_of_chance_too() -> None:
    """Where a call is led back, round and over."""
    assert sum(lived(generated(seed), random.Random(seed)) for seed in range(0, 200, 4)) > 100


def test_what_is_changed_in_a_call_is_in_no_other() -> None:
    """Also what few calls come to: keys pressed early, tariffs to come, and who was found away."""
    parts = beginning(generated(0), parse("0612345678"), NOON).parts
    copy = parts.copy()
    pairs = [(vars(one)[name], vars(other)[name]) for one, other, name in _changed(parts, copy)]

    assert [type(one) for one, other in pairs if one is other] == []


def _changed(one: Parts, other: Parts) -> list[tuple[object, object, str]]:
    """All but what is frozen, of which calls have the same."""
    scene = [(one.scene, other.scene, name) for name in ("notes", "ahead", "chosen")]
    line = [(one.line, other.line, name) for name in ("_to_come", "_absence")]
    standing = [(one.standing, other.standing, name) for name in ("asked", "skipped")]
    return scene + line + standing + [(one, other, name) for name in vars(one)]
