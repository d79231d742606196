"""A phone booth: a call placed by a process of its own, so that any program can place any number of calls.

PJSIP can be initialised once per process and wants its main thread; here each call gets both, and a crash in C
would end the booth, not the program.  Several booths may be used at once, from threads too
(``asyncio.to_thread(booth.place, …)``): all ports are ephemeral.
"""

import json
import logging
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ivr.phone import report
from ivr.phone.events import Event, Listener, parse
from ivr.phone.report import CallReport
from ivr.phone.script import CallScript

log = logging.getLogger(__name__)

GRACE = 20.0
"""Seconds beyond the script's limit (registering, hanging up, closing) after which a stuck booth is killed."""


class NoCall(Exception):
    """The booth could not place the call; the text is one sentence that says why."""


def _silence(_: Event) -> None:
    pass


def place(
    script: CallScript, listen: Listener = _silence, *, start: "Callable[..., subprocess.Popen[str]]" = subprocess.Popen
) -> CallReport:
    """Place the call, hand each event to ``listen`` as it happens, return when the call is over.

    ``start`` begins the phone's process; who places hundreds of calls may have a way that takes less.
    Raises ``NoCall`` when no call could be placed.  An exception here (Ctrl-C included) hangs the call up.
    """
    with tempfile.TemporaryDirectory(prefix="ivr-phone-") as folder, tempfile.TemporaryFile() as errors:
        events: list[Event] = []
        with start(
            [sys.executable, "-m", "ivr.phone", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as phone:
            guard = threading.Timer(script.limit + GRACE, phone.kill)
            guard.start()
            try:
                for line in _lines(phone, json.dumps(script.to_json())):
                    events.append(parse(line))
                    listen(events[-1])
            except BaseException:
                _leave(phone)
                raise
            finally:
                guard.cancel()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
        try:
            found = report.read(Path(folder), [agent.name for agent in script.agents], events)
        except FileNotFoundError:
            why = said.splitlines()[-1] if said else f"The phone ended with status {phone.returncode}."
            raise NoCall(why) from None
        if phone.returncode:
            log.warning("phone process ended badly after its call status=%s said=%r", phone.returncode, said)
        return found


def _lines(phone: "subprocess.Popen[str]", script: str) -> Iterator[str]:
    """Give the phone its script and yield what it says until it is done."""
    if phone.stdin is None or phone.stdout is None:
        raise ValueError("the phone was started without pipes")
    with phone.stdin:
        phone.stdin.write(script)
    yield from phone.stdout
    phone.wait()


def _leave(phone: "subprocess.Popen[str]") -> None:
    """Let the phone hang up; kill it when it does not."""
    phone.terminate()
    try:
        phone.wait(GRACE)
    except subprocess.TimeoutExpired:
        phone.kill()
