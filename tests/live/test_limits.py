"""What a caller pays at most, on a real phone: waiting free with music; warned, cut by Asterisk, then refused."""

import json
from datetime import datetime

import numpy as np
import pytest

from ivr.phone import tone
from ivr.phone.events import first
from ivr.phone.report import CallReport
from ivr.voice.music import TONES
from tests.live.stack import Placed, Stack, until
from tests.live.talks import hear_each_other

MUSIC, GIVEN_UP, AWAY = "0892000020", "0892000021", "0892000022"
EMPTY, NOBODY, SHUT = "0892000091", "0892000093", "0892000098"
ALMOST, LAST, SILENT, QUEUED = "0892000018", "0892000019", "0892000096", "0892000097"
LEFT = 60.0
"""Seconds that 0.80 € pay for, which is what a call of 2.20 € leaves of a ceiling of 3 €: who has less is refused."""

BEFORE = 20.0
TRUE_TO = 0.5


def music(report: CallReport, start: float, end: float) -> bool:
    """Whether the hold music was heard in that time, and no ringing: half of the sound is in its few tones."""
    side = report.recording
    heard = side.samples[round((start - side.start_t) * side.rate) : round((end - side.start_t) * side.rate)]
    power = np.abs(np.fft.rfft(np.asarray(heard, float))) ** 2
    hertz = np.fft.rfftfreq(len(heard), 1 / side.rate)
    chords = sum(float(power[np.abs(hertz - one) < 4].sum()) for one in TONES)
    ringing = tone.tones(side.samples, side.rate, 440.0, 0.5)
    return chords > 0.5 * float(power.sum()) > 0 and not [span for span in ringing if span.start + side.start_t > start]


def test_music_is_heard_unanswered_and_charging_starts_when_the_agent_picks_up(stack):
    """Announcement, prompt and music free; 200 when the agent picks up and not before; certificate and price agree.

    What the flow offers if nobody picks up, a message that is paid for, does not make the prompt cost.
    """
    placed = stack.call(MUSIC, "#@1.0", stack.agent("iris", answer_after=6.0, hang_up_after=4.0))
    report = placed.report
    picked_up, rang = first(report.events, "agent_answered"), first(report.events, "agent_ringing")
    found = {one.name: one for one in stack.heard(placed, "announcement/per-minute-0-35", "beep", "transfer").heard}

    assert picked_up is not None
    assert rang is not None
    assert report.answered_t == pytest.approx(picked_up.t, abs=TRUE_TO)
    assert found["beep"].end < found["transfer"].end < report.answered_t
    assert music(report, rang.t + 1.0, report.answered_t - 0.5)
    record = stack.call_record(placed)
    told = json.loads(stack.inside("controller", "ivr", "certificate", record["id"]))["record"]
    answered = datetime.fromisoformat(told["answered"]).timestamp() - report.invited_at
    assert answered == pytest.approx(report.answered_t, abs=TRUE_TO)
    assert report.spoken - TRUE_TO <= record["billed_seconds"] <= report.spoken + 1 + TRUE_TO
    hear_each_other(placed, placed, "iris")
    assert told["amount_cents"] == int(35 * record["billed_seconds"] / 60 + 0.5)
    assert record["steps"] == ["agent:talked"]


def test_who_waits_longer_than_the_carrier_bears_can_be_let_go_free(stack):
    """`past_limit: leave`: 25 s after the 183 the flow goes on, and the caller is told that all are busy; no 200."""
    placed = stack.call(GIVEN_UP, "#@1.0", stack.agent("jules", answer_after=90.0))
    report = placed.report
    early = first(report.events, "early_media")
    found = {one.name: one for one in stack.heard(placed, "all-busy").heard}
    record = stack.call_record(placed)

    assert early is not None
    assert report.answered_t is None
    assert (report.ended.by, report.ended.code) == ("far", 480)
    assert found["all-busy"].start - early.t == pytest.approx(25, abs=2.5)
    assert record["steps"] == ["agent:past_limit", "busy:done"]
    assert (record["answered"], record["amount"]["amount"]) == (None, "0.00")


def test_no_price_is_announced_where_nobody_is_there(stack):
    """An agent, a queue, and all that a menu offers: Asterisk knows that none is registered, or the hours behind the
    menu are over.  Neither announcement nor welcome nor menu, only that nobody can answer, or that it is closed; free.
    """
    away = {number: stack.call(number) for number in (AWAY, EMPTY, NOBODY, SHUT)}
    said = ("announcement/per-minute-0-35", "beep", "welcome-repair", "menu-repair", "transfer", "nobody", "closed")
    steps = {
        AWAY: ["welcome:done", "agent:unavailable", "nobody:done"],
        EMPTY: ["agents:empty", "nobody:done"],
        NOBODY: ["welcome:done", "menu:unavailable", "nobody:done"],
        SHUT: ["welcome:done", "menu:unavailable", "door:open", "closed:done"],
    }
    for number, placed in away.items():
        report, record = placed.report, stack.call_record(placed)

        assert report.answered_t is None
        assert (report.ended.by, report.ended.code) == ("far", 480)
        assert {one.name for one in stack.heard(placed, *said).heard} == {"closed" if number == SHUT else "nobody"}
        assert record["steps"] == steps[number]
        assert (record["announced_from"], record["answered"], record["amount"]["amount"]) == (None, None, "0.00")


def spend(stack: Stack, many: int) -> list[str]:
    """New callers who have spent 2.20 € of their three."""
    callers = [stack.caller() for _ in range(many)]
    placed = [stack.call(ALMOST, "#@1.0", from_=caller, hang_up_after=20.0) for caller in callers]
    for one in placed:
        one.saw("answered")
    assert all(one.leave().answered_t for one in placed)
    for caller in callers:
        assert stack.record(caller)["amount"] == {"amount": "2.20", "currency": "EUR"}
    return callers


def last(stack: Stack, callers: list[str]) -> list[Placed]:
    """Their calls that use up the rest, with agents who never hang up: one who is rung, and one of a queue, who says
    nothing, since the warning would be mixed into it.
    """
    return [
        stack.call(LAST, "#@2.0", stack.agent("hugo", answer_after=2.0), from_=callers[0]),
        stack.call(QUEUED, "#@2.0", stack.agent("zephirine", answer_after=2.0, tone=0.0), from_=callers[1]),
    ]


def warned(stack: Stack, placed: Placed) -> None:
    """The warning came before the cut, from the exchange, and the cut where the money ended."""
    report = placed.report
    heard = [one for one in stack.heard(placed, "limit-warning").heard if one.name == "limit-warning"]

    assert report.answered_t is not None
    assert report.ended.by == "far"
    assert report.spoken == pytest.approx(LEFT, abs=1.0)
    assert len(heard) == 1, f"the caller is warned {len(heard)} times"
    assert heard[0].start - report.answered_t == pytest.approx(LEFT - BEFORE, abs=1.0)


def test_a_caller_is_warned_cut_and_then_refused(stack):
    """2.20 €, then the 0.80 € that are left, to the second; the third call is neither announced nor answered.

    Warned in a talk with an agent who was rung, in one with an agent of a queue, and in the silence of a menu.
    """
    callers = spend(stack, 3)
    for number, caller, placed in zip(
        (LAST, QUEUED, SILENT),
        callers,
        [*last(stack, callers), stack.call(SILENT, "#@2.0", from_=callers[2])],
        strict=True,
    ):
        warned(stack, placed)
        until(lambda caller=caller: len(stack.records(caller)) == 2, "the second record", every=0.3)
        record = next(one for one in stack.records(caller) if one["number"] == number)

        if number == LAST:
            hear_each_other(placed, placed, "hugo")
        assert record["ending"] == "limit"
        assert record["steps"] == []
        assert record["amount"]["amount"] in ("0.80", "0.81")

    caller = callers[0]
    # The agent's phone is there: of one that is away no price would be told, and nothing asked of the ledger.
    refused = stack.call(LAST, "", stack.agent("hugo"), from_=caller)
    report = refused.report
    names = [one.name for one in stack.heard(refused, "ceiling", "announcement/per-minute-0-80", "beep").heard]
    until(lambda: len(stack.records(caller)) == 3, "the third record", every=0.3)
    record = next(one for one in stack.records(caller) if one["ending"] == "ceiling")

    assert report.answered_t is None
    assert (report.ended.by, report.ended.code) == ("far", 480)
    assert set(names) == {"ceiling"}
    assert (record["answered"], record["amount"]["amount"]) == (None, "0.00")


def test_warning_and_cut_hold_when_the_controller_dies(stack):
    """Killed in the middle of the conversation: Asterisk warns, cuts, and hangs up without another word."""
    talks = last(stack, spend(stack, 2))
    for placed in talks:
        placed.saw("agent_answered")
    try:
        stack.signal("controller", "KILL")
        for placed in talks:
            warned(stack, placed)
        hear_each_other(talks[0], talks[0], "hugo")
    finally:
        stack.start("controller")
        stack.ready()
