"""Phones that listen closely on a machine that does other work: who goes first, and when a call was starved of it."""

import contextlib
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

FAVOUR = -20
"""Nice value of phones and of the stack, where we may set it: a machine that does other work besides starves streams
of sound, and holes in what was heard would be laid at the stack's door."""

STARVED = 0.3
"""Share of a call's worst second in which something waited for a processor: below, its sound never had a hole."""


def favour(process: int) -> None:
    """Let a process, with all its threads and those to come, go before the other work of the machine."""
    threads = Path(f"/proc/{process}/task")
    for thread in threads.iterdir() if threads.is_dir() else ():
        with contextlib.suppress(OSError):  # not root, or the thread is gone
            os.setpriority(os.PRIO_PROCESS, int(thread.name), FAVOUR)


def children(thread: int) -> list[int]:
    """The processes that a thread of this process has started."""
    found = Path(f"/proc/self/task/{thread}/children")
    return [int(child) for child in found.read_text(encoding="ascii").split()] if found.is_file() else []


def starved() -> float:
    """Seconds since the machine started in which something waited for a processor; 0 where the kernel does not say."""
    pressure = Path("/proc/pressure/cpu")
    found = re.search(r"^some .*total=(\d+)", pressure.read_text(encoding="ascii")) if pressure.is_file() else None
    return int(found[1]) / 1e6 if found else 0.0


class Watch:
    """Looks on from now until :meth:`over`, which tells the share of the worst second that was :func:`starved`.

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
    """Something that was tried, and the share of its worst second in which the machine had too much to do."""

    starved: float


T = TypeVar("T", bound=Trial)


def hold(check: Callable[[T], None], first: T, again: Callable[[], T]) -> None:
    """Hold a call against what is expected of it; ``again`` places it anew, twice at most, if the machine starved it.

    A fault of the stack shows in each of them; a hole that other work tears into the sound does not.
    """
    trial = first
    for _ in range(2):
        try:
            return check(trial)
        except AssertionError:
            if trial.starved < STARVED:
                raise
        trial = again()
    return check(trial)
