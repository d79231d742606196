"""Carriers' lines: registered by a password, or known by their address; what Asterisk refuses changes nothing."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.carrier import Carrier
from tests.live.sip import Wire
from tests.live.stack import Stack, run, until

NUMBER, ELSEWHERE = "0800000001", "0899999999"
PASSWORD = "carrier#s=own"
REGISTERS = "res_pjsip_outbound_registration.so"


@contextmanager
def written(stack: Stack, **texts: str) -> Iterator[Path]:
    """The book with these texts at the end of its files, taken up; and as it was, afterwards."""
    folder = Path(stack.settings.book) / "dialplans"
    before = {name: (folder / name).read_text("utf-8") if (folder / name).exists() else None for name in files(texts)}
    try:
        for name, text in files(texts).items():
            (folder / name).write_text((before[name] or "") + text, encoding="utf-8")
        reload(stack)
        yield folder
    finally:
        for name, old in before.items():
            (folder / name).unlink() if old is None else (folder / name).write_text(old, encoding="utf-8")
        reload(stack)


def files(texts: dict[str, str]) -> dict[str, str]:
    return {f"{name}.yaml": text for name, text in texts.items()}


def ivr(stack: Stack, *words: str, typed: str = "") -> tuple[int, str]:
    """Exit status of a command in the controller, and all that it says."""
    command = ["docker", "exec", "-i", "-e", "COLUMNS=300", stack.container("controller"), "ivr", *words]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def reload(stack: Stack) -> None:
    assert ivr(stack, "reload")[0] == 0


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
                code, told = ivr(stack, "reload")

                assert code == 1
                assert 'Asterisk refused it, the earlier settings stay: it does not register as "other"' in told
                health = stack.health() or {}
                assert (health["book"], health["status"]) == (took, "degraded")
                assert "trunk-registration" not in stack.inside("asterisk", "cat", "/etc/asterisk/ivr/pjsip.conf")
            finally:
                stack.asterisk(f"module load {REGISTERS}")
            reload(stack)
            until(lambda: "other" in stack.asterisk("pjsip show registrations"), "taken up now")
        run("docker", "exec", stack.container("controller"), "rm", "/var/lib/ivr/secrets/trunks/other")
    stack.ready()
