"""Talks with agents that are recorded: who has heard so, what is kept, and what never lies open."""

import base64
import io
import re
import time
import wave
from typing import Any

import numpy as np
import pytest

from ivr.phone import tone
from ivr.phone.report import Samples
from tests.live.fairness import STARVED
from tests.live.stack import CALLER_TONE, Placed, Stack, until
from tests.live.talks import AGENT_TONE, hear_each_other, hears

NUMBER, QUEUE, PARKED = "0805000080", "0805000081", "0805000082"
COLLEAGUE_TONE = 880.0
KEPT, OPEN = "/var/lib/ivr/conversations", "/var/spool/ivr-talks"


def taps(stack: Stack, placed: Placed) -> list[dict[str, Any]]:
    """What became of the recordings of a call, as its record has them."""
    return [entry["result"] for entry in stack.call_record(placed)["tape"] if "tap" in entry]


def exported(stack: Stack, name: str) -> tuple[list[Samples], int, bytes]:
    """The two channels of a recording, the caller's first; samples a second; and the sound as it was written."""
    stack.inside("controller", "ivr", "conversations", "export", name, "/tmp/talk.wav")
    sound = base64.b64decode(stack.inside("controller", "sh", "-c", "base64 /tmp/talk.wav; rm /tmp/talk.wav"))
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        frames = file.readframes(file.getnframes())
        both = np.frombuffer(frames, "<i2").astype(np.float64) / 32768
        return [both[0::2], both[1::2]], file.getframerate(), frames


def listed(stack: Stack, call: str) -> list[str]:
    """The recordings of a call that are whole."""
    lines = stack.inside("controller", "ivr", "conversations", "list").splitlines()
    return [line.split()[0] for line in lines if line.startswith(call) and "going on" not in line]


def test_a_talk_is_recorded_in_two_channels_and_encrypted_and_the_agent_pauses_it(stack):
    """Announced in early media; *7 by the agent, and by the colleague who takes back whom another has parked; the
    queue's too; nothing of the secret digits; then deleted.
    """
    agent = stack.agent("ulysse", hang_up_after=11.0, keys="*7", keys_after=3.0)
    placed = stack.call(NUMBER, "1@+14,2@+0.3,3@+0.3,4@+0.3,5@+0.3,6@+0.3", agent, hang_up_after=45.0)
    # He stays when the agent has hung up, and is asked.
    holder = stack.agent("valere", hold_after=1.5, hold_for=2.0, hang_up_after=5.5)
    waited = stack.call(QUEUE, "4@+9", holder, hang_up_after=40.0)
    parked = stack.call(PARKED, "", stack.agent("melisande", keys="*6", keys_after=1.5), hang_up_after=60.0)
    parked.saw("agent_ended", 40.0)
    colleague = {"from_": "tancrede", "password": stack.password("agent:tancrede"), "tone": COLLEAGUE_TONE}
    back = stack.call("*601", "*7@+2", hang_up_after=7.0, **colleague)
    record = stack.call_record(placed)
    (tap,) = taps(stack, placed)
    (second,) = taps(stack, waited)
    (third,) = taps(stack, parked)

    heard = [one.name for one in stack.heard(placed, "recorded").heard]
    assert heard == ["recorded"]
    assert record["steps"][0] == "agent:talked"
    told = [entry for entry in record["tape"] if "play" in entry and entry["play"]["phrase"] == ["recorded"]]
    assert told[0]["result"]["key"] is None
    assert (tap["refused"], tap["paused"]) == (False, 1), tap
    assert 9 < tap["seconds"] < 13, tap

    name = until(lambda: listed(stack, record["id"]), "the recording is whole", within=15.0, every=1.0)[0]
    until(lambda: third["name"] in listed(stack, stack.call_record(parked)["id"]), "and the other", 15.0, 1.0)
    assert name == tap["name"]
    (caller, there), rate, frames = exported(stack, name)
    (left,) = tone.tones(caller, rate, CALLER_TONE, 0.5)[:1]
    assert left.seconds > 1.5, "the caller's voice is not on the left"
    assert tone.tones(there, rate, AGENT_TONE, 0.5)[0].seconds > 1.5, "the agent's voice is not on the right"
    assert not tone.tones(caller, rate, AGENT_TONE, 0.5)
    gap = [span for span in tone.silences(there, rate, 3.0) if span.start > 2.0]
    assert gap, "the agent's key paused nothing"
    assert tone.silences(caller, rate, 3.0), "the caller's voice was recorded in the pause"

    # Nothing of it lies open: neither a WAV file, nor a second of the very sound.
    assert stack.inside("controller", "ls", OPEN).split() == []
    piece = np.frombuffer(frames, np.uint8)[32000:32064].tobytes()
    look = (
        "import pathlib, sys;"
        f"files = list(pathlib.Path('{KEPT}').iterdir());"
        "signs = b'RIFF', bytes.fromhex(sys.argv[1]);"
        "found = [one for one in files if any(sign in one.read_bytes() for sign in signs)];"
        "print(len(files), len(found))"
    )
    files, found = stack.inside("controller", "/opt/ivr/bin/python", "-c", look, piece.hex()).split()
    assert int(files) >= 2
    assert found == "0"

    assert third["paused"] == 1, "the colleague who took back the caller could not pause"
    hears(parked.report.recording, COLLEAGUE_TONE, "the caller heard no colleague")
    hears(back.report.recording, CALLER_TONE, "the colleague heard no caller")

    assert second["seconds"] > 2.5, second
    hear_each_other(placed, placed, "ulysse")
    hear_each_other(waited, waited, "valere")
    assert stack.call_record(waited)["steps"] == ["agent:talked", "opinion:done", "nobody:done"]
    over = next(event for event in waited.events if event.event == "agent_ended").t
    assert waited.starved >= STARVED or stack.complaints(waited, "survey-ease", "nobody", since=over, pause=1.0) == []
    (queued,) = [entry["result"] for entry in stack.call_record(waited)["tape"] if "enqueue" in entry]
    assert queued["held"] == [pytest.approx(2.0, abs=0.6)], queued
    assert [told for told in stack.crosschecked() if stack.call_record(waited)["id"] in told] == []
    row = next(
        line.split()
        for line in stack.inside("controller", "ivr", "surveys", "--by", "agent", "--queue", "taped").splitlines()
        if "valere" in line
    )
    assert row[:8] == [QUEUE, "taped-queue", "opinion", "valere", "ease", "1", "4.00", "4:"], row
    stack.inside("controller", "ivr", "conversations", "delete", "--caller", placed.script.from_)
    stack.inside("controller", "ivr", "conversations", "delete", "--call", stack.call_record(waited)["id"])
    stack.inside("controller", "ivr", "conversations", "delete", "--call", stack.call_record(parked)["id"])
    assert listed(stack, record["id"]) == []


def test_who_refuses_leaves_no_recording_before_or_during_the_talk(stack):
    """The key in the announcement: no recording at all.  In the talk: it ends at once, and is deleted."""
    before = stack.call(NUMBER, "9@1.0", stack.agent("ulysse", hang_up_after=3.0), hang_up_after=20.0)
    during = stack.call(QUEUE, "9@+3", stack.agent("valere", hang_up_after=7.0), hang_up_after=45.0)
    # For a controller that would not have heard of it.
    refusal = r"IVR_REFUSED_(\S+)=yes"
    noted = until(
        lambda: re.search(refusal, stack.asterisk("dialplan show globals")), "he has refused", 40.0, every=0.5
    )
    record = stack.call_record(before)
    # And what is kept of a talk with a phone that is killed with -9.
    dying = stack.call("0806000009", "", stack.agent("ulysse"), hang_up_after=60.0)
    until(lambda: "ulysse" in stack.asterisk("pjsip show contacts"), "the phone is there")
    lost = stack.call(NUMBER, tone=CALLER_TONE, hang_up_after=42.0)
    lost.saw("answered", 40.0)
    time.sleep(3.0)  # while they talk
    stack.die(dying)

    assert record["steps"][0] == "agent:talked"
    assert taps(stack, before) == []
    assert [one.name for one in stack.heard(before, "not-recorded").heard] == ["not-recorded"]
    (tap,) = taps(stack, during)
    assert tap["refused"], tap
    assert stack.call_record(during)["steps"][:2] == ["agent:talked", "opinion:abandoned"]
    hear_each_other(during, during, "valere")
    hear_each_other(before, before, "ulysse")
    hears(lost.report.recording, AGENT_TONE, "the caller heard no agent")  # whose own ear died with his phone
    assert noted[1] == stack.call_record(during)["id"]
    for placed in (before, during):
        call = stack.call_record(placed)["id"]
        until(lambda call=call: call not in stack.inside("controller", "ls", KEPT, OPEN), "nothing is kept", within=5.0)
    until(lambda: noted[1] not in stack.asterisk("dialplan show globals"), "Asterisk need not know it any more")
    (tap,), call = taps(stack, lost), stack.call_record(lost)["id"]
    name = until(lambda: listed(stack, call), "the recording is whole", within=15.0, every=1.0)[0]
    (caller, there), rate, _ = exported(stack, name)
    assert 2.0 < tap["seconds"] < 30.0, tap
    assert tone.tones(caller, rate, CALLER_TONE, 0.5)
    assert tone.tones(there, rate, AGENT_TONE, 0.5)
    stack.inside("controller", "ivr", "conversations", "delete", "--call", call)
