"""The AMI link against a peer on a real socket; M1 to M22 are known defects of panoramisk 1.4."""

import ast
import asyncio
import io
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ivr.asterisk
from ivr.asterisk.ami_lead import MOST_UNSENT, Order
from ivr.asterisk.ami_link import AmiLink, BadAction, LinkLost, NoReply, Pace, Refused
from ivr.asterisk.ami_pace import USUAL, pauses
from ivr.asterisk.ami_wire import LONGEST_LINE, LONGEST_MESSAGE, MOST_HEADERS, AmiReader, NotAmi, checked
from tests.asterisk.fake_ami import Connection, FakeAmi, Received, lists, message, mute, says

CALM = Pace(connect=1, login=5, action=5, boot_poll=0.01, ping_every=60, retry_first=0.01, retry_most=0.02)
"""No ping unless a test wants one, and no waiting for a reconnection."""
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


async def eventually(condition: Callable[[], bool], within: float = 10) -> None:
    """Let the loop run until the condition holds; a test that waits for ever fails."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  (what is waited for is seen from outside only)
            await asyncio.sleep(0.002)


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as peer:
        yield peer


def to(asterisk: FakeAmi, pace: Pace = CALM) -> AmiLink:
    return AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret, pace=pace)


async def up(link: AmiLink) -> None:
    async with asyncio.timeout(10):
        await link.ready.wait()


@asynccontextmanager
async def linked(asterisk: FakeAmi, pace: Pace = CALM, **handlers: Any) -> AsyncIterator[AmiLink]:
    """A link that is up; handlers are given by the name of their event."""
    link = to(asterisk, pace)
    for name, handler in handlers.items():
        link.on_event(name, handler)
    async with link:
        await up(link)
        yield link


# ---- the ring: connect, log in, booted, resync, up


async def test_comes_up_by_asking_and_then_answers(asterisk: FakeAmi) -> None:
    """Login, CoreStatus, CoreShowChannels, in this order; then actions work and there is no reason to give."""
    async with linked(asterisk) as link:
        reply = await link.action("Ping")

        assert [order.action for order in asterisk.received] == [
            "Login",
            "CoreStatus",
            "CoreShowChannels",
            "Ping",
        ]
        assert (reply.success, link.up, link.reason) == (True, True, "")


async def test_waits_until_asterisk_has_booted(asterisk: FakeAmi) -> None:
    """An Asterisk that still says 1970 is asked again, and the link is not up before it has booted."""
    asterisk.booted = False
    async with to(asterisk) as link:
        await eventually(lambda: len(asterisk.orders("CoreStatus")) > 2)
        assert not link.up
        asterisk.booted = True
        await up(link)

        assert len(asterisk.connections) == 1


async def test_resync_hands_over_the_living_channels_after_each_connection(asterisk: FakeAmi) -> None:
    """What lives is told after the first connection and after the reconnection."""
    seen: list[list[str]] = []
    asterisk.answers["coreshowchannels"] = lists("CoreShowChannel", [{"Channel": "PJSIP/a-1"}])
    link = to(asterisk)
    link.on_resync(lambda entries: seen.append([entry["Channel"] for entry in entries]))
    async with link:
        await eventually(lambda: len(seen) == 1)
        asterisk.answers["coreshowchannels"] = lists("CoreShowChannel", [{"Channel": "PJSIP/b-2"}])
        asterisk.cut()
        await eventually(lambda: len(seen) == 2)

        assert seen == [["PJSIP/a-1"], ["PJSIP/b-2"]]
        assert link.counts.reconnects == 1


async def test_is_usable_again_soon_after_a_restart(asterisk: FakeAmi) -> None:
    """With the usual pace: killed, 0.6 s away, usable well within 3 s of the restart, the reason said meanwhile."""
    async with linked(asterisk, USUAL) as link:
        await asterisk.stop()
        await eventually(lambda: "Connect call failed" in link.reason)
        assert link.reason.startswith(f"AMI link to 127.0.0.1:{asterisk.port} is down: ")
        await asyncio.sleep(0.6)  # the time Asterisk's port is closed
        await asterisk.start()
        began = time.monotonic()
        await up(link)

        assert time.monotonic() - began < 3
        assert (await link.action("Ping")).success


def test_tries_again_quickly_and_ever_slower() -> None:
    """The usual pace: 100 ms doubling up to 1 s; a refused login 2 s doubling up to 60 s."""
    assert list(islice(pauses(USUAL.retry_first, USUAL.retry_most), 7)) == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
    assert list(islice(pauses(USUAL.refused_first, USUAL.refused_most), 7)) == [2, 4, 8, 16, 32, 60, 60]


async def test_a_link_that_held_comes_back_at_the_quickest_pace(asterisk: FakeAmi) -> None:
    """After an outage that slowed the tries down, a link that held for a while starts again from the first pause."""
    pace = replace(CALM, retry_first=0.02, retry_most=0.3)
    async with linked(asterisk, pace) as link:
        await asterisk.stop()
        await eventually(lambda: "next try within 0.3 s" in link.reason)
        await asterisk.start()
        await up(link)
        await asyncio.sleep(pace.retry_most * 1.2)  # long enough to count as held
        lost = asyncio.get_running_loop().time()
        asterisk.cut()
        await eventually(lambda: link.counts.connections == 3)

        assert asterisk.orders("Login")[-1].at - lost < 0.2


async def test_flapping_is_not_hammered(asterisk: FakeAmi) -> None:
    """A peer that cuts each connection right after it came up is tried at a growing distance."""
    pace = replace(CALM, retry_first=0.02, retry_most=0.32)
    async with to(asterisk, pace) as link:
        for wanted in range(1, 6):
            await eventually(lambda wanted=wanted: link.counts.connections == wanted)
            asterisk.cut()
        logins = [order.at for order in asterisk.orders("Login")]

        assert all(
            later - earlier >= pause
            for (earlier, later), pause in zip(pairwise(logins), pauses(0.02, 0.32), strict=False)
        )


async def test_a_stranger_on_the_port_is_told_apart() -> None:
    """A peer that is not Asterisk is left at once, and the reason says so."""
    async with FakeAmi(greeting=b"SSH-2.0-OpenSSH_9.2\r\n") as peer, to(peer) as link:
        await eventually(lambda: "does not speak AMI" in link.reason)

        assert not link.up


async def test_an_account_still_in_use_is_no_wrong_password(asterisk: FakeAmi) -> None:
    """After a half-open loss Asterisk may hold the old login for a while: tried again at the quick pace."""
    real = asterisk.answers["login"]
    asterisk.answers["login"] = says("Error", "Login Already In Use")
    async with to(asterisk) as link:
        await eventually(lambda: len(asterisk.orders("Login")) > 2)
        asterisk.answers["login"] = real
        await up(link)

        assert link.counts.refused_logins == 0


# ---- the wire


EVENTS = (
    message({"Event": "UserEvent", "Name": "Andrée Müller 电话"})
    + b"Event: Broken\r\nChannel: x\r\n\n"
    + b"Event: ChanVars\r\nChanVariable: A=1\r\nChanVariable: B=2\r\n\r\n"
    + b"no colon here\r\n\r\n"
    + message({"Event": "Last"})
)


def test_the_same_messages_at_every_split() -> None:
    """Two chunks cut anywhere, and one byte at a time, give the same messages."""
    stream = GREETING + EVENTS
    whole = [dict(found) for found in AmiReader().feed(stream)]
    for cut in range(len(stream)):
        reader = AmiReader()
        assert whole == [dict(found) for part in (stream[:cut], stream[cut:]) for found in reader.feed(part)]
    reader = AmiReader()
    singly = [dict(found) for byte in stream for found in reader.feed(bytes([byte]))]

    assert whole == singly
    assert [found["event"] for found in whole] == ["UserEvent", "Broken", "ChanVars", "Last"]


def test_a_value_cannot_start_a_line() -> None:
    """A line feed inside a value stays in the value; a later header of the same name, in any case, loses."""
    reader = AmiReader()
    reader.feed(GREETING)
    (found,) = reader.feed(b"Event: New\r\nName: x\nEvent: Hangup\r\nEVENT: Hangup\r\nevent: Hangup\r\n\r\n")

    assert (found["Event"], found["Name"]) == ("New", "x\nEvent: Hangup")
    assert found.every("event") == ("New", "Hangup", "Hangup")


@given(st.binary(max_size=400), st.integers(0, 400))
def test_garbage_never_breaks_the_reader(garbage: bytes, cut: int) -> None:
    """After any bytes, cut anywhere, the next whole message is read."""
    reader = AmiReader()
    reader.feed(GREETING)
    reader.feed(garbage[:cut])
    reader.feed(garbage[cut:])
    found = reader.feed(b"\r\n\r\n" + message({"Event": "After"}))

    assert found[-1]["Event"] == "After"


@pytest.mark.parametrize("start", [b"HTTP/1.1 400 Bad Request\r\n", b"A" * 300, b"\r\n", b"\x00"])
def test_only_asterisk_greets_like_asterisk(start: bytes) -> None:
    """A wrong greeting, or one that never ends, is refused at once."""
    with pytest.raises(NotAmi):
        AmiReader().feed(start)


# ---- limits on what we send


async def test_what_asterisk_cannot_read_is_not_sent(asterisk: FakeAmi) -> None:
    """A3-12: the longest line and the most headers pass whole; one more is refused before sending."""
    name = "Variable"
    longest = "é" * ((LONGEST_LINE - len(name) - 2) // 2)
    most = {"Variable": ["x=1"] * (MOST_HEADERS - 2)}
    asterisk.answers["setvar"] = says("Success", "")
    async with linked(asterisk) as link:
        await link.action("Setvar", {name: longest})
        await link.action("Setvar", most)
        with pytest.raises(BadAction, match="1002 bytes long, the limit is 1000"):
            await link.action("Setvar", {name: longest + "é"})
        with pytest.raises(BadAction, match="129 headers, Asterisk takes 128"):
            await link.action("Setvar", {**most, "Channel": "x"})

    assert [sum(key == name for key, _ in order.lines) for order in asterisk.orders("Setvar")] == [1, MOST_HEADERS - 2]
    assert longest == asterisk.orders("Setvar")[0].get(name)
    assert asterisk.faults == []


# ---- M1 to M22


async def test_m1_a_raising_handler_harms_nobody(asterisk: FakeAmi) -> None:
    """M1: handlers that raise, hang or are cancelled cost neither the connection nor the rest of the batch."""
    seen: list[str] = []

    def broken(name: str, headers: object) -> None:
        raise KeyError(name)

    async def cancelled(name: str, headers: object) -> None:
        raise asyncio.CancelledError

    async def stuck(name: str, headers: object) -> None:
        await asyncio.Event().wait()

    pace = replace(CALM, handler=0.05)
    handlers = {"Bad": broken, "Gone": cancelled, "Stuck": stuck, "Good": lambda name, _: seen.append(name)}
    async with linked(asterisk, pace, **handlers) as link:
        asterisk.last.raw(b"".join(message({"Event": name}) for name in ("Bad", "Gone", "Stuck", "Good")))
        await eventually(lambda: seen == ["Good"])

        assert link.counts.handler_errors == 3
        assert (link.up, len(asterisk.connections)) == (True, 1)


async def test_m2_repeated_headers_are_tolerated(asterisk: FakeAmi) -> None:
    """M2: an event and a reply whose Event, Message and Response come twice are read, the first one counts."""
    seen: list[tuple[str, ...]] = []

    def twice(connection: Connection, order: Received) -> None:
        own = f"ActionID: {order.get('ActionID')}\r\n"
        connection.raw(f"Response: Success\r\nResponse: Error\r\n{own}Message: a\r\nMessage: b\r\n\r\n".encode())

    asterisk.answers["twice"] = twice
    async with linked(asterisk, New=lambda _, headers: seen.append(headers.every("Event"))) as link:
        asterisk.last.raw(b"Event: New\r\nEvent: Old\r\n\r\n")
        await eventually(lambda: len(seen) == 1)
        reply = await link.action("Twice")

        assert seen == [("New", "Old")]
        assert (reply.success, reply.message) == (True, "a")
        assert len(asterisk.connections) == 1


async def test_m3_a_character_cut_by_tcp_is_whole_again(asterisk: FakeAmi) -> None:
    """M3: one byte at a time, and bytes that are no UTF-8 at all: nothing is lost, nothing breaks."""
    names: list[str] = []
    async with linked(asterisk, New=lambda _, headers: names.append(headers["CallerIDName"])) as link:
        asterisk.last.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        latin = message({"Event": "New", "CallerIDName": "X"}).replace(b"X", "Andrée".encode("latin-1"))
        for byte in message({"Event": "New", "CallerIDName": "Andrée"}) + latin:
            asterisk.last.raw(bytes([byte]))
            await asyncio.sleep(0)
        await eventually(lambda: len(names) == 2)

        assert names == ["Andrée", "Andr\ufffde"]
        assert link.up


async def test_m4_an_endless_message_is_skipped_not_kept(asterisk: FakeAmi) -> None:
    """M4: 13 MB without an end are counted once and hold no memory; the next message is read."""
    seen: list[str] = []
    async with linked(asterisk, After=lambda name, _: seen.append(name)) as link:
        most = 0
        asterisk.last.raw(b"Event: Flood\r\nX: ")
        for _ in range(13):
            asterisk.last.raw(b"x" * 1_000_000)
            await asterisk.last.writer.drain()
            most = max(most, len(link._protocol.reader._buffer))
        asterisk.last.raw(b"\r\n\r\n" + message({"Event": "After"}))
        await eventually(lambda: seen == ["After"])

        assert link.counts.oversized_messages == 1
        assert most <= LONGEST_MESSAGE + 3
        assert len(asterisk.connections) == 1


@pytest.mark.parametrize(
    ("defect", "action", "fields"),
    [
        ("M5", "Originate", {"Channel": "Local/1@out", "Context": "c", "Exten": "1", "Priority": "1"}),
        ("M6", "AGI", {"Channel": "PJSIP/a-1", "Command": "ANSWER", "CommandID": "c1"}),
        ("M6", "Command", {"Command": "core show version"}),
    ],
)
async def test_m5_m6_nothing_is_sent_twice(asterisk: FakeAmi, defect: str, action: str, fields: dict[str, str]) -> None:
    """M5, M6: an action whose reply the loss of the link swallowed fails as sent, and is never seen again."""
    asterisk.answers[action.lower()] = mute
    async with linked(asterisk) as link:
        pending = asyncio.ensure_future(link.action(action, fields))
        await eventually(lambda: len(asterisk.orders(action)) == 1)
        asterisk.cut()
        with pytest.raises(LinkLost) as lost:
            await pending
        assert lost.value.sent
        await eventually(lambda: link.counts.connections == 2)
        asterisk.last.raw(message({"Event": "FullyBooted", "Status": "Fully Booted"}))
        await link.action("Ping")

    assert len(asterisk.orders(action)) == 1, defect


async def test_m7_full_boot_is_not_waited_for(asterisk: FakeAmi) -> None:
    """M7: an account that never gets FullyBooted comes up again after a loss, and its next action is answered."""
    async with linked(asterisk) as link:
        asterisk.cut()
        await eventually(lambda: link.counts.connections == 2)

        assert (await link.action("Ping")).success


@pytest.mark.parametrize("answer", [says("Error", "Permission denied"), says("Success", "no list at all")])
async def test_m8_a_refused_list_ends(asterisk: FakeAmi, answer: Any) -> None:
    """M8: a list action that is refused, or that starts no list, raises at once with Asterisk's own words."""
    asterisk.answers["queuestatus"] = answer
    async with linked(asterisk) as link:
        with pytest.raises(Refused) as refused:
            await link.list("QueueStatus")

        assert refused.value.message in ("Permission denied", "no list at all")
        assert link._protocol.responses == {}


async def test_a_list_is_its_entries_and_nothing_else(asterisk: FakeAmi) -> None:
    """Events of others between the entries go to the handlers; an empty list is empty; a cancelled one raises."""
    seen: list[str] = []

    def mixed(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        connection.say({"Response": "Success", **own, "EventList": "start"})
        connection.say({"Event": "Entry", **own, "N": "1"})
        connection.say({"Event": "Other", "N": "9"})
        connection.say({"Event": "Entry", **own, "N": "2"})
        connection.say({"Event": "EntriesDone", **own, "EventList": "Complete"})

    def cancels(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        connection.say({"Response": "Success", **own, "EventList": "start"})
        connection.say({"Event": "EntriesDone", **own, "EventList": "Cancelled"})

    asterisk.answers |= {"mixed": mixed, "cancels": cancels, "none": lists("Entry", [])}
    async with linked(asterisk, Other=lambda name, _: seen.append(name)) as link:
        assert [entry["N"] for entry in await link.list("Mixed")] == ["1", "2"]
        assert await link.list("None") == ()
        with pytest.raises(Refused, match="cancelled"):
            await link.list("Cancels")
        await eventually(lambda: seen == ["Other"])


async def test_m9_a_silent_peer_is_left_after_two_pings(asterisk: FakeAmi) -> None:
    """M9: pings have a deadline, do not pile up, and two without a reply mean a new connection."""
    asterisk.answers["ping"] = mute
    async with linked(asterisk, replace(CALM, ping_every=0.02, ping_within=0.05)) as link:
        await eventually(lambda: link.counts.connections == 2)

        assert len([order for order in asterisk.orders("Ping") if order.connection == 1]) == 2
        assert link.last_error == "Asterisk left 2 pings unanswered"
        await eventually(lambda: asterisk.connections[0].over)


async def test_m9_one_missed_ping_is_forgiven(asterisk: FakeAmi) -> None:
    """M9: a single late reply is no reason to leave."""
    answers = iter([mute, says("Success", "")] * 3)
    asterisk.answers["ping"] = lambda connection, order: next(answers, says("Success", ""))(connection, order)
    async with linked(asterisk, replace(CALM, ping_every=0.01, ping_within=0.25)) as link:
        await eventually(lambda: len(asterisk.orders("Ping")) > 7)

        assert (link.counts.missed_pings, link.counts.connections) == (3, 1)


@pytest.mark.parametrize("moment", ["up", "in a pause", "in the login"])
async def test_m10_close_is_final(asterisk: FakeAmi, moment: str) -> None:
    """M10: closed at any moment, the link makes no connection any more and leaves no task behind."""
    before = asyncio.all_tasks()
    if moment == "in the login":
        asterisk.answers["login"] = mute
    link = to(asterisk)
    await link.start()
    await eventually(lambda: len(asterisk.received) > 0)
    if moment == "in a pause":
        await asterisk.stop()
        await eventually(lambda: "next try" in link.reason)
        await link.close()
        await asterisk.start()
    else:
        await link.close()
    await eventually(lambda: all(connection.over for connection in asterisk.connections))
    connections = len(asterisk.connections)
    await asyncio.sleep(CALM.retry_most * 10)  # five times the pause after which it would have come back

    assert connections == len(asterisk.connections)
    assert not [task for task in asyncio.all_tasks() - before if "ami" in task.get_name()]
    assert link.reason.endswith("closed")
    with pytest.raises(LinkLost):
        await link.action("Ping")
    with pytest.raises(RuntimeError):
        await link.start()


async def test_m11_a_wrong_password_is_reported_and_not_hammered(asterisk: FakeAmi) -> None:
    """M11: the reason names login and account, never the secret; tries come ever later; a cure is found."""
    right, asterisk.secret = asterisk.secret, "changed"
    pace = replace(CALM, refused_first=0.05, refused_most=0.2)
    async with AmiLink(asterisk.host, asterisk.port, asterisk.account, right, pace=pace) as link:
        await eventually(lambda: len(asterisk.orders("Login")) == 5)
        times = [order.at for order in asterisk.orders("Login")]
        assert "Asterisk refused Login: Authentication failed" in link.reason
        assert "'controller'" in link.reason
        assert right not in link.reason
        asterisk.secret = right
        await up(link)

        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert all(gap >= least for gap, least in zip(gaps, [0.05, 0.1, 0.2, 0.2], strict=True))
        assert link.counts.refused_logins == 5


async def test_m12_a_login_cut_off_is_not_waited_for(asterisk: FakeAmi) -> None:
    """M12: the connection is lost during the login: the wait ends with it and the next connection succeeds."""
    real = asterisk.answers["login"]

    def cut_once(connection: Connection, order: Received) -> None:
        asterisk.answers["login"] = real
        connection.cut()

    asterisk.answers["login"] = cut_once
    began = time.monotonic()
    async with linked(asterisk) as link:
        assert time.monotonic() - began < CALM.login
        assert (len(asterisk.connections), link.counts.connections) == (2, 1)


async def test_m13_while_down_actions_fail_at_once(asterisk: FakeAmi) -> None:
    """M13: before the start, during a loss and after the close: LinkLost, nothing sent, the reason in it."""
    link = to(asterisk)
    with pytest.raises(LinkLost, match="not started"):
        await link.action("Redirect")
    async with link:
        await up(link)
        await asterisk.stop()
        await eventually(lambda: not link.up)
        with pytest.raises(LinkLost) as lost:
            await link.action("Redirect")
        with pytest.raises(LinkLost):
            await link.list("Status")
    with pytest.raises(LinkLost, match="closed"):
        await link.action("Redirect")

    assert not lost.value.sent
    assert asterisk.orders("Redirect") == []


@pytest.mark.parametrize("bad", ["\r\n", "\r", "\n", "\x00", "\x1b", "\x7f", "\u2028"])
async def test_m14_no_line_can_be_injected(asterisk: FakeAmi, bad: str) -> None:
    """M14: a control character in the action, a key, a value or a list item is refused, and nothing is sent."""
    evil = f"x{bad}Action: Originate"
    async with linked(asterisk) as link:
        before = len(asterisk.received)
        for action, fields in [
            (f"Ping{bad}", {}),
            ("Setvar", {f"Variable{bad}": "x"}),
            ("Setvar", {"Variable": evil}),
            ("Setvar", {"Variable": ["fine=1", evil]}),
            ("Setvar", {"A: b": "x"}),
            ("Setvar", {"ActionID": "mine"}),
            ("Setvar", {"Variable": "a", "variable": "b"}),
            ("Setvar", {"Variable": "\udcff"}),
        ]:
            with pytest.raises(BadAction):
                await link.action(action, fields)
            with pytest.raises(BadAction):
                await link.list(action, fields)
        await link.action("Ping")

        assert [order.action for order in asterisk.received[before:]] == ["Ping"]


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=40) | st.lists(st.text(max_size=9)), max_size=4))
def test_m14_what_is_accepted_is_read_as_meant(fields: dict[str, str | list[str]]) -> None:
    """M14: whatever is not refused becomes exactly the lines that were meant, by any rule of line ends."""
    try:
        headers = checked("Setvar", fields)
    except BadAction:
        return
    meant = sum(len(value) if isinstance(value, list) else 1 for value in fields.values())
    sent = asyncio.run(_written(headers))

    assert meant + 2 == len([line for line in sent.splitlines() if line])
    assert sent.endswith("\r\n\r\n")


async def _written(headers: dict[str, Any]) -> str:
    own = dict(headers)
    return str(Order(own.pop("Action"), own))


async def test_m15_handlers_are_called_in_order(asterisk: FakeAmi) -> None:
    """M15: coroutines that take different times still see the events one after the other."""
    seen: list[int] = []

    async def uneven(name: str, headers: Any) -> None:
        number = int(headers["N"])
        for _ in range(number % 7):
            await asyncio.sleep(0)
        seen.append(number)

    async with linked(asterisk, Tick=uneven):
        asterisk.last.raw(b"".join(message({"Event": "Tick", "N": str(n)}) for n in range(300)))
        await eventually(lambda: len(seen) == 300)

        assert list(range(300)) == seen


async def test_m15_a_flood_is_counted_and_followed_by_a_resync(asterisk: FakeAmi) -> None:
    """M15: the queue is bounded; what does not fit is counted, the gap is closed by a resync, the link stays."""
    gate = asyncio.Event()
    seen: list[str] = []
    resyncs: list[object] = []

    async def slow(name: str, headers: Any) -> None:
        await gate.wait()
        seen.append(headers["N"])

    link = to(asterisk, replace(CALM, queue=4, ping_every=0.05))
    link.on_event("Tick", slow)
    link.on_resync(resyncs.append)
    async with link:
        await eventually(lambda: len(resyncs) == 1)
        asterisk.last.raw(message({"Event": "Tick", "N": "first"}))
        await eventually(lambda: link._manager.jobs.empty())
        await link.action("Ping")
        asterisk.last.raw(b"".join(message({"Event": "Tick", "N": str(n)}) for n in range(10)))
        await eventually(lambda: link.counts.dropped_events >= 6)
        gate.set()
        await eventually(lambda: len(resyncs) >= 2)

        assert seen[0] == "first"
        assert seen[1:] == sorted(set(seen[1:]) & set("0123"))  # the newcomers were dropped
        assert (link.up, len(asterisk.connections)) == (True, 1)


async def test_m16_channels_of_one_second_stay_apart(asterisk: FakeAmi) -> None:
    """M16: the unique id is kept whole, so two channels born in the same second are two."""
    from ivr.asterisk.switch import AmiSwitch

    born = [{"Channel": f"PJSIP/a-{n}", "Uniqueid": f"1700000000.{n}"} for n in (1, 2)]
    asterisk.answers["coreshowchannels"] = lists("CoreShowChannel", born)
    async with linked(asterisk) as link:
        assert {"1700000000.1", "1700000000.2"} == {channel.unique_id for channel in await AmiSwitch(link).channels()}


async def test_m17_ended_calls_leave_nothing_behind(asterisk: FakeAmi) -> None:
    """M17: after 2,000 calls have come and gone, no table and no queue of the link has grown."""
    ended: list[str] = []
    async with linked(asterisk, Hangup=lambda _, headers: ended.append(headers["Uniqueid"])) as link:
        tables = (link._manager.callbacks, link._manager.patterns, link._protocol.responses, link._manager.__dict__)
        sizes = [len(table) for table in tables]
        for n in range(2000):
            for event in ("Newchannel", "Hangup"):
                asterisk.last.raw(message({"Event": event, "Channel": f"PJSIP/a-{n}", "Uniqueid": f"1.{n}"}))
        await eventually(lambda: len(ended) == 2000)

        assert sizes == [len(table) for table in tables]
        assert link._manager.jobs.empty()
        assert not link._manager.awaiting_actions
        assert not link._protocol.queue


async def test_m18_a_black_hole_costs_the_time_limit_and_no_more() -> None:
    """M18: a peer whose accept queue is full never answers: the connect ends in time, and the reason says so."""
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        port = hole.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        async with AmiLink("127.0.0.1", port, "a", "b", pace=replace(CALM, connect=0.2)) as link:
            await eventually(lambda: "no connection within 0.2 s" in link.reason)
            assert not link.up
        for filler in fillers:
            filler.close()


async def test_m18_a_peer_that_never_answers_the_login_is_left(asterisk: FakeAmi) -> None:
    """M18: the login has a time limit and somebody waits for it."""
    asterisk.answers["login"] = mute
    async with to(asterisk, replace(CALM, login=0.1)) as link:
        await eventually(lambda: len(asterisk.connections) == 2)

        assert link.last_error == "Asterisk did not answer Login within 0.1 s"


async def test_m19_no_stream_is_saved(asterisk: FakeAmi) -> None:
    """M19: even with panoramisk's save_stream set to a text file, nothing is written and nothing breaks."""
    link = to(asterisk)
    link._manager.save_stream = io.StringIO()
    async with link:
        await up(link)

        assert (await link.action("Ping")).success
        assert link._manager.save_stream.getvalue() == ""


def test_m20_panoramisk_keeps_its_line_ends_and_its_bad_parts_stay_out() -> None:
    """M16, M17, M20: no file of ours imports the parts with these defects, and line ends stay CR LF."""
    banned = {"call_manager", "testing", "command", "fast_agi"}
    allowed = {"panoramisk.actions", "panoramisk.ami_protocol", "panoramisk.manager"}
    seen: set[str] = set()
    for file in Path(ivr.asterisk.__file__).parent.parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "panoramisk" in text else ():
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            seen |= {name for name in names if name.split(".")[0] == "panoramisk"}
    program = (
        "import sys, ivr.asterisk.switch, panoramisk.utils as u;"
        "print(repr(u.EOL), 'panoramisk.testing' in sys.modules, 'panoramisk.command' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert allowed == {name for name in seen if name.count(".") == 1}
    assert not any(banned & set(name.split(".")) for name in seen)
    assert done.stdout.strip() == r"'\r\n' False False"


async def test_m21_a_write_that_cannot_be_is_an_error_at_once(asterisk: FakeAmi) -> None:
    """M21: written to a connection that is closing, an action fails at once instead of pending."""
    async with linked(asterisk) as link:
        link._protocol.transport.close()
        with pytest.raises(LinkLost) as lost:
            await link.action("Ping")

        assert not lost.value.sent


async def test_m21_a_peer_that_does_not_read_fills_no_memory(asterisk: FakeAmi) -> None:
    """M21: what waits for a peer that stopped reading is bounded; above, actions fail unsent."""
    async with linked(asterisk) as link:
        asterisk.last.writer.transport.pause_reading()
        big = {"Variable": ["x" * 900] * 120}
        pending = [asyncio.ensure_future(link.action("Setvar", big, limit=0.5)) for _ in range(150)]
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
        waiting = link._protocol.transport.get_write_buffer_size()

        assert {False, True} == {outcome.sent for outcome in outcomes if isinstance(outcome, LinkLost)}
        assert waiting <= MOST_UNSENT + 120_000
        assert link._protocol.responses == {}


def test_m22_a_link_can_be_made_outside_the_loop() -> None:
    """M22: no future is made before there is a loop; a link made at import time works later."""
    link = AmiLink("127.0.0.1", 1, "a", "b", pace=CALM)

    async def later() -> str:
        async with link:
            await eventually(lambda: "Connect call failed" in link.reason)
        return link.reason

    assert asyncio.run(later()).endswith("closed")


async def test_every_action_has_a_time_limit_and_a_late_reply_does_no_harm(asterisk: FakeAmi) -> None:
    """No reply in time: NoReply, said to be sent; the reply that comes later disturbs no other action."""
    late: list[Received] = []
    asterisk.answers["redirect"] = lambda _, order: late.append(order)
    async with linked(asterisk) as link:
        with pytest.raises(NoReply) as silent:
            await link.action("Redirect", limit=0.05)
        asterisk.last.say({"Response": "Error", "ActionID": late[0].get("ActionID"), "Message": "late"})
        reply = await link.action("Ping")

        assert (silent.value.sent, reply.success) == (True, True)
        assert (link.counts.unanswered, link._protocol.responses) == (1, {})


async def test_an_event_under_our_id_is_no_reply(asterisk: FakeAmi) -> None:
    """Events that carry an action's id, before its reply or after it, go to the handlers; the reply is the reply."""
    seen: list[str] = []

    def surrounded(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        connection.say({"Event": "Early", **own})
        connection.say({"Response": "Success", **own, "Message": "queued"})
        connection.say({"Event": "Late", **own})

    asterisk.answers["originate"] = surrounded
    handlers = dict.fromkeys(("Early", "Late"), lambda name, _: seen.append(name))
    async with linked(asterisk, **handlers) as link:
        reply = await link.action("Originate")
        await eventually(lambda: len(seen) == 2)

        assert (reply.message, seen) == ("queued", ["Early", "Late"])


async def test_a_cancelled_action_is_forgotten(asterisk: FakeAmi) -> None:
    """Whoever stops waiting leaves nothing in the table of replies."""
    asterisk.answers["redirect"] = mute
    async with linked(asterisk) as link:
        pending = asyncio.ensure_future(link.action("Redirect"))
        await eventually(lambda: len(asterisk.orders("Redirect")) == 1)
        pending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pending

        assert link._protocol.responses == {}


async def test_events_are_asked_for_only_when_somebody_listens(asterisk: FakeAmi) -> None:
    """Without handlers Asterisk is told to send no events; handlers cannot come too late."""
    async with linked(asterisk) as link:
        with pytest.raises(RuntimeError):
            link.on_event("Hangup", lambda *_: None)
    async with linked(asterisk, Hangup=lambda *_: None):
        assert [order.get("Events") for order in asterisk.orders("Login")] == ["off", "on"]
