"""The link to Asterisk's manager interface: connect, log in, resync, ping, and start over when it breaks.

One task owns the connection and goes round this ring for ever:

    connect → log in → wait until booted → resync → up: ping → (lost) pause → connect

* Booted is asked (``CoreStatus``), not awaited: the FullyBooted event comes only to accounts that may read the
  class "system" (manager.c, measured on Asterisk 22.10.1).
* Resync: what happened while the link was down, or while the queue overflowed, is lost; the handlers of
  ``on_resync`` get the channels that live now, in line with the events.
* A refused login is a matter for the operator: it is tried again at a slower and slower pace, because each try
  counts against us.  A lost connection comes back quickly: Asterisk is up 1.2 s after a kill.
* Nothing is ever sent twice.  While the link is down actions fail at once with ``LinkLost``.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, NoReturn, Self

from ivr.asterisk.ami_lead import MOST_ENTRIES, Callback, LedManager, LedProtocol, LinkLost, NoReply, Order, Refused
from ivr.asterisk.ami_pace import USUAL, Counts, Pace, pauses
from ivr.asterisk.ami_wire import BadAction, Fields, Headers, NotAmi

__all__ = ["AmiLink", "AmiReply", "BadAction", "Headers", "LinkLost", "NoReply", "NotAmi", "Pace", "Refused"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AmiReply:
    """What Asterisk answered to one action."""

    success: bool
    message: str
    headers: Headers


class AmiLink:
    """One account on one Asterisk; made anywhere, started inside a running loop, closed for good."""

    def __init__(self, host: str, port: int, account: str, secret: str, *, pace: Pace = USUAL) -> None:
        self.ready = asyncio.Event()
        """Set while the link is up."""
        self.last_error = ""
        """The last failure of the link in words; stays after recovery."""
        self._peer = f"{host}:{port}"
        self._account = account
        self._secret = secret
        self._pace = pace
        self._manager = LedManager(host, port, pace)
        self._resync_callbacks: list[Callable[[tuple[Headers, ...]], Any]] = []
        self._protocol: LedProtocol | None = None
        self._task: asyncio.Task[None] | None = None
        self._up_since: float | None = None
        self._closed = False
        self._reason = self._sentence("not started")

    @property
    def up(self) -> bool:
        """Whether an action sent now would reach Asterisk, as far as we know."""
        return self._protocol is not None and not self._protocol.closed

    @property
    def reason(self) -> str:
        """One sentence on why the link is down; empty when it is up."""
        if self.up:
            return ""
        return self._reason if self._protocol is None else self._sentence(self._protocol.why)

    @property
    def counts(self) -> Counts:
        """The numbers for /metrics."""
        return self._manager.counts

    def on_event(self, name: str, callback: Callback) -> None:
        """Call ``callback(name, headers)`` for each event called ``name`` (``*`` allowed), one after the other.

        To be said before ``start``: without handlers Asterisk is asked for no events at all.  A coroutine is
        awaited before the next event has its turn.  An error is logged and counted.
        """
        self._refuse_if_started()
        self._manager.register_event(name, callback)

    def on_resync(self, callback: Callable[[tuple[Headers, ...]], Any]) -> None:
        """Call with the entries of CoreShowChannels after each gap: (re)connection, dropped events."""
        self._refuse_if_started()
        self._resync_callbacks.append(callback)

    async def start(self) -> None:
        """Begin to connect; returns at once, ``ready`` tells when it is done."""
        self._refuse_if_started()
        self._task = asyncio.create_task(self._run(), name=f"ami link {self._peer}")

    async def close(self) -> None:
        """End for good: no connection afterwards, pending actions fail."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.result()
        self._reason = self._sentence("closed")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def action(self, action: str, fields: Fields | None = None, *, limit: float | None = None) -> AmiReply:
        """Send once, wait ``limit`` seconds for the reply; raises LinkLost, NoReply or BadAction."""
        reply, *_ = await self._ask(self._protocol, Order(action, fields or {}), limit)
        return _reply(reply)

    async def list(
        self, action: str, fields: Fields | None = None, *, limit: float | None = None, most: int = MOST_ENTRIES
    ) -> tuple[Headers, ...]:
        """The entries of an action that answers with a list, ``most`` at most; raises Refused beside what ``action``
        raises.
        """
        return await self._list(self._protocol, action, fields or {}, limit, most)

    async def _list(
        self,
        protocol: LedProtocol | None,
        action: str,
        fields: Fields,
        limit: float | None,
        most: int = MOST_ENTRIES,
    ) -> tuple[Headers, ...]:
        reply, *entries = await self._ask(protocol, Order(action, fields, listing=True, most=most), limit)
        if not _reply(reply).success or not entries:
            raise Refused(action, reply.get("Message", ""))
        if entries[-1].get("EventList", "").lower() == "cancelled":
            raise Refused(action, "Asterisk cancelled the list")
        return tuple(entries[:-1])

    async def _ask(self, protocol: LedProtocol | None, order: Order, limit: float | None = None) -> tuple[Headers, ...]:
        if protocol is None:
            raise LinkLost(self.reason, sent=False)
        future = protocol.send(order)
        within = self._pace.action if limit is None else limit
        try:
            async with asyncio.timeout(within):
                return await future
        except TimeoutError:
            self.counts.unanswered += 1
            raise NoReply(f"Asterisk did not answer {order.name} within {within:g} s", sent=True) from None
        finally:
            protocol.responses.pop(order.id, None)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._manager.deliver())
                group.create_task(self._keep())
        finally:
            self._reason = self._sentence("stopped")

    async def _keep(self) -> NoReturn:
        clock = asyncio.get_running_loop().time
        retries = pauses(self._pace.retry_first, self._pace.retry_most)
        refusals = pauses(self._pace.refused_first, self._pace.refused_most)
        while True:
            self._up_since, refused, why = None, False, ""
            try:
                await self._session()
            except Refused as error:
                refused, why = True, f"{error}; check the account {self._account!r}"
            except OSError as error:
                why = str(error)
            if self._up_since is not None and clock() - self._up_since > self._pace.retry_most:
                # begin anew after a link that held; one that comes and goes is not to be hammered either
                retries = pauses(self._pace.retry_first, self._pace.retry_most)
                refusals = pauses(self._pace.refused_first, self._pace.refused_most)
            self.counts.refused_logins += refused
            pause = next(refusals if refused else retries)
            self._down(why, pause)
            await asyncio.sleep(pause)

    async def _session(self) -> NoReturn:
        """One connection from its first to its last byte; always ends by raising."""
        protocol = await self._manager.open()
        try:
            await self._log_in(protocol)
            await self._wait_until_booted(protocol)
            await self._resync(protocol)
            self.counts.reconnects += self.counts.connections > 0
            self.counts.connections += 1
            self._protocol = protocol
            self._up_since = asyncio.get_running_loop().time()
            self.ready.set()
            log.info("ami=up peer=%s version=%s", self._peer, protocol.reader.version)
            await self._watch(protocol)
        finally:
            self._protocol = None
            self.ready.clear()
            protocol.end("the link was closed")

    async def _log_in(self, protocol: LedProtocol) -> None:
        fields = {
            "Username": self._account,
            "Secret": self._secret,
            "Events": "on" if self._manager.patterns else "off",
        }
        reply, *_ = await self._ask(protocol, Order("Login", fields), self._pace.login)
        answer = _reply(reply)
        if not answer.success and "in use" in answer.message.lower():
            raise LinkLost("Asterisk still holds the previous connection of this account", sent=True)
        if not answer.success:
            raise Refused("Login", answer.message)

    async def _wait_until_booted(self, protocol: LedProtocol) -> None:
        """Until Asterisk knows when it started: it notes that last of all, and says 1970 before."""
        try:
            async with asyncio.timeout(self._pace.boot):
                while True:
                    reply, *_ = await self._ask(protocol, Order("CoreStatus", {}))
                    if not _reply(reply).success:
                        raise Refused("CoreStatus", reply.get("Message", ""))
                    if reply.get("CoreStartupDate", "2") >= "2":
                        return
                    await asyncio.sleep(self._pace.boot_poll)
        except TimeoutError:
            raise LinkLost(f"Asterisk did not finish to start in {self._pace.boot:g} s", sent=False) from None

    async def _resync(self, protocol: LedProtocol) -> None:
        entries = await self._list(protocol, "CoreShowChannels", {}, None)
        for callback in self._resync_callbacks:
            self._manager.put(partial(callback, entries), must=True)

    async def _watch(self, protocol: LedProtocol) -> NoReturn:
        misses, dropped = 0, self.counts.dropped_events
        while misses < self._pace.ping_misses:
            if not misses:
                await _pause(self._pace.ping_every, unless=protocol.ended)
            try:
                await self._ask(protocol, Order("Ping", {}), self._pace.ping_within)
                misses = 0
            except NoReply:
                self.counts.missed_pings += 1
                misses += 1
            if not misses and dropped != self.counts.dropped_events:
                dropped = self.counts.dropped_events
                await self._resync(protocol)
        raise LinkLost(f"Asterisk left {misses} pings unanswered", sent=False)

    def _refuse_if_started(self) -> None:
        if self._closed or self._task is not None:
            raise RuntimeError("this AMI link has been started or closed already")

    def _sentence(self, why: str) -> str:
        return f"AMI link to {self._peer} is down: {why}"

    def _down(self, why: str, pause: float) -> None:
        if why != self.last_error:  # the same failure is told once, not at each try
            log.warning("ami=down peer=%s why=%r", self._peer, why)
        self.last_error = why
        self._reason = self._sentence(f"{why}; next try within {pause:.1f} s")


async def _pause(seconds: float, *, unless: asyncio.Event) -> None:
    """Wait ``seconds``, or less if the event comes first."""
    try:
        async with asyncio.timeout(seconds):
            await unless.wait()
    except TimeoutError:
        return


def _reply(headers: Headers) -> AmiReply:
    success = headers.get("Response", "").lower() in ("success", "goodbye")
    return AmiReply(success, headers.get("Message", ""), headers)
