"""The stack's processes stopped, killed and hung: what the caller hears, and what is left."""

import re
import socket
import subprocess
import threading
import time
from datetime import datetime, timedelta

import pytest

from ivr.ledger.told import HERE
from ivr.phone.events import first
from tests.live.containers import run
from tests.live.fairness import favour, starved
from tests.live.sip import Wire
from tests.live.stack import Placed, Stack, until
from tests.live.talks import hear_each_other

FREE, SURCHARGED = "0800000001", "0899000004"

APOLOGY = "fallback"


@pytest.fixture(autouse=True)
def whole(stack):
    """Each of these tests begins and ends with a stack that is well, without a call."""
    stack.ready()
    stack.quiet(60.0)  # calls of other tests may still go on
    yield
    for service in ("asterisk", "controller"):
        state = stack.inspect(service)["State"]
        if not state["Running"]:
            stack.start(service)
        elif service == "controller":
            stack.signal(service, "CONT")
    stack.ready()
    stack.quiet()


def apology(stack: Stack, placed: Placed) -> float:
    """When the caller began to hear the apology."""
    heard = [one.start for one in stack.heard(placed, APOLOGY).heard if one.name == APOLOGY and one.offset < 1.0]
    assert heard, "the apology was not heard"
    return heard[0]


QUICK = 2.0
"""Seconds within which a controller that was started serves."""


class Stopwatch:
    """Seconds since it was made, without those in which other work of the machine kept something waiting."""

    def __init__(self) -> None:
        self._began, self._starved = time.monotonic(), starved()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began - (starved() - self._starved)


def ready_after_start(stack: Stack, service: str) -> float:
    """Start a container; the seconds from when the engine says that it runs until all is well."""
    run("docker", "start", stack.container(service))
    watch = Stopwatch()
    stack.favour(service)  # as on a machine that does nothing else
    stack.ready()
    return watch.seconds


def controller_is_quick(stack: Stack) -> bool:
    """Whether a controller that was stopped serves soon, at one of three starts: other work may hold one of them up."""
    return any(
        (run("docker", "stop", stack.container("controller")), ready_after_start(stack, "controller"))[1] < QUICK
        for _ in range(3)
    )


COMMANDS = {
    "AbsoluteTimeout", "Atxfer", "BlindTransfer", "Bridge", "BridgeDestroy", "BridgeInfo", "BridgeKick", "BridgeList",
    "BridgeTechnologyList", "BridgeTechnologySuspend", "BridgeTechnologyUnsuspend", "CancelAtxfer", "Challenge",
    "CoreSettings", "CoreShowChannelMap", "CoreShowChannels", "CoreStatus", "DBGet", "DBGetTree", "Events",
    "ExtensionState", "ExtensionStateList", "Getvar", "Hangup", "ListCommands", "LocalOptimizeAway", "LoggerRotate",
    "Login", "Logoff", "MailboxCount", "MailboxStatus", "MixMonitorMute", "PJSIPHangup", "PJSIPQualify",
    "PJSIPRegister", "PJSIPShowRegistrationsOutbound", "PJSIPUnregister", "Ping", "PlayDTMF",
    "PresenceState", "QueueAdd",
    "QueueChangePriorityCaller", "QueueLog", "QueueMemberRingInUse", "QueuePause", "QueuePenalty", "QueueReload",
    "QueueRemove", "QueueReset", "QueueRule", "QueueStatus", "QueueSummary", "QueueWithdrawCaller", "Redirect",
    "SendFlash", "SendText", "Setvar", "ShowDialPlan", "Status", "StopMixMonitor", "WaitEvent",
}  # fmt: skip
"""What the account may do in Asterisk 22: the classes agent, call and reporting, and what is everybody's."""

FORBIDDEN = {
    "Originate": {"Channel": "Local/0899000004@public", "Context": "attend", "Exten": "start", "Priority": "1"},
    "Command": {"Command": "core show version"},
    "GetConfig": {"Filename": "manager.conf"},
    "UpdateConfig": {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
    "CreateConfig": {"Filename": "x.conf"},
    "ListCategories": {"Filename": "manager.conf"},
    "ModuleLoad": {"LoadType": "reload"},
    "Reload": {"Module": "pbx_config"},
    "UserEvent": {"UserEvent": "IvrEnded", "Call": "1.1", "Answered": "0", "Spoken": "0"},
    "DBPut": {"Family": "a", "Key": "b", "Val": "c"},
    "DialplanExtensionAdd": {"Context": "public", "Extension": "1", "Priority": "1", "Application": "NoOp"},
    "AGI": {"Channel": "PJSIP/x-1", "Command": "NOOP"},
    "Filter": {"Operation": "Add", "Filter": "x"},
}


def test_without_a_controller_the_caller_hears_an_apology_and_pays_nothing(stack, manager):
    """The port refuses: the apology within 2 s of the INVITE, in early media, then the end; never a 200."""
    run("docker", "stop", stack.container("controller"))
    assert stack.inspect("controller")["State"]["ExitCode"] == 0
    placed = stack.call(SURCHARGED)

    # Meanwhile the controller's account is free: what may it do?
    with manager() as alone:
        assert alone.login["Response"] == "Success"
        assert set(alone.act("ListCommands")) - {"Response", "ActionID"} == COMMANDS
        for action, fields in FORBIDDEN.items():
            assert alone.act(action, **fields)["Message"] in ("Permission denied", "Invalid/unknown command"), action
        assert alone.act("CoreStatus")["Response"] == "Success"
        assert alone.act("Hangup", Channel="PJSIP/x-1")["Message"] == "No such channel"

    report = placed.report
    assert report.answered_t is None
    assert first(report.events, "early_media") is not None
    assert apology(stack, placed) < 2.0
    assert report.ended.by == "far"
    assert report.ended.code == 480
    until(lambda: stack.channels() == 0, "no channel is left")
    assert controller_is_quick(stack)
    stack.records("")
    assert not [one for one in stack.read if one["caller"].endswith(placed.script.from_[1:])]
    called = datetime.fromtimestamp(placed.saw("calling").at).astimezone(HERE)
    near = {f"{called + timedelta(seconds=past):%H:%M:%S}  {SURCHARGED}" for past in (0, 1)}
    missed = [told for told in stack.crosschecked() if "only Asterisk has it" in told]
    assert [told for told in missed if any(one in told for one in near)]


def test_a_controller_killed_in_the_middle_of_calls_leaves_nobody_in_silence(stack):
    """Killed in an announcement, a menu and a talk: each caller hears the apology, then the end; the first unpaid."""
    announced = stack.call(SURCHARGED)
    menu = stack.call(FREE)
    talking = stack.call("0892000005", "#@0.5", stack.agent("louise", hang_up_after=3.0))
    announced.saw("early_media")
    menu.saw("answered")
    talking.saw("agent_answered")
    stack.signal("controller", "KILL")

    assert announced.report.answered_t is None
    assert announced.report.ended.code == 480
    for placed in (announced, menu, talking):
        assert placed.report.ended.by == "far"
        assert apology(stack, placed) < placed.report.ended.t
    hear_each_other(talking, talking, "louise")
    agent_left = first(talking.report.events, "agent_ended")
    assert agent_left is not None
    assert apology(stack, talking) > agent_left.t - 0.1
    until(lambda: stack.channels() == 0, "no channel is left")


def test_a_hung_controller_keeps_no_dead_channel_and_its_death_frees_the_living(stack):
    """SIGSTOP: who hangs up leaves no channel; between two commands SIGKILL brings the apology to who stayed."""
    leaver = Wire(stack.settings.sip_port, FREE, stack.caller())
    stayer = stack.call(FREE)
    with leaver:
        leaver.invite()
        assert leaver.final().code == 200
        stayer.saw("answered")
        until(lambda: stack.channels() == 2, "both calls are there")
        stack.signal("controller", "STOP")
        leaver.hang_up()
    until(lambda: stack.channels() == 1, "the channel of who has left is gone, though the controller hangs", within=3)
    # The welcome that was being played ends, and Asterisk waits for the next command.
    welcome = next(sound.seconds for (_, name), sound in stack.sounds.sounds.items() if name == "welcome-after-sales")
    answered = stayer.saw("answered")
    until(lambda: time.time() > stayer.saw("calling").at + answered.t + welcome + 0.5, "the welcome is over")
    killed = time.time() - stayer.saw("calling").at
    stack.signal("controller", "KILL")

    assert stayer.report.ended.by == "far"
    assert killed - 0.1 < apology(stack, stayer) < killed + 2.0
    until(lambda: stack.channels() == 0, "no channel is left")


def refuses(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_stop_lets_calls_end_and_records_those_it_cuts(stack):
    """SIGTERM: who ends within the drain has his own ending, who does not is recorded once as cut, and told sorry."""
    cut = stack.call(FREE)
    cut.saw("answered")
    with Wire(stack.settings.sip_port, FREE, ends := stack.caller()) as wire:
        wire.invite()
        assert wire.final().code == 200
        wire.idle(1.0)
        watch = Stopwatch()
        stop = threading.Thread(target=run, args=("docker", "stop", stack.container("controller")))
        stop.start()
        until(lambda: refuses(stack.settings.agi_port), "no new call is taken", every=0.02)
        wire.hang_up()
    late = stack.call(FREE)
    stop.join()

    assert watch.seconds < 3 + 4  # the drain of this stack, and the farewells
    assert stack.inspect("controller")["State"]["ExitCode"] == 0
    for placed in (cut, late):
        assert placed.report.ended.by == "far"
        assert apology(stack, placed) < placed.report.ended.t
    assert late.report.answered_t is None
    assert controller_is_quick(stack)
    assert stack.call_record(cut)["ending"] == "shutdown"
    assert stack.record(ends)["ending"] == "caller"
    assert not [one for one in stack.read if one["caller"].endswith(late.script.from_[1:])]


def test_the_link_to_asterisk_is_up_again_soon_after_its_death(stack):
    """Asterisk killed with a call in progress: the link within 3 s of its start, one record of the call."""
    reconnects = stack.health()["reconnects"]
    with Wire(stack.settings.sip_port, FREE, caller := stack.caller()) as wire:
        wire.invite()
        assert wire.final().code == 200
        # Asterisk's Answer itself takes up to half a second, as it waits for the caller's sound.
        wire.idle(1.5)
        stack.signal("asterisk", "KILL")
        until(lambda: stack.health()["exchange_problem"], "the loss is noticed", within=2)
        wire.over = True
    assert ready_after_start(stack, "asterisk") < 3.0

    assert stack.health()["reconnects"] == reconnects + 1
    record = stack.record(caller)
    assert record["answered"] is not None
    again = stack.call(FREE, hang_up_after=2.0)
    assert again.report.answered_t is not None


def test_the_limit_of_the_law_is_armed_in_asterisk_itself(stack):
    """0.80 € a minute: 30 minutes after the answer Asterisk hangs up, whatever becomes of the controller."""
    placed = stack.call(SURCHARGED, "#@0.3", hang_up_after=6.0)
    placed.saw("answered")
    # His own, among those of callers whom earlier tests have called back.
    caller = placed.script.from_.lstrip("0")
    found = until(
        lambda: [line for line in stack.asterisk("core show channels concise").splitlines() if caller in line],
        "channel",
    )
    channel = found[0].split("!")[0]

    def ends() -> int:
        """At first it has the limit of every call, some hours."""
        shown = stack.asterisk(f"core show channel {channel}")
        return int(next(line.split(":")[1] for line in shown.splitlines() if "Time to Hangup" in line))

    answered_at = placed.saw("calling").at + placed.saw("answered").t
    until(lambda: ends() < answered_at + 3600, "the limit is armed", 3.0)

    assert ends() == pytest.approx(answered_at + 1800, abs=2.0)
    assert placed.report.answered_t is not None


def test_a_second_up_is_quick_and_changes_nothing(stack):
    """`docker/up` on a stack that runs: within 20 s, the same containers, started no second time."""
    before = {service: stack.inspect(service)["State"]["StartedAt"] for service in ("asterisk", "controller")}
    watch = Stopwatch()
    up = subprocess.Popen(
        ["bash", "docker/up", "--no-call"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    favour(up.pid)  # on a machine that does nothing else
    told, _ = up.communicate(timeout=120)

    assert up.returncode == 0, told
    assert watch.seconds < 20
    said = dict(re.findall(r"^  (server|account|numbers|records|stop) +(.*?) *$", told, re.MULTILINE))
    assert said["server"] == f"127.0.0.1, port {stack.settings.sip_port}, UDP"
    assert said["account"] == f"camille, password {stack.password('agent:camille')}"
    assert {SURCHARGED, FREE} < {*said["numbers"].split()} == {*stack.book.services}
    assert (said["records"], said["stop"]) == ("docker/ivr calls", "docker/down")
    assert {service: stack.inspect(service)["State"]["StartedAt"] for service in before} == before
