"""What one caller may spend, on a real phone: warned, cut by Asterisk's own timer, then refused free."""

import pytest

from tests.live.stack import Placed, Stack, until

ALMOST, LAST = "0892000018", "0892000019"
LEFT = 60.0
"""Seconds that 0.80 € pay for, which is what a call of 2.20 € leaves of a ceiling of 3 €."""

BEFORE = 20.0
TRUE_TO = 0.5


def spend(stack: Stack) -> str:
    """A new caller who has spent 2.20 € of his three."""
    caller = stack.caller()
    _ = stack.call(ALMOST, "#@2.0", stack.agent("hugo", answer_after=1.0, hang_up_after=2.0), from_=caller).report
    record = stack.record(caller)
    assert record["amount"] == {"amount": "2.20", "currency": "EUR"}
    return caller


def last(stack: Stack, caller: str) -> Placed:
    """His call that uses up the rest; the agent never hangs up."""
    return stack.call(LAST, "#@2.0", stack.agent("hugo", answer_after=2.0), from_=caller)


def warned(stack: Stack, placed: Placed) -> None:
    """The warning came before the cut, from the exchange, and the cut where the money ended."""
    report = placed.report
    heard = [one for one in stack.heard(placed, "limit-warning").heard if one.name == "limit-warning"]

    assert report.answered_t is not None
    assert report.ended.by == "far"
    assert report.spoken == pytest.approx(LEFT, abs=1.0)
    assert heard, "nobody warned the caller"
    assert heard[0].start - report.answered_t == pytest.approx(LEFT - BEFORE, abs=1.0)


def test_a_caller_is_warned_cut_and_then_refused(stack):
    """2.20 €, then the 0.80 € that are left, to the second; the third call is neither announced nor answered."""
    caller = spend(stack)
    placed = last(stack, caller)
    warned(stack, placed)
    until(lambda: len(stack.records(caller)) == 2, "the second record", every=0.3)
    record = next(one for one in stack.records(caller) if one["number"] == LAST)

    assert record["ending"] == "limit"
    assert record["steps"] == []
    assert record["amount"]["amount"] in ("0.80", "0.81")

    refused = stack.call(LAST, from_=caller)
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
    caller = spend(stack)
    placed = last(stack, caller)
    placed.saw("agent_answered")
    try:
        stack.signal("controller", "KILL")
        warned(stack, placed)
    finally:
        stack.start("controller")
        stack.ready()
