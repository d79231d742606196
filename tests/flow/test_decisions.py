"""Nodes that decide without a sound, by tape: one tape per exit, and the callers who take it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.flow.commands import Command, Hangup, Need, Now, Play, Played
from ivr.flow.errands import Draw, Fetch, Fetched, Load, Recall, Remember, Tally
from ivr.flow.flow import Drawing, Flow, Place
from ivr.flow.node import Scene
from ivr.values.number import ANONYMOUS, parse

from .play import CALENDARS, CALL, flow_of, play

BYE = {"kind": "bye"}
END = (Hangup(), None)
LISTS = {"vip": frozenset({"+33639980010", "+33320980010", "3615"})}


def scene(caller: str = "", dialled: str = "0899000004", **notes: str) -> Scene:
    """What is known of a call from ``caller``; nothing: he withholds his number."""
    number = parse(caller) if caller else ANONYMOUS
    call = replace(CALL, caller=number, dialled=parse(dialled))
    return Scene(call, CALENDARS, LISTS, notes, departments={"0320": "59", "0556": "33"})


def way(node: dict[str, Any], known: Scene, *script: tuple[Command[Any], Any]) -> str:
    """The exit by which a call leaves ``node``."""
    flow = flow_of({"in": node, "there": BYE})
    return play(flow, [*script, END], scene=known)[0].removeprefix("in:")


# -- match -------------------------------------------------------------------------------------------------------


def match(**test: Any) -> dict[str, Any]:
    return {"kind": "match", "cases": [{"to": "there"} | test], "exits": {"else": "there"}}


@pytest.mark.parametrize(
    ("test", "holds", "fails"),
    [
        ({"caller": "mobile"}, scene("0612345678"), scene("0320000000")),
        ({"caller": ["mobile", "foreign"]}, scene("+3225550000"), scene()),
        ({"anonymous": "yes"}, scene(), scene("0612345678")),
        ({"anonymous": "no"}, scene("x"), scene("anonymous")),
        ({"prefix": "032"}, scene("+33320000000"), scene("0420000000")),
        ({"prefix": ["+32", "+33320"]}, scene("0320000000"), scene("0612345678")),
        ({"prefix": "0"}, scene("0612345678"), scene("+3225550000")),
        ({"department": "59"}, scene("0320000000"), scene("0556000000")),
        ({"department": ["33", "59"]}, scene("0556000000"), scene("0612345678")),
        ({"in_list": "vip"}, scene("06 39 98 00 10"), scene("0639980011")),
        ({"in_list": "vip"}, scene("3615"), scene()),
        ({"dialled": "0899000004"}, scene(), scene(dialled="0800000001")),
        ({"dialled": ["0800000001", "+33 899 000 004"]}, scene(), scene(dialled="3615")),
        ({"note": "order", "equals": "12"}, scene(order="12"), scene(order="123")),
        ({"note": "order", "one_of": ["12", "13"]}, scene(order="13"), scene(other="13")),
        ({"note": "order", "present": "yes"}, scene(order=""), scene()),
        ({"note": "order", "present": "no"}, scene(), scene(order="1")),
        ({"caller": "mobile", "note": "order", "equals": "1"}, scene("0612345678", order="1"), scene(order="1")),
    ],
)
def test_each_test_of_match(test: dict[str, Any], holds: Scene, fails: Scene) -> None:
    """One call that passes, and one that does not; all tests of a case must hold."""
    assert way(match(**test), holds) == "1"
    assert way(match(**test), fails) == "else"


@pytest.mark.parametrize(("seconds", "exit"), [(59, "else"), (60, "else"), (61, "1")])
def test_match_looks_at_the_clock_only_where_it_matters(seconds: int, exit: str) -> None:
    """The time in the call; not asked for when another test of the case has failed."""
    late = (Now(), CALL.at + timedelta(seconds=seconds))

    assert exit == way(match(longer_than=60), scene(), late)
    assert way(match(longer_than=60, caller="mobile"), scene()) == "else"


def test_the_first_case_that_holds_is_taken() -> None:
    """In the order in which they stand."""
    cases = [{"to": "there", "caller": "mobile"}, {"to": "there", "prefix": "0"}, {"to": "there", "prefix": "06"}]
    node = {"kind": "match", "cases": cases, "exits": {"else": "there"}}

    assert [way(node, scene(caller)) for caller in ("0612345678", "0320000000", "")] == ["1", "2", "else"]


@pytest.mark.parametrize(
    "test",
    [
        {},
        {"note": "order"},
        {"equals": "1"},
        {"note": "order", "equals": "1", "present": "yes"},
        {"prefix": "6x"},
        {"department": "96"},
        {"dialled": "+32"},
        {"caller": "mobil"},
        {"longer_than": -1},
    ],
)
def test_a_case_that_makes_no_sense_is_refused(test: dict[str, Any]) -> None:
    """A case without a test would hold for every call."""
    with pytest.raises(ValidationError):
        flow_of({"in": match(**test), "there": BYE})


@pytest.mark.parametrize(
    ("test", "asked", "found", "leads"),
    [
        ({"waiting": {"queue": "parts", "over": 5}}, Load("parts", "waiting", 5), 6.0, "1"),
        ({"waiting": {"queue": "parts", "over": 5}}, Load("parts", "waiting", 5), 5.0, "else"),
        ({"free": {"queue": "parts", "under": 1}}, Load("parts", "free", 1, more=False), 0.0, "1"),
        ({"free": {"queue": "parts", "under": 1}}, Load("parts", "free", 1, more=False), 1.0, "else"),
        ({"expected": {"queue": "parts", "over": 90}}, Load("parts", "expected", 90), 91.5, "1"),
        ({"expected": {"queue": "parts", "over": 90}}, Load("parts", "expected", 90), None, "else"),
    ],
)
def test_a_load_decides(test: dict[str, Any], asked: Load, found: float | None, leads: str) -> None:
    """What nobody knows is neither over nor under anything: the caller stays where he would."""
    assert way(match(**test), scene(), (asked, found)) == leads


@pytest.mark.parametrize("limits", [{}, {"over": 1, "under": 3}, {"over": -1}])
def test_a_load_is_over_or_under_something(limits: dict[str, float]) -> None:
    """One of the two."""
    with pytest.raises(ValidationError):
        flow_of({"in": match(waiting={"queue": "parts", **limits}), "there": BYE})


# -- split -------------------------------------------------------------------------------------------------------

SPLIT = {"kind": "split", "shares": [{"percent": 70, "to": "there"}, {"percent": 30, "to": "other"}]}


def shared(drawn: float, **fields: Any) -> str:
    flow = flow_of({"in": SPLIT | fields, "there": BYE, "other": BYE})
    return play(flow, [(Draw(bool(fields.get("sticky")), "there other"), drawn), END])[1]


@pytest.mark.parametrize(("drawn", "end"), [(0.0, "there"), (0.6999, "there"), (0.7, "other"), (0.999999, "other")])
def test_calls_are_shared_out(drawn: float, end: str) -> None:
    """Seventy of a hundred here, thirty there."""
    assert f"{end}:done" == shared(drawn)
    assert f"{end}:done" == shared(drawn, sticky=True)


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 100))
def test_a_share_is_as_large_as_its_percent(drawn: float, percent: int) -> None:
    """Also the share of nobody, and that of all."""
    shares = [{"percent": percent, "to": "there"}, {"percent": 100 - percent, "to": "other"}]

    assert shared(drawn, shares=shares) == ("there:done" if drawn * 100 < percent else "other:done")


@pytest.mark.parametrize("percents", [[50, 49], [100, 1], [100], [-1, 101]])
def test_shares_sum_up_to_a_hundred(percents: list[int]) -> None:
    """Else some calls would go nowhere."""
    with pytest.raises(ValidationError):
        flow_of({"in": {"kind": "split", "shares": [{"percent": one, "to": "in"} for one in percents]}})


# -- geo ---------------------------------------------------------------------------------------------------------

GEO = {
    "kind": "geo",
    "departments": {"59": "there", "974": "there"},
    "regions": {"nord-est": "there", "outre-mer": "there"},
    "exits": {"else": "there"},
}


@pytest.mark.parametrize(
    ("caller", "exit"),
    [
        ("0320000000", "59"),
        ("0380000000", "nord-est"),
        ("0262000000", "974"),
        ("0590000000", "outre-mer"),
        ("0556000000", "else"),
        ("0612345678", "else"),
        ("+3225550000", "else"),
        ("", "else"),
    ],
)
def test_geo_is_left_by_department_region_or_else(caller: str, exit: str) -> None:
    """The nearest that is named; without a place by `else`."""
    assert exit == way(GEO, scene(caller))


@pytest.mark.parametrize("fields", [{}, {"departments": {"100": "there"}}, {"regions": {"nord": "there"}}])
def test_geo_names_places_that_exist(fields: dict[str, Any]) -> None:
    """And at least one."""
    with pytest.raises(ValidationError):
        flow_of({"in": {"kind": "geo", "exits": {"else": "there"}} | fields, "there": BYE})


# -- list --------------------------------------------------------------------------------------------------------

LINKED = {"exits": {"allowed": "there", "blocked": "there"}}


@pytest.mark.parametrize(
    ("mode", "caller", "exit"),
    [
        ("block", "+33639980010", "blocked"),
        ("block", "0639980011", "allowed"),
        ("block", "", "allowed"),
        ("allow", "03 20 98 00 10", "allowed"),
        ("allow", "0639980011", "blocked"),
        ("allow", "", "blocked"),
    ],
)
def test_a_list_lets_through_or_not(mode: str, caller: str, exit: str) -> None:
    """In every spelling of the number."""
    assert exit == way({"kind": "list", "mode": mode, "list": "vip"} | LINKED, scene(caller))


ASKED = Fetch("shop", "/list", fields=(("caller", "+33612345678"),), take=(("listed", "listed"),), seconds=2.0)


@pytest.mark.parametrize(
    ("fetched", "block", "allow"),
    [
        (Fetched("found"), "blocked", "allowed"),
        (Fetched("found", {"listed": "yes"}), "blocked", "allowed"),
        (Fetched("found", {"listed": "no"}), "allowed", "blocked"),
        (Fetched("not_found"), "allowed", "blocked"),
        (Fetched("failed"), "allowed", "allowed"),
    ],
)
def test_another_system_may_have_the_list(fetched: Fetched, block: str, allow: str) -> None:
    """When it does not answer, the caller is let through, whatever the list is for."""
    node = {"kind": "list", "remote": "shop", "path": "/list"} | LINKED

    assert block == way(node, scene("0612345678"), (ASKED, fetched))
    assert allow == way(node | {"mode": "allow"}, scene("0612345678"), (ASKED, fetched))


def test_nobody_is_asked_for_a_number_withheld() -> None:
    """There is nothing to ask for."""
    assert way({"kind": "list", "remote": "shop"} | LINKED, scene()) == "allowed"


def test_a_look_up_without_a_word_opens_no_line() -> None:
    """The phone goes on ringing; a filler needs early media, and is heard there."""
    flow = flow_of({"in": {"kind": "list", "remote": "shop", "filler": "wait"} | LINKED, "there": BYE})
    silent = flow_of({"in": {"kind": "list", "remote": "shop"} | LINKED, "there": BYE})
    asked = [next(one.nodes["in"].run(scene("0612345678"))) for one in (silent, flow)]

    assert [(one.needs, getattr(one, "filler", None)) for one in asked] == [(Need.NOTHING, ()), (Need.EARLY, ("wait",))]


@pytest.mark.parametrize("fields", [{}, {"list": "vip", "remote": "shop"}, {"list": "vip", "mode": "deny"}])
def test_a_list_is_one_list(fields: dict[str, Any]) -> None:
    """Ours or theirs."""
    with pytest.raises(ValidationError):
        flow_of({"in": {"kind": "list"} | LINKED | fields, "there": BYE})


# -- limit -------------------------------------------------------------------------------------------------------

BOUNDS = {"exits": {"within": "there", "over": "there"}}


@pytest.mark.parametrize(("calls", "exit"), [(1, "within"), (3, "within"), (4, "over")])
def test_a_limit_on_calls_at_once(calls: int, exit: str) -> None:
    """This call is among those counted."""
    assert exit == way({"kind": "limit", "at_once": 3} | BOUNDS, scene(), (Tally("now"), calls))


@pytest.mark.parametrize(("before", "exit"), [(0, "within"), (2, "within"), (3, "over")])
def test_a_limit_on_the_calls_of_one_caller(before: int, exit: str) -> None:
    """The third call of an hour is let through, the fourth is not."""
    node = {"kind": "limit", "per_caller": 3, "hours": 1} | BOUNDS

    assert exit == way(node, scene("0612345678"), (Tally("caller", timedelta(hours=1)), before))


@pytest.mark.parametrize("fields", [{}, {"at_once": 1, "per_caller": 1}, {"at_once": 0}])
def test_a_limit_bounds_one_thing(fields: dict[str, Any]) -> None:
    """Two limits are two nodes."""
    with pytest.raises(ValidationError):
        flow_of({"in": {"kind": "limit"} | BOUNDS | fields, "there": BYE})


# -- memory ------------------------------------------------------------------------------------------------------

DONE = {"exits": {"done": "there"}}


def test_a_note_or_a_text_is_remembered() -> None:
    """For as many days as the writer says; a note that was never taken is not."""
    days = timedelta(days=2)
    note = {"kind": "remember", "key": "customer", "note": "order", "days": 2} | DONE
    text = {"kind": "remember", "key": "customer", "value": "yes"} | DONE

    assert way(note, scene(order="12"), (Remember("customer", "12", days), None)) == "done"
    assert way(note, scene()) == "done"
    assert way(text, scene(), (Remember("customer", "yes", timedelta(days=365)), None)) == "done"


@pytest.mark.parametrize(
    ("note", "value", "exit", "notes"),
    [
        (None, "12", "known", {"customer": "12"}),
        ("order", "12", "known", {"order": "12"}),
        (None, None, "unknown", {}),
    ],
)
def test_what_was_remembered_comes_back(note: str | None, value: str | None, exit: str, notes: dict[str, str]) -> None:
    """Into a note of its own name, or of another; or not at all."""
    known = scene("0612345678")
    node = {"kind": "recall", "key": "customer", "exits": {"known": "there", "unknown": "there"}}
    node |= {"note": note} if note else {}

    assert exit == way(node, known, (Recall("customer"), value))
    assert notes == known.notes


def test_what_was_remembered_is_forgotten() -> None:
    """Nothing else is."""
    assert way({"kind": "forget", "key": "customer"} | DONE, scene(), (Remember("customer", None), None)) == "done"


@pytest.mark.parametrize("fields", [{}, {"note": "a", "value": "b"}, {"value": ""}, {"value": "x", "days": 0}])
def test_one_thing_is_remembered(fields: dict[str, Any]) -> None:
    """A note or a text, for some time."""
    with pytest.raises(ValidationError):
        flow_of({"in": {"kind": "remember", "key": "a"} | DONE | fields, "there": BYE})


# -- other flows -------------------------------------------------------------------------------------------------

HELP = flow_of(
    {
        "choice": {"kind": "match", "cases": [{"to": "good", "note": "a", "present": "yes"}], "exits": {"else": "bad"}},
        "good": {"kind": "leave", "exit": "found"},
        "bad": {"kind": "leave", "exit": "lost"},
    },
    name="help",
)
RUNS: Flow = flow_of(
    {
        "in": {"kind": "run", "flow": "help", "exits": {"found": "yes", "lost": "again"}},
        "again": {"kind": "remember", "key": "a", "value": "x", "exits": {"done": "no"}},
        "yes": BYE,
        "no": BYE,
    }
)


def test_a_flow_that_is_run_comes_back_by_its_exit() -> None:
    """Each `leave` by its own; notes are shared."""
    remembered = (Remember("a", "x", timedelta(days=365)), None)

    assert play(RUNS, [END], scene=scene(a="1"), others=[HELP]) == ["in:into", "choice:1", "good:found", "yes:done"]
    assert play(RUNS, [remembered, END], scene=scene(), others=[HELP]) == [
        "in:into",
        "choice:else",
        "bad:lost",
        "again:done",
        "no:done",
    ]


def test_who_is_passed_on_does_not_come_back() -> None:
    """The other flow is lived through to its own end; a `leave` there ends the call."""
    passing = flow_of({"in": {"kind": "pass", "flow": "help"}})
    twice = flow_of({"in": {"kind": "run", "flow": "between", "exits": {"found": "yes"}}, "yes": BYE})
    between = flow_of({"over": {"kind": "pass", "flow": "help"}}, name="between")

    assert play(passing, [END], scene=scene(a="1"), others=[HELP]) == ["in:over", "choice:1", "good:found"]
    assert play(twice, [END], scene=scene(a="1"), others=[between, HELP]) == [
        "in:into",
        "over:over",
        "choice:1",
        "good:found",
    ]


def test_a_sound_before_a_run_is_heard_at_the_price_of_what_comes_after() -> None:
    """The welcome waits for the answer when the menu behind the run needs it."""
    menu = {"kind": "menu", "prompt": "b", "options": {"1": "end"}, "exits": {"silence": "end", "wrong": "end"}}
    runs = {"kind": "run", "flow": "help", "exits": {"found": "menu", "lost": "end"}}
    hello = {"kind": "say", "prompt": "a", "barge_in": False, "exits": {"done": "in"}}
    flow = flow_of({"hello": hello, "in": runs, "menu": menu, "end": BYE})
    drawing = Drawing({"tried": flow, "help": HELP})

    assert drawing.need(Place("tried", "hello")) is Need.ANSWERED
    assert drawing.need(Place("tried", "end")) is Need.EARLY
    assert drawing.need(Place("help", "bad", Place("tried", "in"))) < Need.ANNOUNCED


def test_what_decides_makes_no_sound() -> None:
    """None of these kinds wants more of the line than early media, most of them nothing: the caller pays nothing."""
    quiet = [match(anonymous="yes"), SPLIT, GEO, {"kind": "list", "list": "vip"} | LINKED]
    quiet += [{"kind": "limit", "at_once": 1} | BOUNDS, {"kind": "forget", "key": "a"} | DONE]
    flow = flow_of({f"n{place}": node for place, node in enumerate(quiet)})

    assert {node.need() for node in flow.nodes.values()} <= {Need.NOTHING, Need.EARLY}


def test_a_call_of_many_decisions() -> None:
    """As the demonstration strings them together."""
    flow = flow_of(
        {
            "crowd": {"kind": "limit", "at_once": 2, "exits": {"within": "list", "over": "full"}},
            "list": {"kind": "list", "list": "vip", "exits": {"allowed": "geo", "blocked": "full"}},
            "geo": {"kind": "geo", "regions": {"nord-est": "say"}, "exits": {"else": "full"}},
            "say": {"kind": "say", "prompt": "a", "barge_in": False, "exits": {"done": "full"}},
            "full": BYE,
        }
    )
    script = [(Tally("now"), 2), (Play(("a",)), Played()), END]

    assert play(flow, script, scene=scene("0380000000")) == [
        "crowd:within",
        "list:allowed",
        "geo:nord-est",
        "say:done",
        "full:done",
    ]
