"""AGI as it looks on a FastAGI socket: bytes in, events out; words in, command lines out.  No I/O here.

Theory of operation
===================
Asterisk connects, sends a header of ``agi_name: value`` lines closed by an empty line, then obeys: one command
line from us, one reply from it.  Read in ``res/res_agi.c`` (Asterisk 22) and measured on 22.10.1:

* **The reply** is one line, ``200 result=…``, with an optional note in parentheses and an optional ``endpos=``.
  ``510`` (no such command) and ``511`` (dead channel) are one line too.  ``520`` (wrong usage) is either one
  line, or begins with ``520-``, goes on for as many lines as the usage text has, and ends with ``520 End of
  proper usage.``, which is glued to the last line of a usage text that has no line end of its own.  A ``1xx``
  line announces that the reply is still to come and is skipped.
* **The note** is a constant word (``timeout``, ``hangup``, ``dtmf``) followed by ``endpos=``, or the *value* of
  a variable, which callers can influence.  A value reaches to the last character of its line, whatever is in
  it; so ``endpos=`` inside a value is not believed, and a value that says ``hangup`` is a value.  A line end
  within a value cannot be told from the end of the reply: that is refused, never guessed at.
* **``HANGUP``** comes as a line of its own at any moment, before, instead of or after a reply, and more than
  once; it answers nothing.  Only that whole line is a hang-up.
* **One command at a time.**  A command sent while a prompt plays makes Asterisk drop the prompt *and its
  reply*.  So the wire counts: a reply that nobody asked for is an error, as is a second question.

What the peer does wrong raises :class:`WireError`, for ever after; what we do wrong raises ``ValueError`` or
``RuntimeError`` before a byte is sent.  Events do not depend on how the bytes were cut into chunks.  Bytes that
are not UTF-8 are replaced: a caller's name must not cost a call.  Buffers have limits, time is linear.

Use: ``wire.receive(data)`` (``b""`` at the end of the stream), then ``wire.event()`` until it gives ``None``;
``wire.ask(line)`` gives the bytes to send and remembers that one reply is owed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MAX_HEADER = 64 * 1024
"""Bytes of the whole header, line ends included; Asterisk sends under 2 KiB."""
MAX_HEADERS = 128
"""Lines of the header; Asterisk 22 sends 22, and one for each argument."""
MAX_LINE = 64 * 1024
"""Bytes of one line without its end, and of one whole usage text."""
MAX_COMMAND = 2000
"""Bytes of a command with its line end.  Older versions cut at 2,048, Asterisk 22 at 8,191, and both
run what is left as another command."""
MAX_WORDS = 126
"""Words of a command: ``MAX_ARGS`` of res_agi.c is 128, and the words beyond it are lost."""

FAILURE = b"failure\n"
"""Sent in place of a command it makes Asterisk leave with ``AGISTATUS=FAILURE`` (``run_agi`` of res_agi.c)."""

_HEADER = re.compile(r"(agi_[a-z0-9_]{1,60}): ?(.*)", re.DOTALL)
_CODE = re.compile(r"([1-5][0-9]{2})(?: (.*)|(-.*)|)", re.DOTALL)
_RESULT = re.compile(r"result=(\S*)(?: (.*))?", re.DOTALL)
_ENDPOS = re.compile(r"(?:\(([^()]*)\) )?(?:digit=\S )?endpos=(-?[0-9]{1,18})(?: .*)?", re.DOTALL)
_END_OF_USAGE = "520 End of proper usage."
_BARE = re.compile(r"[A-Za-z0-9_./+-]+")


class WireError(Exception):
    """The peer sent what no Asterisk sends; the line is out of step for good and must be closed."""


class Outcome(StrEnum):
    """What became of a command, as far as the reply alone can tell."""

    done = "done"
    failed = "failed"
    """``result=-1``: a missing file, a refusal, or a hang-up whose ``HANGUP`` line comes next."""
    missing = "missing"
    """``result=-2``: there is no such application."""
    dead = "dead"
    """511: the channel is hung up and this command needs a live one."""
    usage = "usage"
    """520: the command exists, its words are wrong."""
    invalid = "invalid"
    """510, or a code that this wire does not know."""


@dataclass(frozen=True)
class Opened:
    """The header is complete; commands may be sent."""

    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """The answer to the one command in flight.

    ``result`` is the word after ``result=``, empty when the caller pressed nothing but ``#`` and for every code
    other than 200.  ``note`` is what stood in parentheses, ``None`` when there were none.  ``endpos`` is in
    samples.  ``text`` is everything after the code, of a 520 the whole usage.
    """

    code: int
    result: str
    note: str | None
    endpos: int | None
    text: str

    @property
    def outcome(self) -> Outcome:
        """The reply in one word; notes are left out, since a note may be a text of the caller's choosing."""
        if self.code == 200:
            return {"-1": Outcome.failed, "-2": Outcome.missing}.get(self.result, Outcome.done)
        return {511: Outcome.dead, 520: Outcome.usage}.get(self.code, Outcome.invalid)

    @property
    def timed_out(self) -> bool:
        """Whether a command that waits for keys gave up waiting.

        Ask it of such commands only: the variable of a caller named "timeout" reads just the same.
        """
        return self.code == 200 and self.note == "timeout"


@dataclass(frozen=True)
class Gone:
    """The channel was hung up; ``closed`` says that the stream has ended too and no reply can come any more."""

    closed: bool = False


Event = Opened | Reply | Gone


class Wire:
    """One FastAGI conversation, seen from the server, without its socket."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._opened = False
        self._owed = False
        self._usage: list[str] = []
        self._usage_bytes = 0
        self._ended = False
        self._over = False
        self._error: str | None = None

    def receive(self, data: bytes) -> None:
        """Take what came from the socket; ``b""`` says that the peer has closed."""
        if not data:
            self._ended = True
        elif not self._ended and self._error is None:
            self._buffer += data

    def event(self) -> Event | None:
        """The next thing that happened, ``None`` until more is received; raises :class:`WireError`."""
        if self._error is not None:
            raise WireError(self._error)
        while (line := self._line()) is not None:
            event = self._read(line)
            if event is not None:
                return event
        if self._ended and not self._over:
            self._over = True
            return Gone(closed=True)
        return None

    def ask(self, line: bytes) -> bytes:
        """The bytes that put a command on the wire; from now on one reply is owed."""
        if not self._opened or self._over or self._error is not None:
            raise RuntimeError("a command was sent on a line that is not open")
        if self._owed:
            raise RuntimeError("a command was sent while another one awaits its reply")
        _check(line)
        self._owed = True
        return line

    def _fail(self, why: str) -> WireError:
        self._error = why
        self._buffer.clear()
        return WireError(why)

    def _line(self) -> str | None:
        """The next whole line, without its end."""
        end = self._buffer.find(b"\n", self._scanned)
        size = len(self._buffer) if end < 0 else end
        if size > MAX_LINE:
            raise self._fail(f"a line of more than {MAX_LINE} bytes")
        if not self._opened and self._header_bytes + size > MAX_HEADER:
            raise self._fail(f"a header of more than {MAX_HEADER} bytes")
        if end < 0:
            self._scanned = size
            return None
        line = self._buffer[:end].decode("utf-8", errors="replace")
        del self._buffer[: end + 1]
        self._scanned = 0
        if not self._opened:
            self._header_bytes += end + 1
        return line

    def _read(self, line: str) -> Event | None:
        if line == "HANGUP":
            return Gone()
        if not self._opened:
            return self._header(line)
        if self._usage:
            return self._usage_line(line)
        return self._reply(line)

    def _header(self, line: str) -> Event | None:
        if not line:
            self._opened = True
            return Opened(MappingProxyType(self._headers))
        parsed = _HEADER.fullmatch(line)
        if parsed is None:
            raise self._fail("a header line without agi_name: value")
        name, value = parsed[1], parsed[2]
        if name in self._headers:
            raise self._fail(f"the header {name} came twice")
        if len(self._headers) >= MAX_HEADERS:
            raise self._fail(f"more than {MAX_HEADERS} header lines")
        self._headers[name] = value
        return None

    def _reply(self, line: str) -> Event | None:
        parsed = _CODE.fullmatch(line)
        if parsed is None:
            raise self._fail("a line that is neither a reply nor HANGUP")
        if not self._owed:
            raise self._fail("a reply that nobody asked for")
        code, text = int(parsed[1]), parsed[2] or ""
        if parsed[3] is not None:
            if code != 520:
                raise self._fail(f"a reply of several lines with code {code}")
            self._usage, self._usage_bytes = [parsed[3][1:]], len(line)
            return None
        if code < 200:
            return None
        self._owed = False
        return self._success(text) if code == 200 else Reply(code, "", None, None, text)

    def _success(self, text: str) -> Reply:
        parsed = _RESULT.fullmatch(text)
        if parsed is None:
            raise self._fail("a 200 without result=")
        result, rest = parsed[1], parsed[2] or ""
        if not rest:
            return Reply(200, result, None, None, text)
        if len(rest) > 1 and rest[0] == "(" and rest[-1] == ")":
            return Reply(200, result, rest[1:-1], None, text)
        position = _ENDPOS.fullmatch(rest)
        if position is None:
            raise self._fail("a 200 whose note has no end")
        return Reply(200, result, position[1], int(position[2]), text)

    def _usage_line(self, line: str) -> Reply | None:
        self._usage_bytes += len(line) + 1
        if self._usage_bytes > MAX_LINE:
            raise self._fail(f"a usage text of more than {MAX_LINE} characters")
        ended = line.endswith(_END_OF_USAGE)
        self._usage.append(line.removesuffix(_END_OF_USAGE))
        if not ended:
            return None
        text = "\n".join(self._usage).rstrip("\n")
        self._usage, self._owed = [], False
        return Reply(520, "", None, None, text)


def command(*words: str | int) -> bytes:
    """A command line of these words, each of which arrives in Asterisk exactly as it is here.

    Give the words bare, ``command("STREAM", "FILE", name, "#")``; quotes are set where ``parse_args`` of
    res_agi.c needs them (it splits at blanks outside of quotes and takes the character after a backslash as it is).
    Refused with ``ValueError``: CR, LF, NUL, more than 2,000 bytes or 126 words, and what would let Asterisk
    evaluate a text as an expression (``GET FULL VARIABLE``, ``AGIEXECFULL``), and so run a caller's text.
    """
    if not words or len(words) > MAX_WORDS:
        raise ValueError(f"an AGI command has 1 to {MAX_WORDS} words")
    texts = [str(word) for word in words]
    named = [text.upper() for text in texts]
    if named[:2] == ["GET", "FULL"] or "AGIEXECFULL" in (text.strip("_") for text in named):
        raise ValueError("Asterisk must not be asked to evaluate expressions")
    line = " ".join(map(_quoted, texts)).encode() + b"\n"
    _check(line)
    return line


def _quoted(word: str) -> str:
    if _BARE.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check(line: bytes) -> None:
    if len(line) > MAX_COMMAND:
        raise ValueError(f"an AGI command of {len(line)} bytes; at most {MAX_COMMAND} are safe")
    if len(line) < 2 or line.find(b"\n") != len(line) - 1 or b"\r" in line or b"\0" in line:
        raise ValueError("an AGI command is one line without CR, LF or NUL in it")
