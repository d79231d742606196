"""The book's numbers, called for real: what is seen on the wire, heard by the caller, and written in the ledger."""

import json
from datetime import datetime

import pytest

from ivr.phone import tone
from ivr.phone.ear import Heard
from ivr.phone.events import first
from ivr.phone.report import CallReport, load
from ivr.phone.timeline import Findings
from tests.live.batch import CLOSED, HANG_UPS, Proof
from tests.live.fairness import hold
from tests.live.sip import HungUp
from tests.live.stack import Placed, until
from tests.live.talks import hear_each_other

TRUE_TO = 0.5
"""Seconds by which the ledger and the phone's own clock may disagree."""

JITTER = 0.06
"""Seconds by which the phone's ear may be behind its wire: three packets of 20 ms in its jitter buffer."""

ANNOUNCEMENT = "announcement/per-minute-0-80"

FREE = ("beep", ANNOUNCEMENT, "announcement/per-minute-0-15", "welcome-after-sales", "menu-after-sales", "transfer")
"""What a caller of the free number might hear, and must not, or must."""

AT_ONCE = 0.5
"""Seconds in which a prompt is to follow the other."""

RINGING = 440.0  # Hz, ITU-T E.180 supplement 2, France


def since_invite(report: CallReport | HungUp, instant: str) -> float:
    """An instant of the ledger on the phone's own axis."""
    return datetime.fromisoformat(instant).timestamp() - report.invited_at


def one(found: Findings, name: str) -> Heard:
    """The first time that a sound was heard."""
    heard = [heard for heard in found.heard if heard.name == name]
    assert heard, f"{name} was not heard, only {found.heard}"
    return heard[0]


def test_a_free_call_has_no_announcement(stack, calls):
    """0800: answered at once, no announcement, no beep, nothing owed."""

    def check(placed: Placed) -> None:
        report = placed.report
        names = [heard.name for heard in stack.heard(placed, *FREE).heard]

        assert report.answered_t is not None
        assert report.answered_t < 2
        assert list(dict.fromkeys(names)) == ["welcome-after-sales", "menu-after-sales", "transfer"]
        hear_each_other(placed, placed, "karim")
        record = stack.call_record(placed)
        assert record["steps"] == ["hours:open", "welcome:done", "menu:3", "parts:talked"]
        assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
        assert record["billed_seconds"] == 0
        assert record["amount"]["amount"] == "0.00"
        assert record["announced_from"] is None
        rang = first(report.events, "agent_ringing")
        assert rang is not None
        assert stack.complaints(placed, *FREE[-3:], until=rang.t, pause=AT_ONCE) == []

    calls.hold("free", check)


@pytest.mark.parametrize("number", CLOSED)
def test_out_of_hours_the_closed_message_is_free(stack, calls, number):
    """Closed: the message and the hour at which we open again are heard, and there is no 200."""

    def check(placed: Placed) -> None:
        report = placed.report
        found = stack.heard(placed, "closed", "slot/today", "slot/at-0900")

        assert report.answered_t is None
        assert report.ended.by == "far"
        assert report.ended.code == 480
        assert one(found, "closed").end < one(found, "slot/today").end < one(found, "slot/at-0900").end
        record = stack.call_record(placed)
        assert record["answered"] is None
        assert record["announced_from"] is None
        assert record["amount"]["amount"] == "0.00"
        assert record["steps"] == ["hours:closed", "closed:done"]
        assert stack.complaints(placed, "closed", pause=AT_ONCE) == []

    calls.hold(number, check)


def test_who_is_refused_is_told_so_by_the_network(stack, calls):
    """A caller whom the book does not put through: 403 at once, unanswered, nothing said and nothing owed."""

    def check(placed: Placed) -> None:
        report = placed.report

        assert report.answered_t is None
        assert (report.ended.by, report.ended.code) == ("far", 403)
        assert report.ended.t < 3.0

    calls.hold("refused", check)


def test_hash_skips_the_announcement(stack, calls):
    """# pressed in early media: the announcement stops, the beep is still heard, then 200."""

    def check(placed: Placed) -> None:
        report, found = placed.report, stack.heard(placed, ANNOUNCEMENT, "beep")
        key, announcement, beep = first(report.events, "key"), one(found, ANNOUNCEMENT), one(found, "beep")

        assert key is not None
        assert report.answered_t is not None
        # A key is told when it is released (0.16 s) and the beep lasts half a second; the rest is for the way.
        assert key.t < report.answered_t < key.t + 0.16 + 0.5 + 1.0
        assert announcement.end < key.t + TRUE_TO
        assert beep.whole
        assert report.answered_t >= beep.end - JITTER
        assert stack.call_record(placed)["skipped"] is True
        assert stack.complaints(placed, ANNOUNCEMENT, "beep", until=report.answered_t + JITTER, pause=AT_ONCE) == []

    calls.hold("skip", check)


@pytest.mark.parametrize("seconds", HANG_UPS)
def test_a_hang_up_at_any_moment_leaves_a_true_record(stack, calls, seconds):
    """Who hangs up before the answer owes nothing; who hangs up after it owes what he spoke."""
    hung_up = calls.hang_ups[seconds].result()
    record = stack.record(hung_up.caller)

    assert record["ending"] == "caller"
    assert since_invite(hung_up, record["ended"]) == pytest.approx(hung_up.ended_t, abs=TRUE_TO)
    assert (hung_up.answered_t is not None) == (seconds > 15)
    if hung_up.answered_t is None:
        assert record["answered"] is None
        assert record["billed_seconds"] == 0
        assert record["amount"]["amount"] == "0.00"
        assert since_invite(hung_up, record["announced_to"]) == pytest.approx(hung_up.ended_t, abs=TRUE_TO)
    else:
        assert since_invite(hung_up, record["answered"]) == pytest.approx(hung_up.answered_t, abs=TRUE_TO)
        assert hung_up.spoken - TRUE_TO <= record["billed_seconds"] <= hung_up.spoken + 1 + TRUE_TO


def test_waiting_for_an_agent_is_free(stack, calls):
    """A call that only waits: announced, then ringing unanswered; 200 when the agent picks up, and the ledger knows."""

    def check(placed: Placed) -> None:
        report = placed.report
        picked_up = first(report.events, "agent_answered")
        side = report.recording
        rings = [span.start + side.start_t for span in tone.tones(side.samples, side.rate, RINGING, 0.5)]
        found = stack.heard(placed, "announcement/per-minute-0-35", "beep")

        assert picked_up is not None
        assert report.answered_t is not None
        assert one(found, "announcement/per-minute-0-35").start < one(found, "beep").start
        assert [t for t in rings if one(found, "beep").end - JITTER <= t < report.answered_t], "no ringing heard"
        assert report.answered_t == pytest.approx(picked_up.t, abs=TRUE_TO)
        record = stack.call_record(placed)
        assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
        assert report.spoken - TRUE_TO <= record["billed_seconds"] <= report.spoken + 1 + TRUE_TO
        assert record["ending"] == "flow"
        assert record["steps"] == ["hours:open", "agent:talked"]
        hear_each_other(placed, placed, "louise")

    calls.hold("waiting", check)


def test_a_caller_who_hangs_up_on_the_agent_owes_from_his_answer(stack, calls):
    """The agent answered inside the exchange and the caller left first: the exchange's own word, and one price."""
    report = calls["once"].report
    record = stack.call_record(calls["once"])

    assert report.answered_t is not None
    assert report.ended.by == "caller"
    assert record["ending"] == "caller"
    assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
    assert since_invite(report, record["ended"]) == pytest.approx(report.ended.t, abs=TRUE_TO)
    assert record["amount"] == {"amount": "0.50", "currency": "EUR"}
    assert record["tape"][-1]["result"]["agent"] == "marius"
    hear_each_other(calls["once"], calls["once"], "marius")


def test_free_waiting_ends_where_the_carrier_bears_it_no_longer(stack, calls):
    """Nobody picks up for 40 s, and the number's carrier bears 25 s unanswered: the line answers then, ringing on."""
    report = calls["long"].report
    early = first(report.events, "early_media")
    rang = [event.t for event in report.events if event.event == "agent_ringing"]

    assert early is not None
    assert report.answered_t is not None
    assert report.answered_t - early.t == pytest.approx(25, abs=1.0)
    assert len(rang) == 2
    assert rang[0] < report.answered_t < rang[1] < report.answered_t + 1.0
    record = stack.call_record(calls["long"])
    assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)


def test_a_withheld_number_stays_withheld(stack, calls):
    """An anonymous caller is served and recorded as such."""
    assert calls["anonymous"].report.answered_t is not None
    until(lambda: any(one["number"] == "0800000001" for one in stack.records("anonymous")), "his record", every=0.3)


def test_the_command_says_what_a_call_did_not_prove(calls):
    """`ivr call --prove` of a caller who leaves in the announcement: exit status 1, and a sentence for each lack."""
    out, err = calls.leaving.communicate(timeout=60)

    assert calls.leaving.returncode == 1
    assert "not proved: The call was never answered (no 200).\n" in err
    assert "not proved: welcome-repair was not heard where it was expected.\n" in err
    assert "INVITE sent" in out
    assert "the caller owes 0.00 €" in out


def test_the_command_proves_a_call_and_can_be_read_by_a_program(stack, calls):
    """`ivr call --prove --json --record`: exit status 0, one event a line, and the sound that was heard."""

    def check(proof: Proof) -> None:
        out, err = proof.communicate()
        events = [json.loads(line) for line in out.splitlines()]
        when = {event["event"]: event["t"] for event in reversed(events)}

        assert proof.command.returncode == 0, err
        assert err == ""
        assert when["calling"] == 0
        assert when["early_media"] < when["answered"] < when["key"] < when["ended"]
        assert when["answered"] > 10
        samples, rate = load(proof.recording)
        assert rate == 8000
        assert len(samples) / rate == pytest.approx(when["ended"] - when["early_media"], abs=1.0)
        record = stack.record(proof.caller)
        assert record["steps"] == ["hours:open", "welcome:done", "menu:3", "contract:done", "bye:done"]

    hold(check, calls.command, lambda: Proof(stack))


def test_a_surcharged_call_is_announced_answered_and_put_through(stack, calls):
    """0899: 183, the whole announcement, the beep, only then 200; then the menu, key 2, the agent, and the record."""

    def check(placed: Placed) -> None:
        report = placed.report
        found = stack.heard(placed, ANNOUNCEMENT, "beep", "welcome-repair", "menu-repair", "transfer")
        announcement, beep = one(found, ANNOUNCEMENT), one(found, "beep")
        early = first(report.events, "early_media")

        assert early is not None
        assert report.answered_t is not None
        assert early.t < announcement.start
        assert announcement.whole
        assert 10 <= beep.end - announcement.start <= 20
        assert announcement.end <= beep.start + JITTER
        assert beep.whole
        assert report.answered_t >= beep.end - JITTER
        welcome, menu = one(found, "welcome-repair"), one(found, "menu-repair")
        assert report.answered_t - JITTER < welcome.start < menu.start
        key, rang = first(report.events, "key"), first(report.events, "agent_ringing")
        assert key is not None
        assert rang is not None
        assert menu.start < key.t < rang.t
        hear_each_other(placed, placed, "camille")
        assert report.ended.by == "far"
        said = (ANNOUNCEMENT, "beep", "welcome-repair", "menu-repair", "transfer")
        assert stack.complaints(placed, *said, until=rang.t, pause=AT_ONCE) == []

        record = stack.call_record(placed)
        assert record["steps"] == ["hours:open", "welcome:done", "menu:2", "boiler:talked"]
        assert record["ending"] == "flow"
        assert record["skipped"] is False
        assert since_invite(report, record["announced_from"]) == pytest.approx(announcement.start, abs=TRUE_TO)
        assert since_invite(report, record["announced_to"]) == pytest.approx(announcement.end, abs=TRUE_TO)
        assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
        assert since_invite(report, record["ended"]) == pytest.approx(report.ended.t, abs=TRUE_TO)
        # Seconds begun are billed: at most one more than were spoken, and the disagreement of the clocks.
        assert report.spoken - TRUE_TO <= record["billed_seconds"] <= report.spoken + 1 + TRUE_TO
        assert record["amount"]["amount"] == f"{0.80 * record['billed_seconds'] / 60:.2f}"
        assert record["book"] == stack.book.digest
        kinds = [next(iter(entry.keys() - {"at", "took", "result", "done"})) for entry in record["tape"]]
        said = [entry["play"]["phrase"] for entry in record["tape"] if "play" in entry]
        assert said[:2] == [[ANNOUNCEMENT], ["beep"]]
        assert [kind for kind in kinds if kind in ("progress", "play", "answer", "limit")][:5] == [
            "progress",
            "play",
            "play",
            "answer",
            "limit",
        ]

    calls.hold("whole", check)


def test_nothing_is_left_of_all_these_calls(stack, calls):
    """One record of each, and no channel, no call and no descriptor."""
    calls.finish()
    stack.quiet()
    stack.records(calls.leaver)
    callers = [placed.script.from_ for placed in calls.placed.values() if placed.script.from_]
    callers += [calls.command.caller, calls.leaver, *(future.result().caller for future in calls.hang_ups.values())]
    found = {number: len([one for one in stack.read if one["caller"] == f"+33{number[1:]}"]) for number in callers}

    assert found == dict.fromkeys(callers, 1)
    ledger, others = stack.descriptors()
    assert others <= calls.descriptors[1]
    # SQLite keeps the file of a closed reader while the writer has its lock, and gives it to the next reader: there are
    # as many as ever read at once, and calls one after the other need no more of them.
    for _ in range(4):
        assert stack.hang_up("0899000004", 1.0).result().answered_t is None
    stack.quiet()
    assert stack.descriptors() == (ledger, others)


def test_asterisk_noted_of_these_calls_what_the_ledger_has(stack, calls):
    """When they were answered and when they ended, and with whom their callers talked."""
    calls.finish()
    stack.quiet()
    stack.records(calls.leaver)
    asleep = {f"+33{calls[number].script.from_[1:]}" for number in CLOSED}  # by the clock of the tests
    mine = {f"+33{placed.script.from_[1:]}" for placed in calls.placed.values() if placed.script.from_} - asleep
    ids = [one["id"] for one in stack.read if one["caller"] in mine]
    *differences, sum_ = stack.crosschecked()

    assert len(ids) == len(mine)
    assert [told for told in differences for call in ids if f"call {call}:" in told] == []
    assert int(sum_.split()[0]) >= len(ids)
