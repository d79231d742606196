"""The FastAGI server: a port for Asterisk to call, one guarded task for each session.

A session lives in a task of the server's TaskGroup.  Its body, ``attend``, is given by the caller; whatever it
raises ends that session and no other, with a line in the log and the word ``failure`` to Asterisk, whose dialplan
then takes its fallback.  Bytes go to the wire the moment they come, so a hang-up is known at once, also between
commands and while the body does something else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from ivr.asterisk.agi_session import AgiSession, Line, LineLost, over
from ivr.service.ports import HungUp

__all__ = ["AgiServer", "AgiSession", "Attend", "LineLost"]

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections that the kernel holds for us; when they are too many, Asterisk waits 2 s in silence and fails."""

Attend = Callable[[AgiSession], Awaitable[None]]


class AgiServer:
    """Listens for Asterisk and has each session attended; entered and left by ``async with``.

    ``paths`` are the addresses that are served, ``most`` is the number of simultaneous connections, ``peers`` the
    networks that may connect; others are refused.  In seconds: ``greeting`` for the whole header, ``grace`` for a
    reply in flight after a hang-up, ``farewell`` for a socket to close.
    """

    def __init__(
        self,
        attend: Attend,
        *,
        host: str = "127.0.0.1",
        port: int = 4573,
        paths: Sequence[str] = ("call", "ended"),
        most: int = 500,
        peers: Sequence[str] = ("127.0.0.0/8", "::1/128"),
        greeting: float = 5.0,
        grace: float = 2.0,
        farewell: float = 2.0,
    ) -> None:
        self._attend = attend
        self._address = (host, port)
        self._paths = frozenset(paths)
        self._most = most
        self._peers = tuple(ip_network(peer) for peer in peers)
        self._greeting = greeting
        self._grace = grace
        self._farewell = farewell
        self._live: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    @property
    def sessions(self) -> int:
        """How many connections are served now, those whose header is not there yet included."""
        return len(self._live)

    @property
    def port(self) -> int:
        """The port that is listened on: the one given, or the kernel's choice for 0."""
        return self._port

    async def __aenter__(self) -> "AgiServer":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Line(self._begin, self._grace), *self._address, backlog=BACKLOG, start_serving=False
        )
        self._port: int = self._server.sockets[0].getsockname()[1]
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        await self._server.start_serving()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.close(0)
        finally:
            await self._tasks.__aexit__(None, None, None)

    async def close(self, drain: float) -> None:
        """Stop accepting, wait ``drain`` seconds for the sessions to end, then cancel those that have not."""
        self._closing = True
        self._server.close()
        if not await self._quiet(drain):
            log.warning("agi sessions=%d are cut off after %gs of draining", self.sessions, drain)
            for task in self._live:
                task.cancel()
            await self._quiet(2 * self._farewell)
        if not await over(self._server.wait_closed(), self._farewell):
            log.warning("agi the listening socket did not close in %gs", self._farewell)

    async def _quiet(self, limit: float) -> bool:
        """Whether all sessions have ended, after at most ``limit`` seconds."""
        return await over(self._idle.wait(), limit)

    def _begin(self, line: Line) -> bool:
        """Start a session on a new connection; ``False`` when it is not welcome."""
        if self._closing or not self._welcome(line.peer):
            log.warning("agi refused peer=%s closing=%s", line.peer, self._closing)
            return False
        if len(self._live) >= self._most:
            log.warning("agi refused, sessions=%d is the limit", self._most)
            return False
        task = self._tasks.create_task(self._session(line))
        self._live.add(task)
        self._idle.clear()
        task.add_done_callback(self._forget)
        return True

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._live.discard(task)
        if not self._live:
            self._idle.set()

    def _welcome(self, peer: str | None) -> bool:
        if peer is None:
            return False
        address = ip_address(peer.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._peers)

    async def _session(self, line: Line) -> None:
        """One connection to its end; raises nothing of its own, and leaves no socket behind."""
        served = False
        try:
            served = await self._serve(line)
        except HungUp:
            log.debug("agi hung up")
            served = True
        except LineLost as lost:
            log.warning("agi line lost: %s", lost)
        except Exception:
            log.exception("agi session failed")
        finally:
            await line.close(served, self._farewell)

    async def _serve(self, line: Line) -> bool:
        """Whether the session was one of ours, and was attended to its end."""
        headers = await line.header(self._greeting)
        if headers is None:
            return False
        session = AgiSession(line, headers)
        if session.path not in self._paths:
            log.warning("agi path=%.40r is not served", session.path)
            return False
        await self._attend(session)
        return True
