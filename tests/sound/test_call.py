"""The phone places real calls: SIP and RTP over loopback, each call in a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ivr.phone import booth, timeline, tone
from ivr.phone.events import parse
from ivr.phone.script import CUE, Agent, CallScript, Step, keys
from ivr.phone.timeline import Expected
from tests.live.fairness import STARVED, Watch
from tests.phone.sip_server import Uas
from tests.phone.sip_switch import Switch
from tests.phone.speech import ANNOUNCEMENT, RATE, WELCOME, beep, silence, spoken

pytestmark = pytest.mark.sound

SOUNDS = {"announcement": spoken(ANNOUNCEMENT), "beep": beep(), "welcome": spoken(WELCOME)}
EARLY = np.concatenate([silence(0.1), SOUNDS["announcement"], silence(0.2), SOUNDS["beep"]])


async def call(uas, **wishes):
    """The report of a call to the server, and the script."""
    script = CallScript("0899000004", port=uas.port, **wishes)
    return await asyncio.to_thread(booth.place, script), script


async def sound_call(prepare, **wishes):
    """Like ``call``, to a new server each time: once more (at most twice) where the machine stalled one of the two."""
    for _ in range(3):
        watch = Watch()
        async with prepare() as uas:
            report, script = await call(uas, **wishes)
        if watch.over() < STARVED and uas.late < 0.04:
            break
    return uas, report, script


def names(report):
    """The events' names without what a person need not know."""
    return [event.event for event in report.events if event.event != "media_changed"]


async def test_a_whole_call_is_heard_and_proved():
    """Early media, answer, a key while the menu speaks: events agree with the wire, sound with the server's."""
    uas, report, script = await sound_call(
        lambda: Uas(EARLY, SOUNDS["welcome"], ring=True), from_="0612345678", keys=keys("2@+2")
    )
    wire = {name: at - uas.times["invite"] for name, at in uas.times.items()}
    found = timeline.findings(report, script, SOUNDS)
    heard = {one.name: one for one in found.heard}

    assert names(report) == ["calling", "ringing", "early_media", "answered", "key", "ended"]
    for event, truth in (("early_media", "183"), ("answered", "200"), ("ended", "bye_sent")):
        assert abs(next(e.t for e in report.events if e.event == event) - wire[truth]) < 0.05
    assert [key for _, key in uas.keys] == ["2"]
    assert list(heard) == ["announcement", "beep", "welcome"]
    assert [one for one in found.heard if not one.whole] == []
    assert -0.02 <= heard["announcement"].start - (wire["sound"] + 0.1) < 0.08
    assert abs(report.drift) < 0.06
    expected = Expected(True, "announcement", "beep", ("welcome",), "2")
    assert timeline.missing(report.events, found, expected) == []
    assert (report.ended.code, report.ended.by, report.ended.reason) == (200, "far", "Q.850;cause=16")
    assert "sip:0612345678@" in uas.wire[0]


async def test_the_recording_goes_on_when_the_media_change():
    """A second 183 from another port in the middle of the sound: heard to the end, at most half a second blurred."""
    _, report, script = await sound_call(lambda: Uas(SOUNDS["announcement"][: 6 * RATE], beep(), moves=True))
    found = timeline.findings(report, script, {"announcement": SOUNDS["announcement"][: 6 * RATE]})
    changes = [event.t for event in report.events if event.event == "media_changed"]

    assert len(changes) >= 2
    assert [event.event for event in report.events].count("early_media") == 1
    assert [one.name for one in found.heard] == ["announcement"]
    assert found.heard[0].heard > 5.5
    assert pytest.approx(6.0, abs=0.1) == found.heard[0].until
    assert pytest.approx(6.0, abs=0.1) == found.heard[0].seconds


async def test_an_answer_before_the_beep_is_caught():
    """The server answers at once and announces on the caller's money: the proof fails."""
    async with Uas(silence(0.2), EARLY) as uas:
        report, script = await call(uas, hang_up_after=6.0)
    said = timeline.missing(
        report.events, timeline.findings(report, script, SOUNDS), Expected(True, "announcement", "beep")
    )

    assert any("was not heard before the answer" in sentence for sentence in said)


async def test_keys_are_pressed_when_they_should_be():
    """# two seconds into the early media; 2 and 3 when the menu has spoken; * at a fixed time after them."""
    async with Uas(EARLY[: 4 * RATE], np.concatenate([silence(1.5), SOUNDS["welcome"], silence(4)])) as uas:
        report, _ = await call(uas, keys=keys("#@2.0,23,*@+1.5"))
    pressed = [(event.t, event.keys) for event in report.events if event.event == "key"]
    answered = report.answered_t

    spoken_at = 0.15 + 1.5 + len(SOUNDS["welcome"]) / RATE

    assert [key for _, key in uas.keys] == ["#", "2", "3", "*"]
    assert pytest.approx(2.0, abs=0.1) == pressed[0][0]
    assert pytest.approx(spoken_at + 1.0, abs=0.25) == pressed[1][0] - answered
    assert pytest.approx(1.5, abs=0.1) == pressed[3][0] - pressed[2][0]
    assert [key for _, key in pressed] == ["#", "2", "3", "*"]


async def test_a_question_can_be_passed_in_silence():
    """The key comes when the sound after it is over, not at the first pause."""
    said = SOUNDS["welcome"]
    async with Uas(EARLY[:RATE], np.concatenate([said, silence(3), said, silence(4)])) as uas:
        report, _ = await call(uas, keys=(Step(""), Step("2")))
    (pressed,) = [event.t for event in report.events if event.event == "key"]
    over = 2 * len(said) / RATE + 3

    assert pytest.approx(over + 1.0, abs=0.4) == pressed - report.answered_t


async def test_a_key_can_wait_for_its_cue():
    """One cue, given while the menu speaks, is one step: the next waits for its own."""
    script = CallScript("0899000004", keys=tuple(Step(key, since="cue") for key in "56"), hang_up_after=2.0)
    phones = []

    def start(*given, **named):
        phones.append(subprocess.Popen(*given, **named))
        return phones[0]

    def give(event):
        if event.event == "answered":
            phones[0].send_signal(CUE)

    async with Uas(EARLY[: RATE // 2], SOUNDS["welcome"]) as uas:
        report = await asyncio.to_thread(booth.place, replace(script, port=uas.port), give, start=start)
    (pressed,) = [event for event in report.events if event.event == "key"]

    assert [key for _, key in uas.keys] == ["5"]
    assert pytest.approx(report.answered_t, abs=0.2) == pressed.t


async def test_a_caller_who_hangs_up_before_the_answer_cancels():
    """CANCEL on the wire, 487, no answer, and nothing was spoken."""
    async with Uas(EARLY) as uas:
        report, script = await call(uas, hang_up_after=2.0)

    assert names(report) == ["calling", "early_media", "hang_up", "ended"]
    assert (report.ended.code, report.ended.by) == (487, "caller")
    assert pytest.approx(2.0, abs=0.1) == uas.times["cancel"] - uas.times["invite"]
    assert report.answered_t is None
    assert report.spoken == 0.0
    heard = timeline.findings(report, script, SOUNDS).heard[0]
    assert pytest.approx(2.0 - heard.start, abs=0.15) == heard.from_start


async def test_a_caller_who_hangs_up_in_the_talk_says_bye():
    """BYE on the wire; seconds spoken are those between the 200 and the end."""
    async with Uas(beep(), SOUNDS["welcome"]) as uas:
        report, _ = await call(uas, hang_up_after=2.5, tone=660.0)

    assert (report.ended.by, report.ended.code) == ("caller", 200)
    assert pytest.approx(uas.times["bye"] - uas.times["200"], abs=0.1) == report.spoken
    assert np.sqrt(np.mean(np.concatenate(uas.heard) ** 2)) > 0.1  # the caller's own tone arrived


@pytest.mark.parametrize(("refuse", "code"), [("404 Not Found", 404), ("503 Service Unavailable", 503)])
async def test_a_refusal_is_reported(refuse, code):
    """A refused call has its SIP status, and no recording."""
    async with Uas(answer=False, refuse=refuse) as uas:
        report, _ = await call(uas)

    assert names(report) == ["calling", "ended"]
    assert (report.ended.code, report.ended.by) == (code, "far")
    assert report.recording.seconds == 0.0


async def test_a_server_that_says_nothing_does_not_hold_the_phone():
    """No answer at all: the limit ends the call, and a few seconds later the phone gives up waiting."""
    async with Uas(deaf=True) as uas:
        report, _ = await call(uas, limit=1.0)

    assert names(report) == ["calling", "hang_up", "ended"]
    assert next(event.reason for event in report.events if event.event == "hang_up") == "limit of 1 s"
    assert report.ended.t < 10


async def test_an_anonymous_caller_gives_no_number():
    """Without a number the From is RFC 3323's."""
    async with Uas(answer=False) as uas:
        await call(uas)

    assert "sip:anonymous@anonymous.invalid" in uas.wire[0]


async def test_calls_one_after_the_other_and_side_by_side():
    """Any number of calls from one program: three at once, then one more; ports never collide."""
    async with Uas(beep(), beep()) as one, Uas(beep(), beep()) as two, Uas(beep(), beep()) as three:
        reports = await asyncio.gather(*(call(uas) for uas in (one, two, three)))
    async with Uas(beep(), beep()) as last:
        reports.append(await call(last))

    assert [(report.ended.code, report.ended.by) for report, _ in reports] == [(200, "far")] * 4


async def test_an_agent_registers_rings_talks_and_leaves():
    """The agent's phone rings, answers, both sides hear one another's tone; then it is unregistered."""
    async with Switch("camille", "a-secret") as switch:
        agent = Agent("camille", "a-secret", answer_after=0.5, hang_up_after=2.5)
        report, script = await call(switch, tone=660.0, agents=(agent,))
    found = timeline.findings(report, script, {})

    seen = ["calling", "agent_ringing", "ringing", "answered", "agent_answered", "agent_ended", "ended"]
    assert sorted(seen) == sorted(names(report))
    assert timeline.missing(report.events, found, Expected(False, agent="camille")) == []
    assert pytest.approx(2.5, abs=0.2) == report.spoken
    assert switch.ended == ["agent"]
    assert switch.registrations[0] > 0
    assert switch.registrations[-1] == 0


async def test_an_engaged_agent_is_busy_and_does_not_ring():
    """486 comes back to the caller."""
    async with Switch("camille", "a-secret") as switch:
        report, _ = await call(switch, agents=(Agent("camille", "a-secret", engaged=True),))

    assert "agent_ringing" not in names(report)
    assert report.ended.code == 486


async def test_an_agent_with_a_wrong_password_is_told_so():
    """No call is placed; one sentence says which agent, where, and why."""
    async with Switch("camille", "a-secret") as switch:
        script = CallScript("0899000004", port=switch.port, agents=(Agent("camille", "wrong"),))
        with pytest.raises(booth.NoCall, match=r"^Agent camille could not register at 127\.0\.0\.1:\d+: 403 .*\.$"):
            await asyncio.to_thread(booth.place, script)


async def test_wideband_is_offered_when_asked_for():
    """With g722 the offer names it first, A-law after it; what is heard is recorded at 16 kHz."""
    async with Uas(beep(), beep()) as uas:
        report, script = await call(uas, codec="g722")
    offer = uas.wire[0]

    assert offer.index("G722/8000") < offer.index("PCMA/8000")
    assert report.recording.rate == script.rate == 16000
    assert next(event.reason for event in report.events if event.event == "media_changed") == "PCMA/8000"
    assert [span.seconds > 0.4 for span in tone.tones(report.recording.samples, 16000, 1000)] == [True, True]


async def test_packets_are_lost_where_that_is_asked_for():
    """Of a steady tone a third is gone, or what the phone made up for it: it is no longer one tone."""
    sounds = {"announcement": SOUNDS["announcement"]}
    (_, whole, script), (_, torn, _) = await asyncio.gather(
        sound_call(lambda: Uas(EARLY, beep())), sound_call(lambda: Uas(EARLY, beep()), lost=33)
    )
    (clean,) = timeline.findings(whole, script, sounds).heard
    heard = timeline.findings(torn, script, sounds).heard

    assert clean.whole
    assert sum(one.heard for one in heard) < 0.9 * clean.heard


async def test_a_listener_that_fails_hangs_up():
    """An exception in the program that listens ends the call on the wire too."""

    def listen(event):
        if event.event == "early_media":
            raise RuntimeError("the screen is gone")

    async with Uas(EARLY) as uas:
        with pytest.raises(RuntimeError, match="screen"):
            await asyncio.to_thread(booth.place, CallScript("0899000004", port=uas.port), listen)
        assert "cancel" in uas.times


async def test_an_interrupted_phone_hangs_up_and_leaves_cleanly(tmp_path):
    """SIGINT in the middle of a call: CANCEL on the wire, the events are complete, exit status 0, no crash in C."""
    async with Uas(EARLY) as uas:
        phone = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ivr.phone", str(tmp_path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert phone.stdin is not None
        assert phone.stdout is not None
        phone.stdin.write(json.dumps(CallScript("0899000004", port=uas.port).to_json()).encode())
        phone.stdin.close()
        events = [parse((await phone.stdout.readline()).decode()) for _ in range(2)]
        os.kill(phone.pid, signal.SIGINT)
        rest, errors = await asyncio.wait_for(phone.communicate(), 10)
    events += [parse(line) for line in rest.decode().splitlines()]

    assert phone.returncode == 0
    assert errors == b""
    assert (events[-1].event, events[-1].code) == ("ended", 487)
    assert "cancel" in uas.times


def test_the_phone_refuses_a_second_call_in_one_process(tmp_path):
    """PJSIP is not started twice in a process: the refusal is one sentence that names the booth."""
    code = (
        "import sys, pathlib\n"
        "from ivr.phone.pjsua import place\n"
        "from ivr.phone.endpoint import PhoneFault\n"
        "from ivr.phone.script import CallScript\n"
        "script = CallScript('0899000004', port=9, hang_up_after=0.0)\n"
        "place(script, lambda event: None, pathlib.Path(sys.argv[1]))\n"
        "try:\n"
        "    place(script, lambda event: None, pathlib.Path(sys.argv[1]))\n"
        "except PhoneFault as fault:\n"
        "    print(fault, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0
    assert "use ivr.phone.booth" in done.stderr


def test_an_unreachable_host_is_one_sentence():
    """A name that does not resolve: no call, no traceback."""
    with pytest.raises(booth.NoCall, match=r"^No way to no-such-host\.invalid:5060: .*\.$"):
        booth.place(CallScript("0899000004", host="no-such-host.invalid"))
