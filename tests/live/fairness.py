"""Phones that listen closely on a machine that does other work: who goes first, and when a call was starved of it."""

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

FAVOUR = -20
"""Nice value of phones and of the stack, where we may set it: a machine that does other work besides starves streams
of sound, and holes in what was heard would be laid at the stack's door."""

STARVED = 0.15
"""Share of a call's time in which something waited for a processor: below, no hole in its sound was ever seen."""


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


class Trial(Protocol):
    """Something that was tried, and the share of its time in which the machine had too much to do."""

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
