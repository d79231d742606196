"""Callers who trouble us, by tape: what is looked at, in what order, and how a person gets through."""

from datetime import timedelta
from typing import Any

import pytest

from ivr.flow.commands import Ask, Hangup, Heard, Need, Now, Play, Played, Progress
from ivr.flow.errands import Bothers, Draw, Learnt
from ivr.flow.line import Line
from ivr.flow.node import Scene
from ivr.flow.terms import Terms
from ivr.flow.walk import Step, walk
from ivr.values.call import Call
from ivr.values.number import ANONYMOUS, parse
from tests.flow.play import CALENDARS, CALL, NOON, Script, flow_of, perform, play

KNOWN, STRANGER = parse("0639980001"), parse("0612345678")
LISTS = {"ours": frozenset({"+33639980001"}), "friends": frozenset({"+33612345678"})}
EXITS = {"fine": "fine", "blocked": "no", "anonymous": "no", "repeated": "no", "silent": "no"}
END = (Hangup(), None)
SHORT, SILENT = Bothers("short", timedelta(minutes=15), 15.0), Bothers("silent", timedelta(minutes=15))


def checked(caller: Any, script: Script, **fields: Any) -> str:
    """The exit by which the node is left."""
    flow = flow_of(
        {
            "check": {"kind": "nuisance", "exits": EXITS, **fields},
            "fine": {"kind": "bye"},
            "no": {"kind": "bye"},
        }
    )
    call = Call(CALL.id, CALL.dialled, caller, "fr", CALL.at)
    return play(flow, [*script, END], scene=Scene(call, CALENDARS, LISTS))[0].partition(":")[2]


@pytest.mark.parametrize(
    ("exit_", "caller", "script"),
    [
        ("blocked", KNOWN, []),
        ("blocked", STRANGER, [(Learnt(), True)]),
        ("anonymous", ANONYMOUS, [(Learnt(), False)]),
        ("repeated", STRANGER, [(Learnt(), False), (SHORT, 4)]),
        ("silent", STRANGER, [(Learnt(), False), (SHORT, 3), (SILENT, 4)]),
        ("fine", STRANGER, [(Learnt(), False), (SHORT, 3), (SILENT, 3)]),
    ],
)
def test_the_first_that_holds_is_taken(exit_: str, caller: Any, script: Script) -> None:
    assert checked(caller, script, lists="ours") == exit_


def test_friends_are_never_troubled() -> None:
    """Nothing else is even asked."""
    assert checked(STRANGER, [], lists="ours", trusted="friends") == "fine"


def test_what_is_not_linked_is_not_looked_at() -> None:
    flow = flow_of({"check": {"kind": "nuisance", "exits": {"fine": "fine"}}, "fine": {"kind": "bye"}})

    assert play(flow, [END]) == ["check:fine", "fine:done"]


GATE = flow_of(
    {
        "gate": {"kind": "challenge", "exits": {"passed": "in", "failed": "out"}},
        "in": {"kind": "bye", "prompt": "welcome"},
        "out": {"kind": "bye", "prompt": "sorry"},
    }
)


def asks(digit: str, *before: str) -> Ask:
    return Ask((*before, "challenge", f"slot/digit-{digit}"), (digit,), 5.0, needs=Need.EARLY)


@pytest.mark.parametrize(
    ("keys", "trail"),
    [
        (["7"], ["gate:passed", "in:done"]),
        (["3", "7"], ["gate:passed", "in:done"]),
        (["", "#", "7"], ["gate:passed", "in:done"]),
        (["3", "", "1"], ["gate:failed", "out:done"]),
    ],
)
def test_a_person_hears_the_digit_and_presses_it_before_anything_costs(keys: list[str], trail: list[str]) -> None:
    """On the line of a surcharged number: early media, no announcement, no answer, whatever comes of it."""
    steps: list[Step] = []
    asked = [(asks("7", *(["challenge-wrong"] if place else [])), Heard(key)) for place, key in enumerate(keys)]
    said = "welcome" if trail[0] == "gate:passed" else "sorry"
    script = [(Draw(), 0.75), (Progress(), None), (Now(), NOON), *asked, (Play((said,)), Played()), END]
    perform(Line(Terms("price", "beep", 1800.0, 30.0)).carry(walk(GATE, Scene(CALL, CALENDARS), steps)), script)

    assert [str(step) for step in steps] == trail


def test_keys_pressed_before_the_digit_was_named_do_not_count() -> None:
    scene = Scene(CALL, CALENDARS)
    scene.ahead.append("7")
    script = [(Draw(), 0.75), (asks("7"), Heard("7")), (Play(("welcome",)), Played()), END]

    assert play(GATE, script, scene=scene) == ["gate:passed", "in:done"]
