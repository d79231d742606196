"""Carriers' lines: registered by a password, or known by their address; what Asterisk refuses changes nothing."""

import re
import socket

import pytest

from ivr.phone.script import Agent
from tests.live.carrier import Carrier
from tests.live.containers import run
from tests.live.edited import ivr, reload, written
from tests.live.sip import Wire
from tests.live.stack import Stack, until
from tests.live.talks import hear_each_other

NUMBER, ELSEWHERE = "0800000001", "0899999999"
PASSWORD = "carrier#s=own"
REGISTERS = "res_pjsip_outbound_registration.so"
ACCOUNTS = "/etc/asterisk/ivr/pjsip.conf"


def state(stack: Stack, name: str) -> str:
    """What `ivr trunks` says of one."""
    return next(line for line in ivr(stack, "trunks")[1].splitlines() if line.startswith(name))


def called(stack: Stack, wire: Wire) -> str:
    """The account by which a call that has been let in is known to Asterisk; the caller goes."""
    wire.invite()
    wire.expect(lambda message: message.code in (180, 183, 200), "sound")
    channels = re.findall(r"^PJSIP/(\w+)-\S+!attend!", stack.asterisk("core show channels concise"), re.MULTILINE)
    wire.idle(0.3)  # an answer that has come meanwhile
    wire.hang_up()
    until(lambda: stack.channels() == 0, "he is gone")
    return ",".join(channels)


def test_a_carrier_where_we_register_and_one_that_is_known_by_its_address(stack: Stack) -> None:
    """The password is stored, never in the book; calls of both come to our numbers and to nothing else."""
    port = stack.settings.sip_port
    with Carrier("us-1", PASSWORD) as carrier:
        trunks = (
            f"\nmain:\n  label: a\n  host: 127.0.0.1\n  port: {carrier.port}\n  user: us-1\n  registers: yes\n"
            f"known:\n  label: b\n  host: 127.0.0.1\n  port: {carrier.port}\n  sources: 127.0.0.7\n"
        )
        with written(stack, trunks=trunks):
            assert "no password" in state(stack, "main")
            assert ivr(stack, "trunks")[0] == 1
            assert ivr(stack, "trunks", "password", "main", typed="wrong")[0] == 0
            until(lambda: "refused" in state(stack, "main"), "refused", 10.0, every=0.5)
            until(lambda: (stack.health() or {})["trunk_problems"], "told in /health")
            assert (stack.health() or {})["status"] == "degraded"
            assert ivr(stack, "trunks", "password", "main", typed=PASSWORD)[0] == 0
            until(lambda: re.match(r"main +up", state(stack, "main")), "registered", 15.0, every=0.5)
            assert re.match(r"known +up", state(stack, "known"))
            stack.ready()
            ours = re.search(r"<(sip:us-1@[^>]+)>", carrier.registered)
            assert ours

            from_ = stack.caller()
            with Wire(port, "", from_, uri=ours[1], to=f"sip:0033{NUMBER[1:]}@127.0.0.1") as wire:
                assert called(stack, wire) == "main"
            assert stack.record(from_)["number"] == NUMBER
            with Wire(port, f"33{NUMBER[1:]}", from_, here="127.0.0.7") as wire:
                assert called(stack, wire) == "known"
            for nothing in (ELSEWHERE, "*45", "camille", "us-1"):
                with Wire(port, nothing, from_, here="127.0.0.7") as wire:
                    wire.invite()
                    assert wire.final().code == 404, nothing
        assert PASSWORD not in stack.log("controller") + stack.log("asterisk")
        run("docker", "exec", stack.container("controller"), "rm", "/var/lib/ivr/secrets/trunks/main")


NUMBERS = """
"0892000090":
  label: transfert dehors
  tariff: waiting
  flow: outside
  unanswered_limit: 120
"0805000091":
  label: transfert dehors, gratuit
  tariff: free
  flow: outside-plain
"0805000093":
  label: transfert à une adresse SIP
  tariff: free
  flow: outside-desk
"0805000097":
  label: transfert dehors, par un opérateur muet
  tariff: free
  flow: outside-mute
"""
FLOW = """
flow: outside
start: agent
nodes:
  agent:
    kind: transfer
    to: zoe
    ring: 20
    accept: transfer
    exits: {busy: busy, no_answer: nobody, unavailable: nobody, congestion: full}
  busy: {kind: bye, prompt: all-busy}
  full: {kind: bye, prompt: all-busy}
  nobody: {kind: bye, prompt: nobody}
"""
MUTE = """
flow: outside-mute
start: agent
nodes:
  agent:
    kind: transfer
    to: [spent, ana]
    strategy: hunt
    next_on: [congestion]
    exits: {busy: out, no_answer: out, unavailable: out}
  out: {kind: bye}
"""
SHOWS = "  host: 127.0.0.1\n  shows: '0320000001'\n"


def away(port: int) -> str:
    """Trunks: one whose carrier refuses, with the ceilings of the test; then one behind which somebody has a phone."""
    return (
        f"\nfull:\n  label: a\n{SHOWS}  port: {port}\n  shows_callers: yes\n"
        f"gratis:\n  label: b\n{SHOWS}  port: 9\n  probed: no\n  cost_a_day: 0\n"
    )


def udp() -> socket.socket:
    """A port of its own, at which nobody says anything."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    return bound


def test_a_caller_is_put_through_outside_by_the_first_trunk_that_works(stack: Stack) -> None:
    """The carrier of one refuses or is congested, over another all is spent; the phone behind the last rings, and
    presses 1.  A carrier that takes requests and says nothing is passed over after 6.4 s (docker/asterisk, timer_b).
    """
    with udp() as free, udp() as other:
        listen, nearby = free.getsockname()[1], other.getsockname()[1]
    far = f"far:\n  label: c\n{SHOWS}  port: {listen}\n  probed: no\n  dials: national\n  at_once: 1\n"
    zoe = "zoe:\n  label: Zoé\n  number: '0612345678'\n  trunks: [full, gratis, far]\n"
    desk = f"desk:\n  label: partenaire\n  sip: sip:desk@127.0.0.1:{listen}\n"
    ana = (
        "spent:\n  label: Ana\n  number: '0612345679'\n  trunks: [gratis]\n"
        "ana:\n  label: Ana\n  number: '0612345679'\n  trunks: [mute, near]\n"
    )
    plain = FLOW.replace("flow: outside", "flow: outside-plain").replace("    accept: transfer\n", "")
    at_desk = plain.replace("outside-plain", "outside-desk").replace("to: zoe", "to: desk")
    flows = {
        "flows_outside": FLOW,
        "flows_outside-plain": plain,
        "flows_outside-desk": at_desk,
        "flows_outside-mute": MUTE,
    }
    with Carrier(verdict="403 Forbidden") as carrier, udp() as mute:
        trunks = away(carrier.port) + far
        for name, port in (("mute", mute.getsockname()[1]), ("near", nearby)):
            trunks += f"{name}:\n  label: d\n{SHOWS}  port: {port}\n  probed: no\n"
        with written(stack, trunks=trunks, destinations=zoe + desk + ana, numbers=NUMBERS, **flows):
            until(lambda: re.match(r"full +up", state(stack, "full")), "probed", 20.0, every=0.5)
            until(lambda: "are spent" in state(stack, "gratis") + str(stack.health()), "nothing may be spent")
            mobile = Agent("mobile", "", registers=False, keys="1", keys_after=4.0, hang_up_after=8.0, tone=770.0)
            late = Agent("late", "", registers=False, hang_up_after=3.0, tone=550.0)
            patient = stack.call("0805000097", "", late, listen=nearby, hang_up_after=60.0)
            placed = stack.call("0892000090", "#@3.0", mobile, listen=listen, hang_up_after=60.0)
            # Over the last trunk one talks at a time, and a second one finds all ways closed.
            placed.saw("answered", 40.0)
            carrier.verdict = "503 Service Unavailable"
            second = stack.call("0805000091", hang_up_after=30.0)
            report = placed.report
            (picked_up,) = [event for event in report.events if event.event == "agent_answered"]
            assert stack.call_record(second)["steps"] == ["agent:congestion", "full:done"]
            refused, _ = carrier.calls

            record = stack.call_record(placed)
            assert record["steps"] == ["agent:talked"]
            assert [told for told in stack.crosschecked() if record["id"] in told] == []
            assert report.answered_t == pytest.approx(picked_up.t + 4.0, abs=1.0), (
                "answered before the 1, or long after"
            )
            hear_each_other(placed, placed, "mobile", 770.0)
            # The caller's own number where the carrier lets us, ours as the one that sends it on; else ours alone.
            assert refused.text.startswith("INVITE sip:+33612345678@")
            assert refused.header("From").startswith(f"<sip:+33{placed.script.from_[1:]}@")
            assert refused.header("Diversion").startswith("<sip:+33320000001@")
            assert re.match(r"far +up .* 1 +0\.0", state(stack, "far"))

            # Nobody could be rung at first, nor did the first carrier say anything.
            assert stack.call_record(patient)["steps"] == ["agent:talked"]
            hear_each_other(patient, patient, "late")
            (rang,) = [event for event in patient.report.events if event.event == "agent_ringing"]
            assert 6.0 < rang.t < 15.0
            assert mute.recv(65535).startswith(b"INVITE sip:+33612345679@")

            # A SIP address is called by itself, past all trunks; and both hear each other there, too.
            # Asterisk may have asked between two phones whether somebody is there: then it is called again.
            partner = Agent("partner", "", registers=False, hang_up_after=3.0, tone=550.0)
            for _ in range(6):
                put_through = stack.call("0805000093", "", partner, listen=listen, hang_up_after=30.0)
                steps = stack.call_record(put_through)["steps"]
                if steps != ["agent:unavailable", "nobody:done"]:
                    break
            assert steps == ["agent:talked"]
            report = put_through.report
            hear_each_other(put_through, put_through, "partner")
            assert len(carrier.calls) == 2

            carrier.verdict = "486 Busy Here"
            busy = stack.call("0805000091", hang_up_after=30.0)
            assert stack.call_record(busy)["steps"] == ["agent:busy", "busy:done"]
            assert len(carrier.calls) == 3
            carrier.verdict = "603 Decline"  # he who was rung: no other way is tried, over which he would ring again
            declined = stack.call("0805000091", hang_up_after=30.0)
            assert stack.call_record(declined)["steps"] == ["agent:busy", "busy:done"]
            carrier.verdict = "404 Not Found"  # no other carrier knows the number either
            unknown = stack.call("0805000091", hang_up_after=30.0)
            assert stack.call_record(unknown)["steps"] == ["agent:unavailable", "nobody:done"]


def told(stack: Stack) -> tuple[str, str]:
    """The book in force and the state of things, as /health has them."""
    health = stack.health() or {}
    return str(health.get("book")), str(health.get("status"))


def test_what_asterisk_does_not_take_up_is_told_and_changes_nothing(stack: Stack) -> None:
    """Told in the exit of `ivr reload` and in /health; the earlier book and settings stay, calls go on."""
    with Carrier("us-2", PASSWORD) as carrier:
        before = (stack.health() or {})["book"]
        trunk = f"\nother:\n  label: c\n  host: 127.0.0.1\n  port: {carrier.port}\n"
        with written(stack, trunks=trunk) as folder:
            took = (stack.health() or {})["book"]
            assert took != before
            stack.asterisk(f"module unload {REGISTERS}")
            try:
                more = f"{trunk}  user: us-2\n  registers: yes\n"
                file = folder / "trunks.yaml"
                known = "mkdir -p /var/lib/ivr/secrets/trunks; echo word >/var/lib/ivr/secrets/trunks/other"
                stack.inside("controller", "sh", "-c", known)
                file.write_text(file.read_text("utf-8").replace(trunk, more), encoding="utf-8")
                code, said = ivr(stack, "reload")

                assert code == 1
                assert 'Asterisk refused it, the earlier settings stay: it does not register as "other"' in said
                # Whoever watches the files tries it a moment later once more, and for that moment it is the book.
                until(lambda: told(stack) == (took, "degraded"), "the earlier book is in force, and that is told")
                until(lambda: "trunk-registration" not in stack.inside("asterisk", "cat", ACCOUNTS), "as it was")
            finally:
                stack.asterisk(f"module load {REGISTERS}")
            reload(stack)
            until(lambda: "other" in stack.asterisk("pjsip show registrations"), "taken up now")
        run("docker", "exec", stack.container("controller"), "rm", "/var/lib/ivr/secrets/trunks/other")
    stack.ready()
