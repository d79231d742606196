"""Each kind of node by tape: what it asks, and the exit that it leaves by."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ivr.flow.commands import (
    Ask,
    Dial,
    Dialled,
    Enqueue,
    Hangup,
    Heard,
    Need,
    Now,
    Play,
    Played,
    Queued,
    Reachable,
    Reached,
    Served,
)
from ivr.flow.errands import Draw, Overridden, Recall, Remember
from ivr.flow.flow import Flow
from ivr.flow.kept import Kept, kept
from ivr.flow.node import Scene
from ivr.flow.nodes.say import ANY_KEY
from ivr.values.cause import Cause
from ivr.values.queue import Door
from ivr.values.routing import Group, Routing, Strategy
from ivr.values.whisper import PRICE

from .play import CALENDARS, CALL, NIGHT, NOON, Script, flow_of, play

BYE = {"kind": "bye"}


def menu(**fields: Any) -> Flow:
    """A menu of three choices; each exit and option has an end of its own."""
    options = fields.pop("options", {"1": "one", "2": "two"})
    ends = dict.fromkeys(["one", "two", "nobody", "lost"], BYE)
    written = {"kind": "menu", "prompt": "choices", "options": options, "exits": {"silence": "nobody", "wrong": "lost"}}
    return flow_of({"menu": written | fields, **ends})


def asked(
    *phrase: str, accept: tuple[str, ...] = ("1", "2"), first: float = 5, between: float = 3, typed: str = ""
) -> Ask:
    return Ask(phrase, accept, first, between, typed)


CHOICES = asked("choices")
AFTER_SILENCE = asked("sorry-silence", "choices")
AFTER_WRONG = asked("sorry-wrong", "choices")
SILENCE, WRONG = Heard(""), Heard("7")
END = (Hangup(), None)
ASKED = (Overridden("office"), None)  # by whatever asks a calendar: no override is in force


@pytest.mark.parametrize(("key", "node"), [("1", "one"), ("2", "two")])
def test_a_menu_is_left_by_the_key_chosen(key: str, node: str) -> None:
    """Each option leads to its own node."""
    trail = play(menu(), [(CHOICES, Heard(key)), END])

    assert [f"menu:{key}", f"{node}:done"] == trail


def test_a_menu_is_left_by_silence_after_three_silences() -> None:
    """Silence has words of its own, said before the choices."""
    trail = play(menu(), [(CHOICES, SILENCE), (AFTER_SILENCE, SILENCE), (AFTER_SILENCE, SILENCE), END])

    assert trail == ["menu:silence", "nobody:done"]


def test_a_menu_is_left_by_wrong_after_three_wrong_keys() -> None:
    """A wrong key has other words than silence."""
    trail = play(menu(), [(CHOICES, WRONG), (AFTER_WRONG, WRONG), (AFTER_WRONG, Heard("99")), END])

    assert trail == ["menu:wrong", "lost:done"]


def test_silences_and_wrong_keys_are_counted_apart() -> None:
    """Two of each are not three of one: the fifth hearing still takes a choice."""
    script = [
        (CHOICES, SILENCE),
        (AFTER_SILENCE, WRONG),
        (AFTER_WRONG, SILENCE),
        (AFTER_SILENCE, WRONG),
        (AFTER_WRONG, Heard("1")),
        END,
    ]

    assert play(menu(), script) == ["menu:1", "one:done"]


@pytest.mark.parametrize(("last", "trail"), [(SILENCE, "menu:silence"), (WRONG, "menu:wrong")])
def test_the_choices_are_spoken_five_times_in_all(last: Heard, trail: str) -> None:
    """The total has an end too; the last miss says which exit."""
    script = [(CHOICES, SILENCE), (AFTER_SILENCE, WRONG), (AFTER_WRONG, SILENCE), (AFTER_SILENCE, WRONG)]

    assert trail == play(menu(), [*script, (AFTER_WRONG, last), END])[0]


def test_attempts_are_set_by_the_writer() -> None:
    """One silence may be enough, and one hearing."""
    assert play(menu(silences=1), [(CHOICES, SILENCE), END]) == ["menu:silence", "nobody:done"]
    assert play(menu(wrongs=1), [(CHOICES, WRONG), END]) == ["menu:wrong", "lost:done"]
    assert play(menu(hearings=1), [(CHOICES, WRONG), END]) == ["menu:wrong", "lost:done"]


def test_counters_start_anew_when_a_menu_is_entered_anew() -> None:
    """A caller who comes back has all attempts again."""
    flow = flow_of(
        {
            "menu": {
                "kind": "menu",
                "prompt": "choices",
                "options": {"1": "address"},
                "silences": 2,
                "exits": {"silence": "end", "wrong": "end"},
            },
            "address": {"kind": "say", "prompt": "address", "barge_in": False, "exits": {"done": "menu"}},
            "end": BYE,
        }
    )
    first, again = asked("choices", accept=("1",)), asked("sorry-silence", "choices", accept=("1",))
    script = [(first, SILENCE), (again, Heard("1")), (Play(("address",)), Played()), (first, SILENCE), (again, SILENCE)]

    assert play(flow, [*script, END]) == ["menu:1", "address:done", "menu:silence", "end:done"]


def test_without_barge_in_the_choices_are_heard_to_their_end() -> None:
    """They are played first; then only the key is awaited."""
    script = [
        (Play(("choices",)), Played()),
        (asked(), WRONG),
        (Play(("sorry-wrong", "choices")), Played()),
        (asked(), Heard("2")),
        END,
    ]

    assert play(menu(barge_in=False), script) == ["menu:2", "two:done"]


def test_a_menu_tells_the_channel_its_answers_and_its_patience() -> None:
    """Keys that begin longer ones, and the seconds of silence, are the channel's to handle."""
    flow = menu(options={"1": "one", "12": "two"}, first_key=7, next_key=2)

    assert "menu:12" in play(flow, [(asked("choices", accept=("1", "12"), first=7, between=2), Heard("12")), END])


@pytest.mark.parametrize("key", ["", "a", "123456789", "1 ", "+1", "١"])
def test_only_keys_of_a_telephone_are_options(key: str) -> None:
    """One to eight of 0 to 9, * and #."""
    with pytest.raises(ValidationError):
        menu(options={key: "one"})


def say_then_menu(**fields: Any) -> Flow:
    welcome = {"kind": "say", "prompt": "hello", "exits": {"done": "menu"}} | fields
    nodes = dict(menu().model_dump(mode="json")["nodes"])
    return flow_of({"say": welcome, **nodes})


def test_a_key_cuts_what_is_said_short_and_answers_the_question_that_follows() -> None:
    """Who knows the menu need not hear the welcome, nor the choices."""
    script = [
        (Play(("hello",), until=ANY_KEY), Played("2")),
        (Ask(("choices",), ("1", "2"), typed="2"), Heard("2")),
        END,
    ]

    assert play(say_then_menu(), script) == ["say:done", "menu:2", "two:done"]
    assert set(ANY_KEY) == set("0123456789*#")


def test_a_key_typed_ahead_answers_one_question_only() -> None:
    """Wrong, it is used up: the choices are spoken then."""
    script = [
        (Play(("hello",), until=ANY_KEY), Played("7")),
        (Ask(("choices",), ("1", "2"), typed="7"), WRONG),
        (AFTER_WRONG, Heard("1")),
        END,
    ]

    assert play(say_then_menu(), script) == ["say:done", "menu:1", "one:done"]


def test_a_key_may_be_forgotten() -> None:
    """Where the writer says `typeahead: flush`."""
    script = [(Play(("hello",), until=ANY_KEY), Played("2")), (CHOICES, Heard("1")), END]

    assert play(say_then_menu(typeahead="flush"), script) == ["say:done", "menu:1", "one:done"]


def test_what_must_be_heard_is_cut_short_by_no_key() -> None:
    """Where the writer says `barge_in: no`; several prompts are one sentence."""
    script = [(Play(("a", "b")), Played()), (CHOICES, Heard("1")), END]

    assert play(say_then_menu(prompt=["a", "b"], barge_in=False), script) == ["say:done", "menu:1", "one:done"]


def test_keys_typed_ahead_skip_choices_that_must_be_heard() -> None:
    """The choices are not spoken to who has chosen."""
    lines = menu(barge_in=False).model_dump(mode="json")["nodes"]
    nodes = {
        "say": {"kind": "say", "prompt": "hello", "exits": {"done": "menu"}},
        **lines,
    }
    script = [(Play(("hello",), until=ANY_KEY), Played("1")), (asked("choices", typed="1"), Heard("1")), END]

    assert play(flow_of(nodes), script)[1] == "menu:1"


def test_bye_ends_the_call_with_a_last_word_or_without() -> None:
    """It needs no exit."""
    assert play(flow_of({"bye": BYE | {"prompt": "goodbye"}}), [(Play(("goodbye",)), Played()), END]) == ["bye:done"]
    assert play(flow_of({"bye": BYE}), [END]) == ["bye:done"]


@pytest.mark.parametrize("cause", Cause)
def test_bye_tells_the_network_why(cause: Cause) -> None:
    """Its cause goes with the hang-up; a call that ends elsewhere has none of its own."""
    bye = {"bye": {"kind": "bye", "cause": cause.value, "prompt": "goodbye"}}
    said = (Play(("goodbye",)), Played())

    assert play(flow_of(bye), [said, (Hangup(cause), None)]) == ["bye:done"]
    assert play(
        flow_of({"say": {"kind": "bye", "cause": cause.value, "exits": {"done": "bye"}}, "bye": BYE}), [END]
    ) == [
        "say:done",
        "bye:done",
    ]


HOURS = flow_of(
    {
        "hours": {"kind": "hours", "calendar": "office", "exits": {"open": "in", "closed": "out"}},
        "in": BYE,
        "out": BYE | {"prompt": ["closed", {"reopens": "office"}]},
    }
)


def test_hours_leaves_by_open() -> None:
    """On a weekday at noon; nothing is heard."""
    assert play(HOURS, [ASKED, (Now(), NOON), END]) == ["hours:open", "in:done"]


def test_hours_leaves_by_closed_and_says_when_we_open() -> None:
    """The slot is filled at the instant at which it is said."""
    said = Play(("closed", "slot/tomorrow", "slot/at-0900"))
    trail = play(HOURS, [ASKED, (Now(), NIGHT), ASKED, (Now(), NIGHT), (said, Played()), END])

    assert trail == ["hours:closed", "out:done"]


def test_nothing_is_said_of_an_opening_that_is_now() -> None:
    """The doors opened between the two questions: there is no hour to say, and no sound for any minute of the day."""
    trail = play(HOURS, [ASKED, (Now(), NIGHT), ASKED, (Now(), NOON), (Play(("closed",)), Played()), END])

    assert trail == ["hours:closed", "out:done"]


def transfer(**fields: Any) -> Flow:
    ends = dict.fromkeys(["busy", "no_answer", "unavailable"], "end")
    return flow_of({"transfer": {"kind": "transfer", "to": "camille", "exits": ends} | fields, "end": BYE})


@pytest.mark.parametrize("reached", [Reached.BUSY, Reached.NO_ANSWER, Reached.UNAVAILABLE])
def test_transfer_leaves_by_what_came_of_it(reached: Reached) -> None:
    """The writer decides what a caller hears whom nobody answers."""
    trail = play(transfer(), [(Dial(("camille",), 25), Dialled(reached)), END])

    assert [f"transfer:{reached}", "end:done"] == trail


def test_who_waits_unanswered_for_too_long_can_be_let_go() -> None:
    """`past_limit: leave` with its exit; both or none."""
    node = {"past_limit": "leave", "waiting": "music"}
    ends = dict.fromkeys(["busy", "no_answer", "unavailable", "past_limit"], "end")
    given_up = (Dial(("camille",), 25, music=True, leave=True), Dialled(Reached.NO_ANSWER, past_limit=True))

    assert play(transfer(**node, exits=ends), [given_up, END]) == ["transfer:past_limit", "end:done"]
    for wrong in (node, {"exits": ends}):
        with pytest.raises(ValueError, match="go together"):
            transfer(**wrong)


def test_a_transfer_that_talked_ends_the_call() -> None:
    """Left unlinked, `talked` hangs up; linked, it goes on."""
    talked = (Dial(("camille",), 25), Dialled(Reached.TALKED, "camille"))
    linked = transfer(exits=dict.fromkeys(["talked", "busy", "no_answer", "unavailable"], "end"))

    assert play(transfer(), [talked, END]) == ["transfer:talked"]
    assert play(linked, [talked, END]) == ["transfer:talked", "end:done"]


def test_several_agents_ring_at_once_after_a_word() -> None:
    """The prompt is heard before the first ring."""
    script = [
        (Play(("hold",)), Played()),
        (Dial(("karim", "camille"), 40), Dialled(Reached.TALKED, "karim")),
        END,
    ]

    assert play(transfer(to=["karim", "camille"], prompt="hold", ring=40), script) == ["transfer:talked"]


CREW = Routing({"crew": Group("crew", ("karim", "zoe"), Strategy.HUNT, 10), "all": Group("all", ("karim", "zoe"))})


def rung(
    results: Sequence[Dialled], *, drawn: float | None = None, last: str | None = None, **fields: Any
) -> list[str]:
    """Whom a transfer rings when these come of it, and the exit it leaves by."""
    talk = transfer(**fields).nodes["transfer"].run(Scene(CALL, CALENDARS, routing=CREW))
    found, told = [], iter(results)
    answer: Any = None
    try:
        while True:
            command = talk.send(answer)
            answer = None
            match command:
                case Dial(agents=agents, ring=ring):
                    found.append(f"{'+'.join(agents)} {ring:g}")
                    answer = next(told)
                case Draw():
                    answer = drawn
                case Recall():
                    answer = last
                case Remember(value=value):
                    found.append(f"remembers {value}")
    except StopIteration as stop:
        return [*found, stop.value]


BUSY, RANG, AWAY = Dialled(Reached.BUSY), Dialled(Reached.NO_ANSWER), Dialled(Reached.UNAVAILABLE)


@pytest.mark.parametrize(
    ("fields", "results", "expected"),
    [
        ({"to": ["camille", "zoe"]}, [BUSY], ["camille+zoe 25", "busy"]),
        ({"to": ["a", "b"], "strategy": "hunt"}, [BUSY, RANG], ["a 25", "b 25", "no_answer"]),
        ({"to": ["a", "b"], "strategy": "hunt"}, [RANG, BUSY], ["a 25", "b 25", "no_answer"]),
        ({"to": ["a", "b"], "strategy": "hunt"}, [AWAY, BUSY], ["a 25", "b 25", "busy"]),
        ({"to": ["a", "b", "c"], "strategy": "memory"}, [RANG] * 3, ["a 25", "a+b 25", "a+b+c 25", "no_answer"]),
        ({"to": ["a", "b", "c"], "strategy": "random"}, [AWAY] * 3, ["b 25", "c 25", "a 25", "unavailable"]),
        ({"to": "crew"}, [AWAY, AWAY], ["karim 10", "zoe 10", "unavailable"]),
        ({"to": "all"}, [AWAY], ["karim+zoe 25", "unavailable"]),
        ({"to": ["a", "crew"]}, [AWAY], ["a+karim+zoe 25", "unavailable"]),
        ({"to": ["crew", "all"], "strategy": "hunt"}, [AWAY] * 3, ["karim 10", "zoe 10", "karim+zoe 25", AWAY.reached]),
        ({"to": ["a", "crew"], "strategy": "memory"}, [AWAY] * 2, ["a 25", "a+karim+zoe 25", "unavailable"]),
        ({"to": ["a", "b"], "strategy": "hunt", "next_on": ["busy"]}, [RANG], ["a 25", "no_answer"]),
        ({"to": ["a", "b"], "strategy": "hunt", "next_on": ["busy"]}, [BUSY, AWAY], ["a 25", "b 25", "unavailable"]),
        ({"to": ["a", "b"], "strategy": "hunt"}, [Dialled(Reached.CONGESTION), AWAY], ["a 25", "b 25", "unavailable"]),
        ({"to": "a", "accept": "hold"}, [Dialled(Reached.DECLINED)], ["a 25", "no_answer"]),
    ],
)  # fmt: skip
def test_who_is_rung_in_what_order(fields: dict[str, Any], results: list[Dialled], expected: list[str]) -> None:
    """By the strategy of the list and of each group; what tells most of all attempts is the exit."""
    assert rung(results, drawn=0.4, **fields) == expected


def test_what_has_an_exit_of_its_own_leaves_by_it() -> None:
    """Congestion and a refusal, where they are linked; and nobody refuses who is told nothing."""
    ends = dict.fromkeys(["busy", "no_answer", "unavailable", "congestion"], "end")

    assert rung([Dialled(Reached.CONGESTION)], exits=ends)[-1] == "congestion"
    ends["declined"] = "end"
    assert rung([Dialled(Reached.DECLINED)], exits=ends, accept="hold")[-1] == "declined"
    with pytest.raises(ValueError, match="nobody declines who is told nothing"):
        transfer(exits=ends)


def test_a_returning_caller_rings_first_with_whom_he_talked() -> None:
    """Then the others, without him; whoever takes the call is remembered; a name that left the list is not rung."""
    talked = Dialled(Reached.TALKED, "zoe")
    hunt = {"to": ["a", "zoe", "b"], "strategy": "hunt", "last_agent": True}

    assert rung([talked], last="zoe", **hunt) == ["zoe 25", "remembers zoe", "talked"]
    assert rung([AWAY, AWAY, BUSY], last="zoe", **hunt) == ["zoe 25", "a 25", "b 25", "busy"]
    assert rung([talked], last="gone", **{**hunt, "strategy": "simultaneous"})[0] == "a+zoe+b 25"
    assert rung([AWAY, AWAY], last="karim", to="crew", last_agent=True) == ["karim 10", "zoe 10", "unavailable"]


def test_who_picks_up_is_told_what_is_known_of_the_call() -> None:
    """The number, the last key of a menu, how long, and at what price, which the line fills in."""
    facts = [{"tell": one} for one in ("number", "option", "waiting", "tariff")]
    node = transfer(whisper=["hello", *facts], accept="press").nodes["transfer"]
    digits = tuple(f"slot/digit-{digit}" for digit in "0899000004")
    known = ("hello", "whisper/number", *digits)
    later = CALL.at + timedelta(seconds=185)

    for scene, told in (
        (Scene(CALL, CALENDARS), (*known, "whisper/waits-3", PRICE)),
        (
            Scene(CALL, CALENDARS, chosen=["1", "2"]),
            (*known, "whisper/option", "slot/digit-2", "whisper/waits-3", PRICE),
        ),
    ):
        talk = node.run(scene)
        assert next(talk) == Now()
        assert talk.send(later) == Dial(("camille",), 25, whisper=told, accept=("press",))


def queue(**fields: Any) -> Flow:
    ends = dict.fromkeys(["timeout", "full", "empty", "emptied"], "end")
    return flow_of({"queue": {"kind": "queue", "queue": "parts", "exits": ends} | fields, "end": BYE})


@pytest.mark.parametrize("leaf", ["timeout", "full", "empty", "emptied"])
def test_a_queue_is_left_by_what_came_of_the_wait(leaf: str) -> None:
    """The writer decides what a caller hears whom nobody served."""
    trail = play(queue(), [(Enqueue("parts", 300), Queued(Served(leaf))), END])

    assert trail == [f"queue:{leaf}", "end:done"]


def test_a_queue_whose_caller_talked_ends_the_call() -> None:
    """As after a transfer: left unlinked, `talked` hangs up."""
    talked = (Enqueue("parts", 300), Queued(Served.TALKED, "karim"))

    assert play(queue(), [talked, END]) == ["queue:talked"]
    assert play(queue(exits={served.value: "end" for served in Served} | {}, key="1"), [
        (Enqueue("parts", 300, key="1"), Queued(Served.TALKED, "karim")), END,
    ]) == ["queue:talked", "end:done"]  # fmt: skip


def test_a_key_ends_the_wait() -> None:
    """After a word, and with all that a node can say of the wait."""
    ends = dict.fromkeys(["timeout", "full", "empty", "emptied", "key"], "end")
    flow = queue(exits=ends, key="1", prompt="hold", wait=60, priority=5, music=False)
    wait = Enqueue("parts", 60, 5, "1", False)

    assert play(flow, [(Play(("hold",)), Played()), (wait, Queued(Served.KEY)), END]) == ["queue:key", "end:done"]


def test_who_picks_up_a_queues_call_is_told_of_it() -> None:
    """For how long the caller has been in the line is known only by then."""
    flow = queue(whisper=[{"tell": "waiting"}, "hint"], accept="press-1")
    wait = Enqueue("parts", 300, whisper=("whisper/waits-@", "hint"), accept=("press-1",), ring=33)
    routing = Routing({}, {"parts": Door("parts", ring=33)})

    assert play(flow, [(wait, Queued(Served.TALKED, "karim")), END], scene=Scene(CALL, CALENDARS, routing=routing)) == [
        "queue:talked"
    ]


def test_whoever_is_rung_is_rung_for_as_long_as_the_queue_says() -> None:
    """Also where nobody is told anything: who is told something by another of his queues is rung in that one's way."""
    routing = Routing({}, {"parts": Door("parts", ring=40)})

    script = [(Enqueue("parts", 300, ring=40), Queued(Served.TALKED, "karim")), END]
    assert play(queue(), script, scene=Scene(CALL, CALENDARS, routing=routing)) == ["queue:talked"]


LAST = (Recall("last-agent"), "karim")
SERVING = Scene(CALL, CALENDARS, routing=Routing({}, {}, {"parts": frozenset({"karim"})}))


def test_who_calls_again_waits_first_for_whom_he_talked_with_last() -> None:
    """Then for all, with the time that he has waited already; whom he talks with is remembered anew."""
    flow, kept = queue(last_agent=True, last_agent_wait=15), (Remember("last-agent", "zoe", timedelta(days=90)), None)
    alone = Enqueue("parts", 15, part="last-karim")
    waited = (alone, Queued(Served.TIMEOUT, waited=15.0, place=1))
    then = (Enqueue("parts", 285, stood=15.0), Queued(Served.TALKED, "zoe", waited=30.0))

    assert play(flow, [LAST, waited, then, kept, END], scene=SERVING) == ["queue:talked"]
    taken = (alone, Queued(Served.TALKED, "karim"))
    again = (Remember("last-agent", "karim", timedelta(days=90)), None)
    assert play(flow, [LAST, taken, again, END], scene=SERVING) == ["queue:talked"]


@pytest.mark.parametrize("last", [None, "nora"])
def test_who_has_nobody_whom_he_talked_with_waits_as_all_do(last: str | None) -> None:
    """So does who talked with somebody who serves the queue no more, or is not there now."""
    flow, whole = queue(last_agent=True), (Enqueue("parts", 300), Queued(Served.FULL))

    assert play(flow, [(Recall("last-agent"), last), whole, END], scene=SERVING)[0] == "queue:full"
    away = (Enqueue("parts", 20, part="last-karim"), Queued(Served.EMPTY))
    assert play(flow, [LAST, away, whole, END], scene=SERVING)[0] == "queue:full"


def test_who_needs_skills_waits_first_for_who_has_them_all() -> None:
    """And then for all, or for nobody else."""
    able = Enqueue("parts", 30, part="needs-boilers_english")
    waited = (able, Queued(Served.TIMEOUT, waited=30.0, place=1))
    then = (Enqueue("parts", 270, stood=30.0), Queued(Served.TALKED, "zoe", waited=5.0))
    alone = (Enqueue("parts", 300, part="needs-boilers_english"), Queued(Served.EMPTY))

    assert play(queue(needs=["english", "boilers"], others_after=30), [waited, then, END]) == ["queue:talked"]
    assert play(queue(needs=["english", "boilers"]), [alone, END])[0] == "queue:empty"
    with pytest.raises(ValidationError, match="others_after goes with needs"):
        queue(others_after=30)


def test_who_comes_back_stands_where_he_would() -> None:
    """By when he came first, however often he leaves; what is said to who begins to wait is not said again."""
    ends = dict.fromkeys(["timeout", "full", "empty", "emptied"], "end") | {"key": "menu"}
    menu = {
        "kind": "menu",
        "prompt": "menu",
        "options": {"1": "queue", "2": "end"},
        "exits": {"silence": "end", "wrong": "end"},
    }
    nodes = {"kind": "queue", "queue": "parts", "exits": ends, "key": "1", "prompt": "wait"}
    said, ask = (Play(("wait",)), Played()), (Ask(("menu",), ("1", "2")), Heard("1"))
    first = (Enqueue("parts", 300, key="1"), Queued(Served.KEY, waited=60.0, place=4))
    at = [(Now(), NOON + timedelta(seconds=seconds)) for seconds in (60, 100, 200)]
    back = (Enqueue("parts", 300, key="1", place=4, stood=100.0), Queued(Served.KEY, waited=10.0, place=2))
    again = (Enqueue("parts", 300, key="1", place=2, stood=200.0), Queued(Served.TALKED, "karim"))
    anew = (Enqueue("parts", 300, key="1"), Queued(Served.TALKED, "karim"))

    flow = flow_of({"queue": nodes | {"keep_place": True}, "menu": menu, "end": BYE})
    play(flow, [said, first, at[0], ask, at[1], back, ask, at[2], again, END])
    play(flow_of({"queue": nodes, "menu": menu, "end": BYE}), [said, first, at[0], ask, said, anew, END])
    ends["talked"] = "menu"  # who has been served and waits again is new
    flow = flow_of({"queue": nodes | {"keep_place": True}, "menu": menu, "end": BYE})
    served = (back[0], Queued(Served.TALKED, "karim"))
    play(flow, [said, first, at[0], ask, at[1], served, ask, said, anew, (ask[0], Heard("2")), END])


def test_who_comes_back_for_a_skill_stands_where_he_would_among_those_who_wait_for_it() -> None:
    """And then in the whole queue, as if he had waited there from the beginning."""
    ends = dict.fromkeys(["timeout", "full", "empty", "emptied"], "end") | {"key": "menu"}
    exits = {"silence": "end", "wrong": "end"}
    menu = {"kind": "menu", "prompt": "menu", "options": {"1": "queue", "2": "end"}, "exits": exits}
    skilled = {"needs": "english", "others_after": 30, "keep_place": True}
    nodes = {"kind": "queue", "queue": "parts", "exits": ends, "key": "1", **skilled}
    able = Enqueue("parts", 30, key="1", part="needs-english")
    ask = (Ask(("menu",), ("1", "2")), Heard("1"))
    left = (able, Queued(Served.KEY, waited=20.0, place=4))
    back = (replace(able, stood=50.0), Queued(Served.TIMEOUT, waited=30.0, place=2))
    whole = (Enqueue("parts", 270, key="1", place=4, stood=80.0), Queued(Served.TALKED, "karim"))
    at = [(Now(), NOON + timedelta(seconds=seconds)) for seconds in (20, 50)]

    play(flow_of({"queue": nodes, "menu": menu, "end": BYE}), [left, at[0], ask, at[1], back, whole, END])


@pytest.mark.parametrize(
    ("skilled", "part", "stood"),
    [
        ({"needs": "english"}, "needs-english", Kept(NOON, 4, 10, "needs-english")),
        ({"needs": "english", "others_after": 30}, "needs-english", Kept(NOON, 4, 10)),
        ({"last_agent": True, "needs": "english"}, "last-karim", Kept(NOON, 4, 10, "needs-english")),
    ],
)
def test_who_leaves_a_queue_keeps_his_priority_and_his_needs(skilled: dict[str, Any], part: str, stood: Kept) -> None:
    """For when he is called back: unless all may take him after a while, and also where he leaves his last agent."""
    exits = dict.fromkeys(["timeout", "full", "empty", "emptied", "key"], "end")
    plain = {"kind": "queue", "queue": "parts", "exits": exits, "key": "1", "priority": 10}
    scene = Scene(CALL, CALENDARS, {}, routing=Routing({}, {}, {"parts": frozenset({"karim"})}))
    talk = flow_of({"queue": {**plain, **skilled}, "end": BYE}).nodes["queue"].run(scene)
    asked = next(talk)
    if isinstance(asked, Recall):
        asked = talk.send("karim")
    assert isinstance(asked, Enqueue)
    assert asked.part == part
    talk.send(Queued(Served.KEY, waited=60.0, place=4))
    with pytest.raises(StopIteration):
        talk.send(NOON + timedelta(seconds=60))

    assert kept(scene, "parts") == stood


@pytest.mark.parametrize(
    ("skilled", "door"),
    [
        ({}, Door("parts", 3, empty=True)),
        ({"needs": "english"}, Door("parts", 3, part="needs-english")),
        ({"needs": "english", "others_after": 30}, Door("parts", 3, empty=True)),
    ],
)
def test_who_needs_a_skill_is_let_in_where_somebody_has_it(skilled: dict[str, Any], door: Door) -> None:
    """No price is announced where only others are there, unless they take the call in the end."""
    ends = dict.fromkeys(["timeout", "full", "empty", "emptied"], "end")
    flow = flow_of({"queue": {"kind": "queue", "queue": "parts", "exits": ends, **skilled}, "end": BYE})
    routing = Routing({}, {"parts": Door("parts", 3, empty=True)})

    assert flow.nodes["queue"].awaits(routing) == Reachable((), (door,))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"key": "1"}, "key 1 leads nowhere"),
        ({"exits": {"key": "end", "timeout": "end", "full": "end"}}, 'no key leaves by the exit "key"'),
        ({"key": "12"}, "pattern"),
    ],
)
def test_a_key_and_its_exit_belong_together(fields: dict[str, Any], why: str) -> None:
    """One without the other is a slip."""
    with pytest.raises(ValidationError, match=why):
        queue(**fields)


BEFORE_SIX = NOON.replace(hour=17, minute=58)
LATER = (Now(), NOON.replace(hour=19))  # since when he stands there is noted
CLOSING = dict.fromkeys(["timeout", "full", "empty", "emptied", "closed"], "end")


@pytest.mark.parametrize(
    ("now", "script", "trail"),
    [
        (BEFORE_SIX, [(Enqueue("parts", 120), Queued(Served.TIMEOUT, waited=120.0, place=2))], "queue:closed"),
        (BEFORE_SIX, [(Enqueue("parts", 120), Queued(Served.EMPTIED, waited=9.0)), LATER], "queue:emptied"),
        (BEFORE_SIX, [(Enqueue("parts", 120), Queued(Served.TALKED, "karim"))], "queue:talked"),
        (NOON, [(Enqueue("parts", 300), Queued(Served.TIMEOUT))], "queue:timeout"),
        (NIGHT, [], "queue:closed"),
    ],
)
def test_who_waits_at_closing_time_leaves(now: datetime, script: Script, trail: str) -> None:
    """Whoever would be served later than that; who comes before it waits as ever."""
    flow = queue(exits=CLOSING, calendar="office")

    assert play(flow, [ASKED, (Now(), now), *script, END])[0] == trail


ABLE = "needs-english"


@pytest.mark.parametrize(
    ("others_after", "script", "trail"),
    [
        (30, [(Enqueue("parts", 30, part=ABLE), Queued(Served.TIMEOUT, waited=30.0, place=1)),
              (Enqueue("parts", 90, stood=30.0), Queued(Served.TIMEOUT, waited=90.0, place=1))], "queue:closed"),
        (30, [(Enqueue("parts", 30, part=ABLE), Queued(Served.EMPTY)),
              (Enqueue("parts", 120), Queued(Served.TALKED, "karim"))], "queue:talked"),
        (240, [(Enqueue("parts", 120, part=ABLE), Queued(Served.TIMEOUT, waited=119.5, place=1))], "queue:closed"),
    ],
)  # fmt: skip
def test_who_comes_first_does_so_shortly_before_closing_time_too(
    others_after: float, script: Script, trail: str
) -> None:
    """But for no longer than until then."""
    flow = queue(exits=CLOSING, calendar="office", needs="english", others_after=others_after)

    assert play(flow, [ASKED, (Now(), BEFORE_SIX), *script, END])[0] == trail


def test_who_is_kept_after_closing_time_has_what_is_left_of_his_wait() -> None:
    """Whether he waited for some or for all by then."""
    fields = {"calendar": "office", "on_close": "announce", "closing": "late", "needs": "english"}
    told = (Play(("late",)), Played())
    part = (Enqueue("parts", 120, part=ABLE), Queued(Served.TIMEOUT, waited=120.0, place=3))
    on = (Enqueue("parts", 180, stood=120.0), Queued(Served.TALKED, "karim", waited=5.0))
    flow = queue(**fields, others_after=240)
    assert play(flow, [ASKED, (Now(), BEFORE_SIX), part, told, on, END]) == ["queue:talked"]

    part = (Enqueue("parts", 30, part=ABLE), Queued(Served.TIMEOUT, waited=30.0, place=3))
    all_ = (Enqueue("parts", 90, stood=30.0), Queued(Served.TIMEOUT, waited=90.0, place=2))
    on = (Enqueue("parts", 180, place=2), Queued(Served.TALKED, "karim", waited=5.0))
    flow = queue(**fields, others_after=30)
    assert play(flow, [ASKED, (Now(), BEFORE_SIX), part, all_, told, on, END]) == ["queue:talked"]


@pytest.mark.parametrize("how", [{"exits": CLOSING}, {"on_close": "announce", "closing": "late"}])
def test_a_wait_that_is_over_before_closing_time_is_a_timeout(how: dict[str, Any]) -> None:
    """Where waiting may not be charged the line ends it long before: nobody is closed then, and nobody is told so."""
    flow = queue(calendar="office", **how)
    cut = (Enqueue("parts", 120), Queued(Served.TIMEOUT, waited=60.0, place=2))

    assert play(flow, [ASKED, (Now(), BEFORE_SIX), cut, LATER, END])[0] == "queue:timeout"


def test_who_comes_after_closing_time_is_not_asked_to_wait_nor_told_a_price_for_it() -> None:
    """What is said before the wait is said to who waits; closing time is looked at again after it."""
    flow = queue(exits=CLOSING, calendar="office", prompt="wait")
    said = (Play(("wait",)), Played())

    assert play(flow, [ASKED, (Now(), NIGHT), END])[0] == "queue:closed"
    assert play(flow, [ASKED, (Now(), BEFORE_SIX), said, ASKED, (Now(), NIGHT), END])[0] == "queue:closed"


def test_or_he_is_told_and_waits_on_at_his_place() -> None:
    """For what is left of his wait; who comes when it is past is told at once."""
    flow = queue(calendar="office", on_close="announce", closing="late")
    first = (Enqueue("parts", 120), Queued(Served.TIMEOUT, waited=119.5, place=3))
    told = (Play(("late",)), Played())
    on = (Enqueue("parts", 180, place=3), Queued(Served.TIMEOUT, waited=180.0, place=1))

    assert play(flow, [ASKED, (Now(), BEFORE_SIX), first, told, on, LATER, END]) == ["queue:timeout", "end:done"]
    whole = (Enqueue("parts", 300), Queued(Served.TALKED, "karim"))
    assert play(flow, [ASKED, (Now(), NIGHT), told, whole, END]) == ["queue:talked"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"calendar": "office"}, "calendar and the exit closed go together"),
        ({"exits": CLOSING}, "calendar and the exit closed go together"),
        ({"calendar": "office", "exits": CLOSING, "closing": "late"}, "says the sentence `closing`"),
        ({"calendar": "office", "on_close": "announce"}, "says the sentence `closing`"),
        ({"on_close": "announce", "closing": "late"}, "says the sentence `closing`"),
        ({"calendar": "office", "on_close": "keep"}, "on_close"),
    ],
)
def test_what_closing_time_does_is_said_whole(fields: dict[str, Any], why: str) -> None:
    """One without the other is a slip; without a calendar callers are kept."""
    with pytest.raises(ValidationError, match=why):
        queue(**fields)


def test_what_each_kind_wants_of_the_line() -> None:
    """A menu costs; a transfer must be announced; sounds are free unless they are the service."""
    needs = {
        "menu": menu().nodes["menu"].need(),
        "transfer": transfer().nodes["transfer"].need(),
        "queue": queue().nodes["queue"].need(),
        "hours": HOURS.nodes["hours"].need(),
        "bye": HOURS.nodes["out"].need(),
        "say": flow_of({"say": {"kind": "say", "prompt": "a"}}).nodes["say"].need(),
        "service": flow_of({"say": {"kind": "say", "prompt": "a", "service": True}}).nodes["say"].need(),
    }

    assert needs == {
        "menu": Need.ANSWERED,
        "transfer": Need.ANNOUNCED,
        "queue": Need.ANNOUNCED,
        "hours": Need.EARLY,
        "bye": Need.EARLY,
        "say": Need.EARLY,
        "service": Need.ANSWERED,
    }
