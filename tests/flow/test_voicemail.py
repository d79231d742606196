"""Leaving a message in a mailbox, by tape: nobody is recorded who did not want to be, and told so."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from ivr.flow.commands import Ask, Capture, Captured, Dial, Dialled, Hangup, Heard, Now, Play, Played, Reached
from ivr.flow.errands import Discard, Room, left
from ivr.flow.flow import Flow
from ivr.flow.node import Scene
from ivr.values.mailbox import Mailbox, Temporary
from tests.flow.play import CALENDARS, CALL, NOON, Script, flow_of, play

BOX = Mailbox("sales", "Ventes", unavailable=("absent",), busy=("engaged", "soon"), longest=90, shortest=2, most=5)
BYE = {"kind": "bye"}
EXITS = {"kept": "end", "nothing": "end", "declined": "end", "full": "end"}
ROOM = (Room("sales", 5), True)
MESSAGE = f"message/{CALL.id}-1"
SPEAK = (Play(("voicemail-speak",)), Played())
CAPTURE = Capture(MESSAGE, 90, 5, 2, "Ventes", "sales")
TAKEN: Script = [
    SPEAK,
    (CAPTURE, Captured(MESSAGE, 7.5)),
    (left(MESSAGE, 7.5, "Ventes", "sales"), None),
    (Ask(("message-review",), ("1", "2", "3")), Heard("2")),
]
END = (Hangup(), None)


def invited(*greeting: str, operator: bool = False) -> Ask:
    return Ask((*greeting, "voicemail-press"), ("1", "0") if operator else ("1",))


def voicemail(box: str = "sales", **fields: Any) -> Flow:
    return flow_of({"it": {"kind": "voicemail", "box": box, "exits": EXITS, **fields}, "end": BYE})


def played(flow: Flow, script: Script, box: Mailbox = BOX) -> list[str]:
    return play(flow, script, scene=Scene(CALL, CALENDARS, mailboxes={"sales": box}))


def test_who_presses_the_key_leaves_a_message() -> None:
    """Greeted, asked, told that he is recorded; lengths are those of the box, and its name is on the message."""
    assert played(voicemail(), [ROOM, (invited("absent"), Heard("1")), *TAKEN, END]) == ["it:kept", "end:done"]


def test_who_does_not_press_it_leaves_none() -> None:
    """He is asked twice; a wrong key is no key.  Nothing was recorded."""
    script = [ROOM, (invited("absent"), Heard("")), (invited(), Heard("7")), END]

    assert played(voicemail(), script) == ["it:declined", "end:done"]


def test_a_full_box_says_nothing_and_takes_nothing() -> None:
    """What is said of it, and whether that is charged, is for the flow."""
    assert played(voicemail(), [(Room("sales", 5), False), END]) == ["it:full", "end:done"]


def test_who_says_too_little_leaves_nothing() -> None:
    script = [ROOM, (invited("absent"), Heard("1")), SPEAK, (CAPTURE, Captured(MESSAGE, 1.9)), (Discard(MESSAGE), None)]

    assert played(voicemail(), [*script, END]) == ["it:nothing", "end:done"]


def test_zero_leads_to_the_operator_where_there_is_one() -> None:
    """Elsewhere it is a key like any other."""
    script = [ROOM, (invited("absent", operator=True), Heard("0")), END]

    assert played(voicemail(exits={**EXITS, "operator": "end"}), script) == ["it:operator", "end:done"]
    assert played(voicemail(), [ROOM, (invited("absent"), Heard("0")), (invited(), Heard("")), END])[0] == "it:declined"


def test_a_box_may_ask_for_no_key() -> None:
    flow = voicemail(press="")

    assert played(flow, [ROOM, (Play(("absent",)), Played()), *TAKEN, END]) == ["it:kept", "end:done"]
    with pytest.raises(ValidationError, match="nobody presses 0"):
        voicemail(press="", exits={**EXITS, "operator": "end"})


@pytest.mark.parametrize(
    ("greeting", "reached", "heard"),
    [
        ("auto", Reached.BUSY, ("engaged", "soon")),
        ("auto", Reached.NO_ANSWER, ("absent",)),
        ("unavailable", Reached.BUSY, ("absent",)),
        ("busy", Reached.NO_ANSWER, ("engaged", "soon")),
    ],
)
def test_the_greeting_fits_what_rang_before(greeting: str, reached: Reached, heard: tuple[str, ...]) -> None:
    """Or is the one that the flow wants."""
    exits = {"busy": "it", "no_answer": "it", "unavailable": "it"}
    flow = flow_of({
        "ring": {"kind": "transfer", "to": "camille", "exits": exits},
        "it": {"kind": "voicemail", "box": "sales", "greeting": greeting, "exits": EXITS},
        "end": BYE,
    })  # fmt: skip
    script = [(Dial(("camille",), 25.0), Dialled(reached)), ROOM, (invited(*heard), Heard("1")), *TAKEN, END]

    assert played(flow, script)[1] == "it:kept"


def test_a_box_without_a_busy_greeting_says_the_other() -> None:
    box = Mailbox("sales", "Ventes", unavailable=("absent",), longest=90, shortest=2, most=5)

    assert played(voicemail(greeting="busy"), [ROOM, (invited("absent"), Heard("1")), *TAKEN, END], box)


@pytest.mark.parametrize(
    ("until", "heard"),
    [(None, "holiday"), (date(2026, 6, 3), "holiday"), (date(2026, 6, 2), "absent")],
)
def test_what_is_said_for_a_while_wins_until_its_last_day(until: date | None, heard: str) -> None:
    """Which ends at midnight in Paris; also over the greeting that the flow wants."""
    box = Mailbox("sales", "Ventes", (), ("absent",), (), Temporary(("holiday",), until), 90, 2, 5)
    script = [ROOM, (Now(), NOON), (invited(heard), Heard("1")), *TAKEN, END]

    assert played(voicemail(greeting="busy"), script, box) == ["it:kept", "end:done"]


def test_it_is_a_place_to_come_back_to_and_wants_an_answered_line() -> None:
    """`"kind": "voicemail"` asks, so `repeat` and `back` work there."""
    node = voicemail().nodes["it"]

    assert node.asks
    assert node.need().name == "ANSWERED"
