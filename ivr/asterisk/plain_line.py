"""The pipes of a plain AGI script: pyst2's ``AGI`` speaks on them, and our wire checks what it hears.

pyst2 0.5.1 reads the environment, writes commands, and learns of a hang-up by SIGHUP.  What it makes of replies is
not believed, since it takes a hang-up for a number, waits for ever after a usage text that ends early, calls a
variable with the value "hangup" a hang-up, and cannot tell silence from a lone ``#``.  So every line that it
reads passes through :class:`~ivr.asterisk.agi_wire.Wire` first, whose reading counts; and every command is written
by :func:`~ivr.asterisk.agi_wire.command`, because pyst2's quotes escape nothing.  Its running commentary on
standard error, callers' numbers included, goes nowhere.

pyst2 installs a handler for SIGHUP, so all this works in the main thread only; the handler stays, and the signal
that Asterisk sends at the end of every call no longer kills the process while the record is written.
"""

from collections.abc import Mapping
from io import TextIOWrapper
from typing import TextIO

from asterisk.agi import AGI, AGIError, AGISIGHUPHangup, AGISIGPIPEHangup

from ivr.asterisk.agi_wire import MAX_LINE, Gone, Opened, Reply, Wire, WireError, command
from ivr.service.ports import HungUp


class PlainLine:
    """One channel of Asterisk on two text pipes, its header read."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        """Reads the header.  Raises ``HungUp`` if it breaks off, :class:`WireError` if it is none."""
        for pipe in (stdin, stdout):
            if isinstance(pipe, TextIOWrapper):
                # A CR in a caller's text must not become the end of a line, nor bytes that are no UTF-8 an error.
                pipe.reconfigure(encoding="utf-8", errors="replace", newline="\n")
        self._ears = _Ears(stdin)
        self._agi = AGI(stdin=self._ears, stdout=stdout, stderr=_Nowhere())
        self._over: HungUp | WireError | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """What Asterisk said of the call."""
        if self._ears.headers is None:
            raise WireError("the header has no end")
        return self._ears.headers

    def perform(self, *words: str) -> Reply:
        """Have one command done, however long it takes: a dead Asterisk closes the pipe.

        Raises ``HungUp`` when the channel is gone, :class:`WireError` for a reply that is none, and either from then
        on; ``OSError`` for a pipe that cannot be used.
        """
        if self._over is not None:
            raise self._over
        line = command(*words)
        self._ears.ask(line)
        try:
            try:
                self._agi.execute(line.decode().rstrip("\n"))
            except (AGISIGHUPHangup, AGISIGPIPEHangup):
                raise HungUp from None
            except (AGIError, _Complete):
                pass  # what pyst2 makes of the reply; the wire has read the same lines
            while self._ears.reply is None:  # a 1xx came first, and pyst2 knows none
                self._ears.readline()
        except (HungUp, WireError) as over:
            self._over = over
            raise
        return self._ears.reply


class _Complete(Exception):
    """pyst2 wants to read on though the reply is whole: after a usage text that does not end as it expects."""


class _Ears:
    """What pyst2 has for a standard input."""

    def __init__(self, stdin: TextIO) -> None:
        self._stdin = stdin
        self._wire = Wire()
        self.headers: Mapping[str, str] | None = None
        self.reply: Reply | None = None

    def ask(self, line: bytes) -> None:
        """A command is about to be written: its reply is owed."""
        self._wire.ask(line)
        self.reply = None

    def readline(self) -> str:
        """The next line; raises ``HungUp`` at the end of the stream and on ``HANGUP``, after which nothing is read."""
        if self.reply is not None:
            raise _Complete
        line = self._stdin.readline(MAX_LINE + 2)
        self._wire.receive(line.encode("utf-8", "replace"))
        match self._wire.event():
            case Opened(headers):
                self.headers = headers
            case Reply() as reply:
                self.reply = reply
            case Gone():
                raise HungUp
            case None:
                pass
        return line


class _Nowhere:
    """What pyst2 has for a standard error."""

    def write(self, text: str) -> None:
        """Forget ``text``."""
