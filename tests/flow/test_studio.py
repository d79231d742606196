"""Recording prompts over the phone, by tape: only what the operator keeps is ever given to callers."""

from ivr.flow.commands import Ask, Capture, Captured, Gather, Hangup, Heard, Play, Played, Speak
from ivr.flow.errands import Adopt, Discard, Numbered, Verify
from ivr.values.hidden import Hidden
from ivr.values.recorded import Prompt
from tests.flow.play import CALL, Script, flow_of, play

STUDIO = flow_of({"studio": {"kind": "studio", "pin": "desk", "longest": 60, "exits": {"done": "bye"}},
                  "bye": {"kind": "bye"}})  # fmt: skip
TAKE = f"message/take-{CALL.id}"
PIN = Gather(("switch-pin",), 6, 8, 4, secret=True)
LET_IN: Script = [(PIN, Heard("123456")), (Verify("desk", Hidden("123456")), True)]
ASKED = Gather(("studio-number",), 5, 8, 4)
GOODBYE = Prompt("fr", "goodbye")
CHOSEN: Script = [
    (ASKED, Heard("12")),
    (Numbered("12"), GOODBYE),
    (Play(("studio-chosen", "slot/digit-1", "slot/digit-2", "studio-current")), Played()),
    (Play(("goodbye",), until="0"), Played()),
]
CHOICES = Ask(("studio-choices",), ("1", "2", "3", "0"), 8, 4)
RECORDED: Script = [
    (Play(("studio-speak",)), Played()),
    (Capture(TAKE, 60, 4, 61, ""), Captured(TAKE, 3.0)),
]
REVIEW = Ask(("studio-review",), ("1", "2", "3", "0"), 8, 4)
END: Script = [(CHOICES, Heard("0")), (Hangup(), None)]
DONE = ["studio:done", "bye:done"]


def test_a_take_is_listened_to_made_again_and_kept() -> None:
    """The number is read back, and what callers hear now is played before."""
    script = [
        *LET_IN, *CHOSEN, (CHOICES, Heard("1")), *RECORDED, (REVIEW, Heard("1")), (Play((TAKE,), until="2"), Played()),
        (REVIEW, Heard("3")), *RECORDED, (REVIEW, Heard("2")), (Adopt(TAKE, GOODBYE), True),
        (Play(("studio-kept",)), Played()), (Discard(TAKE), None), *END,
    ]  # fmt: skip

    assert play(STUDIO, script) == DONE


def test_what_cannot_be_played_is_told_and_may_be_made_again() -> None:
    script = [
        *LET_IN, *CHOSEN, (CHOICES, Heard("1")), *RECORDED, (REVIEW, Heard("2")), (Adopt(TAKE, GOODBYE), False),
        (Play(("studio-refused",)), Played()), (Discard(TAKE), None), *END,
    ]  # fmt: skip

    assert play(STUDIO, script) == DONE


def test_who_drops_a_take_or_does_not_choose_has_kept_nothing() -> None:
    script = [
        *LET_IN, *CHOSEN, (CHOICES, Heard("1")), *RECORDED, (REVIEW, Heard("0")), (Discard(TAKE), None),
        (CHOICES, Heard("1")), *RECORDED, (REVIEW, Heard("")), (REVIEW, Heard("9")), (Discard(TAKE), None), *END,
    ]  # fmt: skip

    assert play(STUDIO, script) == DONE


def test_a_prompt_of_another_language_is_heard_in_that_one() -> None:
    """The operator is spoken to in his own before and after."""
    script = [
        *LET_IN, (ASKED, Heard("99999")), (Numbered("99999"), None),
        (Gather(("studio-unknown", "studio-number"), 5, 8, 4), Heard("7")), (Numbered("7"), Prompt("en", "goodbye")),
        (Play(("studio-chosen", "slot/digit-7", "studio-current")), Played()),
        (Speak("en"), None), (Play(("goodbye",), until="0"), Played()), (Speak("fr"), None),
        (CHOICES, Heard("3")), (ASKED, Heard("")), (ASKED, Heard("")), (Hangup(), None),
    ]  # fmt: skip

    assert play(STUDIO, script) == DONE


def test_who_does_not_know_the_pin_records_nothing() -> None:
    wrong = Gather(("switch-wrong", "switch-pin"), 6, 8, 4, secret=True)
    script = [
        (PIN, Heard("")), (wrong, Heard("")), (wrong, Heard("")),
        (Play(("switch-denied",)), Played()), (Hangup(), None),
    ]  # fmt: skip

    assert play(STUDIO, script) == ["studio:denied"]
