"""AMI on the wire: bytes to messages and orders to lines, without any I/O.

Asterisk greets with one line, then each message is lines of ``Name: value`` ended by CR LF and closed by
an empty line.  What the rules below have to survive:

* TCP cuts anywhere, also inside a UTF-8 character: bytes are kept, and decoded one whole message at a time.
* Some messages are closed by CR LF LF (asterisk/asterisk#761).  A lone LF inside a value ends nothing:
  callers choose display names, so a value must not be able to start a line of its own.
* A name may come twice (``ChanVariable`` does).  The first one counts, whatever its case, so that nothing
  which is appended later can replace ``Event``, ``Response`` or ``ActionID``.
* A message may be endless: above the limit it is skipped to its end and counted, and reading goes on.

What we send is checked against manager.c's own limits: a header of 1,024 bytes is "line too long", the 129th
header "too many lines".  Control characters are refused, because CR LF in a value is a second action.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

GREETING = b"Asterisk Call Manager/"
LONGEST_GREETING = 256
"""Bytes without a line end after which the peer cannot be Asterisk."""
LONGEST_MESSAGE = 65_536
"""Bytes of one message, its empty line not counted; a channel event has some 700."""
LONGEST_LINE = 1_000
"""Bytes of one header that we send, its CR LF not counted."""
MOST_HEADERS = 128
"""Headers of one action that we send, ``Action`` and ``ActionID`` among them."""

Fields = Mapping[str, str | int | Sequence[str]]
"""What goes with an action; a sequence makes one header per item."""

_END = re.compile(rb"\r\n\r?\n")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class NotAmi(ConnectionError):
    """The peer does not greet as Asterisk's manager does."""


class BadAction(ValueError):
    """We were about to send what Asterisk would misread; nothing was sent."""


class Headers(Mapping[str, str]):
    """The lines of one message, found by name in any case; of equal names the first counts."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self._lines = tuple(lines)
        self._first: dict[str, str] = {}
        for name, value in self._lines:
            self._first.setdefault(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        return self._first[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def __repr__(self) -> str:
        return f"Headers({self._lines!r})"

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a name that may be repeated, in order."""
        return tuple(value for key, value in self._lines if key.lower() == name.lower())


class AmiReader:
    """Bytes as they come to whole messages; holds at most ``LONGEST_MESSAGE`` bytes between two calls."""

    def __init__(self) -> None:
        self.version: str | None = None
        """What the greeting says; None before the greeting."""
        self.oversized = 0
        """Messages that were skipped for their length."""
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False

    def feed(self, data: bytes) -> tuple[Headers, ...]:
        """The messages that ``data`` completes.  Raises NotAmi when the greeting is wrong."""
        self._buffer += data
        if self.version is None and not self._greeted():
            return ()
        messages: list[Headers] = []
        start = 0
        while end := _END.search(self._buffer, max(start, self._searched)):
            if self._skipping:
                self._skipping = False
            elif end.start() - start > LONGEST_MESSAGE:
                self.oversized += 1
            else:
                messages.append(_message(bytes(self._buffer[start : end.start()])))
            start = end.end()
        del self._buffer[:start]
        if len(self._buffer) > LONGEST_MESSAGE + 3:
            self.oversized += not self._skipping
            self._skipping = True
        if self._skipping:
            del self._buffer[:-3]
        self._searched = max(0, len(self._buffer) - 3)
        return tuple(message for message in messages if message)

    def _greeted(self) -> bool:
        line, ending, rest = self._buffer.partition(b"\r\n")
        expected = GREETING if ending else GREETING[: len(line)]
        if not line.startswith(expected) or len(line) > LONGEST_GREETING:
            raise NotAmi("the peer does not speak AMI: another program is listening on this port")
        if not ending:
            return False
        self.version = line[len(GREETING) :].decode("ascii", errors="replace")
        self._buffer = rest
        return True


def _message(raw: bytes) -> Headers:
    lines: list[tuple[str, str]] = []
    for line in raw.decode("utf-8", errors="replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            lines.append((name.strip(), value.removeprefix(" ")))
    return Headers(lines)


def checked(action: str, fields: Fields) -> dict[str, str | list[str]]:
    """The headers of an action, ``Action`` first, the ActionID still to come; raises BadAction."""
    if not _NAME.fullmatch(action):
        raise BadAction(f"action {action!r}: a name is of letters, digits, - and _")
    headers: dict[str, str | list[str]] = {"Action": action}
    taken = {"action", "actionid"}
    count = 2
    for name, value in fields.items():
        if not _NAME.fullmatch(name) or name.lower() in taken:
            raise BadAction(f"action {action}: header name {name!r} is malformed, repeated or reserved")
        taken.add(name.lower())
        values = [str(value)] if isinstance(value, str | int) else list(value)
        for item in values:
            _check_value(action, name, item)
        count += len(values)
        headers[name] = values[0] if len(values) == 1 else values
    if count > MOST_HEADERS:
        raise BadAction(f"action {action}: {count} headers, Asterisk takes {MOST_HEADERS}")
    return headers


def _check_value(action: str, name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise BadAction(f"action {action}: {name} holds a control character; it would inject lines")
    try:
        length = len(f"{name}: {value}".encode())
    except UnicodeEncodeError:
        raise BadAction(f"action {action}: {name} is not text that UTF-8 can carry") from None
    if length > LONGEST_LINE:
        raise BadAction(f"action {action}: {name} is {length} bytes long, the limit is {LONGEST_LINE}")
