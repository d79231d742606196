"""The FastAGI server on real sockets: whatever a peer or a session does, the others are served and nothing is left."""

import asyncio
import contextlib
import functools
import logging
import os
import re
import struct
import time
from collections.abc import AsyncIterator
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, TCP_USER_TIMEOUT

import pytest
import uvloop

from ivr.asterisk.agi_server import AgiServer, AgiSession, Attend, LineLost
from ivr.asterisk.agi_wire import MAX_HEADER, Outcome, command
from ivr.service.ports import HungUp
from tests.asterisk.fake_asterisk import FakeAsterisk, header

LIMIT = 5.0
"""Seconds after which a test that waits has failed."""
NOOP = command("NOOP")
SERVED = command("SET", "VARIABLE", "IVR_SERVED", "yes")


def descriptors() -> set[str]:
    """The sockets, pipes and files that are open, by their targets in /proc/self/fd."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the listing itself
            found.add(os.readlink(f"/proc/self/fd/{name}"))
    return {target for target in found if target != "/dev/null" and not target.startswith("/proc/")}  # libuv's reserve


@contextlib.asynccontextmanager
async def serving(attend: Attend, **options: object) -> AsyncIterator[AgiServer]:
    """A server on a port of the kernel's choice, with short limits; behind it, no task and no file is left."""
    limits: dict[str, object] = {"port": 0, "greeting": 0.3, "grace": 0.2, "farewell": 0.5}
    tasks, files = asyncio.all_tasks(), descriptors()
    async with asyncio.timeout(4 * LIMIT), AgiServer(attend, **(limits | options)) as server:  # type: ignore[arg-type]
        yield server
    assert server.sessions == 0
    for _ in range(100):  # the test's own sockets close in the loop's next turns
        if descriptors() <= files:
            break
        await asyncio.sleep(0.01)
    assert descriptors() - files == set()
    assert asyncio.all_tasks() <= tasks


async def polite(session: AgiSession) -> None:
    """A whole session: answer, play, say that the call was served."""
    await session.perform(command("ANSWER"), LIMIT)
    await session.perform(command("STREAM", "FILE", "welcome", "#"), LIMIT)
    await session.perform(SERVED, LIMIT)


async def served(port: int, path: str = "call") -> FakeAsterisk:
    """A call from beginning to end."""
    async with await FakeAsterisk.call(port, path) as asterisk:
        await asterisk.obey()
    return asterisk


async def settle(server: AgiServer, sessions: int) -> None:
    """Wait until the server has that many sessions."""
    async with asyncio.timeout(LIMIT):
        while server.sessions != sessions:  # noqa: ASYNC110  (the gauge is what is tested)
            await asyncio.sleep(0)


class Body:
    """A session's body that tells what became of it; the test steps in through ``session``."""

    def __init__(self, limit: float = LIMIT) -> None:
        self.limit = limit
        self.session: asyncio.Future[AgiSession] = asyncio.get_running_loop().create_future()
        self.outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    async def __call__(self, session: AgiSession) -> None:
        self.session.set_result(session)
        try:
            self.outcome.set_result(await session.perform(NOOP, self.limit))
        except (HungUp, LineLost, asyncio.CancelledError) as error:
            self.outcome.set_result(error)
            raise

    async def ended(self) -> object:
        async with asyncio.timeout(LIMIT):
            return await self.outcome


# --- a call ----------------------------------------------------------------------------------------------


async def test_a_call_is_served_from_header_to_end():
    """Commands arrive in order, the replies find their commands, the session ends without a failure."""
    async with serving(polite) as server:
        asterisk = await served(server.port)

        assert [words[0] for words in asterisk.heard] == ["ANSWER", "STREAM", "SET"]
        assert asterisk.variables == {"IVR_SERVED": "yes"}
        assert asterisk.answered
        assert not asterisk.failed
        await settle(server, 0)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("call", {}, "call"),
        ("call?flow=400&x=/y", {}, "call"),
        ("ended", {}, "ended"),
        ("ended/", {}, "ended"),
        ("call", {"network_script": None, "request": "agi://127.0.0.1:4573/ended?x=1"}, "ended"),
    ],
)
async def test_the_path_is_read_without_its_query(path, headers, expected):
    """F7: ``agi_network_script`` contains the query string; without it the request is read."""
    seen = []

    async def look(session: AgiSession) -> None:
        seen.append((session.path, session.args))

    data = header(path, ["1795000000.25", "820"])
    for name, value in headers.items():
        data = re.sub(
            rb"agi_%b: [^\n]*\n" % name.encode(), b"" if value is None else f"agi_{name}: {value}\n".encode(), data
        )
    async with serving(look) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(data)

        assert await reader.read() == b""
        assert [(expected, ("1795000000.25", "820"))] == seen
        writer.close()


@pytest.mark.parametrize("path", ["other", "", "call/x", "CALL", "?call"])
async def test_a_path_that_is_not_served_is_a_failure(path):
    """F8: no body runs, and Asterisk is told ``failure``, so that it does not take it for a success."""

    attended = []

    async def note(session: AgiSession) -> None:
        attended.append(session.path)

    async with serving(note) as server:
        assert (await served(server.port, path)).failed
        assert attended == []


async def test_any_callable_that_can_be_awaited_attends():
    """F23: a partial, and an object with an asynchronous ``__call__``, attend like a function."""
    seen = []

    class Desk:
        async def __call__(self, session: AgiSession) -> None:
            seen.append(session.path)

    async def with_name(name: str, session: AgiSession) -> None:
        seen.append(name)

    for attend in (Desk(), functools.partial(with_name, "partial")):
        async with serving(attend) as server:
            await served(server.port)

    assert seen == ["call", "partial"]


def test_a_server_is_made_outside_of_a_loop_and_runs_in_any():
    """F24: the constructor needs no event loop; two loops, one after the other, serve."""
    servers = [AgiServer(polite, port=0), AgiServer(polite, port=0)]

    async def run(server: AgiServer) -> FakeAsterisk:
        async with server:
            return await served(server.port)

    for server in servers:
        assert not asyncio.run(run(server)).failed


# --- peers that are no Asterisk --------------------------------------------------------------------------


async def test_connecting_and_closing_200_times_slows_no_call():
    """F1: a port scan costs nothing: a call beside it goes on, each of its commands answered in time."""
    delays = []

    async def talk(session: AgiSession) -> None:
        for _ in range(200):
            begun = time.perf_counter()
            await session.perform(NOOP, LIMIT)
            delays.append(time.perf_counter() - begun)
        await session.perform(SERVED, LIMIT)

    async def scan(port: int) -> None:
        for turn in range(200):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            if turn % 2:  # with a reset instead of an orderly end
                writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()

    async with serving(talk) as server:
        async with asyncio.TaskGroup() as both:
            call = both.create_task(served(server.port))
            both.create_task(scan(server.port))

        assert call.result().variables == {"IVR_SERVED": "yes"}
        assert max(delays) < 2
        await settle(server, 0)


@pytest.mark.parametrize("data", [b"", b"agi_network: yes\n", header()[:-1]])
async def test_a_header_that_does_not_end_is_given_up(data):
    """F2: after the greeting time the socket is closed, and was not kept open by a trickle."""
    async with serving(polite) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(data)
        begun = time.perf_counter()
        async with asyncio.timeout(LIMIT):
            assert await reader.read() == b"failure\n"

        assert 0.2 < time.perf_counter() - begun < 5
        await settle(server, 0)
        writer.close()


@pytest.mark.parametrize(
    "data",
    [b"agi_x: " + b"x" * MAX_HEADER * 4, b"agi_x: y\n" * 200, b"GET /health HTTP/1.1\r\n\r\n", os.urandom(100) + b"\n",
     header(headers={"calleridname": "x\nagi_network_script: ended"})],
    ids=["huge", "many", "http", "noise", "twice"],
)  # fmt: skip
async def test_garbage_is_closed_at_once(data):
    """F3 and F6 on the socket: no wait for the greeting time, and a call beside it is served."""
    async with serving(polite, greeting=60.0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(data)
        async with asyncio.timeout(LIMIT):
            with contextlib.suppress(ConnectionResetError):  # so says the kernel of what we did not read
                assert await reader.read() in (b"failure\n", b"")
        await settle(server, 0)

        assert not (await served(server.port)).failed
        writer.close()


async def test_garbage_for_a_reply_loses_the_line():
    """The body is told at once, its next command too; Asterisk gets ``failure``."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.say("what?")

        assert isinstance(await body.ended(), LineLost)
        assert await asterisk.command() is None
        assert asterisk.failed
        with pytest.raises(LineLost):
            await body.session.result().perform(NOOP, LIMIT)


async def test_a_very_long_reply_loses_its_own_line_only():
    """F15: more than 64 KiB without a line end."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.send(b"200 result=1 (" + b"x" * 70_000)

        assert str(await body.ended()) == "a line of more than 65536 bytes"


async def test_a_name_that_is_not_utf_8_is_served():
    """F5: from the header to the end of the session."""
    async with (
        serving(polite) as server,
        await FakeAsterisk.call(server.port, headers={"calleridname": "Andr\udce9e"}) as asterisk,
    ):
        await asterisk.obey()

        assert not asterisk.failed


async def test_a_caller_named_hangup_is_not_a_hang_up():
    """F17: a variable may say "hangup" and the session goes on."""
    notes = []

    async def ask(session: AgiSession) -> None:
        notes.append((await session.perform(command("GET", "VARIABLE", "NAME"), LIMIT)).note)
        notes.append(session.hung_up)
        await session.perform(SERVED, LIMIT)

    async with (
        serving(ask) as server,
        await FakeAsterisk.call(server.port, variables={"NAME": "hangup"}) as asterisk,
    ):
        await asterisk.obey()

        assert notes == ["hangup", False]
        assert asterisk.variables["IVR_SERVED"] == "yes"


# --- hang-ups --------------------------------------------------------------------------------------------


async def test_a_hang_up_between_commands_is_known_at_once():
    """``gone`` returns, the next command raises and is not sent."""
    left = asyncio.Event()

    async def wait(session: AgiSession) -> None:
        assert not await session.gone_within(0)
        await session.perform(NOOP, LIMIT)
        await session.gone()
        left.set()
        with pytest.raises(HungUp):
            await session.perform(NOOP, LIMIT)

    async with serving(wait) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.say("200 result=0")
        await asterisk.hang_up()
        async with asyncio.timeout(LIMIT):
            await left.wait()

        assert await asterisk.command() is None
        assert asterisk.heard == [["NOOP"]]
        assert not asterisk.failed


async def test_a_hang_up_right_behind_the_header_reaches_the_body():
    """F4: HANGUP in the packet of the header."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.hang_up()

        assert isinstance(await body.ended(), HungUp)


@pytest.mark.parametrize("lines", [b"HANGUP\n200 result=-1 endpos=80\n", b"200 result=-1 endpos=80\nHANGUP\nHANGUP\n"])
async def test_a_reply_beside_a_hang_up_is_still_the_commands_own(lines):
    """F13: HANGUP before or behind the reply shifts nothing; the reply is given, then the hang-up is known."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.send(lines)
        reply = await body.ended()

        assert (Outcome.failed, 80) == (reply.outcome, reply.endpos)  # type: ignore[attr-defined]
        assert await body.session.result().gone_within(LIMIT)


async def test_a_hang_up_without_a_reply_is_given_a_short_grace():
    """F11: after HANGUP the reply may take the grace, not the limit."""
    body = Body(limit=60)
    async with serving(body, grace=0.1) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        begun = time.perf_counter()
        await asterisk.hang_up()

        assert isinstance(await body.ended(), HungUp)
        assert 0.05 < time.perf_counter() - begun < 5


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("part", [b"", b"200 resu", b"HANGUP\nHANGUP\n", b"520-Invalid\nUsage"])
async def test_the_end_of_the_stream_is_a_hang_up(part, reset):
    """F12: an end in the middle of anything, orderly or not, raises HungUp without waiting for any limit."""
    body = Body(limit=60)
    async with serving(body, grace=60.0) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.send(part)
        if reset:
            asterisk.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        asterisk.writer.close()

        assert isinstance(await body.ended(), HungUp)
        await settle(server, 0)


async def test_a_dead_channel_keeps_its_line():
    """F21: 511 is a reply; the session of a hung-up channel (``ended``) may still read variables."""
    replies = []

    async def look(session: AgiSession) -> None:
        replies.append((await session.perform(command("ANSWER"), LIMIT)).outcome)
        replies.append((await session.perform(command("GET", "VARIABLE", "X"), LIMIT)).note)

    async with serving(look) as server, await FakeAsterisk.call(server.port, "ended", variables={"X": "1"}) as asterisk:
        asterisk.dead = True
        await asterisk.obey()

        assert [Outcome.dead, "1"] == replies


# --- lines out of step -----------------------------------------------------------------------------------


async def test_a_late_reply_loses_the_line():
    """F11: after the limit the line is closed; what comes later is never taken for another command's reply."""
    body = Body(limit=0.1)
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()

        assert str(await body.ended()) == "no reply in 0.1s"
        with pytest.raises(LineLost):
            await body.session.result().perform(NOOP, LIMIT)
        assert await asterisk.command() is None
        assert asterisk.failed
        assert asterisk.heard == [["NOOP"]]


async def test_a_command_that_was_abandoned_loses_the_line():
    """F9 and F11: a time limit around a command works, and the line is not used again."""
    outcome = []

    async def hasty(session: AgiSession) -> None:
        try:
            async with asyncio.timeout(0.05):
                await session.perform(NOOP, LIMIT)
        except TimeoutError:
            outcome.append("time")
        with pytest.raises(LineLost, match="abandoned"):
            await session.perform(NOOP, LIMIT)
        outcome.append("lost")

    async with serving(hasty) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()

        assert await asterisk.command() is None
        assert asterisk.failed
        assert outcome == ["time", "lost"]


async def test_a_peer_that_does_not_read_holds_nobody():
    """F10 and F11: a close that the peer does not let through is done by force, in its time."""
    lines = []

    async def flood(session: AgiSession) -> None:
        lines.append(session._line)
        session._line._transport.write(b"NOOP\n" * 4_000_000)

    async with serving(flood, farewell=0.1) as server, await FakeAsterisk.call(server.port) as asterisk:
        asterisk.reader._transport.pause_reading()  # type: ignore[attr-defined]
        await settle(server, 1)
        await settle(server, 0)
        async with asyncio.timeout(LIMIT):
            await lines[0]._closed.wait()


async def test_a_refused_command_leaves_the_line_in_step():
    """F22: a line with a second command in it is not sent; the session goes on."""

    async def inject(session: AgiSession) -> None:
        with pytest.raises(ValueError, match="AGI command"):
            await session.perform(b"NOOP\nHANGUP\n", LIMIT)
        await session.perform(SERVED, LIMIT)

    async with serving(inject) as server:
        asterisk = await served(server.port)

        assert asterisk.heard == [["SET", "VARIABLE", "IVR_SERVED", "yes"]]


async def test_a_usage_text_leaves_the_line_in_step():
    """F14: after a 520 of many lines the next reply belongs to the next command."""
    replies = []

    async def ask(session: AgiSession) -> None:
        replies.append((await session.perform(command("STREAM", "FILE"), LIMIT)).outcome)
        replies.append((await session.perform(NOOP, LIMIT)).result)

    async with serving(ask) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await asterisk.say("520-Invalid command syntax.  Proper usage follows:\na\nb\nc\nd\n\n520 End of proper usage.")
        await asterisk.command()
        await asterisk.say("200 result=42")

        assert await asterisk.command() is None
        assert [Outcome.usage, "42"] == replies


# --- sessions and their server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [RuntimeError("bug"), ExceptionGroup("two", [ValueError(), KeyError()]), TimeoutError()]
)
async def test_a_session_that_raises_touches_no_other(error, caplog):
    """F8 and F10: one log line, ``failure`` to Asterisk, and the call beside it never notices."""
    first = asyncio.Event()

    async def attend(session: AgiSession) -> None:
        if session.args:
            await session.perform(NOOP, LIMIT)
            raise error
        await session.perform(NOOP, LIMIT)
        await first.wait()
        await polite(session)

    async with serving(attend) as server, await FakeAsterisk.call(server.port) as good:
        await good.command()
        await good.say("200 result=0")
        async with await FakeAsterisk.call(server.port, args=["bad"]) as bad:
            await bad.obey()
        first.set()
        await good.obey()

        assert bad.failed
        assert not good.failed
        assert good.variables == {"IVR_SERVED": "yes"}
        assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


async def test_a_cancelled_server_cancels_its_sessions_and_goes():
    """F9: a cancellation reaches the body of a session as such, and nothing swallows it."""
    body = Body()

    async def run(ready: "asyncio.Future[int]") -> None:
        async with serving(body) as server:
            ready.set_result(server.port)
            await asyncio.Event().wait()

    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    running = asyncio.ensure_future(run(ready))
    async with await FakeAsterisk.call(await ready) as asterisk:
        await asterisk.command()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

        assert isinstance(await body.ended(), asyncio.CancelledError)
        assert await asterisk.command() is None
        assert asterisk.failed


async def test_closing_waits_for_sessions_and_takes_no_new_ones():
    """F25: a drain lets a session end by itself."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        closing = asyncio.ensure_future(server.close(LIMIT))
        await asyncio.sleep(0)
        with pytest.raises(OSError, match=r"Connect call failed|Connection refused"):
            await asyncio.open_connection("127.0.0.1", server.port)

        assert (closing.done(), server.sessions) == (False, 1)
        await asterisk.say("200 result=0")
        async with asyncio.timeout(LIMIT):
            await closing
        assert server.sessions == 0
        assert await asterisk.command() is None
        assert not asterisk.failed


async def test_closing_cancels_what_does_not_end():
    """F25: after the drain time the sessions left are cancelled; Asterisk takes its fallback."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        await server.close(0.05)

        assert isinstance(await body.ended(), asyncio.CancelledError)
        assert server.sessions == 0
        assert await asterisk.command() is None
        assert asterisk.failed


async def test_there_is_a_limit_of_sessions():
    """F25: one too many is refused with ``failure`` at once, and there is room again when one has left."""
    body = Body()

    async def attend(session: AgiSession) -> None:
        await (polite(session) if body.session.done() else body(session))

    async with serving(attend, most=1) as server, await FakeAsterisk.call(server.port) as one:
        await one.command()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await reader.read() == b"failure\n"
        writer.close()

        assert server.sessions == 1
        await one.say("200 result=0")
        assert await one.command() is None
        await settle(server, 0)
        assert not (await served(server.port)).failed


async def test_only_known_peers_may_connect():
    """F25: the list of networks is obeyed; the default is this host alone."""
    async with serving(polite, peers=["192.0.2.0/24", "2001:db8::/32"], greeting=60.0) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

        assert await reader.read() == b"failure\n"
        assert server.sessions == 0
        writer.close()


@pytest.mark.parametrize(
    ("peer", "welcome"),
    [("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False),
     ("::ffff:192.0.2.1", False), ("fe80::1%eth0", False), (None, False)],
)  # fmt: skip
def test_the_default_peers_are_this_host(peer, welcome):
    """F25: loopback in each of its spellings, and a peer without an address is nobody."""
    assert welcome == AgiServer(polite)._welcome(peer)


async def test_the_kernel_watches_the_line():
    """Half-open connections are found by keep-alive and TCP_USER_TIMEOUT, since AGI itself has no heartbeat."""
    body = Body()
    async with serving(body) as server, await FakeAsterisk.call(server.port) as asterisk:
        await asterisk.command()
        line = (await body.session)._line

        assert line._transport.get_extra_info("socket").getsockopt(6, TCP_USER_TIMEOUT) == 30_000
        assert line._transport.get_extra_info("socket").getsockopt(SOL_SOCKET, 9) == 1  # SO_KEEPALIVE
        await asterisk.say("200 result=0")


async def test_a_hundred_calls_at_once_are_served():
    """Each with its own replies; the gauge follows; nothing is left (checked after every test here)."""

    async def echo(session: AgiSession) -> None:
        for turn in range(5):
            reply = await session.perform(command("GET", "VARIABLE", f"V{turn}"), LIMIT)
            assert f"{session.args[0]}-{turn}" == reply.note
        await session.perform(SERVED, LIMIT)

    async def call(port: int, name: str) -> FakeAsterisk:
        variables = {f"V{turn}": f"{name}-{turn}" for turn in range(5)}
        async with await FakeAsterisk.call(port, args=[name], variables=variables) as asterisk:
            await asterisk.obey()
        return asterisk

    async with serving(echo, greeting=LIMIT) as server:
        async with asyncio.TaskGroup() as calls:
            done = [calls.create_task(call(server.port, str(number))) for number in range(100)]

        assert [task.result().variables["IVR_SERVED"] for task in done] == ["yes"] * 100
        await settle(server, 0)


async def test_a_port_in_use_is_an_error_and_leaves_nothing():
    """The second server on a port says so at once."""
    async with serving(polite) as server:
        with pytest.raises(OSError, match="address already in use"):
            async with AgiServer(polite, port=server.port):
                raise AssertionError("two servers on one port")


@pytest.mark.parametrize(
    "test",
    [
        test_a_call_is_served_from_header_to_end,
        test_connecting_and_closing_200_times_slows_no_call,
        test_garbage_for_a_reply_loses_the_line,
        test_a_hang_up_between_commands_is_known_at_once,
        test_a_late_reply_loses_the_line,
        test_a_peer_that_does_not_read_holds_nobody,
        test_a_cancelled_server_cancels_its_sessions_and_goes,
        test_closing_waits_for_sessions_and_takes_no_new_ones,
        test_closing_cancels_what_does_not_end,
        test_there_is_a_limit_of_sessions,
        test_the_kernel_watches_the_line,
        test_a_hundred_calls_at_once_are_served,
        test_a_port_in_use_is_an_error_and_leaves_nothing,
    ],
)
def test_all_of_this_holds_on_uvloop(test):
    """The loop of production serves, refuses, cancels and closes like asyncio's own."""
    uvloop.run(test())


def test_every_known_defect_has_its_test():
    """The 25 defects of panoramisk's FastAGI: each is named at the head of a test of the wire or of the server."""
    named: set[str] = set()
    for name in ("test_agi_wire.py", "test_agi_server.py"):
        text = (Path(__file__).parent / name).read_text(encoding="utf-8")
        for docstring in re.findall(r'def test_\w+\([^)]*\):\n    """([^"]*)', text):
            named |= set(re.findall(r"\bF\d+\b", docstring.partition(":")[0]))

    assert named == {f"F{number}" for number in range(1, 26)}
