"""The static proof on the flows of the book and 200 that nobody wrote: no path is charged before its announcement."""

import random
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from ivr.book.worlds import world_of
from ivr.flow import explore as explorer
from ivr.flow import line as the_line
from ivr.flow import onlooker
from ivr.flow.alike import Alike
from ivr.flow.commands import Warn
from ivr.flow.explore import explore
from ivr.flow.flow import Drawing, Flow, Place
from ivr.flow.node import Scene
from ivr.flow.onlooker import World
from ivr.flow.passages import Explored
from ivr.flow.terms import Terms
from ivr.flow.walk import Standing, walk
from ivr.values.ceiling import Ceiling
from ivr.values.number import parse
from ivr.values.tariff import Mode, Tariff
from tests.demonstration import BOOK

from .generated import flow
from .play import CALENDARS, CALL, PARIS, flow_of
from .proof import carry_out, judge, mutants, noted, random_world
from .test_line import MUTANTS, SOURCE, _module

FLOWS = 200
WALKS = 25  # calls of chance through each
DEAR = Tariff("dear", Mode.PER_MINUTE, Decimal("0.80"))
TERMS = Terms(
    "announcement/dear",
    "beep",
    1800.0,
    30.0,
    ceiling=Ceiling(Decimal(300), "spent", PARIS, DEAR),
    warn=Warn(60, "soon"),
)
SINCE = datetime(2026, 6, 1, tzinfo=UTC)
LISTS = {"vip": frozenset({"+33612345678"})}


def explored(seed: int) -> Explored:
    return every_path(flow(seed))


def every_path(drawn: Flow) -> Explored:
    """Of a flow on a surcharged number."""
    drawing = Drawing({drawn.flow: drawn})
    return explore(World(parse("0899000004"), drawn, drawing, TERMS, CALENDARS, LISTS, {}, lambda _: 2.0, SINCE))


def charged_too_early(found: Explored) -> bool:
    return any(passage.unannounced for passages in found.passages for passage in passages)


@pytest.mark.parametrize("tens", range(0, FLOWS, 20))
def test_no_path_of_a_generated_flow_is_charged_before_its_announcement(tens: int) -> None:
    """All of them, as `ivr explore` lives through them: each key, each end of a ring, each state of the calendar.

    A third of them can cost, else it would prove little.
    """
    costs = 0
    for seed in range(tens, tens + 20):
        found = explored(seed)
        costs += any(passage.answered for passages in found.passages for passage in passages)

        assert found.whole, f"flow {seed} was cut short"
        assert not charged_too_early(found), f"flow {seed}"
    assert costs >= 7, costs


@pytest.mark.parametrize("number", sorted(BOOK.services))
def test_no_path_of_a_flow_in_the_book_is_charged_before_its_announcement(number: str) -> None:
    """Each number's own, at its own price; and as if it were a dear one, where it costs nothing.

    The customers' area (0805000024) takes seconds: 4,400 states, each with its attempts at eight digits read back.
    """
    service = BOOK.services[number]
    world = world_of(BOOK, service, SINCE)
    found = explore(world if service.tariff.surcharged else replace(world, terms=TERMS))

    assert found.whole
    assert any(passage.answered for passages in found.passages for passage in passages)
    assert not charged_too_early(found)


class Told(Alike):
    """Keys that hold all that was asked and noted, and each caller where some are told apart: whatever lies ahead."""

    def _behind(self, standing: Standing) -> tuple[Place, ...]:
        return tuple(reversed(standing.asked))

    def _caller(self, caller: int, by: Set[int]) -> int | None:
        return caller if by else None

    def _notes(self, notes: Mapping[str, str], looked_at: Set[str]) -> tuple[tuple[str, str], ...]:
        return super()._notes(notes, notes.keys())


def lived(found: Explored) -> set[object]:
    """All that happens in any passage, wherever the call had been before."""
    return {
        (
            *(state.place, *(choice.outcome.label for choice in passage.choices), passage.steps, passage.heard),
            *(passage.keys, passage.rings, passage.human, round(passage.charged, 1)),
            *(passage.unannounced, passage.answered, passage.ends),
        )
        for state, passages in zip(found.states, found.passages, strict=True)
        for passage in passages
    }


def test_states_that_are_taken_as_one_have_one_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told apart by all that nothing ahead looks at, calls come to nothing else: in flows of chance, and in one of ways
    back and of a number typed anew, noted before, and tested where typing came to nothing.
    """
    first = {"kind": "menu", "prompt": "choices", "options": {"1": "second", "2": "ask", "3": "end"}}
    second = {"kind": "menu", "prompt": "more", "options": {"1": "ask", "2": "test", "*": "back"}}
    nodes: dict[str, dict[str, Any]] = {
        "first": {**first, "exits": {"silence": "end", "wrong": "test"}},
        "second": {**second, "exits": {"silence": "test", "wrong": "back"}},
        "ask": {
            "kind": "ask",
            "prompt": "asked",
            "note": "number",
            "most": 2,
            "wrongs": 1,
            "silences": 1,
            "exits": {"done": "second", "wrong": "first", "silence": "test"},
        },
        "test": {
            "kind": "match",
            "cases": [{"note": "number", "equals": "17", "to": "known"}],
            "exits": {"else": "end"},
        },
        "known": {"kind": "bye", "prompt": "said"},
        "end": {"kind": "bye"},
    }

    def each() -> list[Explored]:
        return [*(explored(seed) for seed in range(0, FLOWS, 10)), every_path(flow_of(nodes))]

    few = each()
    monkeypatch.setattr(explorer, "Alike", Told)
    many = each()

    assert len(few[-1].states) < len(many[-1].states)
    assert all(one.whole for one in many)
    assert [place for place, (one, other) in enumerate(zip(few, many, strict=True)) if lived(one) != lived(other)] == []


@pytest.mark.parametrize("tens", range(0, FLOWS, 50))
def test_calls_of_chance_through_generated_flows_are_in_order(tens: int) -> None:
    """The judge, who knows all of the law's order, over calls that may break off at any instant."""
    for seed in range(tens, tens + 50):
        drawn = flow(seed)
        for call in range(WALKS):
            given: list[int] = []
            scene = Scene(CALL, CALENDARS, LISTS)
            talk = noted(walk(drawn, scene, [], Drawing({drawn.flow: drawn})), given)
            world = random_world(random.Random(seed * 1000 + call))
            judge(carry_out(the_line.Line(TERMS).carry(talk), given, world), TERMS)


def test_the_flows_are_of_every_kind_that_matters() -> None:
    """Else the two above would prove little: each kind is there ten times."""
    drawn = [flow(seed) for seed in range(FLOWS)]
    kinds = Counter(node.kind for one in drawn for node in one.nodes.values())

    assert len(kinds) == 16
    assert min(kinds.values()) >= 10


@pytest.mark.parametrize("name", ["skips the announcement", "announces after the answer"])
def test_a_line_that_charges_too_early_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The explorer's eye is no blind one."""
    ((_, changed),) = mutants(SOURCE, {name: MUTANTS[name]})
    broken: ModuleType = _module(changed)
    monkeypatch.setattr(onlooker, "Line", broken.Line)

    assert any(charged_too_early(explored(seed)) for seed in range(20))
