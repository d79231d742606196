"""Whom queues and transfers ring, by each strategy that is called nowhere else, and an agent's rest after a call."""

import re
import time
from typing import Any

from tests.live.stack import CALLER_TONE, Placed, Stack, until
from tests.live.talks import hear_each_other

ALL, FEWEST, RANDOM, WEIGHTED, NOTING, MEMORY, DRAWN, PENALTY = (f"0805000{last}" for last in range(684, 692))
HOST = "0806000009"
TONES = {"ines": 550.0, "jean": 770.0, "mila": 990.0}
NEVER = 3600.0


def waits(stack: Stack, placed: Placed) -> list[dict[str, Any]]:
    """What its waits or rings came to, and whom they were for."""
    _ = placed.report
    tape = stack.call_record(placed)["tape"]
    return [one["result"] | one.get("dial", {}) for one in tape if "enqueue" in one or "dial" in one]


def taken(stack: Stack, queue: str) -> dict[str, int]:
    """How many calls each of its agents has taken, of all queues, as Asterisk counts them."""
    said = re.findall(r"^ +(\w+) .* has taken (no|\d+) calls", stack.asterisk(f"queue show {queue}"), re.MULTILINE)
    return {name: int(count.replace("no", "0")) for name, count in said}


def spared(stack: Stack) -> list[tuple[str, list[str]]]:
    """Who takes two callers, and was rung for each: the second comes while she who has no penalty talks."""
    phones, callers = {}, []
    for name in ("placide", "penelope"):
        phones[name] = stack.call(HOST, "", stack.agent(name, answer_after=0.4), hang_up_after=60.0)
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in phones), "the phones are there", 20.0)
    for phone in phones.values():
        callers.append(stack.call(PENALTY, tone=CALLER_TONE, hang_up_after=50.0))
        phone.saw("agent_answered")
    time.sleep(1.0)  # while they talk
    for (name, phone), caller in zip(phones.items(), callers, strict=True):
        caller.leave()
        phone.leave()
        hear_each_other(caller, phone, name)
    return [(wait["agent"], wait["rang"]) for caller in callers for wait in waits(stack, caller)]


def test_each_strategy_rings_whom_it_says_and_who_takes_notes_is_left_alone(stack: Stack) -> None:
    """All; who took the fewest; by chance; the first, then the first two; who has a penalty only while the other talks;
    and nobody within five seconds of a call.
    """

    def call(number: str) -> Placed:
        return stack.call(number, tone=CALLER_TONE, hang_up_after=30.0)

    agents = {name: stack.agent(name, answer_after=0.4, hang_up_after=1.2, tone=hertz) for name, hertz in TONES.items()}
    phones = {name: stack.call(HOST, "", agent, hang_up_after=60.0) for name, agent in agents.items()}
    lea, nino = stack.agent("lea", answer_after=NEVER), stack.agent("nino", hang_up_after=1.2)
    memory = stack.call(MEMORY, "", lea, nino, hang_up_after=30.0)
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in TONES), "the phones are there", 20.0)
    beside = stack.beside(spared)
    notes = [call(NOTING), call(NOTING)]
    placed = [call(ALL)]
    counts: list[dict[str, int]] = []
    for number in (FEWEST, FEWEST):
        _ = placed[-1].report
        counts.append(taken(stack, "chosen-fewest"))
        placed.append(call(number))
    _ = placed[-1].report
    placed += [call(RANDOM), call(WEIGHTED)]
    _ = [one.report for one in placed]
    placed.append(call(DRAWN))
    penalised = beside.result()
    came = [waits(stack, one)[0] for one in placed]
    both, *fewest = came[:3]
    first, second = sorted(
        (one.report for one in notes), key=lambda report: report.invited_at + (report.answered_t or 0)
    )
    alone, together = waits(stack, memory)
    (chance,) = [float(one["result"]) for one in stack.call_record(placed[-1])["tape"] if "draw" in one]
    for phone in phones.values():
        phone.leave()

    assert sorted(both["rang"]) == ["ines", "jean"], both
    for one, count in zip(fewest, counts, strict=True):
        assert count[one["agent"]] == min(count.values()), (fewest, counts)
    assert len({*counts[0].values(), *counts[1].values()}) > 1, "in both calls it was all the same"
    assert [one["rang"] for one in came[1:5]] == [[one["agent"]] for one in came[1:5]], "more than one was rung"
    for queue, word in (("random", "random"), ("weighted", "wrandom")):
        assert f"'{word}' strategy" in stack.asterisk(f"queue show chosen-{queue}")
    assert (alone["agents"], alone["reached"]) == (["lea"], "no_answer")
    assert (together["agents"], together["agent"]) == (["lea", "nino"], "nino")
    assert came[-1]["agents"] == [("ines", "jean")[int(chance * 2)]]
    assert penalised == [("placide", ["placide"]), ("penelope", ["penelope"])], "a penalty is rung beside none"
    assert second.answered_t is not None
    assert second.invited_at + second.answered_t - (first.invited_at + first.ended.t) >= 4.5, "rung as she took notes"
    hear_each_other(memory, memory, "nino")
    for one in (*notes, *placed):
        agent = waits(stack, one)[-1]["agent"]
        hear_each_other(one, phones[agent], agent, TONES[agent])
