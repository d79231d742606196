"""A crisis put in front of numbers by command, over HTTP and by phone, and taken away, while calls go on."""

import json

from ivr.phone.events import first
from tests.live.stack import Placed, Stack
from tests.live.talks import hear_each_other
from tests.live.test_queues import steps

FLOOD, BOTH, STAFF = "0892000040", "0892000041", "0805000042"
PRICE = "announcement/per-minute-0-35"
MESSAGES = ("crisis-outage", "crisis-flooded", PRICE, "beep")


def order(stack: Stack, *words: str) -> str:
    return stack.inside("controller", "ivr", "crisis", *words)


STATEMENT = """
import sqlite3, sys
from ivr.settings import settings
sqlite3.connect(settings().cabinet, isolation_level=None).execute(sys.argv[1])
"""
REFUSE = "CREATE TRIGGER refuse BEFORE DELETE ON crises BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
"""Has the cabinet refuse to take a crisis away."""


def heard(stack: Stack, placed: Placed) -> list[str]:
    _ = placed.report
    return [one.name for one in stack.heard(placed, *MESSAGES).heard]


def test_a_crisis_stands_in_front_of_calls_that_come_and_leaves_those_in_progress_alone(stack):
    """Its message is heard before the price, free and unanswered; the price is told and charged after it as ever."""
    before = stack.call(FLOOD, "#@3.0", stack.agent("clara", answer_after=0.5, hang_up_after=30.0))
    pin = stack.password("pin:flood")
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    denied = stack.call(STAFF, f"{wrong},{wrong}@+4.0,{wrong}@+4.0", hang_up_after=40.0)
    before.saw("agent_answered")
    python = ("/opt/ivr/bin/python", "-c", STATEMENT)
    try:
        assert "flood         2 numbers, then go on; on since" in order(stack, "on", "flood", "--why", "la Deûle")
        told = stack.call(FLOOD, hang_up_after=40.0)  # clara's phone is there when he has heard the message
        stack.asked("/crises/evacuated", "PUT")
        assert "evacuated" in [one["crisis"] for one in json.loads(stack.asked("/crises")) if one["on"]]
        stack.inside("controller", *python, REFUSE)
        failed = stack.call(STAFF, f"{pin},2", hang_up_after=30.0)
        gone = stack.call(BOTH, hang_up_after=25.0)
        assert "flood" in (stack.health() or {})["crises"]

        assert steps(stack, gone) == ["message:done"]  # of two, the one put on last
        assert heard(stack, gone) == ["crisis-flooded"]
        assert gone.report.answered_t is None

        # An order by phone that cannot be kept is told, and changes nothing.
        assert steps(stack, failed) == ["crisis:failed", "bye:done"]
        stack.inside("controller", *python, "DROP TRIGGER refuse")
        assert [one.name for one in stack.heard(failed, "switch-failed").heard] == ["switch-failed"]
        assert "flood" in (stack.health() or {})["crises"]
        assert steps(stack, denied) == ["crisis:denied"]
        said = [one.name for one in stack.heard(denied, "switch-pin", "switch-wrong", "switch-denied").heard]
        assert (said[:2], said[-1]) == (["switch-pin", "switch-wrong"], "switch-denied")
        tried = [entry["result"] for entry in stack.call_record(denied)["tape"] if "verify" in entry]
        assert tried == ["False"] * 3

        stack.asked("/crises/evacuated", "DELETE")
        # `told` has heard its message by now, and is on its way behind it.
        staff = stack.call(STAFF, f"{pin},2,0", hang_up_after=40.0)
        assert steps(stack, before) == ["agent:talked"]
        hear_each_other(before, before, "clara")
        assert steps(stack, told)[:2] == ["message:done", "onward:over"]
        assert list(dict.fromkeys(heard(stack, told)))[:3] == ["crisis-outage", PRICE, "beep"]
        assert told.report.answered_t is None  # nobody answered: announced, and not charged
        assert first(told.report.events, "early_media") is not None
        assert stack.call_record(told)["amount"]["amount"] == "0.00"

        assert steps(stack, staff) == ["crisis:done"]
        assert "flood" not in (stack.health() or {})["crises"]
        assert (stack.health() or {})["crises"] == []
        after = stack.call(BOTH, hang_up_after=20.0)
        assert steps(stack, after) == ["agent:unavailable", "nobody:done"]  # clara has gone: as on any other day
    finally:
        stack.inside("controller", *python, "DROP TRIGGER IF EXISTS refuse")
        order(stack, "off", "flood")
        order(stack, "off", "evacuated")
