"""Commands in a stack's containers, by a process in each that stays: a `docker exec` for each costs more than they do.

In the controller it has loaded what the commands of the product load, which takes most of a second, and forks for each:
the same code of the same image, by the same user, in the same environment as `docker/controller/launcher` gives them.
Tests that are about the container itself, or stream, use `docker exec`.
"""

import base64
import json
import shlex
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

SERVER = """
import gc, json, os, subprocess, sys, tempfile
from base64 import b64encode
from contextlib import suppress
from importlib import import_module

from ivr import cli

gc.disable()  # nobody here lives long enough, and each object that is looked at is a page to be copied

def child(words, environment, loaded):
    os.environ.update(environment)
    for number, file in enumerate((given, out, errors)):
        os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.argv = words
    before = set(sys.modules)
    status = 127
    try:
        cli.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    finally:
        sys.stdout.flush()
        loaded.write(" ".join(set(sys.modules) - before).encode())
        loaded.flush()
        os._exit(status)

def run(words, environment):
    if words[0] != "ivr":
        told = {"stdin": given, "stdout": out, "stderr": errors, "env": os.environ | environment}
        return subprocess.run(words, **told).returncode
    with suppress(LookupError):
        import_module("ivr.verbs." + cli.COMMANDS[words[1]].split(":")[0])
    with tempfile.TemporaryFile() as loaded:
        gc.freeze()
        process = os.fork()
        if process == 0:
            child(words, environment, loaded)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        loaded.seek(0)
        for name in loaded.read().decode().split():  # what it loaded late, the next finds loaded
            with suppress(ImportError):
                import_module(name)
    return status

orders = os.fdopen(os.dup(0), "rb")
for order in orders:
    words, environment, typed = json.loads(order)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        given.write(typed.encode())
        given.seek(0)
        status = run(words, environment)
        said = [b64encode(file.seek(0) or file.read()).decode() for file in (out, errors)]
    print(json.dumps([status, *said]), flush=True)
"""

SHELL = """while read -r words; do eval "$words" </dev/null 2>&1; printf '\\n\\001%s\\n' "$?"; done"""
"""Asterisk's image has no Python: a shell, which tells of each command how that ended."""


ENDED = "\x01"


class Said(NamedTuple):
    """Exit status, and what was said on standard output and error."""

    status: int
    out: str
    errors: str


class Gone(Exception):
    """The container has ended, or not begun."""


class Host:
    """The process that stays in one container; begun when first needed, and again after the container was."""

    def __init__(self, container: str, *program: str) -> None:
        self._command = ("docker", "exec", "-i", container, *program)
        self._process: subprocess.Popen[str] | None = None
        self._talking = threading.Lock()

    def leave(self) -> None:
        """End it."""
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate(timeout=10)
            self._process = None

    def ask(self, order: str, *, end: str = "") -> list[str]:
        """The lines of an answer: one, or all up to that which begins with ``end``."""
        with self._talking:
            try:
                return self._ask(order, end)
            except Gone:  # its container has been started anew
                self.leave()
                return self._ask(order, end)

    def _ask(self, order: str, end: str) -> list[str]:
        if self._process is None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                             encoding="utf-8", errors="replace")  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
        except OSError as fault:
            raise Gone from fault
        answer: list[str] = []
        while not answer or (end and not answer[-1].startswith(end)):
            line = self._process.stdout.readline()
            if not line:
                raise Gone
            answer.append(line.rstrip("\n"))
        return answer


class Controller(Host):
    """Runs commands, ``ivr`` above all, in the controller."""

    def __init__(self, container: str) -> None:
        super().__init__(container, "/opt/ivr/bin/python", "-I", "-c", SERVER)

    def run(self, words: Sequence[str], environment: Mapping[str, str] = {}, typed: str = "") -> Said:
        (answer,) = self.ask(json.dumps([words, environment, typed]))
        status, *said = json.loads(answer)
        out, errors = (base64.b64decode(one).decode("utf-8", "replace") for one in said)
        return Said(status, out, errors)


class Exchange(Host):
    """Runs commands, ``asterisk -rx`` above all, beside Asterisk; what they say on standard error too is in ``out``."""

    def __init__(self, container: str) -> None:
        super().__init__(container, "sh", "-c", SHELL)

    def run(self, words: Sequence[str]) -> Said:
        *told, status = self.ask(shlex.join(words), end=ENDED)
        return Said(int(status.removeprefix(ENDED)), "\n".join(told).removesuffix("\n"), "")
