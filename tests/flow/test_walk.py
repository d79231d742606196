"""Walking a flow: the price at which sounds are heard, the end of circles, and the tape of it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from ivr.flow.commands import (
    Ask,
    Command,
    Dial,
    Dialled,
    Gather,
    Hangup,
    Heard,
    Need,
    Now,
    Play,
    Played,
    Reachable,
    Reached,
    There,
)
from ivr.flow.errands import Overridden
from ivr.flow.flow import Drawing, Flow, Place
from ivr.flow.line import FlowError, Line
from ivr.flow.node import Scene
from ivr.flow.tape import UNTOLD, Entry
from ivr.flow.terms import Terms
from ivr.flow.walk import MOST_ASKED, MOST_STEPS, Step, walk
from ivr.values.queue import Door
from ivr.values.routing import Routing

from .play import CALENDARS, CALL, NIGHT, NOON, OffScript, flow_of, play

MENU = {"kind": "menu", "prompt": "choices", "options": {"1": "sorry"}, "exits": {"silence": "agent", "wrong": "agent"}}
UNREACHED = dict.fromkeys(["busy", "no_answer", "unavailable"], "sorry")
USUAL = {name: what for name, what in asdict(Dial((), 0)).items() if name not in {"agents", "ring", "limit", *UNTOLD}}
AGENT = {"kind": "transfer", "to": "camille", "prompt": "hold", "exits": UNREACHED}
SERVICE = flow_of(
    {
        "hours": {"kind": "hours", "calendar": "office", "exits": {"open": "welcome", "closed": "closed"}},
        "welcome": {"kind": "say", "prompt": "welcome", "exits": {"done": "menu"}},
        "menu": MENU,
        "agent": AGENT,
        "sorry": {"kind": "bye", "prompt": "sorry"},
        "closed": {"kind": "bye", "prompt": "closed"},
    }
)


def test_a_node_needs_what_it_leads_to() -> None:
    """The welcome is heard at the price of the menu; what leads nowhere stays free."""
    assert SERVICE.needs == {
        "hours": Need.ANSWERED,
        "welcome": Need.ANSWERED,
        "menu": Need.ANSWERED,
        "agent": Need.ANNOUNCED,
        "sorry": Need.EARLY,
        "closed": Need.EARLY,
    }


def test_what_a_flow_offers_if_nobody_answers_makes_no_way_to_agents_cost() -> None:
    """The welcome is free until an agent answers, though a message box stands behind him; the box has its own price."""
    ends = dict.fromkeys(["busy", "no_answer", "unavailable"], "regret")
    flow = flow_of(
        {
            "welcome": {"kind": "say", "prompt": "welcome", "exits": {"done": "agent"}},
            "agent": {"kind": "transfer", "to": "camille", "prompt": "hold", "exits": ends},
            "regret": {"kind": "say", "prompt": "regret", "exits": {"done": "box"}},
            "box": {"kind": "record", "prompt": "box", "box": "x", "exits": {"kept": "end", "nothing": "end"}},
            "end": {"kind": "bye"},
        }
    )

    assert flow.needs == {
        "welcome": Need.ANNOUNCED,
        "agent": Need.ANNOUNCED,
        "regret": Need.ANSWERED,
        "box": Need.ANSWERED,
        "end": Need.EARLY,
    }


def test_the_agents_for_whom_alone_a_price_is_announced_are_known() -> None:
    """Of all transfers that come first; where a service may come as well, nobody can say."""
    ends = dict.fromkeys(["busy", "no_answer", "unavailable"], "bye")
    split = {"kind": "split", "shares": [{"percent": 50, "to": "one"}, {"percent": 50, "to": "two"}]}
    nodes = {
        "welcome": {"kind": "say", "prompt": "welcome", "exits": {"done": "split"}},
        "split": split,
        "one": {"kind": "transfer", "to": "karim", "exits": ends},
        "two": {"kind": "transfer", "to": ["karim", "camille"], "exits": ends | {"busy": "three"}},
        "three": {"kind": "transfer", "to": "zoe", "exits": ends},
        "bye": {"kind": "bye"},
    }
    alone = Drawing({"tried": flow_of(nodes)})
    box = {"kind": "record", "prompt": "a", "box": "x", "exits": {"kept": "bye", "nothing": "bye"}}
    mixed = Drawing({"tried": flow_of({**nodes, "one": box})})

    assert alone.toward(Place("tried", "welcome")) == Reachable(("camille", "karim"))
    assert alone.toward(Place("tried", "one")) == Reachable(("karim",))
    assert alone.toward(Place("tried", "bye")) is None
    assert mixed.toward(Place("tried", "welcome")) is None


BEHIND = {
    "welcome": {"kind": "say", "prompt": "welcome", "exits": {"done": "menu"}},
    "menu": {
        "kind": "menu",
        "prompt": "choices",
        "options": {"1": "agent", "2": "wait", "9": "legal"},
        "exits": {"silence": "agent", "wrong": "agent", "unavailable": "later"},
    },
    "agent": {"kind": "transfer", "to": "camille", "exits": UNREACHED},
    "wait": {"kind": "queue", "queue": "parts", "exits": dict.fromkeys(["timeout", "full", "empty", "emptied"], "box")},
    "legal": {"kind": "say", "prompt": "legal", "exits": {"done": "menu"}},
    "box": {"kind": "record", "prompt": "box", "box": "x", "exits": {"kept": "sorry", "nothing": "sorry"}},
    "later": {"kind": "callback", "exits": dict.fromkeys(["booked", "refused", "silence"], "sorry")},
    "sorry": {"kind": "bye", "prompt": "sorry"},
}


@pytest.mark.parametrize(
    ("also", "alone"),
    [
        ({}, True),
        ({"legal": {**BEHIND["legal"], "service": True}}, False),
        ({"legal": {"kind": "notify", "remote": "shop", "exits": {"done": "sorry"}}}, False),
        ({"legal": {**BEHIND["box"]}}, False),
        ({"wait": {**BEHIND["wait"], "queue": "unknown"}}, False),
    ],
)
def test_who_is_behind_a_menu_is_known_where_agents_are_all_that_it_offers(also: dict[str, Any], alone: bool) -> None:
    """Who we are is no service, nor is what comes when nobody answers; what is delivered without agents is."""
    drawing = Drawing({"tried": flow_of({**BEHIND, **also})}, Routing({}, {"parts": Door("parts", 3)}))
    wanted = Reachable(("camille",), (Door("parts", 3),)) if alone else None

    assert drawing.toward(Place("tried", "menu")) == wanted
    assert drawing.toward(Place("tried", "welcome")) == wanted


@pytest.mark.parametrize(
    ("exits", "steps"),
    [
        ({"unavailable": "later"}, ["welcome:done", "menu:unavailable"]),
        ({}, ["welcome:done", "menu:unavailable", "sorry:done"]),
        ({"unavailable": "welcome"}, ["welcome:done", "menu:unavailable"] * 2),
    ],
)
def test_a_menu_with_nobody_behind_it_is_left_at_once(exits: dict[str, Any], steps: list[str]) -> None:
    """By `unavailable`, or as from the nearest agent, once; nothing is asked, and nothing is charged."""
    menu = {**BEHIND["menu"], "exits": {"silence": "box", "wrong": "box", **exits}}
    flow = flow_of({**BEHIND, "menu": menu, "box": {"kind": "bye"}})
    drawing = Drawing({"tried": flow}, Routing({}, {"parts": Door("parts", 3)}))
    trail: list[Step] = []
    line = Line(Terms("announcement/tried", "beep", 1800.0, 30.0))
    talk = line.carry(walk(flow, Scene(CALL, CALENDARS), trail, drawing))
    command = next(talk)
    while not isinstance(command, Ask | Gather | Hangup) and [str(step) for step in trail] != steps:
        command = talk.send(
            There() if isinstance(command, Reachable) else NOON if isinstance(command, Now) else Played()
        )

    assert [str(step) for step in trail] == steps
    assert line.state < Need.ANNOUNCED


def test_needs_are_found_along_a_long_way_and_round_circles() -> None:
    """However the nodes stand in the file."""
    chain = {f"n{n}": {"kind": "say", "prompt": "a", "exits": {"done": f"n{n + 1}"}} for n in range(20)}
    end = {"kind": "menu", "prompt": "b", "options": {"1": "n0"}, "exits": {"silence": "n3", "wrong": "nowhere"}}
    flow = flow_of({**chain, "n20": end})

    assert {Need.ANSWERED} == set(flow.needs.values())


def _commands(flow: Flow, results: list[Any]) -> list[Command[Any]]:
    talk = walk(flow, Scene(CALL, CALENDARS), [])
    commands = [next(talk)]
    commands += [talk.send(result) for result in results]
    return commands


def test_sounds_are_asked_for_at_the_price_of_what_they_lead_to() -> None:
    """What each Play wants of the line, on the way in and on the way out."""
    way_in = _commands(
        SERVICE, [None, NOON, Played(), Heard(""), Heard(""), Heard(""), Played(), Dialled(Reached.BUSY)]
    )
    way_out = _commands(SERVICE, [None, NIGHT])

    assert [(command.phrase[0], command.needs) for command in way_in if isinstance(command, Play)] == [
        ("welcome", Need.ANSWERED),
        ("hold", Need.ANNOUNCED),
        ("sorry", Need.EARLY),
    ]
    assert Need.EARLY is way_out[-1].needs


def test_an_exit_that_leads_nowhere_ends_the_call() -> None:
    """The caller is hung up, once."""
    flow = flow_of({"say": {"kind": "say", "prompt": "a", "barge_in": False}})

    assert play(flow, [(Play(("a",)), Played()), (Hangup(), None)]) == ["say:done"]


def test_a_flow_that_goes_round_in_circles_is_stopped() -> None:
    """After 200 steps; the check refuses such a circle, so this is the last net."""
    flow = flow_of({"a": {"kind": "say", "prompt": "a", "barge_in": False, "exits": {"done": "a"}}})
    trail: list[Step] = []
    talk = walk(flow, Scene(CALL, CALENDARS), trail)
    asked = [next(talk)] + [talk.send(Played()) for _ in range(MOST_STEPS - 1)]

    with pytest.raises(FlowError, match="flow tried: 200 steps and no end, last at a"):
        talk.send(Played())
    assert [Play(("a",))] * MOST_STEPS == asked
    assert [Step("a", "done")] * MOST_STEPS == trail


def test_a_caller_is_asked_fifty_times_at_most() -> None:
    """Then the call ends: nobody presses so many keys in earnest, and charging must stop."""
    flow = flow_of({"menu": {"kind": "menu", "prompt": "a", "options": {"1": "menu"}}})
    question = (Ask(("a",), ("1",)), Heard("1"))

    assert play(flow, [*[question] * MOST_ASKED, (Hangup(), None)]) == ["menu:1"] * MOST_ASKED + ["menu:too-many"]


def test_repeat_asks_again_and_back_asks_what_was_asked_before() -> None:
    """The beginnings of a phone tree: 9 hears again, 8 goes up; at the first question there is nothing above."""
    lower = {"kind": "menu", "prompt": "lower", "options": {"8": "back", "9": "repeat"}}
    upper = {"kind": "menu", "prompt": "upper", "options": {"1": "lower", "2": "end", "8": "back"}}
    ends = {"exits": {"silence": "end", "wrong": "end"}}
    flow = flow_of({"upper": upper | ends, "lower": lower | ends, "end": {"kind": "bye"}})
    first, second = Ask(("upper",), ("1", "2", "8")), Ask(("lower",), ("8", "9"))
    script = [(first, Heard("8")), (first, Heard("1")), (second, Heard("9")), (second, Heard("8")), (first, Heard("2"))]

    assert play(flow, [*script, (Hangup(), None)]) == [
        "upper:8",
        "upper:1",
        "lower:9",
        "lower:8",
        "upper:2",
        "end:done",
    ]


def test_a_caller_who_hangs_up_leaves_the_steps_completed() -> None:
    """The step in which he left is not one of them."""
    trail: list[Step] = []
    talk = walk(SERVICE, Scene(CALL, CALENDARS), trail)
    next(talk)
    talk.send(None)
    talk.send(NOON)
    talk.send(Played())
    talk.close()

    assert [str(step) for step in trail] == ["hours:open", "welcome:done"]


@pytest.mark.parametrize(
    "script",
    [
        [(Play(("b",)), Played()), (Hangup(), None)],
        [(Play(("a",)), Played())],
        [(Play(("a",)), Played()), (Hangup(), None), (Hangup(), None)],
        [(Play(("a",), until="1"), Played()), (Hangup(), None)],
    ],
)
def test_a_script_that_a_flow_does_not_follow_is_told(script: list[tuple[Command[Any], Any]]) -> None:
    """The helper of all these tests sees another command, too few and too many."""
    with pytest.raises(OffScript):
        play(flow_of({"say": {"kind": "say", "prompt": "a", "barge_in": False}}), script)


@pytest.mark.parametrize(
    ("entry", "plain"),
    [
        (
            Entry(0.01234, 11.5, Play(("a", "b"), until="#"), Played("#")),
            {"at": 0.012, "took": 11.5, "play": {"phrase": ("a", "b"), "until": "#"}, "result": {"key": "#"}},
        ),
        (
            Entry(1, 2, Ask(("a",), ("1",)), Heard("")),
            {
                "at": 1,
                "took": 2,
                "ask": {"phrase": ("a",), "accept": ("1",), "first": 5.0, "between": 3.0, "typed": ""},
                "result": {"keys": ""},
            },
        ),
        (
            Entry(1, 2, Dial(("a",), 25, limit=60.0), Dialled(Reached.BUSY)),
            {
                "at": 1,
                "took": 2,
                "dial": {"agents": ("a",), "ring": 25, "limit": 60.0, **USUAL},
                "result": {**asdict(Dialled(Reached.BUSY)), "reached": "busy"},
            },
        ),
        (Entry(1, 2, Hangup()), {"at": 1, "took": 2, "hangup": {"cause": "normal"}}),
        (Entry(1, 2, Now(), NOON), {"at": 1, "took": 2, "now": {}, "result": "2026-06-03 12:00:00+02:00"}),
        (Entry(1, 0.5, Now(), done=False), {"at": 1, "took": 0.5, "now": {}, "done": False}),
    ],
)
def test_a_tape_is_kept_as_plain_data(entry: Entry, plain: dict[str, Any]) -> None:
    """As the ledger and whoever replays a call read it; what the line needs is no part of it."""
    assert plain == entry.plain()


def test_the_clock_of_a_scene_is_asked_for_at_each_turn() -> None:
    """A call that lasts past closing time finds the doors closed."""
    again = {"kind": "hours", "calendar": "office", "exits": {"open": "menu", "closed": "end"}}
    menu = {"kind": "menu", "prompt": "a", "options": {"1": "hours"}, "exits": {"silence": "end", "wrong": "end"}}
    flow = flow_of({"hours": again, "menu": menu, "end": {"kind": "bye"}})
    late = NOON.replace(hour=17, minute=59, second=59)
    asked = (Overridden("office"), None)
    first, second = [asked, (Now(), late)], [asked, (Now(), late + timedelta(seconds=1))]
    script = [*first, (Ask(("a",), ("1",)), Heard("1")), *second, (Hangup(), None)]

    assert play(flow, script) == ["hours:open", "menu:1", "hours:closed", "end:done"]
