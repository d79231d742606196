"""Callers who wait for agents: every way out of a queue, who is served when, what an edit does to those who wait."""

import re
import subprocess
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ivr.phone import ear
from ivr.phone.events import Event, first
from ivr.phone.timeline import findings
from ivr.values import said
from ivr.values.estimate import NAME, STEPS
from ivr.values.wording import spelled
from ivr.voice.catalogue import Catalogue
from tests.live.containers import SOUNDS, run
from tests.live.edited import written
from tests.live.fairness import STARVED
from tests.live.stack import CALLER_TONE, Placed, Stack, until
from tests.live.talks import AGENT_TONE, hear_each_other, hears
from tests.live.test_calls import TRUE_TO, since_invite

HELD = "0805000679"
FREE, CUT, SERVED, NARROW, STRICT = "0892000008", "0806000009", "0805000010", "0805000011", "0805000012"
BRIEF = "0805000013"
AGENTS = ("odile", "paulin", "wanda")
DEAR, GERMAN, ENGLISH, KEPT = "0892000092", "0892000095", "0805000052", "0805000053"
SOONER, NARROW_ENGLISH = "0805000066", "0805000067"
MISSED, TOLD, LASTING, SKILLED = "0805000054", "0892000055", "0805000056", "0805000057"
FIRST_TONE, LAST_TONE = 880.0, 1100.0
AGAIN = 26.0
"""Seconds: who waits so long in `served` is told his wait again after 15 s, when it is still worth a word."""
CROSSED = 1.0
"""Seconds that a talk lasts at most which was never one: its ring had been cancelled when it was answered."""


def waiting(stack: Stack, queue: str) -> int:
    """How many callers wait."""
    return int(stack.asterisk(f"queue show {queue}").split(" has ")[1].split()[0])


def entered(stack: Stack, queue: str) -> dict[str, float]:
    """Since when each caller waits, seconds of the epoch within one and a half, in their order."""
    now = time.time()
    found = re.findall(r"^ +\d+\. (\S+) \(wait: (\d+):(\d+)", stack.asterisk(f"queue show {queue}"), re.MULTILINE)
    return {channel: now - 60 * int(minutes) - int(seconds) for channel, minutes, seconds in found}


def steps(stack: Stack, placed: Placed) -> list[str]:
    _ = placed.report
    found: list[str] = stack.call_record(placed)["steps"]
    return found


def queued(stack: Stack, placed: Placed) -> list[dict]:
    """What the call's waits came to, as the ledger has it."""
    return [entry["result"] for entry in stack.call_record(placed)["tape"] if "enqueue" in entry]


def test_waiting_is_free_until_the_agent_takes_the_call(stack):
    """Announced, then music on an unanswered line; 200 when the agent picks up and not before."""
    placed = stack.call(FREE, "#@3.0", stack.agent("quitterie", answer_after=6.0, hang_up_after=4.0))
    placed.saw("agent_answered")
    (channel,) = re.findall(r"^(PJSIP/quitterie-\S+?)!", stack.asterisk("core show channels concise"), re.MULTILINE)
    ends = re.search(r"Time to Hangup: (\d+)", stack.asterisk(f"core show channel {channel}"))
    limit = stack.book.services[FREE].terms.limit
    report = placed.report
    early, picked_up = first(report.events, "early_media"), first(report.events, "agent_answered")

    assert picked_up is not None
    assert ends is not None
    assert limit is not None
    assert int(ends[1]) - report.invited_at == pytest.approx(limit + picked_up.t, abs=2.0), "the limit is not armed"
    found = stack.heard(placed, "announcement/per-minute-0-35", "beep")

    assert early is not None
    assert picked_up is not None
    assert report.answered_t is not None
    assert [heard.name for heard in found.heard][:2] == ["announcement/per-minute-0-35", "beep"]
    assert report.answered_t - early.t > 5.0
    assert report.answered_t == pytest.approx(picked_up.t, abs=TRUE_TO)
    hear_each_other(placed, placed, "quitterie")
    record = stack.call_record(placed)
    assert record["steps"] == ["agents:talked"]
    assert since_invite(report, record["answered"]) == pytest.approx(report.answered_t, abs=TRUE_TO)
    assert report.spoken - TRUE_TO <= record["billed_seconds"] <= report.spoken + 1 + TRUE_TO
    (wait,) = queued(stack, placed)
    assert (wait["served"], wait["agent"], wait["rang"]) == ("talked", "quitterie", ["quitterie"])
    assert wait["waited"] == pytest.approx(6.0, abs=1.5)


SWISS_NUMBERS = """
"0805000094": {label: à la suisse, tariff: free, flow: swiss, language: fr-CH}
"0805000651": {label: une somme à la suisse, tariff: free, flow: value-said, language: fr-CH}
"""
SORRY = "all-busy: Tout notre monde est en ligne, on vous prend tout soudain.\n"
SWISS = """
flow: swiss
start: sorry
nodes:
  sorry: {kind: say, prompt: [all-busy, transfer], exits: {done: agents}}
  agents: {kind: queue, queue: placed, exits: {timeout: out, full: out, empty: out, emptied: out}}
  out: {kind: bye}
"""


def test_where_the_carrier_bears_it_no_longer_the_line_answers_and_the_wait_goes_on(stack, tmp_path):
    """25 s free, then 200, and the caller is where he was: first.  Under German law he is never answered for that.

    Meanwhile the queue says its message, to each in his language; and his place, where that is said.  The Swiss hears
    a sum as it is said there.
    """
    german = stack.call(GERMAN, hang_up_after=45.0)
    with written(stack, numbers=SWISS_NUMBERS, flows_swiss=SWISS, **{"../prompts/fr-CH": SORRY}):
        english = stack.call(ENGLISH, "2@1.0", hang_up_after=28.0)
        placed = stack.call(CUT, hang_up_after=31.0)
        until(lambda: waiting(stack, "placed") >= 1, "the first waits")
        swiss = stack.call("0805000094", hang_up_after=12.0)
        french = stack.call(ENGLISH, "1@1.0", hang_up_after=12.0)
        sum_ = stack.call("0805000651", "979797@+1", hang_up_after=20.0)
        assert swiss.report.ended.by == french.report.ended.by == "caller"
        if "True" not in [entry["result"] for entry in stack.call_record(sum_)["tape"] if "pronounce" in entry]:
            sum_ = stack.call("0805000651", "979797@+1", hang_up_after=20.0)  # it was not in time, and is there now
            _ = sum_.report
        stack.unpack(SOUNDS, "fr-CH catalogue*.json", stack.settings.sounds)
        variant = Catalogue.load(stack.settings.sounds).sounds
        stack.unpack(f"{SOUNDS}/said", "fr-CH", tmp_path)
    report = placed.report
    early = first(report.events, "early_media")

    assert early is not None
    assert report.answered_t is not None
    assert report.answered_t - early.t == pytest.approx(25, abs=2.5)
    entries = [entry for entry in stack.call_record(placed)["tape"] if "enqueue" in entry]
    assert entries[0]["result"]["served"] == "timeout"
    assert entries[1]["enqueue"]["place"] == entries[0]["result"]["place"] in (1, 2)
    message = [heard for heard in stack.heard(placed, "wait-online").heard if heard.name == "wait-online"]
    assert [heard.start for heard in message] == pytest.approx([early.t + 15.0], abs=3.0)
    # Music before it, and music after it.
    assert placed.starved >= STARVED or stack.complaints(placed, "wait-online", pause=20.0) == []
    words = {language: stack.sounds.sounds[language, "wait-online"].path for language in ("fr", "en")}
    known = {one: ear.sound(Path(f"{path}.alaw"), english.script.rate) for one, path in words.items()}
    for folder in ("fr_CA_f_June", "en"):
        for name in ("queue-youarenext", "queue-thereare", "queue-callswaiting"):
            here = tmp_path / f"{folder[:2]}-{name}.wav"
            there = f"{stack.container('asterisk')}:/usr/share/asterisk/sounds/{folder}/{name}.wav"
            run("docker", "cp", there, str(here))
            known[here.stem] = ear.sound(here, english.script.rate)

    def spoken(one: Placed) -> list[str]:
        return [heard.name for heard in findings(one.report, one.script, known).heard]

    assert spoken(english)[:2] == ["en-queue-youarenext", "en"]
    assert "fr" not in {name[:2] for name in spoken(english)}
    assert spoken(swiss) == spoken(french) == ["fr-queue-thereare", "fr-queue-callswaiting"]
    # What the variant says in its own words, and what it has of French, both from sounds of its own.
    known = {
        f"{language}:{name}": ear.sound(Path(f"{variant[language, name].path}.alaw"), sum_.script.rate)
        for language, name in (
            ("fr", "all-busy"),
            *(("fr-CH", name) for name in ("all-busy", "transfer", "studio-chosen", "goodbye", "nobody")),
        )
    }
    (value,) = (tmp_path / "fr-CH").glob("*.alaw")
    known["value"] = ear.sound(value, sum_.script.rate)
    assert said.words("said/amount/979797", "fr-CH") == "neuf cent septante-neuf mille sept cent nonante-sept euros"
    assert spoken(swiss) == ["fr-CH:all-busy", "fr-CH:transfer"]
    assert spoken(sum_) == ["fr-CH:studio-chosen", "value", "fr-CH:goodbye"]
    assert german.report.answered_t is None
    assert (german.report.ended.by, german.report.ended.code) == ("far", 480)
    record = stack.call_record(german)
    assert record["steps"][0] == "agents:timeout"
    assert record["announced_from"] is not None
    assert [entry["result"]["served"] for entry in record["tape"] if "enqueue" in entry] == ["timeout"]


def test_who_leaves_by_his_key_and_comes_back_stands_where_he_stood(stack):
    """A menu behind the key, and back: ahead of who came after him, and served before him.

    Who picks up is told what he has chosen there, and of each how long he waited; the callers hear none of it.
    """
    caller = stack.call(KEPT, "1!,1!", tone=FIRST_TONE, hang_up_after=80.0)
    until(lambda: waiting(stack, "kept") == 1, "he waits")
    later = stack.call(KEPT, tone=LAST_TONE, hang_up_after=80.0)
    before = until(lambda: len(both := places(stack, "kept")) == 2 and both, "two wait")
    caller.press()
    until(lambda: places(stack, "kept") == before[1:], "he has left")
    caller.press()
    until(lambda: places(stack, "kept") == before, "he is back", within=20.0)
    # By percent (all of them), then by load (two wait), into the same queue with more priority.
    sooner = stack.call(SOONER, tone=CALLER_TONE, hang_up_after=80.0)
    until(lambda: places(stack, "kept")[1:] == before, "he stands first")
    agent = stack.call(CUT, "", stack.agent("ursule", answer_after=0.3, hang_up_after=7.0), hang_up_after=45.0)

    assert steps(stack, caller) == ["agents:key", "menu:1", "agents:talked"]
    assert steps(stack, later) == ["agents:talked"]
    first, back = queued(stack, caller)
    assert (first["served"], first["place"], back["place"]) == ("key", 1, 1)
    assert steps(stack, sooner) == ["share:2", "load:1", "agents:talked"]
    assert [wait["place"] for wait in queued(stack, sooner)] == [1]
    ends = [one.report.invited_at + one.report.ended.t for one in (sooner, caller, later)]
    assert ends == sorted(ends)
    agent.leave()
    for one, hertz in ((sooner, CALLER_TONE), (caller, FIRST_TONE), (later, LAST_TONE)):
        hear_each_other(one, agent, "ursule", callers_tone=hertz)
    names = ["whisper/option", *spelled("1"), "whisper/waits-0"]
    told = agent.report.agent("ursule").recording
    known = {name: ear.sound(Path(f"{stack.sounds.sounds['fr', name].path}.alaw"), told.rate) for name in names}
    assert [one.name for one in ear.heard(told.samples, told.rate, known)] == [*names, "whisper/waits-0"]
    for placed in (caller, later):
        side = placed.report.recording
        found = {one.name for one in ear.heard(side.samples, side.rate, known)}
        assert not found & {names[0], names[-1]}, "a caller heard what is whispered"


def test_who_refuses_a_call_is_not_rung_at_once_again_and_logged_out_in_the_end(stack):
    """A rest is no absence: the caller waits on, and leaves only when the agent is logged out, as ops are told."""
    host = stack.call(CUT, "", stack.agent("victor", engaged=True), hang_up_after=16.0)
    until(lambda: "victor" in stack.asterisk("pjsip show contacts"), "the phone is there")
    caller = stack.call(MISSED, hang_up_after=30.0)
    try:
        until(lambda: "(paused" in stack.asterisk("queue show missed"), "he rests")
        assert waiting(stack, "missed") == 1
        assert steps(stack, caller) == ["agents:emptied", "out:done"]
        (wait,) = queued(stack, caller)
        assert wait["rang"] == ["victor", "victor"]
        assert wait["waited"] > 3.0
        assert "logged out" in next(one for one in ask(stack, "agents", "list").splitlines() if "victor" in one)
        assert stack.health()["agent_problems"] == ["victor was logged out of the queues: 2 calls in a row not taken"]
    finally:
        ask(stack, "agents", "login", "victor")
    assert stack.health()["agent_problems"] == []
    assert "(paused" not in stack.asterisk("queue show missed")
    host.leave()


def agree(stack: Stack, records: list[dict[str, Any]]) -> None:
    """Asterisk has noted the same waits of these calls."""
    ids = [record["id"] for record in records]
    differ = [told for told in stack.crosschecked() for call in ids if f"call {call}:" in told]
    assert [told for told in differ if "wait" in told] == []


def test_who_calls_again_is_taken_by_whom_he_talked_with_last(stack):
    """Though another has been idle for longer; where that one is away, the other takes him at once."""
    names = ("xenia", "yann")
    phones = [stack.call(CUT, "", stack.agent(one, hang_up_after=2.0), hang_up_after=40.0) for one in names]
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in names), "the phones are there")
    first = stack.call(LASTING, tone=CALLER_TONE, hang_up_after=20.0)
    caller = first.script.from_
    (wait,) = queued(stack, first)

    again: list[Placed] = []

    def waits() -> list[dict]:
        """What the caller's next call came to."""
        before = {one["started"] for one in stack.records(caller)}
        hertz = (FIRST_TONE, LAST_TONE)[len(again)]
        again.append(stack.call(LASTING, from_=caller, tone=hertz, hang_up_after=20.0))
        _ = again[-1].report
        found = until(lambda: [one for one in stack.records(caller) if one["started"] not in before], "a record")
        return [entry["result"] for entry in found[0]["tape"] if "enqueue" in entry]

    (second,) = waits()
    assert (second["agent"], second["rang"]) == (wait["agent"], [wait["agent"]])
    ask(stack, "agents", "logout", wait["agent"])
    try:
        assert [one["served"] for one in waits()] == ["empty", "talked"]
    finally:
        ask(stack, "agents", "login", wait["agent"])
    for phone in phones:
        phone.leave()
    mine, other = phones if wait["agent"] == names[0] else phones[::-1]
    hear_each_other(first, mine, wait["agent"])
    hear_each_other(again[0], mine, wait["agent"], callers_tone=FIRST_TONE)
    hear_each_other(again[1], other, *({*names} - {wait["agent"]}), callers_tone=LAST_TONE)


def test_who_needs_a_skill_is_taken_by_who_has_it_and_by_others_where_nobody_has(stack):
    """Though both are free."""
    names = ("basile", "celine")
    phones = [stack.call(CUT, "", stack.agent(one, hang_up_after=2.0), hang_up_after=30.0) for one in names]
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in names), "the phones are there")
    able = stack.call(SKILLED, tone=CALLER_TONE, hang_up_after=20.0)
    (wait,) = queued(stack, able)
    assert (wait["agent"], wait["rang"]) == ("celine", ["celine"])
    ask(stack, "agents", "logout", "celine")
    try:
        unable = stack.call(SKILLED, tone=CALLER_TONE, hang_up_after=20.0)
        first, second = queued(stack, unable)
    finally:
        ask(stack, "agents", "login", "celine")
    assert (first["served"], second["agent"], second["rang"]) == ("empty", "basile", ["basile"])
    for phone in phones:
        phone.leave()
    hear_each_other(able, phones[1], "celine")
    hear_each_other(unable, phones[0], "basile")


def test_every_way_out(stack):
    """Full, nobody there, the key, and in vain: each by its own exit; full also for who would wait in another part."""
    # Unanswered still: this phone's keys pass in early media, which those of callers behind carriers may not.
    inside = stack.call(NARROW, "5!", hang_up_after=60.0)
    until(lambda: waiting(stack, "narrow") == 1, "one waits")
    full, strict = stack.call(NARROW, hang_up_after=20.0), stack.call(STRICT, hang_up_after=20.0)
    dear, skilled = stack.call(DEAR, hang_up_after=20.0), stack.call(NARROW_ENGLISH, hang_up_after=20.0)
    assert [steps(stack, placed) for placed in (full, skilled)] == [["agents:full", "busy:done"]] * 2
    assert steps(stack, strict) == ["agents:empty", "nobody:done"]
    # Where waiting has a price it is not even announced.
    assert steps(stack, dear) == ["agents:full", "busy:done"]
    assert stack.call_record(dear)["announced_from"] is None
    inside.press()
    assert steps(stack, inside) == ["agents:key", "pressed:done"]
    in_vain = stack.call(BRIEF, hang_up_after=30.0)
    assert steps(stack, in_vain) == ["agents:timeout", "nobody:done"]
    each = (inside, full, strict, dear, skilled, in_vain)
    assert {placed.report.answered_t for placed in each} == {None}
    agree(stack, [stack.call_record(placed) for placed in each])


def test_twenty_callers_are_served_in_their_order_while_the_file_of_queues_is_saved(stack, tmp_path):
    """By three agents. With ten and more who wait and three who talk, an edit costs nobody his place nor his talk."""
    file = stack.settings.book / "dialplans" / "queues.yaml"
    text = file.read_text(encoding="utf-8")
    edited = text.replace("label: vingt appelants, trois agents", "label: vingt, trois\n  max_length: 77")
    numbers, earlier = [stack.caller() for _ in range(20)], talks_over(stack)
    (tmp_path / "callers.csv").write_text("SEQUENTIAL\n" + "".join(f"{one};\n" for one in numbers), encoding="ascii")
    # They pick up between the whole seconds at which app_queue gives up a ring: on those it would be into nothing.
    host = stack.call(CUT, "", *(stack.agent(one, answer_after=0.5, hang_up_after=4.5) for one in AGENTS),
                      hang_up_after=90.0)  # fmt: skip
    try:
        host.saw("calling")
        until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in AGENTS), "the agents are there")
        callers = subprocess.Popen(
            ["sipp", "-sf", Path(__file__).parent / "caller.xml", "-inf", "callers.csv", "-s", SERVED, "-m", "20",
             "-r", "3", "-l", "20", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-timeout", "75", "-trace_err", "-nostdin",
             f"127.0.0.1:{stack.settings.sip_port}"],
            cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        until(lambda: waiting(stack, "served") >= 10 and in_talks(stack) == 3, "ten wait, three talk", 30.0)
        file.write_text(edited, encoding="utf-8")
        before = places(stack, "served")
        until(lambda: "max 77" in stack.asterisk("queue show served"), "Asterisk has taken up the edit")
        after = places(stack, "served")
        late = []
        for over in (3, 6, 9):
            until(lambda least=earlier + over: talks_over(stack) >= least, f"{over} calls are over", 20.0)
            late.append(stack.call(SERVED, tone=CALLER_TONE, hang_up_after=75.0))
        _ = [one.report for one in late]
        told = callers.communicate(timeout=90)[0]
        assert callers.returncode == 0, told[-3000:]
    finally:
        file.write_text(text, encoding="utf-8")
        events = host.leave().events
        until(lambda: "max 77" not in stack.asterisk("queue show served"), "Asterisk has taken it back")

    # Whoever was not served meanwhile stands where he stood, and behind him those who came since.
    assert len(before) >= 10
    left = [one for one in before if one in after]
    assert after[: len(left)] == left
    stack.records("")
    # The ledger has the national form's international one.
    found = [next(one for one in stack.read if one["caller"] == f"+33{number[1:]}") for number in numbers]
    assert {tuple(one["steps"]) for one in found} == {("load:else", "agents:talked")}
    # Once some calls are over, what is expected, and what callers hear, is what comes.
    again = 0
    for one in late:
        waited = sum(wait["waited"] for wait in queued(stack, one))
        (expected,) = [float(entry["result"]) for entry in stack.call_record(one)["tape"] if "load" in entry]
        heard = stack.heard(one, *(f"{NAME}{step}" for step in STEPS if step <= 90)).heard
        told_first, *later = [int(said.name.removeprefix(NAME)) for said in heard]
        assert (expected, told_first) == pytest.approx((waited, waited), 0.3)
        assert heard[0].start < 1.0
        assert [one for one in later if one > told_first] == []
        assert later or waited < AGAIN, f"not told again as he moved on, who waited {waited:.0f} s"
        again += len(later)
        hear_each_other(one, host, queued(stack, one)[-1]["agent"])
    assert again, "nobody waited so long that he had to be told again"
    # Phones that ring at once are not picked up at once; and where all agents become free in the same second, Asterisk
    # lets go of more than are free as long as it does not know that the first of them rings: who is let go of and is
    # no longer counted makes room for one behind (app_queue, is_our_turn).  Those overtake who looks a moment later,
    # but one of the agents was his who began it.
    times = [datetime.fromisoformat(one["answered"]).timestamp() for one in found]
    passed_by = [sum(later + 1.0 < mine for later in times[place:]) for place, mine in enumerate(times)]
    assert max(passed_by) < len(AGENTS), times
    # The last wait of each: past what the carrier bears, the line answers and the wait goes on.
    waits = [[entry["result"] for entry in one["tape"] if "enqueue" in entry][-1] for one in found]
    assert {wait["agent"] for wait in waits} == set(AGENTS)
    agree(stack, found)
    talks = [talk for name in AGENTS for talk in answered(events, name)]
    # A ring that ends as its caller's line is answered, past what the carrier bears, may cross a pick-up: the CANCEL is
    # too late (RFC 3261, 9.2), and Asterisk ends the call at once. That is no talk, and its caller was served all the
    # same, for all were.
    assert [lasted for lasted, by in talks if by != "agent" and lasted > CROSSED] == []
    assert sum(by == "agent" for _, by in talks) == len(numbers) + len(late)


def answered(events: list[Event], agent: str) -> list[tuple[float, str]]:
    """How long each talk of an agent lasted, and who ended it."""
    his = [event for event in events if event.agent == agent and event.event in ("agent_answered", "agent_ended")]
    return [(after.t - one.t, after.by) for one, after in pairwise(his) if one.event == "agent_answered"]


def talks_over(stack: Stack) -> int:
    """How many calls of the queue are over, since Asterisk has it."""
    return int(stack.asterisk("queue show served").partition(" C:")[2].partition(",")[0])


def in_talks(stack: Stack) -> int:
    """How many agents talk."""
    return stack.asterisk("queue show served").count("(In use)")


def ask(stack: Stack, *words: str) -> str:
    """What a command says inside the controller."""
    return stack.inside("controller", "ivr", *words)


def places(stack: Stack, queue: str) -> list[str]:
    """The channels that wait, in order."""
    lines = stack.asterisk(f"queue show {queue}").partition("Callers:")[2].splitlines()
    return [line.split()[1] for line in lines if line.strip()[:1].isdigit()]


def test_who_is_paused_or_logged_out_is_so_after_restarts(stack):
    """Of the controller and of Asterisk."""
    ask(stack, "agents", "pause", "odile")
    assert "logged out" in ask(stack, "agents", "logout", "paulin")
    try:
        shown = stack.asterisk("queue show served")
        assert "odile" in shown
        assert "paused" in shown
        assert "paulin" not in shown
        for service in ("controller", "asterisk"):
            stack.signal(service, "KILL")
            until(lambda s=service: not stack.inspect(s)["State"]["Running"], "it is dead")
            stack.start(service)
            stack.ready(30.0)
            shown = until(
                lambda: "odile" in (text := stack.asterisk("queue show served")) and text, "the queue is there"
            )
            assert "paused" in shown
            assert "paulin" not in shown
    finally:
        ask(stack, "agents", "unpause", "odile")
        ask(stack, "agents", "login", "paulin")
    shown = stack.asterisk("queue show served")
    assert "paulin" in shown
    assert "paused" not in shown


def test_an_agents_phone_that_dies_while_it_rings_costs_the_caller_nothing(stack):
    """Killed with -9: the ring ends, the next agent is rung, and the caller never left his place."""
    dying = stack.call(CUT, "", stack.agent("odile", answer_after=3600.0), hang_up_after=40.0)
    dying.saw("calling")
    until(lambda: "odile" in stack.asterisk("pjsip show contacts"), "the phone is there")
    caller = stack.call(SERVED, tone=CALLER_TONE, hang_up_after=60.0)
    dying.saw("agent_ringing")
    stack.die(dying)
    saving = stack.call(CUT, "", stack.agent("paulin", answer_after=0.5, hang_up_after=3.0), hang_up_after=50.0)
    record = stack.call_record(caller) if caller.report.answered_t is not None else {}

    assert record["steps"] == ["load:else", "agents:talked"]
    (wait,) = queued(stack, caller)
    assert wait["agent"] == "paulin"
    assert wait["rang"][0] == "odile"
    assert wait["place"] == 1
    saving.leave()
    hear_each_other(caller, saving, "paulin")


def test_an_agents_phone_that_dies_while_he_is_told_of_the_call_costs_nothing_and_in_the_talk_little(stack):
    """Killed with -9: in the whisper the caller stays where he is, unanswered; in the talk it is over soon; while the
    line is held within a minute, since a phone that holds may send nothing: it is asked after 45 s, for 6.4 s, and told
    for as long that it is over (timer_b in docker/asterisk/conf/pjsip.conf).
    """
    holding = stack.call(CUT, "", stack.agent("wilma", hold_after=1.0, hold_for=300.0), hang_up_after=110.0)
    until(lambda: "wilma" in stack.asterisk("pjsip show contacts"), "the phone is there")
    held = stack.call(HELD, tone=CALLER_TONE, hang_up_after=119.0)
    holding.saw("agent_answered", 20.0)
    time.sleep(3.0)  # of which he holds the line for two
    stack.die(holding)
    dying = stack.call(CUT, "", stack.agent("yvonne"), hang_up_after=70.0)
    until(lambda: "yvonne" in stack.asterisk("pjsip show contacts"), "the phone is there")
    caller = stack.call(TOLD, "#@2.0", tone=CALLER_TONE, hang_up_after=80.0)
    dying.saw("agent_answered", 20.0)
    stack.die(dying)
    taking = stack.call(CUT, "", stack.agent("zelie", keys="1", keys_after=2.5), hang_up_after=70.0)
    taking.saw("agent_answered", 40.0)
    assert waiting(stack, "told") == 1
    caller.saw("answered", 10.0)
    time.sleep(1.0)  # while they talk
    stack.die(taking)
    report = caller.report

    assert report.spoken < 30.0
    hears(report.recording, AGENT_TONE, "the caller heard no agent", 0.3)  # whose own ear died with his phone
    record = stack.call_record(caller)
    assert record["steps"] == ["agents:talked"]
    (wait,) = queued(stack, caller)
    assert (wait["agent"], wait["rang"], wait["place"]) == ("zelie", ["yvonne", "zelie"], 1)
    assert steps(stack, held) == ["agent:talked"]
    assert held.report.ended.by == "far"
    assert 30.0 < held.report.spoken < 90.0, "a phone that holds is cut, or one that is dead is waited for"


CLOSING_NUMBERS = """
"0805000095": {label: fermeture, tariff: free, flow: closing-flush}
"0805000096": {label: fermeture annoncée, tariff: free, flow: closing-announce}
"""
CLOSING = """
flow: closing-{what}
start: agents
nodes:
  agents:
    kind: queue
    queue: cut-waiting
    calendar: office
    wait: 10
    {how}
  out: {{kind: bye}}
  late: {{kind: bye, prompt: workshop-closed}}
"""
FLUSH = "exits: {timeout: out, full: out, empty: out, emptied: out, closed: late}"
ANNOUNCE = (
    "on_close: announce\n    closing: workshop-closed\n    exits: {timeout: late, full: out, empty: out, emptied: out}"
)


def test_at_closing_time_who_waits_leaves_or_is_told_and_waits_on(stack):
    """It is four seconds before five on a Friday: one is sent away, the other hears so, and keeps his place."""
    flows = {
        "flows_closing-flush": CLOSING.format(what="flush", how=FLUSH),
        "flows_closing-announce": CLOSING.format(what="announce", how=ANNOUNCE),
    }
    with written(stack, numbers=CLOSING_NUMBERS, **flows):
        try:
            stack.clock("2026-11-27T16:59:56")
            left = stack.call("0805000095", hang_up_after=40.0)
            told = stack.call("0805000096", hang_up_after=40.0)

            assert steps(stack, left) == ["agents:closed", "late:done"]
            assert [wait["served"] for wait in queued(stack, left)] == ["timeout"]
            assert steps(stack, told) == ["agents:timeout", "late:done"]
            first_wait, second = queued(stack, told)
            assert (first_wait["waited"], second["waited"]) == pytest.approx((4.0, 6.0), abs=1.0)
            said = stack.heard(told, "workshop-closed").heard
            assert len(said) == 2, "told once at closing time, once at the end"
        finally:
            stack.clock(None)
