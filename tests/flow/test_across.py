"""What can be wrong between flows: for each rule flows that are right and flows that are not."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivr.flow.across import across, exits, is_sound, spoken
from ivr.flow.check import Finding, findings
from ivr.flow.flow import Flow

from .play import flow_of

END = {"kind": "bye"}
MENU = {"kind": "menu", "prompt": "choices", "options": {"1": "end"}, "exits": {"silence": "end", "wrong": "end"}}


def leave(exit: str) -> dict[str, Any]:
    return {"kind": "leave", "exit": exit}


def run(flow: str, **linked: str) -> dict[str, Any]:
    return {"kind": "run", "flow": flow, "exits": linked}


def say(to: str, prompt: str = "a") -> dict[str, Any]:
    return {"kind": "say", "prompt": prompt, "exits": {"done": to}}


def book(**flows: Mapping[str, Any]) -> dict[str, Flow]:
    return {name: flow_of(nodes, name=name) for name, nodes in flows.items()}


def found(flows: Mapping[str, Flow], *started: str) -> list[tuple[str, Finding]]:
    return list(across(flows, set(started or ("main",))))


def told(flows: Mapping[str, Flow], *started: str) -> list[tuple[str, str]]:
    """Rule and place of everything that is wrong."""
    return [(one.rule, f"{flow}.{'.'.join(map(str, one.way))}") for flow, one in found(flows, *started)]


HELP = {"ask": MENU | {"options": {"1": "good"}, "exits": {"silence": "bad", "wrong": "bad"}}}
HELP |= {"good": leave("good"), "bad": leave("bad")}


def test_runs_with_nothing_wrong_are_let_pass() -> None:
    """Every exit linked, at both places that run the flow; the same flow run twice is no circle."""
    main = {"one": run("help", good="two", bad="end"), "two": run("help", good="end", bad="end"), "end": END}

    assert told(book(main=main, help=HELP)) == []


def test_an_exit_of_a_run_that_leads_nowhere() -> None:
    """IVR240: the caller would be hung up without a word."""
    ((flow, finding),) = found(book(main={"in": run("help", good="end"), "end": END}, help=HELP))

    assert (flow, finding.rule, finding.way, finding.severity) == ("main", "IVR240", ("nodes", "in"), "error")
    assert finding.message == '"help" can be left by "bad", which leads nowhere from run "in"'
    assert finding.hint == "write where such a call goes: exits: {bad: …}"


def test_an_exit_by_which_a_flow_is_never_left() -> None:
    """IVR241: with the exits that there are."""
    main = {"in": run("help", good="end", bad="end", bed="end"), "end": END}
    ((flow, finding),) = found(book(main=main, help=HELP))

    assert (flow, finding.rule, finding.way) == ("main", "IVR241", ("nodes", "in", "exits", "bed"))
    assert finding.message == '"help" is never left by "bed"'
    assert (finding.name, finding.known) == ("bed", frozenset({"good", "bad"}))


@pytest.mark.parametrize(
    ("flows", "where"),
    [
        ({"main": {"in": run("main", a="in"), "out": leave("a")}}, ["main.nodes.in"]),
        (
            {
                "main": {"in": run("b", x="out"), "out": leave("x")},
                "b": {"in": run("main", x="out"), "out": leave("x")},
            },
            ["main.nodes.in", "b.nodes.in"],
        ),
        (
            {
                "main": {"in": run("b", x="end"), "end": END},
                "b": {"in": run("c", x="out"), "out": leave("x")},
                "c": {"in": run("b", x="out"), "out": leave("x")},
            },
            ["b.nodes.in", "c.nodes.in"],
        ),
    ],
)
def test_a_circle_of_runs(flows: dict[str, Any], where: list[str]) -> None:
    """IVR242: at every run of the circle, and only there."""
    assert told(book(**flows)) == [("IVR242", place) for place in where]
    assert not is_sound(book(**flows))


def test_passing_round_is_no_circle_of_runs() -> None:
    """Nothing piles up: who passes a call on has forgotten it.  With a question on the way it may last."""
    main = {"menu": MENU | {"options": {"1": "over"}}, "over": {"kind": "pass", "flow": "b"}, "end": END}
    back = {"over": {"kind": "pass", "flow": "main"}}

    assert told(book(main=main, b=back)) == []


def test_a_leave_where_no_run_waits() -> None:
    """IVR243, a warning: also where a pass has made the run forget."""
    flows = book(main={"over": {"kind": "pass", "flow": "help"}}, help=HELP)
    ((_, finding), _) = found(flows)

    assert [(f, one.way) for f, one in found(flows)] == [("help", ("nodes", "bad")), ("help", ("nodes", "good"))]
    assert (finding.rule, finding.severity) == ("IVR243", "warning")
    assert finding.message == 'a number starts "help", and its calls end at "bad": no run waits for them'
    assert [("IVR243", f"help.nodes.{name}") for name in ("bad", "good")] == told(book(help=HELP), "help")
    assert told(book(help=HELP), "other") == []


def test_a_secret_is_not_remembered() -> None:
    """IVR244: whichever flow asks for it."""
    ask = {"kind": "ask", "prompt": "a", "note": "code", "digits": 4, "exits": dict.fromkeys(ASK_EXITS, "end")}
    keep = {"kind": "remember", "key": "code", "note": "code", "exits": {"done": "end"}}
    main = {"keep": keep, "end": END}

    assert told(book(main=main, other={"ask": ask | {"secret": True}, "end": END})) == [
        ("IVR244", "main.nodes.keep.note")
    ]
    assert told(book(main=main, other={"ask": ask, "end": END})) == []


ASK_EXITS = ("done", "silence", "wrong")


def test_a_run_from_which_no_call_comes_back() -> None:
    """IVR245, a warning: pass says what happens."""
    ((flow, finding),) = found(book(main={"in": run("b")}, b={"end": END}))

    assert (flow, finding.rule, finding.severity) == ("main", "IVR245", "warning")
    assert finding.message == 'no call comes back from "b" to run "in"'


@pytest.mark.parametrize(
    ("flows", "where"),
    [
        ({"main": {"a": {"kind": "pass", "flow": "b"}}, "b": {"a": {"kind": "pass", "flow": "main"}}}, ["b", "main"]),
        ({"main": {"a": run("b", x="a")}, "b": {"a": leave("x")}}, ["main"]),
        ({"main": {"a": run("b", x="s"), "s": say("a")}, "b": {"a": say("l"), "l": leave("x")}}, ["main"]),
    ],
)
def test_a_circle_through_several_flows(flows: dict[str, Any], where: list[str]) -> None:
    """IVR205, as within one flow: the caller would never be asked anything."""
    assert told(book(**flows)) == [("IVR205", f"{flow}.nodes.a") for flow in where]


def test_a_question_in_a_flow_that_is_run_breaks_the_circle() -> None:
    """Each time round the caller is asked; the flow alone cannot know, and says nothing."""
    flows = book(main={"in": run("help", good="in", bad="end"), "end": END}, help=HELP)
    known = {"flow": set(flows), "prompt": {"choices", "sorry-silence", "sorry-wrong"}}

    assert told(flows) == []
    assert [one for flow in flows.values() for one in findings(flow, known)] == []


def test_a_circle_in_which_only_a_phone_rings_is_a_warning() -> None:
    """As within one flow."""
    reached = dict.fromkeys(["busy", "no_answer", "unavailable"], "over")
    ring = {"kind": "transfer", "to": "camille", "exits": reached}
    main = {"ring": ring, "over": {"kind": "pass", "flow": "main"}}
    ((flow, finding),) = found(book(main=main))

    assert (flow, finding.rule, finding.way, finding.severity) == ("main", "IVR205", ("nodes", "over"), "warning")


def test_what_cannot_be_followed_is_left_to_the_links() -> None:
    """A flow or a start that is not there has been told, and stops nothing else."""
    missing = book(main={"in": run("nowhere", x="end"), "end": END})
    lost = {"main": flow_of({"a": END}, "b", "main")}

    assert told(missing) == told(lost) == []
    assert not is_sound(missing)
    assert not is_sound(lost)


def test_the_exits_of_a_flow() -> None:
    """Those of its leaves."""
    assert exits(book(help=HELP)["help"]) == {"good", "bad"}


def test_what_may_be_said_in_a_language() -> None:
    """All that can come after the choice, in whatever flow; not what comes before."""
    choose = {"kind": "language", "prompt": "choose", "options": {"1": "fr", "2": "en"}}
    choose["exits"] = dict.fromkeys(ASK_EXITS, "in")
    main = {
        "before": say("choose", "before"),
        "choose": choose,
        "in": run("b", x="after"),
        "after": say("end", "after"),
    }
    other = {"say": say("out", "between"), "out": leave("x")}
    flows = book(main=main | {"end": END}, b=other, c={"say": say("end", "elsewhere"), "end": END})
    said = {"choose", "between", "after", "sorry-silence", "sorry-wrong"}

    assert spoken(flows, {"main", "c"}) == {"fr": said, "en": said}
    assert spoken(flows, {"c"}) == {}


def total(to: str = "end") -> dict[str, Any]:
    return say(to) | {"prompt": ["a", {"note": "total", "spoken": "amount", "otherwise": "a"}]}


TAKES = {
    "ask": {"kind": "ask", "prompt": "a", "note": "total", "digits": 2,
            "exits": {"done": "said", "silence": "end", "wrong": "end"}},
    "lookup": {"kind": "lookup", "remote": "shop", "take": {"total": "a.b"},
               "exits": {"found": "said", "not_found": "end", "failed": "end"}},
    "recall": {"kind": "recall", "key": "total", "exits": {"known": "said", "unknown": "end"}},
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKES)
def test_a_slot_is_filled_by_whatever_takes_its_note(kind: str) -> None:
    """Also in a flow that is entered from the one that took it."""
    assert told(book(main={"take": TAKES[kind], "said": total(), "end": END})) == []
    apart = {"take": TAKES[kind], "said": {"kind": "pass", "flow": "other"}, "end": END}
    assert told(book(main=apart, other={"said": total(), "end": END})) == []


def test_a_slot_that_nobody_has_filled() -> None:
    """IVR582: neither by nobody at all, nor by somebody who comes later."""
    ((flow, finding),) = found(book(main={"said": total(), "end": END}))

    assert (flow, finding.rule, finding.way) == ("main", "IVR582", ("nodes", "said", "prompt", 1, "note"))
    assert finding.message == 'nobody has filled the note "total" when a call comes to "said"'
    late = {"first": total("take"), "take": TAKES["ask"], "said": total(), "end": END}
    assert told(book(main=late)) == [("IVR582", "main.nodes.first.prompt.1.note")]


def test_a_secret_is_never_said() -> None:
    """IVR583."""
    main = {"take": TAKES["ask"] | {"secret": True}, "said": total(), "end": END}

    assert told(book(main=main)) == [("IVR583", "main.nodes.said.prompt.1.note")]
