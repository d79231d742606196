"""The containers of one stack: begun, ended, asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

from ivr.phone.urgency import go_first
from tests.live.fairness import favour, leave_group
from tests.live.warm import Controller, Exchange, Said

SOUNDS = "/var/lib/ivr-sounds"
"""Where the controller has them."""


def run(*words: str, within: float = 60) -> str:
    """Standard output of a program that must succeed."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=within, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr or done.stdout}"
    return done.stdout


class Containers:
    """Those of a project of compose."""

    def __init__(self, project: str) -> None:
        self.project = project
        self._ids: dict[str, str] = {}
        self._controller = Controller(self.container("controller"))
        self._exchange = Exchange(self.container("asterisk"))

    def leave(self) -> None:
        """End what stays in the containers for these tests."""
        self._controller.leave()
        self._exchange.leave()

    def container(self, service: str) -> str:
        """The id of the service's container, running or not; no test makes another."""
        if service not in self._ids:
            label = "label=com.docker.compose"
            found = run("docker", "ps", "-qa", "--filter", f"{label}.project={self.project}", "--filter",
                        f"{label}.service={service}", "--filter", f"{label}.oneoff=False").split()  # fmt: skip
            assert len(found) == 1, f"{service}: {found}"
            self._ids[service] = found[0]
        return self._ids[service]

    def signal(self, service: str, name: str) -> None:
        """Send a signal to the main process of a container."""
        run("docker", "kill", "--signal", name, self.container(service))

    def start(self, service: str) -> None:
        run("docker", "start", self.container(service))
        self.favour(service)

    def favour(self, service: str) -> None:
        """Let a container go before the other work of the machine, in which its sound would have holes of our own."""
        process = self.inspect(service)["State"]["Pid"]
        leave_group(process)
        if service == "asterisk":
            go_first(process)
        else:
            favour(process)

    def inside(self, service: str, *words: str) -> str:
        """What a program, which must succeed, prints inside a container."""
        said = self._exchange.run(words) if service == "asterisk" else self.said(*words)
        assert said.status == 0, f"{' '.join(words)}: {said.errors or said.out}"
        return said.out

    def said(self, *words: str, typed: str = "", columns: int = 0) -> Said:
        """What a program says in the controller; ``columns``: the width of what it writes to."""
        return self._controller.run(words, {"COLUMNS": str(columns)} if columns else {}, typed)

    def unpack(self, place: str, names: str, here: Path) -> None:
        """Have files of the controller here, but for those of sounds that nobody listens to here."""
        packed = ("sh", "-c", f"cd {place} && tar --exclude=*.sln48 --exclude=*.ulaw -cf - {names}")
        here.mkdir(exist_ok=True)
        with subprocess.Popen(
            ("docker", "exec", self.container("controller"), *packed), stdout=subprocess.PIPE
        ) as files:
            subprocess.run(("tar", "-C", here, "-xf", "-"), stdin=files.stdout, check=True)

    def inspect(self, service: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("docker", "inspect", self.container(service)))[0]
        return found

    def log(self, service: str) -> str:
        """All that a container has said."""
        done = subprocess.run(["docker", "logs", self.container(service)], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def asterisk(self, command: str) -> str:
        """What Asterisk's console answers."""
        return self.inside("asterisk", "asterisk", "-rx", command)

    def opened(self, service: str) -> list[str]:
        """The files and sockets that a container's main process has open, as ``ls`` tells them."""
        # One that is closed while they are listed is told as an error.
        return self.inside(service, "sh", "-c", "ls -l /proc/1/fd 2>/dev/null || true").splitlines()[1:]
