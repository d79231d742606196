"""An agent parks a caller in the talk; nobody takes him, so that her phone rings again; then a colleague does."""

from pathlib import Path

from ivr.phone import ear
from tests.live.containers import run
from tests.live.stack import CALLER_TONE, Placed, Stack, until
from tests.live.talks import hear_each_other, hears

NUMBER, QUEUE, HOST = "0892000656", "0805000657", "0806000009"
ARIANE, BASTIEN, CELESTE = 550.0, 880.0, 990.0
DIGITS = "/usr/share/asterisk/sounds/fr/digits/{}.wav"


def dial(stack: Stack, agent: str, code: str, seconds: float = 5.0) -> Placed:
    """A call of an agent's own."""
    own = {"from_": agent, "password": stack.password(f"agent:{agent}"), "tone": BASTIEN}
    return stack.call(code, hang_up_after=seconds, **own)


def test_who_is_parked_rings_back_and_is_taken_by_who_dials_the_slot(stack: Stack, tmp_path: Path) -> None:
    """Three phones: each direction by its tone, the slot as it is told, one answer and charge, and Asterisk agrees."""
    ariane = stack.agent("ariane", keys="*6", keys_after=2.0, tone=ARIANE)
    placed = stack.call(NUMBER, "#@3.0", ariane, hang_up_after=75.0)
    celeste = stack.call(HOST, "", stack.agent("celeste", keys="*6", keys_after=1.0, tone=CELESTE), hang_up_after=60.0)
    until(lambda: "celeste" in stack.asterisk("pjsip show contacts"), "her phone is there")
    waits = stack.call(QUEUE, tone=CALLER_TONE, hang_up_after=40.0)
    celeste.saw("agent_ended")
    stack.die(celeste)  # what has become of her phone is nothing to whom she has parked
    placed.saw("agent_ended")
    nobody = dial(stack, "bastien", "*602")
    upstairs = dial(stack, "denise", "*601", 4.0)  # the same slot of another lot, that of the queue's agent
    until(lambda: [event.event for event in placed.events].count("agent_ended") == 2, "parked again", 40.0)
    stranger = stack.call("*601", hang_up_after=5.0)
    taken = dial(stack, "bastien", "*601")
    rang = [event for event in placed.events if event.event == "agent_answered"]
    report, back = placed.report, taken.report

    assert stranger.report.answered_t is None, "a caller may not take back anybody"
    assert nobody.report.answered_t is None, "there is nobody in that slot"
    queued = stack.call_record(waits)
    assert queued["steps"] == ["agents:talked"]
    # Of Céleste's own ear nothing is left: it died with her phone.
    hears(waits.report.recording, CELESTE, "the caller of the queue heard no Céleste")
    hears(waits.report.recording, BASTIEN, "nor Denise")
    hears(upstairs.report.recording, CALLER_TONE, "Denise heard no caller")
    record = stack.call_record(placed)

    assert stranger.report.answered_t is None, "a caller may not take back anybody"
    there = report.agent("ariane").recording
    hear_each_other(placed, placed, "ariane", ARIANE)
    hears(report.recording, BASTIEN, "the caller heard no Bastien")
    hears(back.recording, CALLER_TONE, "Bastien heard no caller")
    assert rang[1].t > rang[0].t + 12.0, "rung again before nobody had come for ten seconds"
    known = {}
    for digit in ("0", "1"):
        run("docker", "cp", f"{stack.container('asterisk')}:{DIGITS.format(digit)}", str(tmp_path / f"{digit}.wav"))
        known[digit] = ear.sound(tmp_path / f"{digit}.wav", there.rate)
    assert [one.name for one in ear.heard(there.samples, there.rate, known)][:4] == ["0", "1", "0", "1"]
    assert record["steps"] == ["agent:talked"]
    dialled = [(entry["dial"]["slot"], entry["result"]["agent"]) for entry in record["tape"] if "dial" in entry]
    assert dialled == [("", "ariane"), ("house-01", None), ("", "ariane"), ("house-01", "bastien")]
    (ended,) = [event.t for event in report.events if event.event == "ended"]
    assert report.answered_t is not None
    assert abs(record["billed_seconds"] - (ended - report.answered_t)) <= 2
    assert [told for told in stack.crosschecked() if record["id"] in told or queued["id"] in told] == []
