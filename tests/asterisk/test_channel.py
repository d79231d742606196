"""One caller's channel: commands over a real socket, a hang-up in each of them, and what is no hang-up."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.asterisk import agi_talk, channel
from ivr.asterisk.agi_server import AgiServer, AgiSession
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.channel import AgiChannel
from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Command,
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Played,
    Progress,
)
from ivr.service.ports import Fault, HungUp, Toll
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.asterisk.plain_script import OneSecond

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
VOICE = {("fr", name): OneSecond(f"/s/{name}", "") for name in ("hello", "menu")}

# A command and how many of its orders are answered before it happens.
INSTANTS: list[tuple[Command[Any], int]] = [
    (Progress(), 0),
    (Play(("hello", "menu")), 0),
    (Play(("hello", "menu")), 1),
    (Play(("hello",), "#"), 0),
    (Answer(), 0),
    (Limit(1800), 0),
    (Ask(("hello",), ("1",)), 0),
    (Ask(("hello", "menu"), ("1",)), 0),
    (Ask(("hello", "menu"), ("1",)), 1),
    (Ask((), ("1",)), 0),
    (Ask((), ("12",), typed="1"), 0),
    (Gather(("hello",), 4), 2),
    (Capture("message/1-1", 60, 3, 1, "box"), 0),
    (Dial(("camille",), 25), 0),
    (Dial(("camille",), 25), 1),
    (Hangup(), 0),
    (Hangup(), 1),
]
IDS = [f"{type(command).__name__.lower()}-{place}" for command, place in INSTANTS]

Peer = Callable[[FakeAsterisk], Awaitable[None]]


async def performed(commands: list[Command[Any]], peer: Peer, voice: Any = VOICE, **facts: Any) -> list[Any]:
    """What each command came to, result or exception, where ``peer`` plays Asterisk."""
    found: list[Any] = []
    over = asyncio.Event()

    async def body(session: AgiSession) -> None:
        toll: asyncio.Future[Toll] = asyncio.get_running_loop().create_future()
        caller = AgiChannel(session, Speaker("fr", voice, lambda: NOON), toll)
        for command in commands:
            try:
                found.append(await caller.perform(command))
            except (HungUp, Fault) as error:
                found.append(error)
        over.set()

    async with (
        AgiServer(body, port=0, paths=("call",), grace=0.05) as server,
        await FakeAsterisk.call(server.port, **facts) as asterisk,
    ):
        await peer(asterisk)
        async with asyncio.timeout(5):
            await over.wait()
    return found


async def until(asterisk: FakeAsterisk, place: int) -> None:
    """Obey ``place`` commands, and read one more."""
    for _ in range(place):
        words = await asterisk.command()
        assert words is not None
        await asterisk.say(asterisk.reply(words))
    assert await asterisk.command() is not None


async def hang_up(asterisk: FakeAsterisk) -> None:
    await asterisk.hang_up()


async def hang_up_and_leave(asterisk: FakeAsterisk) -> None:
    await asterisk.hang_up(leave=True)


async def leave(asterisk: FakeAsterisk) -> None:
    asterisk.writer.close()


async def reply_then_hang_up(asterisk: FakeAsterisk) -> None:
    await asterisk.say("200 result=-1")
    with contextlib.suppress(ConnectionError):  # we may have left already
        await asterisk.hang_up(leave=True)


async def say_dead(asterisk: FakeAsterisk) -> None:
    await asterisk.say("511 Command Not Permitted on a dead channel or intercept routine")


@pytest.mark.parametrize("how", [hang_up, hang_up_and_leave, leave, reply_then_hang_up])
@pytest.mark.parametrize(("command", "place"), INSTANTS, ids=IDS)
async def test_a_hang_up_in_any_command(command: Command[Any], place: int, how: Peer) -> None:
    """However Asterisk tells it, and the next command need not be tried to know it."""

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, place)
        await how(asterisk)

    found = await performed([command, Play(("hello",))], peer)

    assert [HungUp, HungUp] == [type(one) for one in found]


@pytest.mark.parametrize(("command", "place"), INSTANTS, ids=IDS)
async def test_a_dead_channel_is_a_hang_up(command: Command[Any], place: int) -> None:
    """511, where the line is still open."""

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, place)
        await say_dead(asterisk)

    assert [HungUp] == [type(one) for one in await performed([command], peer)]


@pytest.mark.parametrize(("command", "place"), INSTANTS, ids=IDS)
async def test_a_minus_one_without_a_hang_up_is_a_fault(
    command: Command[Any], place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is there, and hears our apology; the line is in step and goes on being used."""
    monkeypatch.setattr(channel, "NEWS_OF_HANGUP", 0.03)

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, place)
        await asterisk.say("200 result=-1")
        await asterisk.obey()

    found = await performed([command, Play(("hello",))], peer)

    assert [Fault, Played] == [type(one) for one in found]


@pytest.mark.parametrize("how", [hang_up, hang_up_and_leave, leave, reply_then_hang_up, say_dead])
async def test_our_own_hang_up_is_done(how: Peer) -> None:
    """The reply to it may never come: the channel is gone, as was wanted."""

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, 2)
        await how(asterisk)

    assert await performed([Hangup()], peer) == [None]


@pytest.mark.parametrize("garbage", ["200 OK", "hello", "HANGUPS", "200 result=0 endpos=1\n200 result=0"])
async def test_garbage_is_a_fault_and_the_line_is_not_used_again(garbage: str) -> None:
    """Whatever comes after it may be anything; Asterisk is left with a failure."""

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, 0)
        await asterisk.say(garbage)
        assert await asterisk.command() is None
        assert asterisk.failed

    found = await performed([Play(("menu", "hello")), Answer()], peer)

    assert [Fault, Fault] == [type(one) for one in found]


async def test_a_reply_that_comes_too_late_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is every command after it: the next one would take this reply for its own."""
    monkeypatch.setattr(agi_talk, "PATIENCE", 0.05)
    short = {("fr", "hello"): OneSecond("/s/hello", "", 0.0)}

    async def peer(asterisk: FakeAsterisk) -> None:
        await until(asterisk, 0)
        assert await asterisk.command() is None

    found = await performed([Play(("hello",)), Answer()], peer, short)

    assert [Fault, Fault] == [type(one) for one in found]
    assert "no reply in 0.05s" in str(found[0])


async def test_a_sound_that_lacks_its_end_is_a_fault() -> None:
    """Nor is a sound that is not there at all taken for one that was heard."""

    async def obey(asterisk: FakeAsterisk) -> None:
        await asterisk.obey()

    found = await performed([Play(("hello",)), Play(("menu",))], obey, short=["/s/hello"], missing=["/s/menu"])

    assert [Fault, Fault] == [type(one) for one in found]


async def test_keys_over_the_wire() -> None:
    """One question after the other, in each way in which one can be put."""

    async def obey(asterisk: FakeAsterisk) -> None:
        await asterisk.obey()

    questions: list[Command[Any]] = [
        Ask(("hello",), ("1",)),
        Ask(("hello",), ("#",)),
        Ask(("hello",), ("1",)),
        Ask(("hello", "menu"), ("2",)),
        Ask(("hello", "menu"), ("#",)),
        Ask(("hello", "menu"), ("2",)),
        Ask(("hello",), ("1", "12")),
        Gather(("hello",), 4),
        Now(),
    ]
    keys = ["1", "#", "", "2", "#", "", "1", "2", "123#"]
    found = await performed(questions, obey, keys=keys)

    assert [*map(Heard, ["1", "#", "", "2", "#", "", "12", "123"]), NOON] == found


async def test_the_toll_is_what_the_exchange_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """``None`` if it does not in time, and then the report may still come: whoever else waits for it gets it."""
    monkeypatch.setattr(channel, "TOLL_LIMIT", 0.03)
    future: asyncio.Future[Toll] = asyncio.get_running_loop().create_future()
    caller = AgiChannel(None, None, future)  # type: ignore[arg-type]  # neither is asked
    told = Toll(NOON, timedelta(seconds=83))

    assert await caller.toll() is None
    future.set_result(told)
    assert await caller.toll() == told


class Estimate:
    """What callers are told of their wait, where they are asked for with what they should be."""

    async def told(self, queue: str, place: int | None, priority: int) -> int | None:
        assert (queue, place, priority) == ("parts.last-karim", 2, 7)
        return 40


async def test_who_enters_a_queue_is_told_our_estimate() -> None:
    """By the style of his channel's language, before he waits."""

    async def body(session: AgiSession) -> None:
        waits: Any = Estimate()
        caller = AgiChannel(session, Speaker("fr", VOICE, lambda: NOON), None, waits=waits)
        with contextlib.suppress(HungUp):
            await caller.perform(Enqueue("parts", 300, 7, part="last-karim", place=2))

    async with (
        AgiServer(body, port=0, paths=("call",), grace=0.05) as server,
        await FakeAsterisk.call(server.port) as asterisk,
    ):
        assert await asterisk.command() == ["SET", "VARIABLE", "CHANNEL(language)", "fr_40"]
        await asterisk.hang_up()
