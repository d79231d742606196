"""A fake Asterisk manager over a real socket, as strict as manager.c about what it is sent.

It reads actions with rules of its own (lines of at most 1,023 bytes, at most 128 headers, a line ends at any
LF), so that what it received is what Asterisk would have understood.  Tests change ``answers``, send events,
cut connections, fall silent, and stop and start again on the same port.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

LONGEST_LINE = 1023
MOST_HEADERS = 128


@dataclass
class Received:
    """One action as Asterisk would have understood it."""

    connection: int
    at: float
    lines: list[tuple[str, str]]

    def get(self, name: str) -> str:
        """The first value of a header, or empty."""
        return next((value for key, value in self.lines if key.lower() == name.lower()), "")

    @property
    def action(self) -> str:
        return self.get("Action")


@dataclass(eq=False)
class Connection:
    """The fake's end of one connection."""

    number: int
    writer: asyncio.StreamWriter
    logged_in: bool = False
    over: bool = False
    """Whether the other side has closed, or the fake has."""

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    def say(self, lines: dict[str, str]) -> None:
        """Send one well-formed message."""
        self.raw(message(lines))

    def cut(self) -> None:
        """End the connection at once."""
        self.writer.transport.abort()


Answer = Callable[[Connection, Received], None]


def message(lines: dict[str, str]) -> bytes:
    """A message as Asterisk writes it."""
    return ("".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode()


def mute(connection: Connection, order: Received) -> None:
    """An answer that never comes."""


def says(response: str, text: str) -> Answer:
    """An answer with this response and message."""

    def answer(connection: Connection, order: Received) -> None:
        connection.say({"Response": response, "ActionID": order.get("ActionID"), "Message": text})

    return answer


def lists(event: str, entries: list[dict[str, str]]) -> Answer:
    """An answer that is a list."""

    def answer(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        connection.say({"Response": "Success", **own, "EventList": "start", "Message": "will follow"})
        for entry in entries:
            connection.say({"Event": event, **own, **entry})
        complete = {"EventList": "Complete", "ListItems": str(len(entries))}
        connection.say({"Event": f"{event}sComplete", **own, **complete})

    return answer


@dataclass(eq=False)
class FakeAmi:
    """The peer: ``async with FakeAmi() as asterisk`` listens on a free port of the loopback."""

    account: str = "controller"
    secret: str = "a-stand-in"
    others: dict[str, str] = field(default_factory=dict)
    """The passwords of other accounts that may log in."""
    host: str = "127.0.0.1"
    port: int = 0
    greeting: bytes = b"Asterisk Call Manager/11.0.0\r\n"
    booted: bool = True
    loaded: bool = True
    """Whether it says at the login that it has loaded all."""
    received: list[Received] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What Asterisk would have refused to read."""

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self.answers = {
            "login": self._login,
            "ping": says("Success", ""),
            "corestatus": self._core_status,
            "coreshowchannels": lists("CoreShowChannel", []),
            **self.answers,
        }

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; again on the same port after ``stop``."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port, backlog=100)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone at once, as after kill -9."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> None:
        """End all connections; the port stays open."""
        for connection in self.connections:
            connection.cut()

    @property
    def last(self) -> Connection:
        """The newest connection."""
        return self.connections[-1]

    def orders(self, action: str) -> list[Received]:
        """What was received under this name, on all connections."""
        return [order for order in self.received if order.action.lower() == action.lower()]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(len(self.connections) + 1, writer)
        self.connections.append(connection)
        connection.raw(self.greeting)
        lines: list[tuple[str, str]] = []
        try:
            while line := await reader.readline():
                if len(line) > LONGEST_LINE:
                    self.faults.append("line too long")
                text = line.rstrip(b"\r\n").decode()
                if text:
                    name, _, value = text.partition(":")
                    lines.append((name, value.strip(" ")))
                elif lines:
                    self._take(connection, lines)
                    lines = []
        except OSError:
            pass
        finally:
            connection.over = True
            writer.close()

    def _take(self, connection: Connection, lines: list[tuple[str, str]]) -> None:
        if len(lines) > MOST_HEADERS:
            self.faults.append("too many lines")
        order = Received(connection.number, asyncio.get_running_loop().time(), lines)
        self.received.append(order)
        known = self.answers.get(order.action.lower())
        if not connection.logged_in and order.action.lower() != "login":
            known = says("Error", "Permission denied")
        (known or says("Error", "Invalid/unknown command"))(connection, order)

    def _login(self, connection: Connection, order: Received) -> None:
        if (order.get("Username"), order.get("Secret")) in {self.account: self.secret, **self.others}.items():
            connection.logged_in = True
            says("Success", "Authentication accepted")(connection, order)
            if self.loaded:
                connection.say({"Event": "FullyBooted", "Status": "Fully Booted"})
        else:
            says("Error", "Authentication failed")(connection, order)
            connection.writer.close()

    def _core_status(self, connection: Connection, order: Received) -> None:
        connection.say(
            {
                "Response": "Success",
                "ActionID": order.get("ActionID"),
                "CoreStartupDate": "2026-11-23" if self.booted else "1970-01-01",
                "CoreStartupTime": "10:00:00" if self.booted else "00:00:00",
                "CoreCurrentCalls": "0",
            }
        )
