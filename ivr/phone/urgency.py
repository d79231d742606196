"""Sound cannot wait: what plays and hears it goes before all other work of a machine."""

import contextlib
import os
from pathlib import Path

PRIORITY = 10
"""Real-time priority, that of ``asterisk -p``; the kernel leaves a twentieth of each second to the rest (sched(7))."""


def go_first(process: int) -> None:
    """Schedule a process in real time, with its threads and those to come; without the right to, it stays as it is."""
    threads = Path(f"/proc/{process}/task")
    for thread in threads.iterdir() if threads.is_dir() else ():
        with contextlib.suppress(OSError):  # not root, or the thread is gone
            os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(PRIORITY))
