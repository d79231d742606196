"""One FastAGI session: the socket's protocol, and what the body of a session may do with it.

Nothing is sent twice, and no line is used again after a reply was late: the two sides would be out of step, and
the next command would take the last one's reply for its own.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from ivr.asterisk.agi_wire import FAILURE, Event, Gone, Opened, Reply, Wire, WireError
from ivr.service.ports import HungUp

log = logging.getLogger(__name__)


class LineLost(Exception):
    """The line to Asterisk is out of step: a late reply, garbage, or a wait cut short.  It is closed by now."""


async def over(waited: Coroutine[Any, Any, Any], limit: float) -> bool:
    """Whether that comes about within ``limit`` seconds; for tidying up, also in a task that is being cancelled.

    There ``asyncio.timeout`` gives a CancelledError for its own expiry in Python before 3.11.4, and tidying would end.
    """
    task = asyncio.ensure_future(waited)
    try:
        return bool((await asyncio.wait({task}, timeout=limit))[0])
    finally:
        task.cancel()


class AgiSession:
    """One channel of Asterisk in our hands, from the header to the hang-up."""

    def __init__(self, line: "Line", headers: Mapping[str, str]) -> None:
        self._line = line
        self.headers = headers

    @property
    def path(self) -> str:
        """What Asterisk asks for, such as ``call``: the path of the AGI address, without its query."""
        script = self.headers.get("agi_network_script")
        if script is None:
            script = self.headers.get("agi_request", "").partition("://")[2].partition("/")[2]
        return script.partition("?")[0].strip("/")

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments given to ``AGI()`` after the address."""
        found: list[str] = []
        while (value := self.headers.get(f"agi_arg_{len(found) + 1}")) is not None:
            found.append(value)
        return tuple(found)

    @property
    def hung_up(self) -> bool:
        """Whether the channel is known to be gone, or its line to be closed."""
        return self._line.gone.is_set()

    async def gone(self) -> None:
        """Return as soon as the channel is gone or its line closed, which may be at once."""
        await self._line.gone.wait()

    async def gone_within(self, limit: float) -> bool:
        """Whether the channel is gone, waiting ``limit`` seconds for the news.

        Asterisk sends ``result=-1`` first and ``HANGUP`` next: this tells a hang-up from a missing file.
        """
        try:
            async with asyncio.timeout(limit):
                await self._line.gone.wait()
        except TimeoutError:
            return False
        return True

    async def perform(self, line: bytes, limit: float) -> Reply:
        """Send one command (made by ``agi_wire.command``) and give its reply, awaited for ``limit`` seconds.

        Raises :class:`HungUp` when the channel was gone before, or went and no reply followed in the grace given
        to it; a reply that does follow is given, and the next ``perform`` raises.  Raises :class:`LineLost` when
        no reply comes in time, or something that is none, and from then on.
        """
        return await self._line.perform(line, limit)


class Line(asyncio.Protocol):
    """The socket of one session: bytes to the wire, and its events to whoever waits for them.

    ``begin`` is told of the connection and says whether it is welcome; ``grace`` is the number of seconds that a
    reply in flight may still take after a hang-up.
    """

    def __init__(self, begin: Callable[["Line"], bool], grace: float) -> None:
        self._begin = begin
        self._grace = grace
        self._loop = asyncio.get_running_loop()
        self._wire = Wire()
        self._opened: asyncio.Future[Mapping[str, str] | None] = self._loop.create_future()
        self._reply: asyncio.Future[Reply | None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._lost: str | None = None
        self._closed = asyncio.Event()
        self.gone = asyncio.Event()
        self.peer: str | None = None

    async def header(self, limit: float) -> Mapping[str, str] | None:
        """The header, or ``None`` when it is not there and right within ``limit`` seconds."""
        try:
            async with asyncio.timeout(limit):
                return await self._opened
        except TimeoutError:
            log.warning("agi peer=%s sent no whole header in %gs", self.peer, limit)
            return None

    async def perform(self, line: bytes, limit: float) -> Reply:
        if self._lost is not None:
            raise LineLost(self._lost)
        if self.gone.is_set():
            raise HungUp
        data = self._wire.ask(line)
        reply: asyncio.Future[Reply | None] = self._loop.create_future()
        self._reply = reply
        self._transport.write(data)
        try:
            async with asyncio.timeout(limit):
                answer = await reply
        except TimeoutError:
            self._lose(f"no reply in {limit:g}s")
            answer = None
        finally:
            self._reply = None
            if self._patience is not None:
                self._patience.cancel()
            if reply.cancelled():
                self._lose("a command was abandoned before its reply")
        if answer is not None:
            return answer
        if self._lost is not None:
            raise LineLost(self._lost)
        raise HungUp

    async def close(self, served: bool, limit: float) -> None:
        """Close the socket, by force after ``limit`` seconds; unless ``served``, Asterisk is told of the failure."""
        if not served:
            self._refuse()
        self._transport.close()
        try:
            if not await over(self._closed.wait(), limit):
                log.debug("agi peer=%s does not read, the socket is closed by force", self.peer)
        finally:
            if not self._closed.is_set():
                self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's inherits from neither
        address = transport.get_extra_info("peername")
        self.peer = address[0] if address else None
        _keep_alive(transport.get_extra_info("socket"))
        if not self._begin(self):
            self._refuse()

    def data_received(self, data: bytes) -> None:
        self._wire.receive(data)
        self._tell()

    def eof_received(self) -> None:
        self._wire.receive(b"")
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.receive(b"")
        self._tell()
        self._depart()
        self._closed.set()

    def _tell(self) -> None:
        """Pass on what the wire makes of the bytes it has."""
        try:
            while self._lost is None and (event := self._wire.event()) is not None:
                self._pass(event)
        except WireError as error:
            log.warning("agi peer=%s is no Asterisk: %s", self.peer, error)
            self._lose(str(error))

    def _pass(self, event: Event) -> None:
        match event:
            case Opened(headers):
                if not self._opened.done():
                    self._opened.set_result(headers)
            case Reply():
                if self._reply is not None and not self._reply.done():
                    self._reply.set_result(event)
            case Gone(closed=True):
                self._depart()
            case Gone():
                self.gone.set()
                if self._reply is not None and self._patience is None:
                    self._patience = self._loop.call_later(self._grace, self._give_up)

    def _depart(self) -> None:
        """Nothing more can come on this line."""
        self.gone.set()
        self._give_up()

    def _give_up(self) -> None:
        """Let go whoever waits for a header or a reply."""
        if not self._opened.done():
            self._opened.set_result(None)
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(None)

    def _lose(self, why: str) -> None:
        if self._lost is None and not self.gone.is_set():
            self._lost = why
        self._refuse()
        self._depart()

    def _refuse(self) -> None:
        """Close, leaving Asterisk with ``AGISTATUS=FAILURE`` and not with a success that was none."""
        if not self._transport.is_closing():
            self._transport.write(FAILURE)
            self._transport.close()


def _keep_alive(connection: socket.socket) -> None:
    """Have the kernel find out within a minute that the host of the peer is gone, where it can."""
    for level, option, value in (
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 30),  # seconds
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 10),  # seconds
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 30_000),  # milliseconds
    ):
        if hasattr(socket, option):
            with contextlib.suppress(OSError):  # a peer that has left already
                connection.setsockopt(level, getattr(socket, option), value)
