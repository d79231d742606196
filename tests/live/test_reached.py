"""What is ordered while callers wait for somebody reaches them: a calendar closed by hand, a crisis put on."""

import time

from tests.live.stack import Placed, Stack, until
from tests.live.talks import hear_each_other
from tests.live.test_queues import entered, places, steps, waiting

LEFT, TOLD, RINGING, PARKED = "0892000680", "0892000681", "0892000682", "0805000683"
MESSAGES = ("closed-inventory", "workshop-closed", "goodbye")
NEVER = 3600.0


def heard(stack: Stack, placed: Placed) -> list[str]:
    _ = placed.report
    return [one.name for one in stack.heard(placed, *MESSAGES).heard]


def order(stack: Stack, *orders: str) -> None:
    for one in orders:
        stack.inside("controller", "ivr", *one.split())


def test_who_waits_in_a_queue_for_a_ring_or_parked_hears_what_is_ordered_and_pays_nothing_for_it(stack: Stack) -> None:
    """Each within seconds: told and waiting on where he stood, sent away, hung up on, or led elsewhere."""
    parked = stack.call(PARKED, "", stack.agent("capucine", keys="*6", keys_after=1.5), hang_up_after=110.0)
    told = stack.call(TOLD, "#@1.5", hang_up_after=110.0)
    ringing = stack.call(RINGING, "#@1.5", stack.agent("barnabe", answer_after=NEVER), hang_up_after=110.0)
    until(lambda: waiting(stack, "reached") == 1, "the first waits", 20.0)
    left = stack.call(LEFT, "#@1.5", hang_up_after=110.0)
    try:
        until(lambda: waiting(stack, "reached") == 2, "both wait", 20.0)
        before = places(stack, "reached")
        ringing.saw("agent_ringing")
        parked.saw("agent_ended")
        time.sleep(2.0)  # Asterisk tells in whole seconds for how long each has waited
        ordered = time.time()
        order(stack, "crisis on delayed", "crisis on elsewhere")
        until(lambda: entered(stack, "reached").get(before[0], 0.0) > ordered, "told, he waits again", 20.0)
        assert places(stack, "reached") == before, "he has lost his place"
        until(lambda: [one.event for one in ringing.events].count("agent_ringing") == 2, "rung again", 10.0)
        time.sleep(2.0)
        ordered = time.time()
        order(stack, "override hotline closed --for-good", "crisis on shut")
        assert steps(stack, ringing) == ["agent:crisis", "message:done"]
        assert steps(stack, left) == ["agents:closed", "late:done"]
        assert steps(stack, parked) == ["agent:crisis", "message:done", "bye:done"]
        until(lambda: entered(stack, "reached").get(before[0], 0.0) > ordered, "told, and waiting on", 20.0)
        assert waiting(stack, "reached") == 1
        told.leave()
    finally:
        orders = (f"crisis off {one}" for one in ("delayed", "shut", "elsewhere"))
        order(stack, *orders, "override hotline clear")

    assert heard(stack, left) == ["workshop-closed"]
    assert heard(stack, told) == ["closed-inventory", "workshop-closed"]
    assert heard(stack, ringing) == ["closed-inventory", "goodbye"]
    assert heard(stack, parked) == ["closed-inventory", "workshop-closed"]
    hear_each_other(parked, parked, "capucine")
    waits = [entry["result"] for entry in stack.call_record(told)["tape"] if "enqueue" in entry]
    assert [(one["news"], one["gone"], one["place"]) for one in waits] == [(True, False, 1)] * 2 + [(False, True, 1)]
    assert waits[-1]["waited"] > 0.0
    for one in (left, told, ringing):
        assert one.report.answered_t is None
        assert stack.call_record(one)["amount"]["amount"] == "0.00"
    ids = [stack.call_record(one)["id"] for one in (left, told, ringing, parked)]
    assert [said for said in stack.crosschecked() if any(one in said for one in ids)] == [], "Asterisk noted otherwise"
