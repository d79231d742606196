"""Phones that listen closely on a machine that does other work: who goes first, and when a call was starved of it."""

import atexit
import contextlib
import functools
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from ivr.phone.urgency import go_first

STARVED = 0.1
"""Seconds that a favoured process waited for a processor in a call's worst second: below, a phone bridges them."""

ROOT_GROUP = Path("/sys/fs/cgroup/cpu/cgroup.procs")
"""Where version 1 of control groups lists the processes of the machine itself."""


def leave_group(process: int) -> None:
    """Take a container's main process out of its control group of processor time.

    Kernels that share real time out by control group give those of containers none of it.
    """
    with contextlib.suppress(OSError):  # not root, or version 2, which has no such shares
        ROOT_GROUP.write_text(str(process), encoding="ascii")


def favour(process: int) -> None:
    """Let a process, with its threads and those to come, go before all work that is not in real time.

    Not in real time itself: what computes for a second would use up what the kernel leaves to that (sched(7)).
    """
    for thread in Path(f"/proc/{process}/task").glob("*"):
        with contextlib.suppress(OSError):  # not root, or the thread is gone
            os.setpriority(os.PRIO_PROCESS, int(thread.name), -20)


LOOKOUT = """
import mmap, os, struct, sys, time
shared = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), 8)
late, due = 0.0, time.monotonic()
while os.getppid() == int(sys.argv[2]):
    due += 0.02
    time.sleep(max(0.0, due - time.monotonic()))
    over = time.monotonic() - due
    if over > 0.005:
        late, due = late + over, due + over
        shared[:8] = struct.pack("d", late)
"""
"""A process as favoured as a phone, that wants to run every 20 ms, as sound does, and adds up how late it came."""


SHARED = "IVR_TEST_LOOKOUT"
"""Of the environment: the file into which it writes, where whoever started the workers has begun one for all."""


def look_out() -> str:
    """Begin one that lasts as long as this process; its file."""
    descriptor, file = tempfile.mkstemp(prefix="ivr-lookout-")
    os.write(descriptor, bytes(8))
    os.close(descriptor)
    process = subprocess.Popen([sys.executable, "-c", LOOKOUT, file, str(os.getpid())])
    atexit.register(os.unlink, file)
    atexit.register(process.kill)
    go_first(process.pid)
    return file


@functools.cache
def _lookout() -> mmap.mmap:
    with Path(os.environ.get(SHARED) or look_out()).open("r+b") as file:
        return mmap.mmap(file.fileno(), 8)


def starved() -> float:
    """Seconds, since this was first asked, that a favoured process has waited for a processor."""
    return float(struct.unpack("d", _lookout()[:8])[0])


class Watch:
    """Looks on from now until :meth:`over`, which tells how much of the worst second was :func:`starved`.

    A mean over the whole call would not do: phones that start at its beginning tear a hole there, and then all is well.
    """

    EVERY, SECOND = 0.2, 5

    def __init__(self) -> None:
        self._worst = 0.0
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._look, daemon=True)
        self._watcher.start()

    def over(self) -> float:
        self._over.set()
        self._watcher.join()
        return self._worst

    def _look(self) -> None:
        seen = deque([(time.monotonic(), starved())], maxlen=self.SECOND + 1)
        over = False
        while not over:
            over = self._over.wait(self.EVERY)
            now, waited = time.monotonic(), starved()
            self._worst = max(self._worst, (waited - seen[0][1]) / max(now - seen[0][0], 1.0))
            seen.append((now, waited))


class Trial(Protocol):
    """Something that was tried, and how much of its worst second a favoured process waited."""

    starved: float


T = TypeVar("T", bound=Trial)


def hold(check: Callable[[T], None], first: T, again: Callable[[], T], *, torn: bool = False) -> None:
    """Hold a call against what is expected of it; ``again`` places it anew, thrice at most, if the machine starved it,
    or if its line may have been ``torn`` by chance alone.

    A fault of the stack shows in each of them; a hole that other work tears into the sound does not.
    """
    trial = first
    for _ in range(3):
        try:
            return check(trial)
        except AssertionError:
            if trial.starved < STARVED and not torn:
                raise
        trial = again()
    return check(trial)
