"""A stand-in for Asterisk on FastAGI: it connects to our server and obeys commands as res_agi.c does.

    async with await FakeAsterisk.call(server.port, variables={"DIALLED": "0800000001"}, keys=["2"]) as asterisk:
        await asterisk.obey()                      # until our side closes
        assert [["ANSWER"], ...] == asterisk.heard

Or line by line: ``await asterisk.command()``, ``await asterisk.say("200 result=0")``, ``await asterisk.hang_up()``.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

SAMPLES = 8000
"""Length of every sound file that is not really there: one second at 8 kHz."""

ALIVE_ONLY = {"ANSWER", "STREAM", "GET DATA", "GET OPTION", "HANGUP", "CHANNEL", "WAIT", "SAY", "RECORD"}
"""Commands, or their first word, that a dead channel answers with 511."""


def parse_args(line: bytes) -> list[bytes]:
    """The words of a command line, by the state machine of ``parse_args`` in res_agi.c (without its limit)."""
    words: list[bytearray] = []
    quoted = escaped = False
    between = True
    for byte in line:
        if byte == ord('"') and not escaped:
            quoted = not quoted
            if quoted and between:
                words.append(bytearray())
                between = False
        elif byte in b" \t" and not quoted and not escaped:
            between = True
        elif byte == ord("\\") and not escaped:
            escaped = True
        else:
            if between:
                words.append(bytearray())
                between = False
            words[-1].append(byte)
            escaped = False
    return [bytes(word) for word in words]


def header(path: str = "call", args: Iterable[str] = (), headers: Mapping[str, str] | None = None) -> bytes:
    """The header as Asterisk 22 sends it; ``headers`` replaces or adds lines (without ``agi_``)."""
    lines = {
        "network": "yes",
        "network_script": path,
        "request": f"agi://127.0.0.1:4573/{path}",
        "channel": "PJSIP/public-00000001",
        "language": "fr",
        "type": "PJSIP",
        "uniqueid": "1795000000.1",
        "version": "22.10.1",
        "callerid": "0612345678",
        "calleridname": "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "0899000004",
        "rdnis": "unknown",
        "context": "attend",
        "extension": "s",
        "priority": "5",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "139872340285120",
    }
    lines |= {f"arg_{place}": arg for place, arg in enumerate(args, 1)}
    lines |= headers or {}
    text = "".join(f"agi_{name}: {value}\n" for name, value in lines.items())
    return text.encode("utf-8", "surrogateescape") + b"\n"


class FakeAsterisk:
    """One channel of a pretended Asterisk.

    ``variables`` are the channel's variables; ``keys`` what the caller presses, one entry for each command that
    waits for keys (an empty one: the caller is silent); ``missing`` names sound files that are not there, ``short``
    those of which only half is played; ``apps`` gives what an application of ``EXEC`` returns, 0 for those not named.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        variables: Mapping[str, str] | None = None,
        keys: Iterable[str] = (),
        missing: Iterable[str] = (),
        short: Iterable[str] = (),
        apps: Mapping[str, int] | None = None,
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.variables = dict(variables or {})
        self.keys = list(keys)
        self.missing = set(missing)
        self.short = set(short)
        self.apps = dict(apps or {})
        self.heard: list[list[str]] = []
        """All commands so far, as words."""
        self.failed = False
        """Whether our side said ``failure``."""
        self.answered = False
        self.dead = False
        self.cause = ""
        """With which cause our side hung up."""

    @classmethod
    async def call(
        cls,
        port: int,
        path: str = "call",
        args: Iterable[str] = (),
        *,
        headers: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        keys: Iterable[str] = (),
        missing: Iterable[str] = (),
        short: Iterable[str] = (),
        apps: Mapping[str, int] | None = None,
    ) -> Self:
        """Connect and send the header, as ``AGI(agi://127.0.0.1:port/path,args…)`` does."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        fake = cls(reader, writer, variables=variables, keys=keys, missing=missing, short=short, apps=apps)
        await fake.send(header(path, args, headers))
        return fake

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(self, data: bytes) -> None:
        """Put bytes on the wire just as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def say(self, line: str) -> None:
        """Send one line."""
        await self.send(line.encode() + b"\n")

    async def hang_up(self, *, leave: bool = False) -> None:
        """The caller hangs up; with ``leave`` as under ``AGIEXITONHANGUP=yes``: HANGUP twice, then the end."""
        self.dead = True
        await self.say("HANGUP")
        if leave:
            await self.say("HANGUP")
            self.writer.close()

    async def command(self, limit: float = 20.0) -> list[str] | None:
        """The words of the next command; ``None`` at the end of the session."""
        async with asyncio.timeout(limit):
            try:
                line = await self.reader.readline()
            except ConnectionError:
                return None
        if not line:
            return None
        if line.lower().startswith(b"failure"):
            self.failed = True
            return None
        words = [word.decode() for word in parse_args(line.rstrip(b"\n"))]
        self.heard.append(words)
        return words

    async def obey(self, limit: float = 20.0) -> None:
        """Answer commands until our side closes; ``limit`` is for each of them."""
        while (words := await self.command(limit)) is not None:
            try:
                await self.say(self.reply(words))
                if words[0].upper() == "HANGUP" and not self.dead:
                    await self.hang_up()
                if words[:2] == ["EXEC", "Hangup"]:
                    await self.hang_up(leave=True)
            except ConnectionError:
                return

    def reply(self, words: list[str]) -> str:
        """What Asterisk answers to a command."""
        verb, second = words[0].upper(), " ".join(words[:2]).upper()
        if self.dead and (verb in ALIVE_ONLY or second in ALIVE_ONLY):
            return "511 Command Not Permitted on a dead channel or intercept routine"
        match verb, second:
            case ("NOOP" | "VERBOSE" | "SAY", _):
                return "200 result=0"
            case ("ANSWER", _):
                self.answered = True
                return "200 result=0"
            case ("HANGUP", _):
                return "200 result=1"
            case ("CHANNEL", _):
                return "200 result=6" if self.answered else "200 result=4"
            case ("EXEC", "EXEC HANGUP"):
                self.cause = words[2]
                return "200 result=-1"
            case ("EXEC", "EXEC READ"):
                return self._read(*words[2].split(","))
            case ("EXEC", _):
                return f"200 result={self.apps.get(words[1], 0)}"
            case (_, "SET VARIABLE"):
                self.variables[words[2]] = words[3]
                return "200 result=1"
            case (_, "GET VARIABLE"):
                value = self.variables.get(words[2])
                return "200 result=0" if value is None else f"200 result=1 ({value})"
            case (_, "GET DATA"):
                return self._data(words[2], int(words[4]) if len(words) > 4 else 1024)
            case (_, "STREAM FILE" | "GET OPTION"):
                return self._stream(words[2], words[3])
            case ("WAIT", _):
                key = self._pressed()
                return f"200 result={ord(key[0]) if key else 0}"
            case ("RECORD", _):
                return f"200 result=0 (timeout) endpos={SAMPLES}"
        return "510 Invalid or unknown command"

    async def close(self) -> None:
        """Leave, whatever state the session is in."""
        self.writer.close()
        try:
            async with asyncio.timeout(2):
                await self.writer.wait_closed()
        except (ConnectionError, TimeoutError):
            self.writer.transport.abort()

    def _pressed(self) -> str:
        return self.keys.pop(0) if self.keys else ""

    def _data(self, name: str, most: int) -> str:
        if name in self.missing:
            return "200 result=-1"
        keys, hash_key, _ = self._pressed().partition("#")
        complete = hash_key or len(keys) >= most
        return f"200 result={keys[:most]}" if complete else f"200 result={keys} (timeout)"

    def _read(self, variable: str, names: str, most: str, *_: str) -> str:
        """As app_read.c does over ``ast_app_getdata``: says how it went in READSTATUS."""
        if self.missing & set(names.split("&")):
            self.variables["READSTATUS"] = "ERROR"
            return "200 result=0"
        keys, hash_key, _ = self._pressed().partition("#")
        complete = hash_key or len(keys) >= int(most)
        self.variables |= {variable: keys[: int(most)], "READSTATUS": "OK" if complete else "TIMEOUT"}
        return "200 result=0"

    def _stream(self, name: str, escapes: str) -> str:
        if name in self.missing:
            return "200 result=-1 endpos=0"
        key = self._pressed() if escapes else ""
        if key and key[0] in escapes:
            return f"200 result={ord(key[0])} endpos={SAMPLES // 2}"
        file = Path(f"{name}.alaw")
        samples = file.stat().st_size if file.is_file() else SAMPLES
        return f"200 result=0 endpos={samples // 2 if name in self.short else samples}"
