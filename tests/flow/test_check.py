"""What can be wrong in the drawing of a flow: for each rule a flow that is right and one that is not."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivr.flow.check import Finding, findings
from ivr.flow.flow import Flow
from ivr.flow.references import references

from .play import flow_of

DEFINED = {
    "prompt": {"hello", "choices", "sorry-silence", "sorry-wrong"},
    "calendar": {"office"},
    "agent": {"camille", "karim"},
}

END = {"kind": "bye"}
SAY = {"kind": "say", "prompt": "hello", "exits": {"done": "end"}}
MENU = {"kind": "menu", "prompt": "choices", "options": {"1": "end"}, "exits": {"silence": "end", "wrong": "end"}}
HOURS = {"kind": "hours", "calendar": "office", "exits": {"open": "end", "closed": "end"}}
TRANSFER = {"kind": "transfer", "to": "camille", "exits": dict.fromkeys(["busy", "no_answer", "unavailable"], "end")}


def found(start: str | None = None, **nodes: Mapping[str, Any]) -> list[Finding]:
    return list(findings(flow_of(nodes, start), DEFINED))


def told(start: str | None = None, **nodes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rule and place of everything that is wrong."""
    return [(one.rule, ".".join(map(str, one.way))) for one in found(start, **nodes)]


@pytest.mark.parametrize("node", [END, SAY, MENU, HOURS, TRANSFER])
def test_a_flow_with_nothing_wrong_is_let_pass(node: Mapping[str, Any]) -> None:
    """Each kind of node, wholly linked."""
    nodes = {"node": node} if node is END else {"node": node, "end": END}

    assert told(**nodes) == []


@pytest.mark.parametrize(
    ("node", "way", "what"),
    [
        (SAY | {"prompt": "helo"}, "nodes.node.prompt.0", "prompt"),
        (SAY | {"prompt": ["hello", "helo"]}, "nodes.node.prompt.1", "prompt"),
        (SAY | {"prompt": ["hello", {"reopens": "ofice"}]}, "nodes.node.prompt.1.reopens", "calendar"),
        (MENU | {"wrong_prompt": "helo"}, "nodes.node.wrong_prompt.0", "prompt"),
        (MENU | {"options": {"1": "end", "2": "ende"}}, "nodes.node.options.2", "node"),
        (HOURS | {"calendar": "ofice"}, "nodes.node.calendar", "calendar"),
        (TRANSFER | {"to": ["camille", "karin"]}, "nodes.node.to.1", "agent"),
        (SAY | {"exits": {"done": "ende"}}, "nodes.node.exits.done", "node"),
    ],
)
def test_a_name_that_is_not_defined(node: Mapping[str, Any], way: str, what: str) -> None:
    """IVR201: the place, the name, and what there is instead."""
    (finding,) = [one for one in found(node=node, end=END) if one.rule == "IVR201"]

    assert way == ".".join(map(str, finding.way))
    assert f'there is no {what} "{finding.name}"' == finding.message
    assert finding.name not in finding.known
    assert finding.known


def test_a_start_that_is_no_node() -> None:
    """IVR201 at the key itself."""
    assert ("IVR201", "start") in told("nowhere", end=END)


def test_an_exit_not_linked() -> None:
    """IVR202: a caller would be hung up without a word; only final exits may be left open."""
    unlinked = MENU | {"exits": {"silence": "end"}}
    (finding,) = found(node=unlinked, end=END)

    assert (finding.rule, finding.way) == ("IVR202", ("nodes", "node"))
    assert finding.message == 'the exit "wrong" of menu "node" leads nowhere'
    assert finding.hint == "write where such a call goes: exits: {wrong: …}"
    assert told(node={"kind": "say", "prompt": "hello"}) == [("IVR202", "nodes.node")]


def test_an_exit_that_the_kind_does_not_have() -> None:
    """IVR203: with the exits that there are."""
    (finding,) = found(node=SAY | {"exits": {"done": "end", "dome": "end"}}, end=END)

    assert (finding.rule, finding.way) == ("IVR203", ("nodes", "node", "exits", "dome"))
    assert finding.message == 'say "node" has no exit "dome"'
    assert ("dome", frozenset({"done"})) == (finding.name, finding.known)


def test_a_node_that_no_call_can_come_to() -> None:
    """IVR204: a warning; what only unreachable nodes lead to is unreachable too."""
    lost = list(found(node=SAY, end=END, a=SAY | {"exits": {"done": "b"}}, b=END))

    assert [(one.rule, one.way) for one in lost] == [("IVR204", ("nodes", "a")), ("IVR204", ("nodes", "b"))]
    assert {"warning"} == {one.severity for one in lost}


@pytest.mark.parametrize(
    "nodes",
    [
        {"a": SAY | {"exits": {"done": "a"}}},
        {"a": SAY | {"exits": {"done": "b"}}, "b": SAY | {"exits": {"done": "a"}}},
        {"a": HOURS | {"exits": {"open": "b", "closed": "a"}}, "b": END},
        {"a": SAY | {"service": True, "exits": {"done": "a"}}},
    ],
)
def test_a_circle_without_a_question(nodes: dict[str, Any]) -> None:
    """IVR205: the caller would hear it for ever."""
    assert "IVR205" in [rule for rule, _ in told(**nodes)]


def test_a_circle_with_a_question_is_no_circle() -> None:
    """A menu breaks it."""
    back = SAY | {"exits": {"done": "menu"}}

    assert told(menu=MENU | {"options": {"1": "address", "2": "end"}}, address=back, end=END) == []


def test_ringing_an_agent_again_and_again_is_a_warning() -> None:
    """It ends when somebody answers or the caller gives up, so it may be meant; and it may cost him all the while."""
    by_agent = TRANSFER | {"exits": dict.fromkeys(["busy", "no_answer", "unavailable"], "sorry")}

    findings = list(found(agent=by_agent, sorry=SAY | {"exits": {"done": "agent"}}))

    assert [(one.rule, one.severity) for one in findings] == [("IVR205", "warning"), ("IVR205", "warning")]


@pytest.mark.parametrize("name", ["back", "repeat"])
def test_the_words_of_the_walk_are_no_names_of_nodes(name: str) -> None:
    """A target of that name would be taken for the question before, or the same again."""
    assert ("IVR206", f"nodes.{name}") in told(menu=MENU | {"options": {"1": name}}, **{name: END})


def test_only_a_question_can_be_repeated() -> None:
    """A say that repeats itself would never end; a menu that does asks again."""
    assert ("IVR207", "nodes.a.exits.done") in told(a=SAY | {"exits": {"done": "repeat"}})
    assert told(menu=MENU | {"options": {"1": "repeat", "2": "end"}}, end=END) == []


def test_every_finding_of_a_flow_is_told_at_once() -> None:
    """Nobody mends one thing to be told the next."""
    rules = {
        rule for rule, _ in told(a=SAY | {"prompt": "helo", "exits": {"dome": "a"}}, b=SAY | {"exits": {"done": "b"}})
    }

    assert {"IVR201", "IVR202", "IVR203", "IVR204", "IVR205"} == rules


def test_references_find_every_name_of_every_kind() -> None:
    """What it refers to, the name, and the way to it in the file; keys and exits are no names."""
    flow: Flow = flow_of(
        {
            "hours": {"kind": "hours", "calendar": "c", "exits": {"open": "menu"}},
            "menu": {
                "kind": "menu",
                "prompt": ["p1", {"reopens": "d"}],
                "silence_prompt": "p2",
                "wrong_prompt": "p3",
                "options": {"1": "t"},
            },
            "t": {"kind": "transfer", "to": ["x", "y"], "prompt": "p4"},
            "bye": {"kind": "bye"},
        }
    )

    assert {
        ("node", "hours", ("start",)),
        ("calendar", "c", ("nodes", "hours", "calendar")),
        ("node", "menu", ("nodes", "hours", "exits", "open")),
        ("prompt", "p1", ("nodes", "menu", "prompt", 0)),
        ("calendar", "d", ("nodes", "menu", "prompt", 1, "reopens")),
        ("prompt", "p2", ("nodes", "menu", "silence_prompt", 0)),
        ("prompt", "p3", ("nodes", "menu", "wrong_prompt", 0)),
        ("node", "t", ("nodes", "menu", "options", "1")),
        ("agent", "x", ("nodes", "t", "to", 0)),
        ("agent", "y", ("nodes", "t", "to", 1)),
        ("prompt", "p4", ("nodes", "t", "prompt", 0)),
    } == set(references(flow))
