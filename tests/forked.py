"""Python processes that tests start, forked from one that has imported what they need: that takes a start most of its
time, and proves nothing that the first start did not.

They are children of the test like any other (the one between leaves them to the nearest reaper, which the test is, see
prctl(2), PR_SET_CHILD_SUBREAPER): pid, signals, pipes, status, environment and folder are their own.  Tests that are
about the start itself, or about what is imported, use `subprocess`.
"""

import asyncio
import atexit
import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
from functools import cache, partial
from typing import Any
from unittest.mock import patch

PARENT = """
import gc, json, os, runpy, signal, socket, sys
from importlib import import_module

orders = socket.socket(fileno=int(sys.argv[1]))
while True:
    order, files, _, _ = socket.recv_fds(orders, 1 << 20, 3)
    if not order:
        os._exit(0)
    imports, words, environment = json.loads(order)
    for name in imports:
        import_module(name)
    gc.freeze()
    told, tell = os.pipe()
    if between := os.fork():
        os.waitpid(between, 0)
        orders.send(os.read(told, 20))
        for file in (*files, told, tell):
            os.close(file)
    elif process := os.fork():
        os.write(tell, str(process).encode())
        os._exit(0)
    else:
        break
orders.close()
# Ctrl-C is heard, also where the tests themselves run in the background of a shell, which has them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
for number, file in enumerate(files):
    os.dup2(file, number)
for file in (*files, told, tell):
    os.close(file)
os.chdir(words.pop(0))
os.environ.clear()
os.environ.update(environment)
sys.stdin = open(0, closefd=False)
sys.stdout = open(1, "w", closefd=False, buffering=1 if os.isatty(1) else -1)
sys.stderr = open(2, "w", closefd=False, buffering=1, errors="backslashreplace")
kind = words.pop(0)
sys.argv = [kind, *words[1:]] if kind == "-c" else words
if kind == "-c":
    exec(compile(words[0], "<string>", "exec"), {"__name__": "__main__"})
else:
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
"""

LATE = (
    *("ivr.book.reading", "ivr.voice.catalogue", "holidays.countries", "sqlalchemy.dialects.sqlite"),
    *("anyio._backends._asyncio", "encodings.idna"),
)
"""What is imported only once a book is read, an instant looked up, a database opened: nearly all of them do so."""

Original = subprocess.Popen


@cache
def _parent() -> socket.socket:
    """Where orders go to, one for each worker; it ends with us."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = Original([sys.executable, "-c", PARENT, str(its.fileno())], pass_fds=[its.fileno()])
    atexit.register(lambda: (ours.close(), process.wait()))
    return ours


class Popen(Original):
    """`subprocess.Popen` of ``[sys.executable, "-m", MODULE, …]`` or ``[sys.executable, "-c", SCRIPT, …]``.

    ``imports`` are the modules that it finds imported, with those of ``late``.
    """

    _asking = threading.Lock()
    """One order at a time, for threads too."""

    def __init__(self, args: Any, *, imports: tuple[str, ...] = (), late: tuple[str, ...] = LATE, **named: Any) -> None:
        self._imports = (*imports, *late)
        super().__init__(args, **named)

    def _execute_child(self, *given: Any) -> None:
        """What the standard library does with `_posixsubprocess.fork_exec`, the same in 3.11 and 3.12."""
        asked = inspect.signature(super()._execute_child).bind(*given).arguments
        python, *words = (os.fspath(word) for word in asked["args"])
        assert python == sys.executable
        folder = os.path.abspath(asked["cwd"] or os.curdir)
        environment = dict(os.environ if asked["env"] is None else asked["env"])
        order = json.dumps([self._imports, [folder, *words], environment]).encode()
        ends = [asked[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        with self._asking:
            socket.send_fds(_parent(), [order], [place if end == -1 else end for place, end in enumerate(ends)])
            self.pid = int(_parent().recv(20))
        self._child_created = True
        self._close_pipe_fds(*(asked[f"{name}{end}"] for name in ("p2c", "c2p", "err") for end in ("read", "write")))


def run(args: Any, *, imports: tuple[str, ...] = (), **named: Any) -> "subprocess.CompletedProcess[Any]":
    """`subprocess.run`."""
    with patch.object(subprocess, "Popen", partial(Popen, imports=imports)):
        return subprocess.run(args, **named)


async def create(*args: Any, imports: tuple[str, ...] = (), **named: Any) -> asyncio.subprocess.Process:
    """`asyncio.create_subprocess_exec`."""
    with patch.object(subprocess, "Popen", partial(Popen, imports=imports)):
        return await asyncio.create_subprocess_exec(*args, **named)
