"""The kinds of node that deal with the office, by tape: what they ask, what they leave behind, their exits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ivr.flow.commands import (
    Ask,
    Capture,
    Captured,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Need,
    Now,
    Play,
    Played,
    Queued,
    Reached,
    Served,
)
from ivr.flow.errands import Discard, Fetch, Fetched, Issue, Post, left
from ivr.flow.flow import Flow
from ivr.flow.node import Scene
from ivr.flow.walk import Step, walk
from ivr.values.hidden import Hidden
from ivr.values.number import parse
from ivr.values.wording import spelled

from .play import CALENDARS, CALL, NIGHT, NOON, Script, flow_of, perform, play

BYE = {"kind": "bye"}
END = (Hangup(), None)


def one(kind: Mapping[str, str], exits: tuple[str, ...], **fields: Any) -> Flow:
    """A flow of one node; each exit has an end of its own."""
    return flow_of(
        {"it": {**kind, "exits": {name: name.replace("_", "-") for name in exits}} | fields}
        | {name.replace("_", "-"): BYE for name in exits}
    )


def of_caller(flow: Flow, caller: str, script: Script, notes: Mapping[str, str] | None = None) -> list[str]:
    """The trail of a call of ``caller``."""
    trail: list[Step] = []
    scene = Scene(replace(CALL, caller=parse(caller)), CALENDARS, notes=dict(notes or {}))
    perform(walk(flow, scene, trail), script)
    return [str(step) for step in trail]


# -- look-up -----------------------------------------------------------------------------------------------------


def lookup(**fields: Any) -> Flow:
    return one({"kind": "lookup"}, ("found", "not_found", "failed"), remote="shop", **fields)


WANTED = {
    "path": "/orders",
    "fields": {"number": {"note": "order"}, "caller": {"of": "caller"}, "to": {"of": "dialled"}, "by": "ivr"},
    "take": {"state": "order.state"},
}
ORDERS = Fetch(
    "shop",
    "/orders",
    "GET",
    (("number", "123456"), ("caller", "+33612345678"), ("to", "+33899000004"), ("by", "ivr")),
    (("state", "order.state"),),
    3.0,
    2,
    ("lookup-wait",),
)


@pytest.mark.parametrize("outcome", ["found", "not_found", "failed"])
def test_a_look_up_is_left_by_what_came_of_it(outcome: Any) -> None:
    """Texts, notes and facts of the call are sent."""
    trail = of_caller(lookup(**WANTED), "0612345678", [(ORDERS, Fetched(outcome)), END], {"order": "123456"})

    assert trail == [f"it:{outcome}", f"{outcome.replace('_', '-')}:done"]


def test_what_was_found_is_noted() -> None:
    """For the nodes that follow."""
    scene = Scene(CALL, CALENDARS, notes={"state": "old", "order": "1"})
    perform(
        lookup(**WANTED).nodes["it"].run(scene),
        [
            (
                replace(ORDERS, fields=(("number", "1"), ORDERS.fields[2], ORDERS.fields[3])),
                Fetched("found", {"state": "sent"}),
            )
        ],
    )

    assert scene.notes == {"state": "sent", "order": "1"}


def test_what_is_not_known_is_not_sent() -> None:
    """A caller who withholds his number, a note never taken."""
    fields = (("to", "+33899000004"), ("by", "ivr"))

    assert of_caller(lookup(**WANTED), "", [(replace(ORDERS, fields=fields), Fetched("failed")), END])


@pytest.mark.parametrize(("method", "sent"), [("GET", "••••"), ("POST", "1234")])
def test_what_was_typed_in_secret_never_stands_in_an_address(method: Any, sent: str) -> None:
    """Addresses end up in logs of other people."""
    flow = lookup(method=method, fields={"pin": {"note": "pin"}})
    fetch = Fetch("shop", "", method, (("pin", sent),), filler=("lookup-wait",))

    assert of_caller(flow, "", [(fetch, Fetched("found")), END], {"pin": Hidden("1234")}) == ["it:found", "found:done"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 3.1},
        {"attempts": 0},
        {"path": "orders"},
        {"path": "/orders?all=1"},
        {"path": "//evil.example"},
        {"path": "/a b"},
        {"take": {"state": "a..b"}},
        {"take": {"Not a name": "a"}},
        {"fields": {"number": {"of": "weather"}}},
        {"fields": {"a\r\nb": "1"}},
    ],
)
def test_what_a_look_up_cannot_be(wrong: dict[str, Any]) -> None:
    """Three seconds at most, a plain place, names that are names."""
    with pytest.raises(ValidationError):
        lookup(**wrong)


# -- notify ------------------------------------------------------------------------------------------------------


def test_a_notice_is_posted_and_the_call_goes_on() -> None:
    """With its facts; secrets as bullets, because letters lie on disk."""
    flow = one(
        {"kind": "notify"}, ("done",), remote="shop", path="/missed", fields={"pin": {"note": "pin"}, "why": "late"}
    )
    post = Post("notify", (("pin", "••••"), ("why", "late")), "shop", "/missed")

    assert of_caller(flow, "", [(post, None), END], {"pin": Hidden("1234")}) == ["it:done", "done:done"]


def test_a_task_says_where_it_was_written() -> None:
    """The walk puts the flow and the node on it."""
    flow = one({"kind": "notify"}, ("done",), remote="shop")
    post = next(walk(flow, Scene(CALL, CALENDARS), []))
    assert isinstance(post, Post)

    assert (post.flow, post.node) == ("tried", "it")


# -- record ------------------------------------------------------------------------------------------------------

MESSAGE = "message/1764000000.1-1"
PROMPT = (Play(("speak",)), Played())
REVIEW = ("message-review",)
REDO = Ask(REVIEW, ("1", "2", "3"))


def record(**fields: Any) -> Flow:
    return one({"kind": "record"}, ("kept", "nothing"), **{"prompt": "speak", "box": "atelier"} | fields)


def captured(seconds: float = 7.5, place: int = 1) -> tuple[Capture, Captured]:
    name = f"{MESSAGE[:-1]}{place}"
    return Capture(name, 120, 5, 2, "atelier"), Captured(name, seconds)


def kept(seconds: float = 7.5, place: int = 1) -> tuple[Post, None]:
    return left(f"{MESSAGE[:-1]}{place}", seconds, "atelier"), None


@pytest.mark.parametrize(
    "choices",
    [
        [(REDO, Heard("2"))],
        [(REDO, Heard("1")), (Play((MESSAGE,), until="2"), Played()), (REDO, Heard("2"))],
        [(REDO, Heard("")), (REDO, Heard("7")), (REDO, Heard(""))],
    ],
    ids=["kept by key", "listened to first", "no choice"],
)
def test_a_message_is_kept(choices: list[Any]) -> None:
    """By its key, and also when the caller does not choose: it is safe before he is asked."""
    trail = play(record(), [PROMPT, captured(), kept(), *choices, END])

    assert trail == ["it:kept", "kept:done"]


def test_nothing_said_is_nothing_kept() -> None:
    """Silence leaves about a second of sound, which is thrown away."""
    trail = play(record(), [PROMPT, captured(1.0), (Discard(MESSAGE), None), END])

    assert trail == ["it:nothing", "nothing:done"]


def test_a_message_taken_back_is_thrown_away_with_its_letter_and_another_is_made() -> None:
    """Under a name of its own; the last one can only be kept."""
    script = [PROMPT, captured(), kept(), (REDO, Heard("3")), (Discard(MESSAGE), None)]
    script += [PROMPT, captured(3, 2), kept(3, 2), (Ask(REVIEW, ("1", "2")), Heard("2")), END]

    assert play(record(takes=2), script) == ["it:kept", "kept:done"]


def test_messages_of_one_call_have_names_of_their_own() -> None:
    """Also of two nodes."""
    flow = flow_of({
        "a": {"kind": "record", "prompt": "speak", "box": "atelier", "exits": {"kept": "b", "nothing": "end"}},
        "b": {"kind": "record", "prompt": "speak", "box": "atelier", "exits": {"kept": "end", "nothing": "end"}},
        "end": BYE,
    })  # fmt: skip
    script = [PROMPT, captured(), kept(), (REDO, Heard("2")), PROMPT, captured(4, 2), kept(4, 2), (REDO, Heard("2"))]

    assert play(flow, [*script, END]) == ["a:kept", "b:kept", "end:done"]


def test_a_record_without_a_word_before_it_is_no_record() -> None:
    """Whoever is recorded has been told."""
    with pytest.raises(ValidationError, match="prompt"):
        flow_of({"it": {"kind": "record", "exits": {"kept": "end", "nothing": "end"}}, "end": BYE})


# -- callback ----------------------------------------------------------------------------------------------------

KEYS = ("1", "2", "3")
TYPE = Gather(("callback-other",), 17, 6, 4)


def own(digits: str) -> Ask:
    return Ask(("callback-own", *spelled(digits), "callback-own-choices"), KEYS, 6, 4)


def read_back(digits: str) -> Ask:
    return Ask(("callback-read-back", *spelled(digits), "callback-choices"), KEYS, 6, 4)


def booked(phone: str, due: str = "2026-06-03T12:00+02:00", calendar: str = "") -> tuple[Post, None]:
    facts = (("phone", phone), ("subject", "panne"), ("due", due), ("calendar", calendar))
    return Post("callback", facts, once="phone"), None


def callback(**fields: Any) -> Flow:
    return one({"kind": "callback"}, ("booked", "refused", "silence"), subject="panne", **fields)


def test_the_callers_own_number_is_offered() -> None:
    """Digit by digit, as it is dialled in France."""
    script = [(own("0612345678"), Heard("1")), (Now(), NOON), booked("+33612345678"), END]

    assert of_caller(callback(), "+33612345678", script) == ["it:booked", "booked:done"]


def test_another_number_is_typed_read_back_corrected_and_booked() -> None:
    """Keys say which is right."""
    script = [
        (own("0612345678"), Heard("2")),
        (TYPE, Heard("0320000000")),
        (read_back("0320000000"), Heard("2")),
        (TYPE, Heard("0320000001")),
        (read_back("0320000001"), Heard("1")),
        (Now(), NOON),
        booked("+33320000001"),
        END,
    ]

    assert of_caller(callback(), "0612345678", script) == ["it:booked", "booked:done"]


@pytest.mark.parametrize("caller", ["", "0899000004", "0800000001", "3615", "15", "+32470123456", "12"])
def test_who_cannot_be_called_back_is_asked_for_a_number(caller: str) -> None:
    """Withheld, special, short, emergency, foreign or nonsense: it is never offered."""
    assert of_caller(callback(), caller, [(TYPE, Heard("")), END]) == ["it:silence", "silence:done"]


@pytest.mark.parametrize(
    "typed", ["0899000004", "0800000001", "0806000002", "3615", "15", "112", "0032470123456", "12", "118000"]
)
def test_numbers_that_we_do_not_call_are_refused(typed: str) -> None:
    """Told so, asked again, and left by `refused` in the end."""
    again = Gather(("callback-wrong", "callback-other"), 17, 6, 4)
    script = [(TYPE, Heard(typed)), (again, Heard(typed)), (again, Heard(typed)), (Play(("callback-wrong",)), Played())]

    assert of_caller(callback(), "", [*script, END]) == ["it:refused", "refused:done"]


def test_foreign_numbers_where_the_writer_wants_them() -> None:
    """Read back with 00, stored with +."""
    script = [
        (TYPE, Heard("0032470123456")),
        (read_back("0032470123456"), Heard("1")),
        (Now(), NOON),
        booked("+32470123456"),
        END,
    ]

    assert of_caller(callback(foreign=True), "", script) == ["it:booked", "booked:done"]


@pytest.mark.parametrize(
    ("at", "due"), [(NOON, "2026-06-03T12:00+02:00"), (NIGHT, "2026-06-04T09:00+02:00")], ids=["open", "closed"]
)
def test_a_callback_is_due_in_the_hours_of_its_calendar(at: Any, due: str) -> None:
    """At once, or when the office opens."""
    script = [(own("0612345678"), Heard("1")), (Now(), at), booked("+33612345678", due, "office"), END]

    assert of_caller(callback(calendar="office"), "0612345678", script) == ["it:booked", "booked:done"]


@pytest.mark.parametrize(
    ("heard", "leaves"), [(["3"], "refused"), (["", ""], "silence"), (["7", "1"], "booked"), (["7", ""], "silence")]
)
def test_the_choice_is_asked_for_twice(heard: list[str], leaves: str) -> None:
    """No is no; nothing twice is silence."""
    script: list[Any] = [(own("0612345678"), Heard(keys)) for keys in heard]
    if leaves == "booked":
        script += [(Now(), NOON), booked("+33612345678")]

    assert of_caller(callback(), "0612345678", [*script, END])[0] == f"it:{leaves}"


@pytest.mark.parametrize(("heard", "leaves"), [(["3"], "refused"), (["", ""], "silence")])
def test_a_typed_number_may_be_given_up(heard: list[str], leaves: str) -> None:
    """Then nothing is booked."""
    script = [(TYPE, Heard("0320000000")), *((read_back("0320000000"), Heard(keys)) for keys in heard)]

    assert of_caller(callback(), "", [*script, END])[0] == f"it:{leaves}"


PLACE = {"queue": "parts", "through": "gateway"}


def test_who_left_a_queue_to_be_called_back_has_waited_since_he_came() -> None:
    """So his place can be kept, with his priority and his needs; of another queue it says nothing."""
    ask, came = (own("0612345678"), Heard("1")), ("came", "2026-06-03T11:59:00+02:00")
    post = replace(booked("+33612345678")[0], facts=(*booked("+33612345678")[0].facts, came))
    left = [ask, (Now(), NOON), (post, None), END]
    other = [ask, (Now(), NOON), booked("+33612345678"), END]

    assert of_caller(callback(place=PLACE), "0612345678", left, {"(queue parts)": f"{came[1]} 3"})[0] == "it:booked"
    more = (("priority", "10"), ("part", "needs-english"))
    needy = [ask, (Now(), NOON), (replace(post, facts=(*post.facts, *more)), None), END]
    note = {"(queue parts)": f"{came[1]} 3 10 needs-english"}
    assert of_caller(callback(place=PLACE), "0612345678", needy, note)[0] == "it:booked"
    assert of_caller(callback(place=PLACE), "0612345678", other, {"(queue other)": f"{came[1]} 3"})[0] == "it:booked"


@pytest.mark.parametrize(
    "wrong", [{"through": "gateway"}, {**PLACE, "agents": ["camille"]}, {**PLACE, "tries": 0}, {"queue": "parts"}]
)
def test_a_callback_says_who_talks_and_which_way_out(wrong: dict[str, Any]) -> None:
    """Either a queue or agents, through a gateway."""
    with pytest.raises(ValidationError):
        callback(place=wrong)


# -- survey ------------------------------------------------------------------------------------------------------

MARKS = ("1", "2", "3", "4", "5")


def survey(**fields: Any) -> Flow:
    questions = [
        {"name": "ease", "prompt": "how-easy"},
        {"name": "again", "prompt": "again", "keys": {"1": "oui", "2": "non"}},
    ]
    return one({"kind": "survey"}, ("done", "abandoned"), **{"questions": questions} | fields)


def answer(question: str, key: str, meaning: str = "") -> tuple[Post, None]:
    return Post("survey", (("question", question), ("answer", key), ("meaning", meaning))), None


def test_each_answer_is_kept_as_it_is_given() -> None:
    """A mark is a mark; a key has its meaning."""
    script = [
        (Ask(("how-easy",), MARKS), Heard("4")),
        answer("ease", "4"),
        (Ask(("again",), ("1", "2")), Heard("2")),
        answer("again", "2", "non"),
        END,
    ]

    assert play(survey(), script) == ["it:done", "done:done"]


@pytest.mark.parametrize(("first", "again"), [("", "sorry-silence"), ("9", "sorry-wrong")])
def test_a_question_without_an_answer_ends_the_survey(first: str, again: str) -> None:
    """Put twice; what was answered before is kept."""
    script = [
        (Ask(("how-easy",), MARKS), Heard("4")),
        answer("ease", "4"),
        (Ask(("again",), ("1", "2")), Heard(first)),
        (Ask((again, "again"), ("1", "2")), Heard("")),
        END,
    ]

    assert play(survey(), script) == ["it:abandoned", "abandoned:done"]


TALKED = Dialled(Reached.TALKED, "karim")


@pytest.mark.parametrize(
    ("node", "asked", "came", "known"),
    [
        ({"kind": "transfer", "to": "karim"}, Dial(("karim",), 25), TALKED, (("agent", "karim"),)),
        (
            {"kind": "queue", "queue": "parts"},
            Enqueue("parts", 300),
            Queued(Served.TALKED, "camille", waited=3.0),
            (("agent", "camille"), ("queue", "parts")),
        ),
        ({"kind": "queue", "queue": "parts"}, Enqueue("parts", 300), Queued(Served.TALKED), (("queue", "parts"),)),
    ],
)
def test_an_answer_after_a_talk_is_kept_with_who_it_was(
    node: dict[str, Any], asked: Command[Any], came: Any, known: tuple[tuple[str, str], ...]
) -> None:
    """The agent's name, and the queue's where he waited for him; an agent whom nobody told is left out."""
    ways = {"transfer": ("busy", "no_answer", "unavailable"), "queue": ("timeout", "full", "empty", "emptied")}
    exits = dict.fromkeys(ways[node["kind"]], "bye") | {"talked": "opinion"}
    asks = {"kind": "survey", "questions": [{"name": "ease", "prompt": "how-easy"}]}
    flow = flow_of(
        {
            "agent": {**node, "exits": exits},
            "opinion": {**asks, "exits": {"done": "bye", "abandoned": "bye"}},
            "bye": BYE,
        }
    )
    said, none = answer("ease", "4")
    script = [
        (asked, came),
        (Ask(("how-easy",), MARKS), Heard("4")),
        (Post(said.kind, (*said.facts, *known)), none),
        END,
    ]

    assert play(flow, script) == ["agent:talked", "opinion:done", "bye:done"]


def test_questions_have_names_of_their_own() -> None:
    """Else nobody could tell their answers apart."""
    with pytest.raises(ValidationError, match="same name"):
        survey(questions=[{"name": "ease", "prompt": "a"}, {"name": "ease", "prompt": "b"}])


# -- pay_code ----------------------------------------------------------------------------------------------------

ISSUE = Issue("guides", timedelta(hours=24), 8, "")


def pay_code(**fields: Any) -> Flow:
    return one(
        {"kind": "pay_code"},
        ("sold", "none_left"),
        **{"product": "guides", "prompt": "terms", "minutes": 1440} | fields,
    )


def test_a_code_is_said_digit_by_digit_and_twice() -> None:
    """After the terms of the sale."""
    said = Play(("terms", *spelled("12345678"), "code-again", *spelled("12345678")))

    assert play(pay_code(), [(ISSUE, "12345678"), (said, Played()), END]) == ["it:sold", "sold:done"]


def test_without_a_code_nothing_is_said() -> None:
    """And so nothing is charged: the line was not answered."""
    assert play(pay_code(pool="summer"), [(replace(ISSUE, pool="summer"), None), END]) == [
        "it:none_left",
        "none-left:done",
    ]


@pytest.mark.parametrize("minutes", [4, 2881])
def test_a_code_is_valid_between_five_minutes_and_two_days(minutes: int) -> None:
    """RD SVA 2024, p. 24-25."""
    with pytest.raises(ValidationError, match="minutes"):
        pay_code(minutes=minutes)


def test_what_each_kind_wants_of_the_line() -> None:
    """Who speaks, asks or sells wants it answered; who works in the office does not."""
    needs = {flow.nodes["it"].kind: flow.nodes["it"].need() for flow in (
        lookup(), one({"kind": "notify"}, ("done",), remote="shop"), record(), callback(), survey(), pay_code(),
    )}  # fmt: skip

    assert needs == {
        "lookup": Need.EARLY,
        "notify": Need.EARLY,
        "record": Need.ANSWERED,
        "callback": Need.ANSWERED,
        "survey": Need.ANSWERED,
        "pay_code": Need.ANSWERED,
    }
