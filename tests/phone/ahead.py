"""Servers of the phone's tests go before other work, as the phones do: what they send leaves in time."""

import contextlib
import os

from ivr.phone.urgency import PRIORITY

_servers: set[int] = set()


def go_ahead(server: int) -> None:
    """This thread in real time, without the right to it as it is; not what it starts: phones take work to start."""
    _servers.add(server)
    with contextlib.suppress(OSError):  # not root
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(PRIORITY))


def fall_back(server: int) -> None:
    """The server is done; after the last one this thread waits again like all others."""
    _servers.discard(server)
    if not _servers:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
