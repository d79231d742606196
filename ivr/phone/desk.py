"""An agent's phone that serves many calls at once, each as its caller is to find it.

In a booth an agent has a phone for one call, and no other call can have him meanwhile.  Here one phone stands for all
calls of a rehearsal: each caller says beforehand whether the agent answers him, lets it ring, or is busy.  The phone
has a process of its own (``at_desk.py``), for the reasons that booth.py gives.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict

from ivr.phone.booth import NoCall
from ivr.phone.script import Agent

LEAVE = 10.0
"""Seconds that a phone has to unregister."""


class Desk:
    """The phone of one agent, registered until it ``leave``s."""

    def __init__(self, agent: Agent, host: str, port: int) -> None:
        """Returns once it is registered; raises ``NoCall`` where it cannot be."""
        self._talking = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by leave)
        self._phone = subprocess.Popen(
            [sys.executable, "-m", "ivr.phone.at_desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        try:
            self._tell({"agent": asdict(agent), "host": host, "port": port})
        except BaseException:
            self.leave()
            raise

    def expect(self, caller: str, agent: Agent) -> None:
        """From now on, how a caller (``+33612345678``; empty: he withholds his number) finds the agent."""
        self._tell({"caller": caller, "agent": asdict(agent)})

    def leave(self) -> None:
        """Unregister; a phone that is gone would be rung."""
        if self._phone.stdin is not None:
            self._phone.stdin.close()
        try:
            self._phone.wait(LEAVE)
        except subprocess.TimeoutExpired:
            self._phone.kill()
            self._phone.wait()
        if self._phone.stdout is not None:
            self._phone.stdout.close()
        self._errors.close()

    def _tell(self, order: Mapping[str, object]) -> None:
        """Say something to the phone, and wait until it has understood; raises ``NoCall``."""
        if self._phone.stdin is None or self._phone.stdout is None:
            raise ValueError("the phone was started without pipes")
        with self._talking:
            with contextlib.suppress(BrokenPipeError):  # why is in what it said
                self._phone.stdin.write(json.dumps(order) + "\n")
                self._phone.stdin.flush()
            if not self._phone.stdout.readline():
                self._errors.seek(0)
                said = self._errors.read().decode("utf-8", "replace").strip()
                raise NoCall(said.splitlines()[-1] if said else "The agent's phone is gone.")
