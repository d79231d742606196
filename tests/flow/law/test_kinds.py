"""No rule of law passes over a kind of node that puts callers through, or records them; nor over one to come."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ivr.flow import law
from ivr.flow.commands import Capture, Command, Dial, Enqueue, Now
from ivr.flow.law import RULES
from ivr.flow.law.case import example
from ivr.flow.law.rule import Found, Rule, Verdict, judged
from ivr.flow.law.view import View
from ivr.flow.node import Node, Scene
from ivr.flow.nodes import KINDS
from ivr.flow.references import references
from ivr.values.routing import Group, Routing, Strategy
from ivr.values.taping import Taping
from tests.flow.play import CALL, NIGHT, NOON, OFFICE
from tests.flow.proof import every_result
from tests.house.test_nodes import demo, examples, name_of

TODAY = date(2026, 11, 25)
NO: Mapping[str, Any] = {"kind": "bye", "prompt": "no"}
VAIN = ("busy", "no_answer", "unavailable")

# A node of each kind that puts callers through, in its barest form: nothing is said before anybody rings.
CONNECTING: Mapping[str, Mapping[str, Any]] = {
    "transfer": {"kind": "transfer", "to": "a", "ring": 90, "exits": dict.fromkeys(VAIN, "no")},
    "queue": {
        "kind": "queue",
        "queue": "q",
        "wait": 90,
        "exits": dict.fromkeys(("timeout", "full", "empty", "emptied"), "no"),
    },
    "directory": {
        "kind": "directory",
        "people": [{"to": "a", "name": "Zoé Martin"}],
        "ring": 90,
        "exits": dict.fromkeys(("none", "silence", *VAIN), "no"),
    },
    "callback": {"kind": "callback", "exits": dict.fromkeys(("booked", "refused", "silence"), "no")},
}
TAPED = Taping("tape")

# Every rule that asks with whom callers are put through, in a case that concerns it.
ABOUT: Mapping[str, Mapping[str, Any]] = {
    "connection-number": {"purpose": "connection", "connects": "0145000000"},
    "connection-log": {"purpose": "connection"},
    "enquiries-number": {"number": "118218", "purpose": "enquiries"},
    "enquiries-emergency": {"number": "118218", "purpose": "enquiries", "outside": {"a": "112"}},
    "emergency": {"outside": {"a": "112"}},
    "caller-id": {},
    "waiting": {},
    "recording": {"recording": TAPED},
    "identity": {},
    "undeliverable": {},
    "persons": {"purpose": "chat"},
    "operator-hotline": {"number": "0806000002", "mode": "plain", "purpose": "operator-hotline"},
}

# Kinds that name agents, phones or queues, and put nobody through there.
ONLY_LOOK = {"match": "looks at the load of a queue"}


def rule(name: str) -> Rule:
    return next(one for one in RULES if one.id == name)


def seen(name: str, kind: str) -> View:
    """A book that the rule concerns, whose calls come to one node of the kind."""
    return example(nodes={"it": CONNECTING[kind], "no": NO}, **ABOUT[name])


def told(name: str, view: View) -> list[Found]:
    return list(judged(rule(name), view, {}, TODAY).found)


@cache
def asked(kind: type[Node]) -> tuple[tuple[Node, frozenset[Any]], ...]:
    """The demonstration's nodes of a kind, and all that they ask of the line, whatever they are told."""
    found = []
    for node in examples(kind):
        dice, commands = random.Random(7), []
        for _ in range(200):
            talk = node.run(
                Scene(
                    CALL,
                    dict.fromkeys(demo().calendars, OFFICE),
                    demo().lists,
                    departments=demo().departments,
                    routing=demo().drawing.routing,
                    mailboxes=demo().mailboxes,
                )
            )
            result: Any = None
            try:
                while True:
                    command: Command[Any] = talk.send(result)
                    commands.append(command)
                    result = dice.choice(
                        [NOON, NIGHT] if isinstance(command, Now) else [one for one, _ in every_result(command)]
                    )
            except StopIteration:
                pass
        found.append((node, frozenset(one for one in commands if isinstance(one, Dial | Enqueue | Capture))))
    return tuple(found)


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_who_rings_says_whom_he_connects_to(kind: type[Node]) -> None:
    """Whom, in which queue and for how long at most: a kind to come that forgets it fails here."""
    for node, commands in asked(kind):
        one = node.connects(demo().drawing.routing)
        for command in commands:
            if isinstance(command, Dial):
                assert one is not None
                assert {*command.agents} <= {*one.to}
                assert command.ring <= one.waits
            if isinstance(command, Enqueue):
                assert one is not None
                assert one.queue == command.queue
                assert command.wait <= one.waits


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_who_names_agents_or_queues_connects_to_them(kind: type[Node]) -> None:
    """At once or later; what only looks at them is written down, with what for."""
    names = {to for node in examples(kind) for to, _, _ in references(node)} & {"agent", "phone", "queue"}
    connects = kind.connects is not Node.connects

    assert connects == (name_of(kind) in CONNECTING)
    assert connects or not names or name_of(kind) in ONLY_LOOK


@pytest.mark.parametrize("kind", CONNECTING)
@pytest.mark.parametrize("name", ABOUT)
def test_no_rule_passes_over_a_kind_that_connects(name: str, kind: str) -> None:
    """It finds something of each: broken, kept or declared."""
    assert told(name, seen(name, kind))


def test_every_rule_that_asks_who_is_connected_is_tried() -> None:
    """And none asks for some kinds only: no rule knows the kinds that connect by name."""
    files = {path.stem.replace("_", "-"): path.read_text("utf-8") for path in Path(law.__file__).parent.glob("*.py")}
    asking = {name for name, text in files.items() if "view.connections" in text or "connected_to_help" in text}

    assert asking - {"rule", "view"} == set(ABOUT)
    assert [name for name, text in files.items() for kind in CONNECTING if f"flow.nodes.{kind} " in text] == []


@pytest.mark.parametrize("kind", CONNECTING)
def test_a_118_service_that_connects_without_a_word_breaks_the_rule(kind: str) -> None:
    """By whatever node it connects; a `say` in front of it speaks the number."""
    silent = seen("enquiries-number", kind)
    say = {"kind": "say", "prompt": "found", "exits": {"done": "it"}}
    spoken = example("118218", purpose="enquiries", nodes={"say": say, "it": CONNECTING[kind], "no": NO})
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "say", "2": "it"}}
    round_it = example("118218", purpose="enquiries", nodes={"m": menu, "say": say, "it": CONNECTING[kind], "no": NO})

    assert [one.verdict for one in told("enquiries-number", silent)] == [Verdict.BROKEN]
    assert [one.verdict for one in told("enquiries-number", spoken)] == [Verdict.DECLARED]
    assert [one.verdict for one in told("enquiries-number", round_it)] == [Verdict.BROKEN]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("transfer", {"prompt": "found"}),
        ("queue", {"prompt": "found"}),
        ("directory", {"people": [{"to": "a", "name": "Zoé Martin", "prompt": "found"}]}),
    ],
)
def test_a_prompt_of_its_own_speaks_the_number(kind: str, more: Mapping[str, Any]) -> None:
    """That of a transfer, of a queue, of each person of a directory."""
    view = example("118218", purpose="enquiries", nodes={"it": {**CONNECTING[kind], **more}, "no": NO})

    assert [one.verdict for one in told("enquiries-number", view)] == [Verdict.DECLARED]


ROUND = {"kind": "callback", "exits": dict.fromkeys(("booked", "refused", "silence"), "no")}


@pytest.mark.parametrize("kind", ["transfer", "queue", "directory"])
def test_a_callback_comes_after_a_minute_at_most(kind: str) -> None:
    """Behind a long ring it comes too late, whatever rings; the ring of a directory is a wait as any other."""
    long = CONNECTING[kind] | {"exits": dict.fromkeys(CONNECTING[kind]["exits"], "back")}
    short = {"wait" if kind == "queue" else "ring": 60}

    def verdict(node: Mapping[str, Any]) -> Verdict:
        return judged(rule("waiting"), example(nodes={"it": node, "back": ROUND, "no": NO}), {}, TODAY).verdict

    assert judged(rule("waiting"), seen("waiting", kind), {}, TODAY).verdict is Verdict.BROKEN
    assert verdict(long) is Verdict.BROKEN
    assert verdict(long | short) is Verdict.HOLDS
    assert verdict(CONNECTING[kind] | short) is Verdict.HOLDS


@pytest.mark.parametrize("kind", ["transfer", "queue"])
def test_a_callback_on_the_ways_without_a_wait_is_none(kind: str) -> None:
    """Who finds all busy is offered it; who rings or waits in vain for long is not, nor who waits a second time."""
    early, late = {"transfer": (("busy",), "no_answer"), "queue": (("full", "empty"), "timeout")}[kind]
    node = CONNECTING[kind] | {"exits": CONNECTING[kind]["exits"] | dict.fromkeys(early, "back")}
    again = CONNECTING[kind] | {("wait" if kind == "queue" else "ring"): 50}

    def longest(**nodes: Mapping[str, Any]) -> list[str]:
        told_ = told("waiting", example(nodes={**nodes, "back": ROUND, "no": NO}))
        return [one.message.split(" from ")[0] for one in told_ if one.verdict is Verdict.BROKEN]

    say = {"kind": "say", "prompt": "s", "exits": {"done": "it"}}
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "no"}, "exits": {"silence": "it", "wrong": "it"}}
    on = again | {"exits": again["exits"] | {late: "on"}}
    assert longest(it=node) == ["a caller may wait 90 s"]
    assert longest(it=on, on=again) == ["a caller may wait 100 s"]
    assert longest(it=on, on=say | {"exits": {"done": "more"}}, more=again) == ["a caller may wait 100 s"]
    assert longest(it=on, on=say) == ["a caller may wait again and again"]
    assert longest(it=on, on=menu) == ["a caller may wait again and again"]
    assert longest(it=on, on=menu | {"options": {"1": "back"}}) == []


def test_a_callback_by_the_key_of_a_wait_is_offered_at_once() -> None:
    """Straight, or as a choice of a menu behind the key; not where that menu only leads back into the wait."""
    exits = dict.fromkeys(("timeout", "full", "empty", "emptied"), "no")
    queue = {"kind": "queue", "queue": "q", "wait": 1800, "key": "1", "exits": exits | {"key": "out"}}
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "it", "2": "back"}, "exits": {"silence": "it"}}

    def verdict(out: Mapping[str, Any]) -> Verdict:
        view = example(nodes={"it": queue, "out": out, "back": ROUND, "no": NO})
        return judged(rule("waiting"), view, {}, TODAY).verdict

    assert verdict(ROUND) is Verdict.HOLDS
    assert verdict(menu) is Verdict.HOLDS
    assert verdict(menu | {"options": {"1": "it"}}) is Verdict.BROKEN
    assert verdict(NO) is Verdict.BROKEN


def test_rings_in_a_row_are_added_up_whatever_rings() -> None:
    """A directory after a queue, a transfer after that: by the ways on which nobody answered."""
    nodes = {
        "q": {**CONNECTING["queue"], "wait": 30, "exits": dict.fromkeys(CONNECTING["queue"]["exits"], "d")},
        "d": {**CONNECTING["directory"], "ring": 20, "exits": dict.fromkeys(CONNECTING["directory"]["exits"], "t")},
        "t": {**CONNECTING["transfer"], "ring": 20},
        "no": NO,
    }

    found = told("waiting", example(nodes=nodes))
    assert [one.verdict for one in found] == [Verdict.HOLDS, Verdict.BROKEN, Verdict.HOLDS]
    assert found[1].message.startswith('a caller may wait 70 s from "q" on')


def test_a_group_rings_as_long_as_its_members_do() -> None:
    """One after the other: behind a directory as behind a transfer."""
    routing = Routing({"a": Group("a", ("x", "y"), Strategy.HUNT, 40)})
    view = example(nodes={"it": CONNECTING["directory"], "no": NO})
    view.drawing.routing = routing

    (found,) = told("waiting", view)
    assert found.message.startswith("a caller may wait 80 s")


@pytest.mark.parametrize("name", ["emergency", "enquiries-emergency"])
@pytest.mark.parametrize("kind", ["transfer", "directory"])
def test_a_destination_that_is_an_emergency_number_is_found(name: str, kind: str) -> None:
    """By its name among whom a node rings; an ordinary one is not."""
    found = told(name, seen(name, kind))
    ordinary = example(nodes={"it": CONNECTING[kind], "no": NO}, **{**ABOUT[name], "outside": {"a": "0145000000"}})

    assert [(one.verdict, one.place and one.place.node) for one in found] == [(Verdict.BROKEN, "it")]
    assert [one.verdict for one in told(name, ordinary)] == [Verdict.HOLDS]


def test_a_connection_service_says_the_number_free_or_not_at_all() -> None:
    """Who was answered before anybody rang was charged: by a directory, by a menu in front; not on a plain number."""
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "it"}, "exits": {"silence": "it", "wrong": "it"}}
    texts = {"no": "Appelez le 01 45 00 00 00."}

    def verdicts(nodes: Mapping[str, Any], **more: Any) -> list[Verdict]:
        concerned: Mapping[str, Any] = {**ABOUT["connection-number"], **more}
        return [one.verdict for one in told("connection-number", example(nodes=nodes, texts=texts, **concerned))]

    transfer, directory = ({"it": CONNECTING[kind], "no": NO} for kind in ("transfer", "directory"))
    assert verdicts(transfer) == [Verdict.HOLDS]
    assert verdicts({"m": menu, **transfer}) == [Verdict.BROKEN]
    assert verdicts(directory) == [Verdict.BROKEN]
    assert verdicts(directory, number="0806000002", mode="plain") == [Verdict.HOLDS]


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_who_records_callers_is_held_against_the_rule(kind: type[Node]) -> None:
    """Whatever kind it is; the studio records those who know its PIN, and want it."""
    records = any(isinstance(one, Capture) for _, commands in asked(kind) for one in commands)
    if not records or name_of(kind) == "studio":
        return
    node = examples(kind)[0].model_copy(update={"exits": {}})
    view = example()
    flow = view.drawing.flows["tried"]
    drawn = flow.model_copy(update={"nodes": {"bye": node}})
    view.drawing.flows = {"tried": drawn}

    assert told("recording", view)


def test_a_talk_is_recorded_as_announced_wherever_it_is_told() -> None:
    """Of the number, and of each node that says its own way."""
    way = {"announce": "tape"}
    recorded = {**CONNECTING["queue"], "recording": way}
    view = example(nodes={"it": recorded, "no": NO}, texts={"tape": "Bonjour."}, recording=replace(TAPED, refuse="9"))

    assert [one.verdict for one in told("recording", view)] == [Verdict.BROKEN, Verdict.BROKEN]


@pytest.mark.parametrize(
    "node",
    [
        {"kind": "say", "prompt": "s", "exits": {"done": "no"}},
        {"kind": "menu", "prompt": "s", "options": {"1": "no"}, "exits": {"silence": "no", "wrong": "no"}},
        {**CONNECTING["transfer"], "prompt": "s"},
        {**CONNECTING["queue"], "prompt": "s"},
        {"kind": "bye", "prompt": "s"},
    ],
    ids=lambda node: node["kind"],
)
def test_nobody_announces_the_price_but_the_line(node: Mapping[str, Any]) -> None:
    """Whatever node says it."""
    view = example(nodes={"it": node, "no": NO}, texts={"s": "Après le bip sonore, vous serez facturé."})

    assert [one.verdict for one in told("no-music", view)] == [Verdict.BROKEN]


@pytest.mark.parametrize("kind", ["transfer", "queue", "directory"])
def test_a_chat_tells_who_answers_before_anybody_does(kind: str) -> None:
    """On every way there, not somewhere in the flow."""
    say = {"kind": "say", "prompt": "s", "exits": {"done": "it"}}
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "it", "2": "s"}}
    it = {"it": CONNECTING[kind], "no": NO}

    def verdicts(**nodes: Mapping[str, Any]) -> list[Verdict]:
        return [one.verdict for one in told("persons", example(purpose="chat", nodes={**nodes, **it}))]

    assert verdicts(s=say) == [Verdict.DECLARED]
    assert verdicts(s={**say, "exits": {"done": "m"}}, m=menu) == [Verdict.DECLARED]
    assert verdicts(m=menu, s=say) == [Verdict.BROKEN]
    assert verdicts() == [Verdict.BROKEN]


@pytest.mark.parametrize("kind", ["transfer", "queue"])
def test_who_reaches_nobody_is_not_charged_for_something_else(kind: str) -> None:
    """By each way on which nobody was there; who rang in vain could have been answered, and whom a menu answered is."""
    left = {"kind": "record", "prompt": "r", "exits": {"kept": "no", "nothing": "no"}}
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "it"}, "exits": {"silence": "it", "wrong": "it"}}

    def verdict(way: str, **before: Mapping[str, Any]) -> Verdict:
        node = {**CONNECTING[kind], "exits": {**CONNECTING[kind]["exits"], way: "left"}}
        view = example(nodes={**before, "it": node, "left": left, "no": NO})
        return judged(rule("undeliverable"), view, {}, TODAY).verdict

    gone, rung = {"transfer": (("unavailable",), "no_answer"), "queue": (("empty", "emptied", "full"), "timeout")}[kind]
    assert {verdict(way) for way in gone} == {Verdict.BROKEN}
    assert verdict(rung) is Verdict.HOLDS
    assert verdict(gone[0], m=menu) is Verdict.HOLDS


@pytest.mark.parametrize(
    ("place", "verdict"),
    [
        ({"agents": "a", "through": "t", "caller_id": "0145000000"}, Verdict.HOLDS),
        ({"agents": "a", "through": "t", "caller_id": "118218"}, Verdict.BROKEN),
        ({"queue": "q", "through": "t"}, Verdict.BROKEN),  # the number dialled, which is surcharged
        (None, Verdict.DECLARED),
    ],
)
def test_who_is_called_back_sees_an_ordinary_number(place: Mapping[str, Any] | None, verdict: Verdict) -> None:
    """Where we call back ourselves it is seen, and not only declared."""
    if place and "agents" in place:
        place = {**place, "agents": [place["agents"]]}
    node = {**CONNECTING["callback"], **({"place": place} if place else {})}

    assert [one.verdict for one in told("caller-id", example(nodes={"it": node, "no": NO}))] == [verdict]
