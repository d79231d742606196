"""What is ordered while a caller waits reaches him there, by tape: he is told, free, and waits on, or is led away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ivr.flow.commands import (
    Dial,
    Dialled,
    Enqueue,
    Hangup,
    Now,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Talk,
    There,
)
from ivr.flow.consent import Consent
from ivr.flow.errands import InForce, Overridden
from ivr.flow.flow import Drawing, Flow
from ivr.flow.line import Line
from ivr.flow.line_commands import Tap, Tapped, Untap
from ivr.flow.news import News
from ivr.flow.node import Scene
from ivr.flow.terms import Terms
from ivr.flow.walk import Step, walk
from ivr.values.calendar import Override
from ivr.values.taping import Taping
from tests.flow.play import CALENDARS, CALL, NOON, Script, flow_of, perform

ENDS = dict.fromkeys(["timeout", "full", "empty", "emptied"], "end")
BYE = {"kind": "bye"}
RING = flow_of({"agent": {"kind": "transfer", "to": "karim", "exits": {"busy": "end", "no_answer": "end",
                "unavailable": "end"}}, "end": BYE}, name="own")  # fmt: skip
WAIT = flow_of({"queue": {"kind": "queue", "queue": "parts", "exits": ENDS}, "end": BYE}, name="own")
FREE_OF_CHARGE = Terms(None, None, None, 60.0)
ELSEWHERE = flow_of({"other": {"kind": "bye", "prompt": "other"}}, name="elsewhere")


def front(onward: str | None) -> Flow:
    """What a crisis puts in front of a number: its message, then the flow ``onward``, or the end."""
    if onward is None:
        return flow_of({"message": {"kind": "bye", "prompt": "flood"}}, name="front")
    return flow_of({"message": {"kind": "say", "prompt": "flood", "free": True, "barge_in": False,
                                "typeahead": "flush", "exits": {"done": "onward"}},
                    "onward": {"kind": "pass", "flow": onward}}, name="front")  # fmt: skip


def lived(flow: Flow, crisis: Flow, script: Script, *, taping: Taping | None = None, priced: bool = False) -> list[str]:
    """The steps of a call that waits in ``flow`` when ``crisis`` is put on."""
    trail: list[Step] = []
    scene = Scene(CALL, CALENDARS)
    line = Line(Terms("price", "beep", 1800.0, 60.0) if priced else FREE_OF_CHARGE)
    line.news = News.of(flow, {"flood": crisis}, scene, flow.flow)
    drawing = Drawing({one.flow: one for one in (flow, crisis, ELSEWHERE)})
    perform(line.carry(Consent(taping).carry(walk(flow, scene, trail, drawing))), script)
    return [str(step) for step in trail]


KARIM = Dial(("karim",), 25)
CALLED, TALKED = Dialled(Reached.NO_ANSWER, news=True), Dialled(Reached.TALKED, "karim")
OPENED: Script = [(Progress(), None), (Now(), NOON), (Now(), NOON)]
FREE = [(Now(), NOON)]
ON, TOLD = (InForce(("flood",)), "flood"), (Play(("flood",)), Played())
END = (Hangup(), None)


def test_who_is_rung_for_is_told_and_rung_for_anew() -> None:
    """And reached again by the same crisis he never is: he is not even asked about it."""
    script = [*OPENED, (KARIM, CALLED), ON, TOLD, *FREE, (KARIM, CALLED), *FREE, (KARIM, TALKED), END]

    assert lived(RING, front("own"), script) == ["agent:talked"]


def test_a_crisis_that_was_taken_away_at_once_changes_nothing() -> None:
    """Called out of the ring, and nothing to hear."""
    script = [*OPENED, (KARIM, CALLED), (InForce(("flood",)), None), *FREE, (KARIM, TALKED), END]

    assert lived(RING, front("own"), script) == ["agent:talked"]


def test_he_waits_on_where_he_stood_for_what_is_left_of_his_wait() -> None:
    """And what is known of his wait is all of it."""
    first = (Enqueue("parts", 60), Queued(Served.TIMEOUT, waited=20.0, place=3, news=True))
    script = [*OPENED, first, ON, TOLD, *FREE, (Enqueue("parts", 60, place=3), Queued(Served.EMPTIED, waited=9.0))]

    assert lived(WAIT, front("own"), [*script, (Now(), NOON), END]) == ["queue:emptied", "end:done"]


@pytest.mark.parametrize(
    ("onward", "said", "steps"),
    [
        (None, [], ["agent:crisis", "message:done"]),
        ("elsewhere", [(Play(("other",)), Played())], ["agent:crisis", "message:done", "other:done"]),
    ],
)
def test_or_he_is_led_away_and_nothing_is_charged(onward: str | None, said: Script, steps: list[str]) -> None:
    """Hung up on after the message, or in another flow; on a surcharged line that was announced and never answered."""
    there = [(Reachable(("karim",)), There(("karim",))), (Progress(), None), (Now(), NOON)]
    priced = [(Play(("price",), until="#"), Played()), (Play(("beep",)), Played()), (Now(), NOON)]
    script = [*there, *priced, (replace(KARIM, limit=1800.0), CALLED), ON, TOLD, *said, END]

    assert lived(RING, front(onward), script, priced=True) == steps


def test_who_is_parked_is_told_and_keeps_his_slot_or_is_led_away() -> None:
    """The same in a slot as in a ring."""
    slot, parked = Dial((), 90.0, music=True, slot="house-01"), replace(TALKED, parked="house-01")
    for onward, rest, steps in (
        ("own", [(slot, TALKED), END], ["agent:talked"]),
        (None, [END], ["agent:crisis", "message:done"]),
    ):
        trail: list[Step] = []
        scene = Scene(CALL, CALENDARS)
        line = Line(replace(FREE_OF_CHARGE, park=90.0))
        line.news = News.of(RING, {"flood": front(onward)}, scene, "own")
        talk = line.carry(walk(RING, scene, trail, Drawing({"own": RING})))
        perform(talk, [*OPENED, (KARIM, parked), (slot, CALLED), ON, TOLD, *rest])

        assert [str(step) for step in trail] == steps


def test_who_is_led_away_is_recorded_no_more() -> None:
    """The recording of the talk that did not come about ends before anything else is said to him."""
    taping = Taping("recorded", "9", "not-recorded", 7)
    asked = [
        (Progress(), None),
        (Now(), NOON),
        (Play(("recorded",), "9"), Played()),
        (Tap(7, "9", "recorded"), Tapped("1")),
    ]
    script = [*asked, *FREE, (KARIM, CALLED), ON, TOLD, (Untap(), None), (Play(("other",)), Played()), END]

    assert lived(RING, front("elsewhere"), script, taping=taping)[-1] == "other:done"


def test_who_came_by_a_crisis_has_heard_of_it() -> None:
    """Called out for it nonetheless, he hears nothing twice."""
    scene = Scene(CALL, CALENDARS)
    begun = front("own")
    news = News.of(begun, {"flood": begun}, scene, "own")

    perform(news.heard(), [])


# -- hours, which are the queue's own ---------------------------------------------------------------------------

SHUT = (Overridden("office"), Override(False, "fuite", None))
OPEN = (Overridden("office"), Override(True, "on reste", None))
ASKED = (Overridden("office"), None)
BEFORE_SIX = NOON.replace(hour=17, minute=58)
AT_40 = (Now(), BEFORE_SIX + timedelta(seconds=40))
FIRST = (Enqueue("parts", 120), Queued(Served.TIMEOUT, waited=40.0, place=3, news=True))
BEGUN = [ASKED, (Now(), BEFORE_SIX), FIRST]


def queue(**fields: Any) -> Flow:
    return flow_of({"queue": {"kind": "queue", "queue": "parts", "calendar": "office", "exits": ENDS, **fields},
                    "end": BYE})  # fmt: skip


LEAVES = queue(exits={**ENDS, "closed": "end"})
ANNOUNCED = queue(on_close="announce", closing="late")
LATE = (Play(("late",)), Played())
LAST = (Now(), NOON)


@pytest.mark.parametrize(
    ("flow", "script", "step"),
    [
        (LEAVES, [*BEGUN, SHUT, AT_40], "queue:closed"),
        (ANNOUNCED, [*BEGUN, SHUT, AT_40, LATE, (Enqueue("parts", 260, place=3), Queued(Served.TALKED))],
         "queue:talked"),
        # Opened by hand: closing time is no more, and he has what is left of his wait.
        (LEAVES, [*BEGUN, OPEN, AT_40, (Enqueue("parts", 260, place=3), Queued(Served.TIMEOUT, waited=260.0)), LAST],
         "queue:timeout"),
        # Closed by hand and opened again within a second: closing time is when it was.
        (LEAVES, [*BEGUN, ASKED, AT_40, (Enqueue("parts", 80, place=3), Queued(Served.TIMEOUT, waited=80.0))],
         "queue:closed"),
    ],
)  # fmt: skip
def test_who_waits_is_reached_when_it_is_closed_or_opened_by_hand(flow: Flow, script: Script, step: str) -> None:
    """As at closing time: he leaves, or hears so and waits on where he stood."""
    trail: list[Step] = []
    perform(walk(flow, Scene(CALL, CALENDARS), trail, Drawing({"tried": flow})), [*script, END])

    assert str(trail[0]) == step


def test_who_waits_for_some_first_is_reached_there_too() -> None:
    """Nothing of the time for which they come first is lost to a calendar that is open in the end."""
    flow = queue(exits={**ENDS, "closed": "end"}, needs="english", others_after=60)
    part = "needs-english"
    called = (Enqueue("parts", 60, part=part), Queued(Served.TIMEOUT, waited=20.0, place=1, news=True))
    on = (Enqueue("parts", 40, part=part, stood=20.0), Queued(Served.TALKED, "karim", waited=3.0))
    noon = (Now(), NOON)
    for script, step in (([ASKED, noon, on], "queue:talked"), ([SHUT, noon], "queue:closed")):
        trail: list[Step] = []
        talk = walk(flow, Scene(CALL, CALENDARS), trail, Drawing({"tried": flow}))
        perform(talk, [ASKED, noon, called, *script, END])

        assert str(trail[0]) == step


def test_an_order_names_the_calendar_that_concerns_who_waits() -> None:
    """By which whoever watches the orders knows whom to call; not while nothing can reach him any more."""

    def calendars(flow: Flow, closed: bool) -> list[str]:
        found: list[str] = []
        talk: Talk[Any] = flow.nodes["queue"].run(Scene(CALL, CALENDARS))
        told: Any = None
        try:
            while True:
                command = talk.send(told)
                told = NOON if isinstance(command, Now) else Override(False, "x", None) if closed else None
                if isinstance(command, Enqueue):
                    found.append(command.hours)
                    told = Queued(Served.TIMEOUT, waited=300.0)
                elif isinstance(command, Play):
                    told = Played()
        except StopIteration:
            return found

    assert calendars(LEAVES, closed=False) == ["office"]
    assert calendars(ANNOUNCED, closed=True) == [""]
    assert calendars(WAIT, closed=False) == [""]
