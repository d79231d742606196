"""What every live test holds its callers' calls against: each seeded fault is told, and nothing of a good call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from ivr.flow.commands import Ask, Command, Dial, Dialled, Play, Reached, Speak
from ivr.flow.tape import Entry
from ivr.phone.events import Event
from ivr.phone.report import CallReport, Recording, Samples
from ivr.phone.script import CallScript
from ivr.phone.timeline import findings
from tests.live.demanding import Listened, complaints, judged, listened
from tests.phone.speech import CLOSED, RATE, WELCOME, line, silence, spoken

SOUNDS = {"welcome": spoken(WELCOME), "en:closed": spoken(CLOSED)}
LASTS = len(SOUNDS["welcome"]) / RATE
LENGTHS = {("fr", "welcome"): (LASTS, 0.0), ("en", "closed"): (len(SOUNDS["en:closed"]) / RATE, 0.0)}
BEGAN = 0.4
"""Seconds after the INVITE at which the record begins, and soon the sound."""

SAYS = (0.1, LASTS)


def call(*parts: Samples, drift: float = 0.0, excuse: str = "", events: tuple[Event, ...] = ()) -> Listened:
    """A call that heard this, and was asked for both prompts."""
    recording = Recording(line(silence(0.1), *parts), RATE, BEGAN)
    every = (Event(0.0, "calling", at=1e9), *events, Event(BEGAN + recording.seconds, "ended", code=200, by="far"))
    script = CallScript("0805000029", from_="0612345678")
    report = CallReport(every, recording, drift=drift)
    one = listened("test", script, report, 0.0, excuse)
    one.hears(report, findings(report, script, SOUNDS), SOUNDS)
    return one


def record(*tape: Mapping[str, Any]) -> dict[str, Any]:
    return {"number": "0805000029", "caller": "+33612345678", "started": "2001-09-09T01:46:40.4+00:00", "tape": tape}


def entry(at: float, took: float, command: Command[Any]) -> dict[str, Any]:
    return Entry(at, took, command).plain()


PLAY = entry(*SAYS, Play(("welcome",)))
ENGLISH = [entry(0.0, 0.0, Speak("en")), entry(0.1, 9.0, Play(("closed",)))]


def ask(took: float) -> dict[str, Any]:
    return entry(0.1, took, Ask(("welcome",), ("1",), 5.0, 2.0))


def clipped(name: str, seconds: float) -> Samples:
    first = int(np.flatnonzero(np.abs(SOUNDS[name]) > 0.05)[0])
    return SOUNDS[name][first + round(seconds * RATE) :]


def test_of_silence_callers_complain_where_the_line_has_the_word() -> None:
    """After a prompt; not after a question, where it is for the caller to speak, unless nothing was asked."""
    one = call(SOUNDS["welcome"], silence(4.0), SOUNDS["welcome"])
    nothing = call(silence(3.0), SOUNDS["welcome"])

    assert [say.partition(": ")[2].partition(": ")[2] for say in complaints([one], [record(PLAY)], LENGTHS)] == [
        f"no sound for 4.0 s from {BEGAN + 0.1 + LASTS:.1f} s on"
    ]
    assert complaints([one], [record(ask(LASTS + 4.5))], LENGTHS) == []
    assert len(complaints([nothing], [record(ask(20.0))], LENGTHS)) == 1


def test_with_an_excuse_or_without_a_record_nobody_complains() -> None:
    """Whoever talks with somebody complains of him; nor is a call judged that nobody lived to write down."""
    parts = SOUNDS["welcome"], silence(4.0), SOUNDS["welcome"]
    picked_up = Event(BEGAN + LASTS, "agent_answered", agent="camille")

    assert len(complaints([call(*parts)], [record(PLAY)], LENGTHS)) == 1
    assert complaints([call(*parts, excuse="hold music that is silence")], [record(PLAY)], LENGTHS) == []
    assert complaints([call(*parts, events=(picked_up,))], [record(PLAY)], LENGTHS) == []
    assert complaints([call(*parts)], [record(PLAY) | {"number": "0805000030"}], LENGTHS) == []
    assert complaints([call(*parts)], [{key: one for key, one in record().items() if key != "tape"}], LENGTHS) == []


def test_how_many_were_judged_is_told() -> None:
    """Without a record, or with one that has neither caller nor tape, nobody is, whatever he heard."""
    calls = [call(SOUNDS["welcome"]), call(SOUNDS["welcome"], excuse="as it should be")]
    veiled = {**record(PLAY), "caller": "c-1a2b3c4d"}

    assert judged(calls, [record(PLAY)], LENGTHS) == (1, 1, 1)
    assert judged(calls, [record(ask(5.0), *ENGLISH)], LENGTHS) == (1, 1, 1)
    assert judged(calls, [record(*ENGLISH)], LENGTHS) == (1, 1, 0)
    code = replace(calls[0], script=replace(calls[0].script, number="*45"))
    assert judged([code], [], LENGTHS) == (0, 0, 0)
    assert judged(calls, [], LENGTHS) == judged(calls, [veiled], LENGTHS) == (1, 0, 0)


def test_a_key_gives_the_caller_the_word() -> None:
    """Who has pressed one of several may press another."""
    parts = SOUNDS["welcome"][:RATE], silence(3.0), SOUNDS["en:closed"]
    key = Event(BEGAN + 1.0, "key", keys="1")

    assert len(complaints([call(*parts)], [record(ask(5.0))], LENGTHS)) == 1
    assert complaints([call(*parts, events=(key,))], [record(ask(5.0))], LENGTHS) == []


def test_who_talks_and_who_is_told_a_price_may_hear_nothing() -> None:
    """As the exchange says who talked, and as the announcement is baked."""
    one = call(SOUNDS["welcome"], silence(4.0), SOUNDS["welcome"])
    answered = datetime.fromtimestamp(1e9 + BEGAN + LASTS, UTC)
    talk = Entry(0.1, 60.0, Dial(("camille",), 30.0), Dialled(Reached.TALKED, "camille", answered)).plain()
    german = {**LENGTHS, ("fr", "welcome"): (LASTS + 4.0, 4.0)}

    assert complaints([one], [record(talk)], LENGTHS) == []
    assert complaints([one], [record(PLAY)], german) == []


@pytest.mark.parametrize(("seconds", "rung", "told"), [(3.4, 60.0, 0), (5.0, 60.0, 1), (3.4, 3.0, 0), (3.4, 1.0, 1)])
def test_rings_may_be_as_far_apart_as_in_france(seconds: float, rung: float, told: int) -> None:
    """3.5 s, also where they end; who hears nothing for longer while somebody is rung believes that he is forgotten."""
    ringing = entry(0.1, LASTS + rung, Dial(("camille",), 30.0))
    found = complaints([call(SOUNDS["welcome"], silence(seconds), SOUNDS["welcome"])], [record(ringing)], LENGTHS)

    assert len(found) == told


def test_a_syllable_that_is_gone_for_good_is_missed() -> None:
    """150 ms in one call, 90 ms in most; not 90 ms in one of several, nor of what the call did not say."""
    good, bad = call(SOUNDS["welcome"]), call(clipped("welcome", 0.09))
    worse = call(clipped("welcome", 0.16))

    def told(*calls: Listened, tape: Any = (PLAY,)) -> int:
        return len(complaints(calls, [record(*tape)], LENGTHS))

    assert told(good) == told(bad) == told(good, bad) == 0
    assert told(bad, bad) == 2
    assert told(good, worse) == 1
    assert told(worse, tape=ENGLISH) == 0
    assert told(call(clipped("en:closed", 0.16)), tape=ENGLISH) == 1
    assert told(call(clipped("welcome", 0.16), drift=1.0)) == 0


def test_two_prompts_at_once_are_told() -> None:
    """Whatever the call meant to say."""
    both = np.zeros(len(SOUNDS["en:closed"]) + 3 * RATE, np.float32)
    both[: len(SOUNDS["welcome"])] += SOUNDS["welcome"]
    both[3 * RATE :] += SOUNDS["en:closed"]
    (told,) = complaints([call(both)], [record(PLAY)], LENGTHS)

    assert "en:closed began before welcome was over: " in told
