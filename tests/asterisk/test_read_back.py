"""What Asterisk has of queues, numbers and browsers, against what it was told."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from panoramisk.utils import CaseInsensitiveDict

from ivr import tls
from ivr.asterisk import agents_conf, read_back
from ivr.asterisk.ami_lead import Order
from ivr.asterisk.ami_link import AmiLink, Headers
from ivr.asterisk.provision import files
from ivr.values.outside import Destination
from tests.asterisk.fake_ami import Connection, FakeAmi, Received, lists, says
from tests.asterisk.mirror import dial_plan, queue_status
from tests.asterisk.test_provision import EXCHANGE, PARTS, SALES

BEFORE = files(EXCHANGE)
TOLD = replace(
    EXCHANGE,
    numbers=("0899000004", "3949"),
    queues=(replace(PARTS, told=True), SALES),
    destinations=(Destination("zoe", sip="sip:zoe@192.0.2.1"),),
)
NOW = files(TOLD)
QUEUES, NUMBERS = NOW["queues.conf"], NOW["extensions_numbers.conf"]


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as peer:
        peer.answers["queuestatus"] = lists("QueueParams", queue_status(QUEUES))
        peer.answers["showdialplan"] = lists("ListDialplan", dial_plan(NUMBERS))
        yield peer


@pytest.fixture
async def link(asterisk: FakeAmi) -> AsyncIterator[AmiLink]:
    async with AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret) as link:
        async with asyncio.timeout(10):
            await link.ready.wait()
        yield link


async def test_what_it_was_told_it_has(link: AmiLink) -> None:
    """Queues with their agents, numbers with all their steps, hints."""
    assert await read_back.unlike_queues(link, QUEUES) == []
    assert await read_back.unlike_numbers(link, BEFORE["extensions_numbers.conf"], NUMBERS) == []
    assert len(read_back.steps(NUMBERS)) == len(dial_plan(NUMBERS)) == 13


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[sales]", "[selas]", 'it does not know the queue "selas"'),
        ("strategy = leastrecent", "strategy = random", 'of the queue "sales" it has Strategy leastrecent, not random'),
        ("maxlen = 20", "maxlen = 21", 'of the queue "parts" it has Max 20, not 21'),
        (",5,camille,", ",6,camille,", 'of the queue "parts" it has other agents: camille'),
        ("member = Local/camille", "member = Local/zoe", 'of the queue "parts" it has other agents: camille'),
    ],
)
async def test_a_queue_that_it_has_otherwise_is_told(link: AmiLink, old: str, new: str, told: str) -> None:
    """Also where it kept an agent, or has him otherwise."""
    assert old in QUEUES
    assert await read_back.unlike_queues(link, QUEUES.replace(old, new, 1)) == [told]


async def test_who_was_put_into_a_queue_by_hand_is_not_looked_at(asterisk: FakeAmi, link: AmiLink) -> None:
    """Somebody did that in Asterisk's console."""
    more = {"Event": "QueueMember", "Queue": "parts", "Location": "PJSIP/zoe", "Membership": "dynamic", "Name": "zoe"}
    asterisk.answers["queuestatus"] = lists("QueueParams", [*queue_status(QUEUES), more])

    assert await read_back.unlike_queues(link, QUEUES) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "exten => 3949,1,Set(DIALLED=3949)",
            "exten => 3948,1,Set(DIALLED=3948)",
            'it has not "3948" as it should [public]',
        ),
        ("Set(DIALLED=3949)", "Set(DIALLED=3948)", 'it has not "3949" as it should [public]'),
        (
            "exten => karim,hint,PJSIP/karim",
            "exten => karim,hint,PJSIP/zoe",
            'it has not "karim" as it should [agents]',
        ),
    ],
)
async def test_a_number_that_it_has_otherwise_is_told(link: AmiLink, old: str, new: str, told: str) -> None:
    """Where it is, too."""
    assert old in NUMBERS
    assert await read_back.unlike_numbers(link, "", NUMBERS.replace(old, new, 1)) == [told]


async def test_a_number_that_it_kept_is_told_and_many_are_counted(asterisk: FakeAmi, link: AmiLink) -> None:
    """It would still be served, though nobody wrote it any more."""
    old = BEFORE["extensions_numbers.conf"]
    asterisk.answers["showdialplan"] = lists("ListDialplan", dial_plan(NUMBERS) + dial_plan(old))
    kept = ['it still has "+33800000001" [public]', 'it still has "0800000001" [public]']
    assert await read_back.unlike_numbers(link, old, NUMBERS) == kept
    asterisk.answers["showdialplan"] = lists("ListDialplan", [])

    assert (await read_back.unlike_numbers(link, old, NUMBERS))[-1] == "and 3 more"


async def test_where_little_has_changed_it_is_asked_for_just_that(asterisk: FakeAmi, link: AmiLink) -> None:
    """One number more, of which it does not know one form: neither its others nor the fixed part are listed."""
    now = files(replace(EXCHANGE, numbers=(*EXCHANGE.numbers, "0899000077")))["extensions_numbers.conf"]

    def answer(line: Connection, order: Received) -> None:
        known = [one for one in dial_plan(now) if one["Extension"] == order.get("Extension") == "0899000077"]
        absent = says("Error", f"Did not find extension {order.get('Extension')}@{order.get('Context')}")
        (lists("ListDialplan", known) if known else absent)(line, order)

    asterisk.answers["showdialplan"] = answer
    told = await read_back.unlike_numbers(link, BEFORE["extensions_numbers.conf"], now)

    assert told == ['it has not "+33899000077" as it should [public]']
    asked = [(one.get("Context"), one.get("Extension")) for one in asterisk.orders("ShowDialPlan")]
    assert asked == [("public", "+33899000077"), ("public", "0899000077")]


class Listing:
    """A link that feeds a list of any length to its order, entry by entry: a socket would take seconds."""

    def __init__(self, entries: list[dict[str, str]]) -> None:
        self.entries = entries

    async def list(self, action: str, *, limit: float, most: int) -> tuple[Headers, ...]:
        order = Order(action, {}, listing=True, most=most)
        begins, complete = {"Response": "Success", "EventList": "start"}, {"EventList": "Complete"}
        for one in (begins, *self.entries, complete):
            order.add_message(CaseInsensitiveDict(one))
        return (await order.future)[1:-1]


async def test_a_list_of_thousands_of_numbers_is_taken_whole() -> None:
    """It was refused beyond 20,000 steps, which are 5,000 numbers, and the book with it."""
    many = replace(EXCHANGE, numbers=tuple(f"0825{place:06}" for place in range(5_100)))
    now = files(many)["extensions_numbers.conf"]
    link: Any = Listing(dial_plan(now))

    assert len(link.entries) > 20_000
    assert await read_back.unlike_numbers(link, "", now) == []


async def test_an_asterisk_that_does_not_say_has_not_taken_it_up(asterisk: FakeAmi, link: AmiLink) -> None:
    asterisk.answers["queuestatus"] = says("Error", "Permission denied")
    asterisk.answers["showdialplan"] = says("Error", "Permission denied")

    assert await read_back.unlike_queues(link, QUEUES) == ["it does not say what queues it has (Permission denied)"]
    assert await read_back.unlike_numbers(link, "", NUMBERS) == [
        "it does not say what numbers it has (Permission denied)"
    ]


@asynccontextmanager
async def server(folder: Path, answer: bytes) -> AsyncIterator[str]:
    """A text of http.conf, and whoever answers there, encrypted."""
    tls.made(folder / "tls", ["127.0.0.1"], datetime.now(UTC))
    for name, text in tls.texts(folder / "tls").items():
        (folder / name).write_text(text, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain", folder / "key")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield agents_conf.browsers("127.0.0.1", listening.sockets[0].getsockname()[1], wanted=True)


async def test_browsers_reach_asterisk_where_it_was_told_to_listen(tmp_path: Path) -> None:
    """It says who it is."""
    async with server(tmp_path, b"HTTP/1.1 404 Not Found\r\nServer: IVR\r\nContent-Length: 0\r\n\r\n") as conf:
        assert await read_back.unlike_browsers(conf) == []


async def test_another_program_at_its_port_is_told(tmp_path: Path) -> None:
    """Asterisk's own reload says that all is well."""
    async with server(tmp_path, b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n") as conf:
        (told,) = await read_back.unlike_browsers(conf)

    assert told.startswith("browsers do not reach it at 127.0.0.1:")
    assert told.endswith(", but another program")


async def test_a_port_at_which_nobody_listens_is_told() -> None:
    """And nothing is asked where no agent has a browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        (told,) = await read_back.unlike_browsers(agents_conf.browsers("127.0.0.1", free.getsockname()[1], wanted=True))

    assert told.startswith("browsers cannot reach it at 127.0.0.1:")
    assert await read_back.unlike_browsers(agents_conf.browsers("127.0.0.1", 5062, wanted=False)) == []
