"""What is asked behind a menu, hours and lists, is looked at before the price is announced for it."""

from datetime import datetime
from typing import Any

import pytest

from ivr.flow.commands import Ask, Command, Dial, Gather, Hangup, Need, Now, Play, Played, Reachable, There
from ivr.flow.errands import Overridden
from ivr.flow.flow import Drawing, Place
from ivr.flow.line import Line
from ivr.flow.node import Scene
from ivr.flow.terms import Terms
from ivr.flow.walk import Step, walk
from ivr.values.calendar import Override

from .play import CALENDARS, CALL, NIGHT, NOON, flow_of

ENDS = dict.fromkeys(["busy", "no_answer", "unavailable"], "sorry")
FLOW: dict[str, Any] = {
    "welcome": {"kind": "say", "prompt": "welcome", "exits": {"done": "menu"}},
    "menu": {
        "kind": "menu",
        "prompt": "choices",
        "options": {"1": "sales", "2": "repairs", "9": "legal"},
        "exits": {"silence": "sales", "wrong": "sales", "unavailable": "later"},
    },
    "sales": {"kind": "hours", "calendar": "office", "exits": {"open": "seller", "closed": "closed"}},
    "repairs": {"kind": "hours", "calendar": "office", "exits": {"open": "fitter", "closed": "closed"}},
    "seller": {"kind": "transfer", "to": "camille", "prompt": "hold", "exits": ENDS},
    "fitter": {"kind": "transfer", "to": "karim", "prompt": "hold", "exits": ENDS},
    "legal": {"kind": "say", "prompt": "legal", "exits": {"done": "menu"}},
    "later": {"kind": "bye", "prompt": "later"},
    "closed": {"kind": "bye", "prompt": "closed"},
    "sorry": {"kind": "bye", "prompt": "sorry"},
}
BOX = {"kind": "record", "prompt": "box", "box": "x", "exits": {"kept": "sorry", "nothing": "sorry"}}
BOTH = Reachable(("camille", "karim"))
NOBODY = There()
Lived = tuple[list[str], list[str], list[Command[Any]], Line]


def lived(
    at: datetime, there: There = NOBODY, override: Override | None = None, lists: tuple[str, ...] = (), **also: Any
) -> Lived:
    """A call to its end or to its first question: steps, what is heard, all that is asked, the line."""
    flow = flow_of({**FLOW, **also})
    trail: list[Step] = []
    line = Line(Terms("announcement/tried", "beep", 1800.0, 30.0))
    scene = Scene(CALL, CALENDARS, {"vip": frozenset(lists)})
    talk = line.carry(walk(flow, scene, trail, Drawing({"tried": flow})))
    told: dict[type[Command[Any]], Any] = {Now: at, Overridden: override, Reachable: there, Play: Played()}
    asked, command = [], next(talk)
    while not isinstance(command, Ask | Gather | Dial | Hangup):
        asked.append(command)
        command = talk.send(told.get(type(command)))
    asked.append(command)
    heard = [name for one in asked if isinstance(one, Play) for name in one.phrase]
    return [str(step) for step in trail], heard, asked, line


def test_a_menu_of_which_all_is_closed_is_neither_announced_nor_asked() -> None:
    """The caller hears, free, what is said where it is closed; not that nobody is there, and no agent is asked for."""
    steps, heard, asked, line = lived(NIGHT)

    assert line.state is Need.EARLY

    assert steps == ["welcome:done", "menu:unavailable", "sales:closed", "closed:done"]
    assert heard == ["closed"]
    assert not [one for one in asked if isinstance(one, Reachable)]


def test_a_menu_of_which_something_is_open_asks_for_its_agents() -> None:
    """And is answered where one of them is there."""
    _, heard, asked, _ = lived(NOON, There(("karim",)))

    assert heard == ["announcement/tried", "beep", "welcome"]
    assert BOTH in asked
    assert isinstance(asked[-1], Ask)


def test_agents_who_are_away_in_their_hours_are_unavailable() -> None:
    """As behind a menu without hours: by the exit for that."""
    steps, heard, _, _ = lived(NOON)

    assert steps == ["welcome:done", "menu:unavailable", "later:done"]
    assert heard == ["later"]


@pytest.mark.parametrize(("at", "override"), [(NIGHT, Override(True, "tonight")), (NOON, Override(False, "ill"))])
def test_what_is_switched_by_hand_counts(at: datetime, override: Override) -> None:
    """Opened at night, closed at noon."""
    _, heard, _, _ = lived(at, There(("karim",)), override)

    assert ("welcome" in heard) is override.open


def test_what_is_delivered_at_any_hour_is_asked_for_at_any_hour() -> None:
    """A message box beside the closed door: nothing is looked at, the menu is put."""
    _, heard, asked, _ = lived(NIGHT, legal=BOX)

    assert heard == ["announcement/tried", "beep", "welcome"]
    assert not [one for one in asked if isinstance(one, Reachable | Overridden)]


def test_a_box_behind_the_closed_door_is_delivered_when_it_is_closed() -> None:
    """Only then."""
    _, closed, _, _ = lived(NIGHT, closed=BOX)
    _, away, _, _ = lived(NOON, closed=BOX)

    assert closed == ["announcement/tried", "beep", "welcome"]
    assert away == ["later"]


@pytest.mark.parametrize("blocked", [True, False])
def test_a_block_list_behind_a_menu_is_looked_at_too(blocked: bool) -> None:
    """Who is on it hears so free; nobody else is asked about hours that there are not."""
    door = {"kind": "list", "list": "vip", "exits": {"allowed": "seller", "blocked": "sorry"}}
    caller = "0" if blocked else "1"
    mode = {"mode": "allow"} if blocked else {"mode": "block"}
    steps, heard, _, _ = lived(
        NOON, There(("camille",)), lists=(caller,), sales={**door, **mode}, repairs=FLOW["legal"]
    )

    assert ("welcome" in heard) is not blocked
    assert steps == (
        ["welcome:done", "menu:unavailable", "sales:blocked", "sorry:done"] if blocked else ["welcome:done"]
    )


def test_who_is_led_back_to_what_is_closed_is_not_led_round_and_round() -> None:
    """A closed door from which the call goes back to the menu: once, then it ends."""
    steps, heard, _, _ = lived(NIGHT, closed={"kind": "say", "prompt": "closed", "exits": {"done": "menu"}})

    assert steps == ["welcome:done", "menu:unavailable", "sales:closed", "closed:done", "menu:unavailable"]
    assert heard == ["closed"]


def test_where_only_the_call_can_tell_the_drawing_says_so() -> None:
    """Hours before agents, nothing certain beside them; and not where a service is certain."""
    drawing = Drawing({"tried": flow_of(FLOW)})
    certain = Drawing({"tried": flow_of({**FLOW, "legal": BOX})})
    plain = Drawing({"tried": flow_of({**FLOW, "sales": FLOW["seller"], "repairs": FLOW["fitter"]})})
    menu = Place("tried", "menu")

    assert (drawing.depends(menu), drawing.toward(menu)) == (True, None)
    assert (certain.depends(menu), certain.toward(menu)) == (False, None)
    assert (plain.depends(menu), plain.toward(menu)) == (False, BOTH)
