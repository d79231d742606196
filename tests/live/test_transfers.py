"""Who is rung by a transfer, in what order, what he is told, and who takes the call; the caller waits free."""

import time
from pathlib import Path

import pytest

from ivr.phone import ear
from ivr.phone.events import first
from tests.live.stack import CALLER_TONE, Placed, Stack, until
from tests.live.talks import hear_each_other, hears
from tests.live.test_calls import TRUE_TO, since_invite

TOLD, MAILBOX, CREW, PAIR = "0892000060", "0806000061", "0805000062", "0805000063"
OTHER_TONE = 770.0
NEVER = 3600.0
HOST = "0806000009"  # where who has a phone for others waits


def steps(stack: Stack, placed: Placed) -> list[str]:
    _ = placed.report
    found: list[str] = stack.call_record(placed)["steps"]
    return found


def dialled(stack: Stack, placed: Placed) -> list[tuple[list[str], str, str | None]]:
    """Whom the call rang, what came of it, and who took it, as the ledger has it."""
    entries = [entry for entry in stack.call_record(placed)["tape"] if "dial" in entry]
    return [(one["dial"]["agents"], one["result"]["reached"], one["result"]["agent"]) for one in entries]


def test_who_picks_up_is_told_and_must_press_1_and_only_then_is_the_caller_answered(stack):
    """The first refuses with a key, the second takes the call; another number has a mailbox, which presses nothing."""
    mailbox = stack.call(MAILBOX, "", stack.agent("cyprien"), hang_up_after=60.0)
    placed = stack.call(
        TOLD,
        "#@3.0",
        stack.agent("anatole", keys="5", keys_after=1.5),
        stack.agent("blanche", keys="1", keys_after=14.0, hang_up_after=18.0, tone=OTHER_TONE),
        hang_up_after=75.0,
    )
    report = placed.report
    picked_up = [event for event in report.events if event.event == "agent_answered"]
    record = stack.call_record(placed)

    assert [event.agent for event in picked_up] == ["anatole", "blanche"]
    assert record["steps"] == ["agent:talked"]
    assert [one[1:] for one in dialled(stack, placed)] == [("declined", None), ("talked", "blanche")]
    assert report.answered_t is not None
    assert report.answered_t == pytest.approx(picked_up[1].t + 14.0, abs=1.0), "answered before the 1, or long after"
    assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
    hear_each_other(placed, placed, "blanche", OTHER_TONE)
    told = report.agent("blanche").recording
    names = ["whisper/tariff-per-minute-35", "whisper/number", "whisper/waits-0"]
    known = {name: ear.sound(Path(f"{stack.sounds.sounds['fr', name].path}.alaw"), told.rate) for name in names}
    assert [one.name for one in ear.heard(told.samples, told.rate, known)] == names
    caller = report.recording
    assert not ear.heard(caller.samples, caller.rate, known), "the caller heard what is whispered"
    assert steps(stack, mailbox) == ["agent:declined", "nobody:done"]
    assert mailbox.report.answered_t is None
    assert stack.call_record(mailbox)["billed_seconds"] == 0


def test_of_two_who_ring_at_once_a_mailbox_does_not_win(stack):
    """Damien's phone picks up first and says nothing, or hangs up while he is told; Éloïse takes the call."""
    for mailbox in (stack.agent("damien"), stack.agent("damien", hang_up_after=1.0)):
        eloise = stack.agent("eloise", answer_after=3.0, keys="1", hang_up_after=4.0, tone=OTHER_TONE)
        placed = stack.call(CREW, "", mailbox, eloise, hang_up_after=40.0)
        picked_up = [event for event in placed.report.events if event.event == "agent_answered"]

        assert steps(stack, placed) == ["agent:talked"]
        assert [event.agent for event in picked_up] == ["damien", "eloise"]
        assert dialled(stack, placed) == [(["damien", "eloise"], "talked", "eloise")]
        assert placed.report.answered_t == pytest.approx(picked_up[1].t + 1.0, abs=0.8)
        hear_each_other(placed, placed, "eloise", OTHER_TONE)


def test_one_after_the_other_and_the_last_agent_first(stack):
    """Busy (who declines is, too), no answer, nobody; and who calls again is put through to whom he talked with."""
    flavie = stack.agent("flavie", engaged=True)
    gaspard = stack.agent("gaspard", hang_up_after=3.0)
    placed = stack.call(PAIR, "", flavie, gaspard, hang_up_after=30.0)

    assert steps(stack, placed) == ["agent:talked"]
    assert dialled(stack, placed) == [(["flavie"], "busy", None), (["gaspard"], "talked", "gaspard")]
    hear_each_other(placed, placed, "gaspard")
    again = stack.call(PAIR, "", stack.agent("flavie"), gaspard, from_=placed.script.from_, hang_up_after=30.0)
    _ = again.report
    caller = placed.script.from_
    both = until(lambda: len(found := stack.records(caller)) == 2 and found, "the second record", every=0.3)
    rung = [entry["dial"]["agents"] for one in both for entry in one["tape"] if "dial" in entry]
    assert [one["steps"] for one in both] == [["agent:talked"]] * 2
    hear_each_other(again, again, "gaspard")
    assert sorted(rung) == sorted([["flavie"], ["gaspard"], ["gaspard"]])
    late = stack.call(PAIR, "", stack.agent("flavie", answer_after=NEVER), hang_up_after=40.0)
    assert steps(stack, late) == ["agent:no_answer", "nobody:done"]
    assert [one[1] for one in dialled(stack, late)] == ["no_answer", "unavailable"]
    declines = stack.agent("flavie", engaged=True, refusal=603)
    told = stack.call(CREW, "", stack.agent("damien", engaged=True, refusal=603), hang_up_after=40.0)
    busy = stack.call(PAIR, "", declines, hang_up_after=40.0)
    assert steps(stack, busy) == ["agent:busy", "busy:done"]
    assert [one[1] for one in dialled(stack, busy)] == ["busy", "unavailable"]
    assert steps(stack, told) == ["agent:busy", "busy:done"]
    nobody = stack.call(PAIR, hang_up_after=40.0)
    assert steps(stack, nobody) == ["agent:unavailable", "nobody:done"]
    assert first(nobody.report.events, "answered") is None


def test_an_agents_phone_that_dies_loses_no_caller(stack):
    """Killed with -9: one of several that ring, or ringing alone, as its agent is told something, and in the talk."""

    def phone(name: str, **options: object) -> Placed:
        return stack.call(HOST, "", stack.agent(name, **options), hang_up_after=100.0)

    told, taking = phone("anatole"), phone("blanche", keys="1", keys_after=2.0, tone=OTHER_TONE)
    several, alone = phone("damien", answer_after=NEVER), phone("flavie", answer_after=NEVER)
    names = ("anatole", "blanche", "damien", "flavie")
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in names), "the phones are there", 20.0)
    listened = stack.call(TOLD, "#@3.0", tone=CALLER_TONE, hang_up_after=90.0)
    eloise = stack.agent("eloise", answer_after=5.0, keys="1", keys_after=1.0, hang_up_after=4.0, tone=OTHER_TONE)
    crew = stack.call(CREW, "", eloise, hang_up_after=60.0)
    several.saw("agent_ringing")
    stack.die(several)
    pair = stack.call(PAIR, "", stack.agent("gaspard", hang_up_after=3.0), hang_up_after=60.0)
    alone.saw("agent_ringing")
    stack.die(alone)
    told.saw("agent_answered", 40.0)
    stack.die(told)
    taking.saw("agent_answered", 60.0)
    listened.saw("answered", 20.0)
    time.sleep(1.0)  # while they talk
    stack.die(taking)

    assert (steps(stack, crew), dialled(stack, crew)[-1][1:]) == (["agent:talked"], ("talked", "eloise"))
    hear_each_other(crew, crew, "eloise", OTHER_TONE)
    assert [one[1:] for one in dialled(stack, pair)] == [("no_answer", None), ("talked", "gaspard")]
    hear_each_other(pair, pair, "gaspard")
    assert [one[1:] for one in dialled(stack, listened)] == [("declined", None), ("talked", "blanche")]
    hears(listened.report.recording, OTHER_TONE, "the caller heard no agent", 0.3)  # whose own ear died with her phone
    assert listened.report.spoken < 30.0, "a talk with a dead phone was not over soon"
