"""The two containers as they run: who they are, what they can, where they listen, and what they do not hold."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.live.containers import run
from tests.live.stack import ROOT, Stack

SERVICES = ("asterisk", "controller")


def listed_modules() -> set[str]:
    """The modules that the configuration names."""
    text = (ROOT / "docker/asterisk/conf/modules.conf").read_text(encoding="utf-8")
    return set(re.findall(r"^(?:load|require) = (\S+)$", text, re.MULTILINE))


def sockets(stack: Stack, kind: str, state: str) -> set[tuple[str, int, str]]:
    """Address, port and inode of each socket of the machine in that state, from the kernel's own table (the network is
    the host's); read thrice, for the kernel passes over some while others come and go.
    """
    table = "; ".join(3 * [f"cat /proc/net/{kind}"])
    found = set()
    for line in stack.inside("controller", "sh", "-c", table).splitlines():
        words = line.split()
        if words[3] == state:
            address, port = words[1].split(":")
            found.add((address, int(port, 16), words[9]))
    return found


def listening(stack: Stack, kind: str, state: str) -> dict[int, set[str]]:
    """Which addresses the machine listens on, by port."""
    found: dict[int, set[str]] = {}
    for version in ("", "6"):
        for address, port, _ in sockets(stack, kind + version, state):
            found.setdefault(port, set()).add(address)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_its_processes_have_no_privilege(stack, service):
    """An ordinary user without a single capability, who cannot gain any."""
    for process in stack.inside(service, "sh", "-c", "ls /proc | grep -E '^[0-9]+$'").split():
        try:
            lines = stack.inside(service, "cat", f"/proc/{process}/status").splitlines()
        except AssertionError:
            continue  # it was the `ls` itself
        status = dict(line.split(":\t", 1) for line in lines)
        assert status["Uid"].split() == ["10001"] * 4
        assert status["Gid"].split() == ["10001"] * 4
        assert {status[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}
        assert status["NoNewPrivs"] == "1"


@pytest.mark.parametrize("service", SERVICES)
def test_its_root_cannot_be_written(stack, service):
    """No file of the image can be changed, by its owner either; the container says so and the kernel too."""
    assert stack.inspect(service)["HostConfig"]["ReadonlyRootfs"] is True
    for place in ("/", "/etc/asterisk", "/usr/local/bin", "/opt"):
        attempt = ["docker", "exec", "--user", "0", stack.container(service), "touch", f"{place}/x"]
        done = subprocess.run(attempt, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "Read-only file system" in done.stderr or "No such file or directory" in done.stderr


def test_talks_can_be_taped_whatever_container_is_made_beside_these(stack):
    """Docker gives an empty volume to the owner that its folder has in the image of any container that is made with it,
    while others use it too: compose may make one when the other runs already.
    """
    folder = "/var/spool/ivr-talks"
    for service in SERVICES:
        image = stack.inspect(service)["Config"]["Image"]
        run("docker", "rm", run("docker", "create", "-v", f"{stack.project}_talks:{folder}", image).strip())
        for reader in SERVICES:
            assert stack.inside(reader, "stat", "-c", "%u %g %a", folder).strip() == "10001 10001 750"


def test_asterisk_cannot_change_its_configuration_or_its_sounds(stack):
    """What the controller writes is for reading here."""
    for place in ("/etc/asterisk/ivr", "/var/lib/ivr-sounds"):
        attempt = ["docker", "exec", stack.container("asterisk"), "touch", f"{place}/x"]
        done = subprocess.run(attempt, capture_output=True, text=True, check=False)
        assert "Read-only file system" in done.stderr


def test_asterisk_has_the_listed_modules_and_no_others(stack):
    """Loaded: those of modules.conf.  On disk: those of modules.conf.  Never a shell or a file."""
    loaded = set(re.findall(r"^(\S+\.so) ", stack.asterisk("module show"), re.MULTILINE))
    on_disk = set(stack.inside("asterisk", "ls", "/usr/lib/asterisk/modules").split())

    assert loaded == listed_modules()
    assert on_disk == listed_modules()
    for never in ("func_shell", "app_system", "func_curl", "res_ari", "app_originate", "func_db"):
        assert not [name for name in on_disk if name.startswith(never)]


def test_asterisk_starts_without_an_error(stack):
    """Neither its configuration nor a module is amiss: its log up to `Asterisk Ready.`, as it was first started."""
    start, ready, _ = stack.log("asterisk").partition("Asterisk Ready.")

    assert ready
    assert [line for line in start.splitlines() if "ERROR[" in line] == []


@pytest.mark.parametrize("whom", ["nobody", "the exchange"])
def test_a_controller_that_does_not_answer_is_not_well_and_it_is_told_why(stack, whom):
    """What Docker asks; of itself it is well.  Where nobody listens, and where somebody speaks who is another."""
    controller = stack.container("controller")
    port = 1 if whom == "nobody" else stack.settings.ami_port
    asked = ("docker", "exec", "-e", f"IVR_HTTP_PORT={port}", controller, "healthy")
    done = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=False)
    said = {"nobody": "[Errno 111] Connection refused", "the exchange": "Asterisk Call Manager/"}

    assert run("docker", "exec", controller, "healthy") == ""
    assert done.returncode == 1
    assert done.stderr.startswith(f"http://127.0.0.1:{port}/health: {said[whom]}")


SPEAK = """
from ivr.voice.engines import engines
for one in engines():
    print(one.name, len({one.speak("fr", "Bonjour et bienvenue.") for _ in range(2)}))
"""


def test_its_voices_speak_and_say_the_same_twice(stack):
    """The real programs, byte for byte: espeak-ng always, pico2wave where the build found it; the better says all."""
    installed = stack.inside("controller", "sh", "-c", "command -v pico2wave; command -v espeak-ng").split()
    voices = [Path(program).name for program in installed]
    spoken = {sound.source.split()[0] for (language, _), sound in stack.sounds.sounds.items() if language == "fr"}

    assert "espeak-ng" in voices
    assert stack.inside("controller", "python", "-c", SPEAK).splitlines() == [f"{voice} 1" for voice in voices]
    assert spoken - {"tone", "recording"} == {voices[0]}


def test_only_sip_listens_beyond_loopback(stack):
    """AGI, AMI and HTTP on 127.0.0.1; SIP where it was configured; Asterisk opens nothing else."""
    settings = stack.settings
    tcp, udp = listening(stack, "tcp", "0A"), listening(stack, "udp", "07")
    loopback = "0100007F"  # 127.0.0.1 as the kernel writes it

    for port in (settings.agi_port, settings.ami_port, settings.http_port):
        assert tcp[port] == {loopback}
    assert settings.sip_bind == "127.0.0.1", "the stack for tests answers to this machine alone"
    assert udp[settings.sip_port] == {loopback}
    assert settings.sip_port not in tcp
    assert settings.http_port not in udp


def test_asterisk_waits_for_nobody_else(stack):
    """Of TCP it has AMI, and TLS once somebody came encrypted; of UDP SIP, the media of calls, and the pair with which
    PJSIP asks name servers.
    """
    inodes = set(re.findall(r"socket:\[(\d+)\]", "\n".join(stack.opened("asterisk"))))
    owned = {
        kind: {port for _, port, inode in sockets(stack, kind, state) if inode in inodes}
        for kind, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07"))
    }
    media = range(stack.settings.rtp_start, stack.settings.rtp_end + 1)

    assert stack.settings.ami_port in owned["tcp"]
    assert owned["tcp"] | owned["tcp6"] <= {stack.settings.ami_port, stack.settings.tls_port}
    assert stack.settings.sip_port in owned["udp"]
    assert len([port for port in owned["udp"] if port not in media]) <= 2
    assert len([port for port in owned["udp6"] if port not in media]) <= 1


def test_no_secret_of_the_stack_is_in_its_images_or_in_what_docker_tells(stack, secrets_of_stack):
    """Neither the master nor any password: not in inspect, history, environment, command lines, nor in the image."""
    told = [run("docker", "inspect", stack.container(service)) for service in SERVICES]
    tag = os.environ.get("IVR_TAG") or stack.project
    for service in SERVICES:
        image = f"ivr-{service}:{tag}"
        told += [run("docker", "image", "inspect", image), run("docker", "history", "--no-trunc", image)]
        told.append(
            stack.inside(
                service, "sh", "-c", "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"
            )
        )
    for purpose, secret in secrets_of_stack.items():
        assert not [text for text in told if secret in text], purpose
    for service in SERVICES:
        found = subprocess.run(
            ["docker", "exec", "-i", stack.container(service), "grep", "-rlsF", "-f", "-", "/etc", "/usr/local",
             "/home", "/root", "/opt/ivr/bin", "/opt/ivr/lib/python3.11/site-packages/ivr"],
            input="\n".join(secrets_of_stack.values()), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert {Path(name).parent for name in found.stdout.split()} <= {Path("/etc/asterisk/ivr")}


def test_secrets_are_for_their_owners_alone(stack):
    """The master secret 0600, Asterisk's part 0640, both of the one user."""
    assert stack.inside("controller", "stat", "-c", "%a %u", "/var/lib/ivr/secrets/master").split() == ["600", "10001"]
    for file in ("manager_accounts.conf", "pjsip.conf"):
        shown = stack.inside("controller", "stat", "-c", "%a %u", f"/etc/asterisk/ivr/{file}").split()
        assert shown == ["640", "10001"]


def test_the_controllers_account_cannot_be_used_by_a_second(stack, manager):
    """Somebody who has learnt the password is refused while the controller is logged in."""
    with manager() as second:
        assert second.login["Response"] == "Error"
        assert second.act("CoreStatus").get("Response", "Error") == "Error"
