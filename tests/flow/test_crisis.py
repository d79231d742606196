"""What is put in front of a number's own flow, by tape: the message of a crisis is free, and the phone switches it."""

import pytest

from ivr.flow.commands import Answer, Ask, Gather, Hangup, Heard, Limit, Now, Play, Played, Progress
from ivr.flow.errands import Declare, InForce, Verify
from ivr.flow.flow import Drawing
from ivr.flow.front import entrance
from ivr.flow.line import Line
from ivr.flow.node import Scene
from ivr.flow.terms import Terms
from ivr.flow.walk import Step, walk
from ivr.values.hidden import Hidden
from tests.flow.play import CALENDARS, CALL, NOON, Script, flow_of, perform, play

OWN = flow_of({"menu": {"kind": "menu", "prompt": "menu", "options": {"1": "bye"},
                        "exits": {"silence": "bye", "wrong": "bye"}}, "bye": {"kind": "bye"}}, name="own")  # fmt: skip
FRONT = flow_of({"message": {"kind": "say", "prompt": "flood", "free": True, "barge_in": False,
                             "typeahead": "flush", "exits": {"done": "onward"}},
                 "onward": {"kind": "pass", "flow": "own"}}, name="front")  # fmt: skip
DRAWING = Drawing({"own": OWN, "front": FRONT})
TERMS = Terms("price", "beep", 1800.0, 30.0)

MENU = [(Ask(("menu",), ("1",), 5.0, 3.0), Heard("1")), (Hangup(), None)]
OPENED = [(Progress(), None), (Now(), NOON)]
PRICED = [(Play(("price",), until="#"), Played()), (Play(("beep",)), Played()), (Answer(), None), (Limit(1800.0), None)]


@pytest.mark.parametrize(
    ("crisis", "script", "steps"),
    [
        (None, [*OPENED, *PRICED, *MENU], ["menu:1", "bye:done"]),
        ("gone", [*OPENED, *PRICED, *MENU], ["menu:1", "bye:done"]),
        (
            "flood",
            [*OPENED, (Play(("flood",)), Played()), *PRICED, *MENU],
            ["message:done", "onward:over", "menu:1", "bye:done"],
        ),
    ],
)
def test_a_message_in_front_of_a_menu_is_heard_before_the_price_and_free(
    crisis: str | None, script: Script, steps: list[str]
) -> None:
    """While it is on; one that the book does not have any more is as good as none."""
    trail: list[Step] = []

    def lived():
        flow = yield from entrance(OWN, {"flood": FRONT})
        yield from walk(flow, Scene(CALL, CALENDARS), trail, DRAWING)

    perform(Line(TERMS).carry(lived()), [(InForce(("flood",)), crisis), *script])

    assert [str(step) for step in trail] == steps


def test_where_nothing_is_prepared_nobody_is_asked() -> None:
    assert perform(entrance(OWN, {}), []) is OWN


SWITCH = flow_of(
    {"crisis": {"kind": "crisis", "crisis": "flood", "pin": "desk", "exits": {"failed": "sorry"}},
     "sorry": {"kind": "bye", "prompt": "sorry"}}
)  # fmt: skip
ASKED = Gather(("switch-pin",), 6, 8, 4, secret=True)
LET_IN = [(ASKED, Heard("123456")), (Verify("desk", Hidden("123456")), True)]
END = (Hangup(), None)


def choose(state: str) -> Ask:
    return Ask((state, "crisis-choices"), ("1", "2", "0"), 8, 4)


@pytest.mark.parametrize(
    ("before", "key", "on", "after"),
    [(None, "1", True, "crisis-on"), ("flood", "2", False, "crisis-off"), ("flood", "1", True, "crisis-on")],
)
def test_the_phone_puts_it_on_and_takes_it_away(before: str | None, key: str, on: bool, after: str) -> None:
    """And says how it stands, before and after."""
    first = "crisis-on" if before else "crisis-off"
    script = [
        *LET_IN,
        (InForce(("flood",)), before),
        (choose(first), Heard(key)),
        (Declare("flood", on), True),
        (choose(after), Heard("0")),
        END,
    ]

    assert play(SWITCH, script) == ["crisis:done"]


def test_who_says_nothing_hears_how_it_stands_and_goes() -> None:
    script = [
        *LET_IN,
        (InForce(("flood",)), None),
        (choose("crisis-off"), Heard("")),
        (choose("crisis-off"), Heard("9")),
        (Play(("crisis-off",)), Played()),
        END,
    ]

    assert play(SWITCH, script) == ["crisis:done"]


def test_an_order_that_is_not_kept_is_told() -> None:
    script = [
        *LET_IN,
        (InForce(("flood",)), None),
        (choose("crisis-off"), Heard("1")),
        (Declare("flood", True), False),
        (Play(("switch-failed",)), Played()),
        (Play(("sorry",)), Played()),
        END,
    ]

    assert play(SWITCH, script) == ["crisis:failed", "sorry:done"]


def test_who_does_not_know_the_pin_orders_nothing() -> None:
    wrong = Gather(("switch-wrong", "switch-pin"), 6, 8, 4, secret=True)
    script = [
        (ASKED, Heard("")),
        (wrong, Heard("000000")),
        (Verify("desk", Hidden("000000")), False),
        (wrong, Heard("")),
        (Play(("switch-denied",)), Played()),
        END,
    ]

    assert play(SWITCH, script) == ["crisis:denied"]
