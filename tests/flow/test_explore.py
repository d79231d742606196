"""Every path of a flow: counted by hand where that can be done, and lived through again in the simulator."""

import shlex
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.book.book import read_book
from ivr.book.worlds import world_of
from ivr.cli import main
from ivr.flow.commands import Hangup, Reachable, There
from ivr.flow.explore import When, explore
from ivr.flow.flow import Drawing
from ivr.flow.instants import representatives, together
from ivr.flow.line import Line
from ivr.flow.measures import until_human
from ivr.flow.node import Scene
from ivr.flow.onlooker import World
from ivr.flow.paths import ROUND, Paths
from ivr.flow.property import Property, understood
from ivr.flow.retell import command
from ivr.flow.terms import Terms
from ivr.flow.walk import Step, walk
from ivr.values.calendar import State
from ivr.values.number import ANONYMOUS, parse
from ivr.values.queue import Door
from ivr.values.routing import Routing
from ivr.values.tariff import Mode, Tariff
from tests.conftest import CHECKOUT

from .play import CALENDARS, CALL, OFFICE, flow_of, perform

SINCE = datetime(2026, 6, 1, tzinfo=UTC)
TERMS = Terms("announcement", "beep", 1800, 30)
DEAR = Tariff("dear", Mode.PER_MINUTE)
END = {"kind": "bye"}
ENDS = {"one": END, "two": END, "lost": END}


def paths(nodes: Mapping[str, Mapping[str, Any]], terms: Terms = TERMS, **how: Any) -> Paths:
    """All paths of a flow; every sound takes two seconds."""
    flow = flow_of(nodes)
    number = parse("0899000004")
    drawing = Drawing({flow.flow: flow})
    world = World(number, flow, drawing, terms, CALENDARS, {}, {}, lambda _: 2.0, SINCE)
    return Paths(explore(world, **how))


def menu(**fields: Any) -> dict[str, Any]:
    written = {"kind": "menu", "prompt": "choices", "options": {"1": "one", "2": "two"}}
    return {"menu": {**written, "exits": {"silence": "lost", "wrong": "lost"}, **fields}, **ENDS}


def counted(options: int, silences: int, wrongs: int, hearings: int) -> int:
    """The paths of a menu, by the rule of the menu itself."""

    def rest(silent: int, wrong: int) -> int:
        total = options
        for silent_, wrong_ in ((silent + 1, wrong), (silent, wrong + 1)):
            done = silent_ == silences or wrong_ == wrongs or silent_ + wrong_ == hearings
            total += 1 if done else rest(silent_, wrong_)
        return total

    return rest(0, 0)


def test_nobody_is_there_and_a_moment_later_all_are_is_no_path() -> None:
    """Of who is away the welcome, the menu and the agents are one question: 4 answers with 4 rings each, or nobody."""
    rings = {"kind": "transfer", "exits": dict.fromkeys(("busy", "no_answer", "unavailable"), "end")}
    options = {"options": {"1": "a", "2": "b"}, "silences": 1, "wrongs": 1, "exits": {"silence": "a", "wrong": "a"}}
    found = paths(
        {
            "hello": {"kind": "say", "prompt": "welcome", "exits": {"done": "menu"}},
            "menu": {"kind": "menu", "prompt": "choices", **options},
            "a": {**rings, "to": "camille", "prompt": "wait"},
            "b": {**rings, "to": "karim"},
            "end": END,
        }
    )

    assert found.count == 4 * 4 + 1


def test_a_menu_before_full_queues_is_left_as_they_are_when_full() -> None:
    """And not as if no agent were there; a transfer that is nearer has no such exit."""
    ringing = {
        "kind": "transfer",
        "to": "camille",
        "exits": dict.fromkeys(("busy", "no_answer", "unavailable"), "gone"),
    }
    waiting = {"kind": "queue", "exits": {"full": "crowd", **dict.fromkeys(("empty", "emptied", "timeout"), "gone")}}
    options = {"options": {"1": "a", "2": "b"}, "exits": {"silence": "b", "wrong": "b"}}
    nodes: dict[str, Any] = {
        "menu": {"kind": "menu", "prompt": "choices", **options},
        "a": ringing,
        "b": {**waiting, "queue": "parts"},
        "gone": END,
        "crowd": END,
    }
    flow, scene = flow_of(nodes), Scene(CALL, CALENDARS)
    drawing = Drawing({flow.flow: flow}, Routing({}, {"parts": Door("parts", 3)}))
    ends = {}
    for full in (False, True):
        trail: list[Step] = []
        asked = (Reachable(("camille",), (Door("parts", 3),)), There(full=full))
        perform(Line(TERMS).carry(walk(flow, scene, trail, drawing)), [asked, (Hangup(), None)])
        ends[full] = trail[-1].node

    assert ends == {False: "gone", True: "crowd"}


@pytest.mark.parametrize(("silences", "wrongs", "hearings"), [(1, 1, 1), (3, 3, 5), (2, 3, 4), (9, 9, 9)])
def test_a_menu_has_as_many_paths_as_its_rule_says(silences: int, wrongs: int, hearings: int) -> None:
    """Each key, a wrong one and silence, as often as the menu asks."""
    found = paths(menu(silences=silences, wrongs=wrongs, hearings=hearings))

    assert found.count == counted(2, silences, wrongs, hearings)
    assert found.count == sum(1 for _ in found.each()) == len({choice_of(path) for path in found.each()})
    assert {choice_of(path) for path in found.each()} == {choice_of(found.at(n)) for n in range(found.count)}
    with pytest.raises(IndexError):
        found.at(found.count)


def choice_of(path: Any) -> tuple[str, ...]:
    return tuple(choice.outcome.label for choice in path.choices)


def test_menus_one_after_the_other_multiply_paths_but_not_states() -> None:
    """What ten menus can be is counted, not lived through."""
    nodes: dict[str, Any] = {}
    for place in range(10):
        after = f"menu{place + 1}" if place < 9 else "end"
        nodes[f"menu{place}"] = {
            "kind": "menu",
            "prompt": "choices",
            "options": {"1": after, "2": after},
            "exits": {"silence": after, "wrong": after},
        }
    found = paths({**nodes, "end": END})

    assert found.count == counted(2, 3, 3, 5) ** 10
    assert len(found.explored.states) < 200


def test_who_dialled_this_very_number_is_explored() -> None:
    """Callers are told apart by what nodes make of calls to the number, not to some other of ours."""
    case = {"caller": ["foreign"], "dialled": "0899000004", "to": "abroad"}
    nodes = {"which": {"kind": "match", "cases": [case], "exits": {"else": "end"}}, "abroad": END, "end": END}

    assert {path.steps[0] for path in paths(nodes).each()} == {"which:1", "which:else"}


def test_a_way_back_is_a_path_that_goes_round() -> None:
    """It ends where the call was before, and the explorer with it."""
    found = paths(
        {
            "menu": {
                "kind": "menu",
                "prompt": "choices",
                "options": {"1": "news", "2": "end"},
                "exits": {"silence": "end", "wrong": "end"},
                "hearings": 1,
            },
            "news": {"kind": "say", "prompt": "news", "exits": {"done": "menu"}},
            "end": END,
        }
    )

    assert sorted((path.ends, path.steps) for path in found.each()) == [
        (ROUND, ("menu:1", "news:done")),
        ("hung up by us", ("menu:2", "end:done")),
        ("hung up by us", ("menu:silence", "end:done")),
        ("hung up by us", ("menu:wrong", "end:done")),
    ]


def test_the_announcement_comes_before_every_charge() -> None:
    """What is charged and what is free is what the line did."""
    found = paths(menu())
    for path in found.each():
        heard = [said.charged for said in path.heard]
        assert heard == sorted(heard)
        assert [said.phrase for said in path.heard][:2] == [("announcement",), ("beep",)]
    assert not any(passage.unannounced for state in found.explored.passages for passage in state)


def test_opening_hours_are_taken_only_as_they_can_be() -> None:
    """The office of the tests has two states; an override makes each of them possible at any time."""
    nodes = {"hours": {"kind": "hours", "calendar": "office", "exits": {"open": "one", "closed": "two"}}, **ENDS}
    steps = {path.steps for path in paths(nodes).each()}

    assert steps == {("hours:open", "one:done"), ("hours:closed", "two:done")}
    open_only = paths(nodes, when=When("office", open=True))
    assert {path.steps for path in open_only.each()} == {("hours:open", "one:done")}


def test_callers_are_told_apart_only_by_nodes_that_look_at_them() -> None:
    """Else one stands for all, the anonymous one too."""
    match = {"kind": "match", "cases": [{"to": "one", "anonymous": True}], "exits": {"else": "two"}}

    assert len(paths(menu()).explored.callers.each) == 1
    told_apart = paths({"match": match, **ENDS})
    assert {(path.root.caller == ANONYMOUS, path.steps[0]) for path in told_apart.each()} == {
        (True, "match:1"),
        (False, "match:else"),
    }


def test_time_and_keys_until_a_human() -> None:
    """Announcement and beep 4 s, choices 2 s, a key 1 s: then the agent rings."""
    ends = dict.fromkeys(("busy", "no_answer", "unavailable"), "lost")
    found = paths({**menu(hearings=1), "one": {"kind": "transfer", "to": "camille", "exits": ends}})
    soonest = found.most(until_human(0), lambda one, other: one < other, whole=False)

    assert soonest is not None
    assert (soonest[0], soonest[1].steps[0]) == (7.0, "menu:1")
    assert set(found.keys_to_human().values()) == {0, 1}


@pytest.mark.parametrize(("exit_", "holds"), [("talked", True), ("no_answer", False)])
def test_who_has_talked_needs_no_agent_any_more(exit_: str, holds: bool) -> None:
    """A question after the talk, as of a survey, is not far from anybody; the same one after a ring in vain is."""
    ends = dict.fromkeys(("busy", "no_answer", "unavailable"), "lost") | {exit_: "after"}
    after = {"kind": "menu", "prompt": "sorry", "options": {"1": "lost"}, "hearings": 1}
    nodes = {
        **menu(hearings=1),
        "one": {"kind": "transfer", "to": "camille", "exits": ends},
        "two": {
            "kind": "transfer",
            "to": "camille",
            "exits": dict.fromkeys(("busy", "no_answer", "unavailable"), "lost"),
        },
        "after": {**after, "exits": {"silence": "lost", "wrong": "lost"}},
    }
    one = understood("always", "human within 1 key")
    assert one is not None
    tariff = Tariff("dear", Mode.PER_MINUTE, DEAR.price + 1)

    assert (one.broken(paths(nodes), tariff) is None) is holds


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("always: human within 1 key", False),  # of `two` no agent is to be had, but 1 leads to one from the menu
        ("never: dials out", False),
        ("never: dials out for anonymous", False),
        ("never: charged before announcement", True),
        ("always: announcement before charge", True),
        ("always: free", False),
        ("never: longer than 1 minute before a human", True),
        ("never: longer than 0.1 minutes before a human", False),
        ("never: more than 1 key before a human", False),  # who presses 2 and then 1 never comes to one
        ("never: more than 2 keys before a human", True),
        ("never: costs more than 2 euros", True),
        ("never: costs more than 0.50 euros", False),
        ("always: ends within 10 minutes", True),
        ("always: ends within 1 minute", False),
    ],
)
def test_properties_hold_or_are_broken_by_a_path(sentence: str, holds: bool) -> None:
    """The same flow against each form."""
    ends = dict.fromkeys(("busy", "no_answer", "unavailable"), "lost")
    sorry = {"kind": "menu", "prompt": "sorry", "options": {"1": "lost"}, "exits": {"silence": "lost", "wrong": "lost"}}
    nodes = {
        **menu(hearings=1),
        "one": {"kind": "transfer", "to": "camille", "exits": ends},
        "two": {**sorry, "hearings": 1},
    }
    sense, _, text = sentence.partition(": ")
    one = understood("always" if sense == "always" else "never", text)
    assert isinstance(one, Property)
    tariff = Tariff("dear", Mode.PER_MINUTE, DEAR.price + 1)
    broken = one.broken(paths(nodes, callers=one.callers, when=one.when), tariff)

    assert (broken is None) is holds


def test_a_line_that_forgets_the_announcement_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The property is looked up on what the line really did, not on what it should do."""
    monkeypatch.setattr("ivr.flow.line.Line._announce", lambda self: iter(()))
    one = understood("never", "charged before announcement")

    assert one is not None
    assert one.broken(paths(menu()), DEAR) is not None


def test_stretches_of_calendars_are_those_that_they_say_minute_by_minute() -> None:
    """In each state that comes up, at each half hour of three weeks."""
    spans = list(together([OFFICE], SINCE))
    for at, after, ((state, _, _),) in spans[:40]:
        moment = at
        while moment < after:
            assert OFFICE.opening(moment).state is state
            moment += timedelta(minutes=30)
    assert {states[0][0] for states in representatives([OFFICE], SINCE)} == {State.OPEN, State.CLOSED}


@pytest.mark.parametrize("number", ["0800000001", "0806000002", "0825000003", "0899000004", "0809000106", "0805000026"])
def test_paths_of_the_demonstration_go_the_same_way_in_the_simulator(number: str, monkeypatch: Any) -> None:
    """A sample of each number: steps and price are what the command that retells it shows."""
    monkeypatch.setenv("IVR_BOOK", str(CHECKOUT))
    monkeypatch.setenv("IVR_STATE", "/nonexistent")
    book = read_book(CHECKOUT)
    service = book.services[number]
    found = Paths(explore(world_of(book, service, SINCE)))
    for path in map(found.at, range(0, found.count, max(1, found.count // 4))):
        retold = command(number, path)
        shown = CliRunner().invoke(main, shlex.split(retold)[1:])
        last = shown.output.splitlines()[-1]
        ends = f"steps {' '.join(path.steps)}; owed {path.price(service.tariff)}"
        assert last.endswith(ends), (retold, last, ends)


def test_a_broken_property_is_shown_by_the_command_that_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types it in sees it."""
    monkeypatch.setenv("IVR_BOOK", str(CHECKOUT))
    told = CliRunner().invoke(main, ["explore", "0899000004", "--property", "never: costs more than 1 euro"])
    retold = next(line for line in told.output.splitlines() if "ivr simulate" in line).partition("ivr ")[2]
    shown = CliRunner().invoke(main, shlex.split(retold))

    assert told.exit_code == 1
    assert float(shown.output.splitlines()[-1].partition("owed ")[2].split()[0]) > 1


def test_ten_thousand_paths_are_found_and_told_in_five_seconds() -> None:
    """Two menus and a transfer, as people build them; counted in time of the processor."""
    book = read_book(CHECKOUT)
    service = book.services["0809000106"]
    began = time.process_time()
    found = Paths(explore(world_of(book, service, SINCE)))
    told = [(path.steps, path.price(service.tariff), path.human) for path in islice(found.each(), 10_000)]

    assert len(told) == 10_000
    assert time.process_time() - began < 5
