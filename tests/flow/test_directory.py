"""Dial by name, by tape: who is named, who is rung, and nobody goes round for ever."""

from typing import Any

import pytest
from pydantic import ValidationError

from ivr.flow.commands import Ask, Dial, Dialled, Gather, Hangup, Heard, Reached
from ivr.flow.flow import Flow
from ivr.flow.node import Scene
from ivr.values.routing import Routing
from tests.flow.play import CALENDARS, CALL, Script, flow_of, play

BYE = {"kind": "bye"}
PEOPLE = [
    {"to": "camille", "name": "Camille Lefèvre"},
    {"to": "karim", "name": "Karim Benali", "prompt": "karim-says"},
    {"to": "zoe", "name": "Zoé de la Tour"},
]
EXITS = dict.fromkeys(["none", "silence", "busy", "no_answer", "unavailable", "operator", "quit"], "end")
END = (Hangup(), None)
CAMILLE, KARIM, ZOE = "person/camille-lefevre", "karim-says", "person/zoe-de-la-tour"


def directory(**fields: Any) -> Flow:
    node = {"kind": "directory", "people": PEOPLE, "exits": EXITS} | fields
    return flow_of({"it": node, "end": BYE})


def spell(keys: str, *before: str, most: int = 3) -> tuple[Gather, Heard]:
    return Gather((*before, "directory-spell"), most, 7, 3), Heard(keys)


def offered(pressed: str, *names: str) -> tuple[Ask, Heard]:
    words = [one for key, name in enumerate(names, start=1) for one in (name, f"directory/press-{key}")]
    keys = tuple(map(str, range(1, len(names) + 1)))
    return Ask((*words, "directory-other"), (*keys, "9", "0", "*"), 7), Heard(pressed)


def rings(agent: str, reached: Reached, *accept: str) -> tuple[Dial, Dialled]:
    return Dial((agent,), 25.0, accept=accept), Dialled(reached, agent if reached is Reached.TALKED else None)


def played(flow: Flow, script: Script) -> list[str]:
    return play(flow, script)


def test_who_is_spelt_and_taken_is_rung() -> None:
    """Accents are folded; where they have talked the call is over."""
    script = [spell("533"), offered("1", CAMILLE), rings("camille", Reached.TALKED), END]

    assert played(directory(), script) == ["it:talked"]


@pytest.mark.parametrize(
    ("keys", "by", "names"),
    [
        ("2", "both", (CAMILLE, KARIM)),
        ("2", "first", (CAMILLE,)),
        ("2", "last", (KARIM,)),
        ("868", "last", (ZOE,)),
        ("528", "both", (ZOE,)),
        ("335", "both", (ZOE,)),
        ("96", "first", (ZOE,)),
        ("5", "both", (CAMILLE, KARIM, ZOE)),
    ],
)
def test_first_or_last_names_that_begin_so_are_named(keys: str, by: str, names: tuple[str, ...]) -> None:
    """In the order in which they are listed; the last name from any of its words on."""
    script = [spell(keys), offered("*", *names), END]

    assert played(directory(by=by), script) == ["it:quit", "end:done"]


@pytest.mark.parametrize(
    ("reached", "taken"),
    [
        (Reached.BUSY, "busy"),
        (Reached.NO_ANSWER, "no_answer"),
        (Reached.UNAVAILABLE, "unavailable"),
        (Reached.CONGESTION, "unavailable"),
    ],
)
def test_a_ring_in_vain_is_left_as_a_transfer_is(reached: Reached, taken: str) -> None:
    script = [spell("533"), offered("1", CAMILLE), rings("camille", reached), END]

    assert played(directory(), script) == [f"it:{taken}", "end:done"]


@pytest.mark.parametrize(
    ("reached", "linked", "taken"),
    [
        (Reached.DECLINED, "declined", "declined"),
        (Reached.DECLINED, "congestion", "no_answer"),
        (Reached.CONGESTION, "congestion", "congestion"),
        (Reached.CONGESTION, "declined", "unavailable"),
    ],
)
def test_who_is_rung_must_accept_where_that_is_asked(reached: Reached, linked: str, taken: str) -> None:
    """As of a transfer: who does not press 1 has declined, and that has an exit of its own where it is linked."""
    flow = directory(accept="press-1", exits=EXITS | {linked: "end"})
    script = [spell("533"), offered("1", CAMILLE), rings("camille", reached, "press-1"), END]

    assert played(flow, script) == [f"it:{taken}", "end:done"]
    node = flow.nodes["it"]
    connection = node.connects(Routing())
    assert connection is not None
    assert set(connection.in_vain) == {"busy", "no_answer", "unavailable", linked}


def test_names_that_nobody_has_lead_out_in_the_end() -> None:
    """Each is told."""
    script = [spell("999"), spell("111", "directory-none"), spell("999", "directory-none"), END]

    assert played(directory(), script) == ["it:none", "end:done"]


def test_other_names_and_names_nobody_takes_do_not_go_on_for_ever() -> None:
    """9 spells again; who presses nothing hears the names twice."""
    script = [
        spell("533"), offered("9", CAMILLE), spell("236"), offered("", KARIM), offered("7", KARIM),
        spell("868"), offered("9", ZOE), END,
    ]  # fmt: skip

    assert played(directory(), script) == ["it:none", "end:done"]


def test_silence_has_its_own_exit() -> None:
    assert played(directory(misses=2), [spell(""), spell(""), END]) == ["it:silence", "end:done"]


@pytest.mark.parametrize(("keys", "taken"), [("0", "operator"), ("012", "operator"), ("*", "quit"), ("5*", "quit")])
def test_zero_and_the_star_lead_out_where_they_are_linked(keys: str, taken: str) -> None:
    """Elsewhere they are no names."""
    bare = {leaf: to for leaf, to in EXITS.items() if leaf not in ("operator", "quit")}

    assert played(directory(), [spell(keys), END]) == [f"it:{taken}", "end:done"]
    assert played(directory(misses=1, exits=bare), [spell(keys), END]) == ["it:none", "end:done"]


def test_zero_leads_out_after_the_names_too() -> None:
    assert played(directory(), [spell("533"), offered("0", CAMILLE), END]) == ["it:operator", "end:done"]


def test_with_a_note_nobody_is_rung() -> None:
    """He is noted for what comes after, and the exit is `found`."""
    flow = directory(
        note="person", exits={"none": "end", "silence": "end", "found": "end", "operator": "end", "quit": "end"}
    )
    scene = Scene(CALL, CALENDARS)

    assert play(flow, [spell("868"), offered("1", ZOE), END], scene=scene) == ["it:found", "end:done"]
    assert scene.notes == {"person": "zoe"}


def test_eight_are_named_at_most() -> None:
    """And it is advised of more."""
    people = [{"to": f"a{place}", "name": f"Zoé Name{'abcdefghi'[place]}"} for place in range(9)]
    names = [f"person/zoe-name{letter}" for letter in "abcdefgh"]
    script = [spell("963"), offered("8", *names), rings("a7", Reached.TALKED), END]

    assert played(directory(people=people), script) == ["it:talked"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"exits": {"none": "end", "silence": "end"}}, "leads nowhere"),
        ({"note": "person"}, "rings nobody"),
        ({"exits": {**EXITS, "found": "end"}}, "without a note rings who is found"),
        ({"people": [{"to": "camille", "name": "42"}]}, "letters from a to z"),
        ({"people": []}, "at least 1"),
    ],
)
def test_what_cannot_be_is_told(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        directory(**fields)
