"""People are called back: by an agent at the place that they had in the queue, or first of all themselves."""

import re
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest

from ivr.phone import tone
from ivr.phone.script import Agent
from tests.live.edited import ivr, reload, written
from tests.live.stack import Placed, Stack, until

QUEUED, FIRST, TURN, HOST = "0805000071", "0805000072", "0805000076", "0806000009"
LOST, ABLE, WAITED = "0805000302", "0805000303", "0805000304"
DYING: dict[str, dict[str, float]] = {"yvette": {"answer_after": 3600.0}, "agnes": {}, "maud": {}}
OUTSIDE_TONE, AGENT_TONE = 880.0, 550.0


def listed(stack: Stack, caller: str, *how: str) -> str:
    """What `ivr callbacks list` says of a caller, who is there once."""
    shown = f"{caller[:2]} {caller[2:4]} {caller[4:6]} {caller[6:8]} {caller[8:]}"
    told = ivr(stack, "callbacks", "list", *how)[1].splitlines()
    (found,) = [one for one in told if shown in one] or [""]
    return found


def over(stack: Stack, caller: str) -> str:
    """Of a caller who was called; waits for it."""
    found: str = until(lambda: listed(stack, caller, "--over"), f"{caller} was called back", 20.0, every=1.0)
    return found


def tried(stack: Stack, caller: str) -> str:
    """Of a caller who was tried to be called, and waits again; waits for it."""

    def line() -> str:
        told = listed(stack, caller)
        return told if "under way" not in told and not told.endswith(" -") else ""

    found: str = until(line, f"{caller} was tried", 50.0, every=1.0)
    return found


def phone(stack: Stack, name: str, stays: float = 55.0, **options: object) -> Placed:
    """A phone of its own process, until its own call ends or ``leave``s."""
    return stack.call(HOST, "", stack.agent(name, **options), hang_up_after=stays)


def registered(stack: Stack, *names: str) -> None:
    """Wait until these phones are there."""
    until(lambda: all(one in stack.asterisk("pjsip show contacts") for one in names), "the phones are there", 20.0)


def heard(placed: Placed, name: str, frequency: float) -> bool:
    there = placed.leave().agent(name).recording
    return bool(tone.tones(there.samples, there.rate, frequency, 0.5))


def recorded(stack: Stack, caller: Placed, agent: str, node: str, outside: Placed | None = None) -> None:
    """The call that we made is in the ledger, as long as the phone ``outside`` says, and Asterisk says the same."""
    made = stack.called_back(caller.script.from_)

    assert (made["number"], made["agent"], made["steps"]) == (caller.script.number, agent, [f"{node}:talked"])
    assert (made["billed_seconds"], made["amount"]["amount"]) == (0, "0.00")
    lasted = (datetime.fromisoformat(made["ended"]) - datetime.fromisoformat(made["answered"])).total_seconds()
    if outside is not None:
        began, over = (outside.saw(f"agent_{what}").t for what in ("answered", "ended"))
        assert lasted == pytest.approx(over - began, abs=1.5)
    assert 1.0 < made["talked"] < lasted + 0.1
    assert made["waited"] > 0
    assert [told for told in stack.crosschecked() if made["id"] in told] == []
    attempt = made["id"].removeprefix("callback-")
    until(lambda: attempt not in stack.asterisk("dialplan show globals"), "Asterisk need not know it any more", 3.0)


def test_who_leaves_a_queue_for_a_call_back_keeps_his_place(stack: Stack) -> None:
    """Ahead of who came after him; the agent hears of him, his key dials, and both hear each other."""
    ivr(stack, "override", "recalls", "closed", "--for-good")
    given_up = stack.beside(called_in_the_hours, stack.call(WAITED, "1", hang_up_after=40.0))
    refuses, silent = stack.call(FIRST, "3", hang_up_after=30.0), stack.call(FIRST, hang_up_after=50.0)
    # A special number, a short one, one of another country.
    dear = stack.call(FIRST, "2,0899000004#,3615#,00442079460018#", hang_up_after=60.0)
    caller = stack.call(QUEUED, "1!,1", hang_up_after=60.0)
    until(lambda: "back has 1 calls" in stack.asterisk("queue show back"), "he waits")
    caller.press()
    later = stack.call(QUEUED, hang_up_after=75.0)
    until(
        lambda: re.search(r"1\. Local/queue@callback-agents.*2\. PJSIP", stack.asterisk("queue show back"), re.DOTALL),
        "he stands first without being there",
        40.0,
    )
    outside = phone(stack, "sortie", answer_after=1.0, hang_up_after=6.0, tone=OUTSIDE_TONE)
    outside.saw("calling")
    agent = phone(stack, "sacha", keys="1", keys_after=3.0, hang_up_after=25.0, hold_after=6.5)
    outside.saw("agent_answered")
    channels = stack.asterisk("core show channels concise")
    (dialled,) = re.findall(r"^(PJSIP/sortie-\S+?)!", channels, re.MULTILINE)
    shown = stack.asterisk(f"core show channel {dialled}")

    assert re.search(rf"Connected Line ID: {QUEUED}\b", shown)
    assert "talked (sacha)" in over(stack, caller.script.from_)
    later.saw("answered")
    assert heard(outside, "sortie", AGENT_TONE)
    recorded(stack, caller, "sacha", "again", outside)
    assert stack.called_back(caller.script.from_)["held"] == [pytest.approx(2.0, abs=0.6)]
    assert heard(agent, "sacha", OUTSIDE_TONE)
    assert stack.call_record(caller)["steps"] == ["agents:key", "again:booked", "bye:done"]
    assert stack.call_record(refuses)["steps"] == ["again:refused", "bye:done"]
    assert stack.call_record(silent)["steps"] == ["again:silence", "bye:done"]
    assert stack.call_record(dear)["steps"] == ["again:refused", "bye:done"]
    said = [one.name for one in stack.heard(dear, "callback-wrong", "callback-read-back").heard]
    assert said == ["callback-wrong"] * 3
    assert listed(stack, dear.script.from_) == listed(stack, dear.script.from_, "--over") == ""
    given_up.result()


def called_in_the_hours(stack: Stack, caller: Placed) -> None:
    """Who had waited too long booked a call back, twice over, when nobody is called back; it is tried twice, and then
    given up.
    """
    number = caller.script.from_
    again = stack.call(WAITED, "1", from_=number, hang_up_after=40.0)
    _ = caller.report, again.report
    until(lambda: len(stack.records(number)) == 2, "both calls are recorded", every=0.5)
    assert [made["steps"] for made in stack.records(number)] == [["agents:timeout", "again:booked", "bye:done"]] * 2
    time.sleep(2.5)  # two looks of the placer
    assert listed(stack, number).endswith(" -"), "he was called in spite of the hours"
    ivr(stack, "override", "recalls", "clear")
    once = tried(stack, number)
    assert "no answer" in once
    assert listed(stack, number, "--over") == ""
    ivr(stack, "callbacks", "retry", once.split()[0])
    assert "no answer" in over(stack, number)
    assert [made["steps"] for made in stack.calls_back(number)] == [["again:no_answer"]] * 2


def test_a_caller_who_is_called_first_is_put_through_by_his_key(stack: Stack) -> None:
    """Over a trunk, from the number that the book says; no machine reaches the agent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    trunk = f"exit:\n  label: a\n  host: 127.0.0.1\n  port: {port}\n  probed: no\n  dials: national\n"
    with written(stack, trunks=trunk):
        flow = Path(stack.settings.book) / "dialplans" / "flows" / "back-caller.yaml"
        text = flow.read_text(encoding="utf-8")
        flow.write_text(text.replace("through: issue", "through: exit"), encoding="utf-8")
        try:
            reload(stack)
            person = Agent("mobile", "", answer_after=1.0, registers=False, keys="1", keys_after=4.0, tone=OUTSIDE_TONE)
            outside = stack.call(HOST, "", person, hang_up_after=55.0, listen=port)
            agent = phone(stack, "romane", answer_after=1.0, hang_up_after=5.0)
            agent.saw("calling")
            caller = stack.call(FIRST, "1", hang_up_after=40.0)
            outside.saw("agent_answered", 50.0)
            channels = stack.asterisk("core show channels concise")
            (dialled,) = re.findall(r"^(PJSIP/exit-\S+?)!", channels, re.MULTILINE)

            assert re.search(r"(Caller|Connected Line) ID: 0320000001", stack.asterisk(f"core show channel {dialled}"))
            assert "talked (romane)" in over(stack, caller.script.from_)
            out = r"(?m)^exit .* 1 +[0-9.]+ *$"
            until(lambda: re.search(out, ivr(stack, "trunks")[1]), "it counts as one that went out", every=0.5)
        finally:
            flow.write_text(text, encoding="utf-8")
    assert heard(outside, "mobile", AGENT_TONE)
    recorded(stack, caller, "romane", "again", outside)
    assert heard(agent, "romane", OUTSIDE_TONE)


def test_a_caller_who_is_called_first_is_called_when_he_is_next_and_keeps_his_place(stack: Stack) -> None:
    """Not while somebody stands before him who came before him; then he enters ahead of who came after him."""
    outside = phone(stack, "porte", keys="1", keys_after=3.0)
    agent = phone(stack, "toinette", answer_after=0.5)
    until(lambda: "toinette" in stack.asterisk("pjsip show contacts"), "the agent is there")
    talking = stack.call(TURN, hang_up_after=80.0)
    agent.saw("agent_answered")
    before = stack.call(TURN, hang_up_after=80.0)
    until(lambda: "turn has 1 calls" in stack.asterisk("queue show turn"), "one stands before him")
    time.sleep(2.0)  # Asterisk tells in whole seconds for how long each has waited: who came first must be sure
    caller = stack.call(TURN, "1!,1", hang_up_after=60.0)
    until(lambda: "turn has 2 calls" in stack.asterisk("queue show turn"), "he waits")
    caller.press()
    after = stack.call(TURN, hang_up_after=80.0)
    assert stack.call_record(caller)["steps"] == ["agents:key", "again:booked", "bye:done"]
    until(lambda: "turn has 2 calls" in stack.asterisk("queue show turn"), "he stands nowhere")
    time.sleep(2.5)  # two looks of the placer
    assert not [event for event in outside.events if event.event.startswith("agent_")]
    before.leave()
    outside.saw("agent_answered", 20.0)
    shown = until(
        lambda: re.search(r"1\. PJSIP/porte-.*2\. PJSIP", stack.asterisk("queue show turn"), re.DOTALL),
        "he stands before who came after him",
        20.0,
    )
    assert shown
    talking.leave()
    until(lambda: "turn has 1 calls" in stack.asterisk("queue show turn"), "he talks")
    assert after.future is not None
    assert not after.future.done()
    outside.leave()
    assert "talked (toinette)" in over(stack, caller.script.from_)
    recorded(stack, caller, "toinette", "again")
    after.leave()
    agent.leave()
    # Who hung up on the agent, and who did while he waited: each is known to have waited, at which place, and for whom.
    hung_up = [("toinette", False, ["toinette"], 1), (None, True, [], 1)]
    for one, least, wanted in zip((talking, before), (0.0, 5.0), hung_up, strict=True):
        record = stack.call_record(one)
        assert (record["steps"], record["hung_up_in"]) == ([], "agents")
        (wait,) = [entry["result"] for entry in record["tape"] if "enqueue" in entry]
        assert (wait["agent"], wait["gone"], wait["rang"], wait["place"]) == wanted
        assert least <= wait["waited"] < one.report.ended.t + 1  # app_queue counts whole seconds of a clock
        assert [told for told in stack.crosschecked() if record["id"] in told] == []


def test_who_is_called_back_keeps_his_priority_and_his_needs(stack: Stack) -> None:
    """Ahead of who came before him with less; he is offered to nobody who cannot do what he needs."""
    unable, outside = phone(stack, "quentin"), phone(stack, "ailleurs", answer_after=1.0, tone=OUTSIDE_TONE)
    able = phone(stack, "pierrette", keys="1", keys_after=3.0)
    registered(stack, "quentin", "ailleurs", "pierrette")
    talking = stack.call(ABLE, "1@1.5", hang_up_after=80.0)
    able.saw("agent_answered")
    before = stack.call(ABLE, "1@1.5", hang_up_after=80.0)
    until(
        lambda: "able.needs-english has 1 calls" in stack.asterisk("queue show able.needs-english"), "one waits", 20.0
    )
    caller = stack.call(ABLE, "2@1.5,1@5.0,1@8.0", hang_up_after=40.0)
    until(
        lambda: re.search(
            r"1\. Local/queue@callback-agents.*, prio: 10\).*2\. PJSIP/.*, prio: 0\)",
            stack.asterisk("queue show able.needs-english"),
            re.DOTALL,
        ),
        "he stands first",
        40.0,
    )
    talking.leave()
    outside.saw("agent_answered", 40.0)
    time.sleep(2.0)  # while they talk
    assert "able.needs-english has 1 calls" in stack.asterisk("queue show able.needs-english")
    assert heard(outside, "ailleurs", AGENT_TONE)
    assert heard(able, "pierrette", OUTSIDE_TONE)
    assert "talked (pierrette)" in over(stack, caller.script.from_)
    before.leave()
    assert [event for event in unable.leave().events if event.event == "agent_ringing"] == []
    assert stack.call_record(caller)["steps"] == ["which:2", "urgent:key", "again:booked", "bye:done"]


def called_by_another_at_once(stack: Stack) -> None:
    """An agent's phone dies while the caller's rings.  One caller picks up meanwhile, hears nobody, and hangs up; the
    phone of the other stops ringing.  Neither has been served, and neither waits for a quarter of an hour.
    """
    answers = phone(stack, "lointain", 110.0, answer_after=4.0, hang_up_after=4.0, tone=OUTSIDE_TONE)
    waits = phone(stack, "levant", 110.0, answer_after=3600.0)
    dying = [phone(stack, one, 110.0, keys="1", keys_after=3.0) for one in ("edmee", "brune")]
    registered(stack, "lointain", "levant", "edmee", "brune")
    callers = [stack.call(LOST, f"{key}@1.5,1@4.0", hang_up_after=40.0) for key in "45"]
    numbers = [one.script.from_ for one in callers]
    for outside, agent in zip((answers, waits), dying, strict=True):
        outside.saw("agent_ringing", 40.0)
        stack.die(agent)
    serving = phone(stack, "fanny", 100.0, keys="1", keys_after=3.0)
    try:
        # By the sound that is missing, after 20 s; at the latest by the question whether the call still is, after 45 s.
        waits.saw("agent_ended", 60.0)
    except AssertionError:
        for number in numbers:  # they would hold a place, and be seen by the tests to come
            if told := listed(stack, number):
                ivr(stack, "callbacks", "cancel", told.split()[0])
        raise
    waits.leave()
    again = phone(stack, "levant", 80.0, answer_after=0.5, hang_up_after=3.0, tone=OUTSIDE_TONE)
    registered(stack, "levant")
    taking = phone(stack, "solene", 80.0, keys="1", keys_after=3.0)
    again.saw("agent_ended", 50.0)

    up, down = (answers.saw(f"agent_{what}").t for what in ("answered", "ended"))
    joined = down - up, None
    for number, agents, spoken in zip(numbers, (("edmee", "fanny"), ("brune", "solene")), joined, strict=True):
        assert f"talked ({agents[1]})" in over(stack, number)
        gone, talked = stack.calls_back(number)
        assert (gone["agent"], gone["steps"][0].partition(":")[2]) == (agents[0], "gone")
        assert gone["talked"] == (spoken and pytest.approx(spoken, abs=1.5))
        assert (talked["agent"], talked["steps"][0].partition(":")[2]) == (agents[1], "talked")
        began, ended = (datetime.fromisoformat(one) for one in (talked["started"], gone["ended"]))
        assert (began - ended).total_seconds() < 60.0  # and not after the pause of a quarter of an hour
        assert [said for said in stack.crosschecked() if gone["id"] in said or talked["id"] in said] == []
    for outside, agent in ((answers, serving), (again, taking)):
        assert heard(outside, outside.script.agents[0].name, AGENT_TONE)
        assert heard(agent, agent.script.agents[0].name, OUTSIDE_TONE)


def test_an_agents_phone_that_dies_costs_nobody_his_call_back(stack: Stack) -> None:
    """Killed with -9: while it rings, the next agent is rung; as its agent is told whom to call, it is as where he
    presses nothing: nobody has taken it, and it is tried again in a minute; while the caller's rings, another is asked
    at once; in the talk it is over soon.
    """
    other = stack.beside(called_by_another_at_once)
    nobody_has_taken_it(stack)
    other.result()


def nobody_has_taken_it(stack: Stack) -> None:
    """An agent's phone dies as it rings, as he is told whom to call, and in the talk; another agent presses nothing."""
    outside = phone(stack, "dehors", answer_after=1.0, tone=OUTSIDE_TONE)
    ringing, told, silent = (phone(stack, one, **options) for one, options in DYING.items())
    registered(stack, "dehors", *DYING)
    callers = [stack.call(LOST, f"{key}@1.5,1@4.0", hang_up_after=40.0) for key in "123"]
    numbers = [one.script.from_ for one in callers]
    told.saw("agent_answered", 40.0)
    time.sleep(1.0)  # while he is told
    stack.die(told)
    ringing.saw("agent_ringing", 40.0)
    stack.die(ringing)
    taking = phone(stack, "zita", keys="1", keys_after=3.0)
    silent.saw("agent_answered", 20.0)
    outside.saw("agent_answered", 60.0)
    time.sleep(2.0)  # while they talk
    stack.die(taking)
    try:
        for number, agent in zip(numbers[1:], ("agnes", "maud"), strict=True):
            assert f"no agent ({agent})" in tried(stack, number)
            made = stack.called_back(number)
            assert (made["agent"], made["answered"], made["talked"]) == (agent, None, None)
            assert [said for said in stack.crosschecked() if made["id"] in said] == []
    finally:
        for number in numbers[1:]:
            ivr(stack, "callbacks", "cancel", tried(stack, number).split()[0])
    outside.saw("agent_ended", 40.0)
    assert heard(outside, "dehors", AGENT_TONE)
    assert "talked (zita)" in over(stack, numbers[0])
    recorded(stack, callers[0], "zita", "rung", outside)
    silent.leave()
