"""The lead on panoramisk 1.4: its action, protocol and manager with what bites overridden.

panoramisk gives action ids, the writing of an action, the table of replies awaited, the transport and the
matching of event names.  Overridden is what loses data or repeats orders (the list is M1 to M22 of the tests
in ``tests/asterisk/test_ami_link.py``): framing and decoding, completion of actions, replay after a
reconnection, its own reconnecting, login and ping, and the calling of handlers.

Nothing here waits for ever or sends anything twice; when to connect is decided by ``ami_link``.
"""

import asyncio
import inspect
import logging
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from ivr.asterisk.ami_pace import Counts, Pace
from ivr.asterisk.ami_wire import AmiReader, Fields, Headers, NotAmi, checked

log = logging.getLogger(__name__)

MOST_UNSENT = 1_048_576
"""Bytes that may wait for a peer which does not read; above, actions fail at once."""
MOST_ENTRIES = 20_000
"""Entries of one list, some 200 times the calls that one exchange here may carry; who knows of more says so."""

Callback = Callable[[str, Headers], Any]
"""Called with the event's name and headers; what it returns is awaited if it can be."""


class LinkLost(ConnectionError):
    """The action failed because of the link.

    ``sent`` is False when nothing left this process.  When it is True nobody knows whether Asterisk carried
    the action out; it has not been and will not be sent again.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class NoReply(LinkLost):
    """Asterisk did not answer within the action's time limit."""


class Refused(OSError):
    """Asterisk answered ``Response: Error`` to an action that must succeed."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(f"Asterisk refused {action}: {message or 'no reason given'}")
        self.action = action
        self.message = message


class Order(Action):  # type: ignore[misc]  # panoramisk has no types
    """One action on its way, checked; its future gets the reply, for a list also all entries."""

    def __init__(self, action: str, fields: Fields, *, listing: bool = False, most: int = MOST_ENTRIES) -> None:
        super().__init__(checked(action, fields))
        self.name = action
        self.listing = listing
        self.most = most
        self.future: asyncio.Future[tuple[Headers, ...]]

    def add_message(self, message: Headers) -> bool:
        """Whether the message belongs to the reply; panoramisk leaves a refused list open for ever (M8)."""
        if self.future.done():
            return False
        if "response" not in message and not (self.listing and self.responses):
            return False
        self.responses.append(message)
        if self._complete(message):
            self.future.set_result(tuple(self.responses))
        elif len(self.responses) > self.most:
            self.future.set_exception(Refused(self.name, f"its list is longer than {self.most} entries"))
        return True

    def _complete(self, message: Headers) -> bool:
        state = message.get("EventList", "").lower()
        if "response" in message:
            return not self.listing or state != "start"
        return state in ("complete", "cancelled") or message.get("Event", "").endswith("Complete")


class LedProtocol(AMIProtocol):  # type: ignore[misc]
    """One connection: it ends once, says why, and fails what was still unanswered."""

    transport: asyncio.Transport

    def __init__(self, manager: "LedManager") -> None:
        self.manager = manager
        self.reader = AmiReader()
        self.ended = asyncio.Event()
        self.why = "Asterisk closed the connection"

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.factory = self.manager
        peer = transport.get_extra_info("socket")
        if peer is not None and hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a peer gone without a word
            pace = self.manager.pace
            silence = pace.ping_every + pace.ping_within * pace.ping_misses
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(silence * 1000))

    def data_received(self, data: bytes) -> None:
        """Frame and hand on, nothing else: whoever reads slowly is dropped by Asterisk after 100 ms."""
        skipped = self.reader.oversized
        try:
            messages = self.reader.feed(data)
        except NotAmi as error:
            self.end(str(error))
            return
        self.manager.counts.oversized_messages += self.reader.oversized - skipped
        for message in messages:
            self.handle_message(message)

    def handle_message(self, message: Headers) -> None:
        order = self.responses.get(message.get("ActionID", ""))
        if order is not None and order.add_message(message):
            if order.future.done():
                self.responses.pop(order.id, None)
        elif "event" in message:
            self.manager.dispatch(message)

    def send(self, data: Order, as_list: bool = False) -> "asyncio.Future[tuple[Headers, ...]]":
        """Write the action once, or raise LinkLost; the caller pops it from ``responses`` when it gives up."""
        if self.closed or self.transport.is_closing():
            raise LinkLost(self.why, sent=False)
        if self.transport.get_write_buffer_size() > MOST_UNSENT:
            raise LinkLost("Asterisk does not read what we send", sent=False)
        self.responses[data.id] = data
        self.transport.write(str(data).encode())
        return data.future

    def end(self, why: str) -> None:
        """Close for a reason of ours."""
        if not self.closed:
            self.why = why
        self.close()

    def close(self) -> None:
        """Let go at once; panoramisk would keep the unanswered actions to send them again (M5, M6)."""
        self.closed = True
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None and not self.closed:
            self.why = f"the connection broke: {exc}"
        self.closed = True
        for order in self.responses.values():
            if not order.future.done():
                order.future.set_exception(LinkLost(self.why, sent=True))
        self.responses.clear()
        self.ended.set()


def _not_led(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError("panoramisk does not act by itself here: ivr.asterisk.ami_link connects and sends")


class LedManager(Manager):  # type: ignore[misc]
    """Events to handlers through one bounded queue, in order; no connecting, login or ping of its own."""

    def __init__(self, host: str, port: int, pace: Pace) -> None:
        super().__init__(host=host, port=port)
        self.callbacks.clear()  # panoramisk's own: the replay of actions at FullyBooted (M5, M7)
        self.patterns.clear()
        self.host, self.port, self.pace = host, port, pace
        self.counts = Counts()
        self.jobs: asyncio.Queue[Callable[[], Any]] = asyncio.Queue(pace.queue)

    connect = connection_made = login = ping = send_action = _not_led
    send_command = send_agi_command = send_awaiting_actions = connection_lost = close = _not_led

    async def open(self) -> LedProtocol:
        """A connection that has not logged in; raises OSError or, after ``pace.connect``, LinkLost."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.pace.connect):
                _, protocol = await loop.create_connection(lambda: LedProtocol(self), self.host, self.port)
        except TimeoutError:
            raise LinkLost(f"no connection within {self.pace.connect:g} s", sent=False) from None
        return protocol

    def dispatch(self, event: Headers) -> list[str]:
        """Queue the event for each handler whose pattern it matches, in the order of registration."""
        name = event["Event"]
        matches = [pattern for pattern, expression in self.patterns if expression.match(name)]
        for pattern in matches:
            for callback in self.callbacks[pattern]:
                self.put(partial(callback, name, event))
        return matches

    def put(self, job: Callable[[], Any], *, must: bool = False) -> None:
        """Queue for the handlers; when full the newcomer is dropped, or with ``must`` the oldest."""
        if self.jobs.full():
            self.counts.dropped_events += 1
            if not must:
                return
            self.jobs.get_nowait()
        self.jobs.put_nowait(job)

    async def deliver(self) -> NoReturn:
        """Call the handlers one by one for ever; what one of them does wrong touches nobody else."""
        while True:
            job = await self.jobs.get()
            try:
                outcome = job()
                if inspect.isawaitable(outcome):
                    async with asyncio.timeout(self.pace.handler):
                        await outcome
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                self.counts.handler_errors += 1  # not ours: it awaited something that others cancelled
                log.warning("ami=handler-cancelled")
            except Exception:
                self.counts.handler_errors += 1
                log.exception("ami=handler-failed")
