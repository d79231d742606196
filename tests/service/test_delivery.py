"""Notices arrive, at least once, whoever is away or killed in between; against a real server and a real cabinet."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from ivr.ledger.cabinet import Cabinet
from ivr.remote.http import Http
from ivr.remote.signature import key_of
from ivr.service.delivery import FIRST, LONGEST, Delivery, pause
from ivr.service.ports import Letter
from ivr.values.site import Site
from tests import forked

WORKER = "tests.service.delivering"


@dataclass
class Shop:
    """Another system: the ids of the letters it received, and how it answers."""

    received: list[str] = field(default_factory=list)
    status: int = 200
    holds: float = 0.0
    held: asyncio.Event | None = None
    url: str = ""
    port: int = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.received.append(request.headers["webhook-id"])
        await asyncio.sleep(self.holds)
        if self.held is not None:
            await self.held.wait()
        return web.Response(status=self.status)


@asynccontextmanager
async def serving(shop: Shop) -> AsyncIterator[None]:
    application = web.Application()
    application.router.add_post("/{path:.*}", shop.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", shop.port).start()
    shop.port = runner.addresses[0][1]
    shop.url = f"http://127.0.0.1:{shop.port}"
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[Cabinet]:
    opened = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http(lambda name: name, lambda _: key_of("a" * 26)) as made:
        yield made


def letter(remote: str = "shop") -> Letter:
    return Letter("notify", {"a": "1"}, "1.1", "0809000106", "+33612345678", datetime.now(UTC), remote=remote)


class Clock:
    """An instant that passes when a test says so."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def delivery(cabinet: Cabinet, http: Http, shops: dict[str, Shop], clock: Clock) -> Delivery:
    sites = {name: Site(name, shop.url, private=True) for name, shop in shops.items()}
    return Delivery(cabinet, http.deliver, lambda: sites, clock)


async def test_a_letter_is_delivered_once_and_no_longer_waits(cabinet: Cabinet, http: Http) -> None:
    """When the other system says yes."""
    shop = Shop()
    async with serving(shop):
        worker = delivery(cabinet, http, {"shop": shop}, Clock())
        await cabinet.post(letter())
        for _ in range(3):
            await worker.round()

    assert len(shop.received) == 1
    assert worker.letters_waiting == 0


async def test_a_letter_that_is_refused_is_tried_again_later_and_later(cabinet: Cabinet, http: Http) -> None:
    """With the same id, not before it is due."""
    shop, clock = Shop(status=400), Clock()
    async with serving(shop):
        worker = delivery(cabinet, http, {"shop": shop}, clock)
        await cabinet.post(letter())
        await worker.round()
        await worker.round()
        assert (len(shop.received), worker.letters_waiting) == (1, 1)
        clock.ahead += FIRST + timedelta(seconds=1)
        await worker.round()
        clock.ahead += FIRST + timedelta(seconds=1)
        await worker.round()
        assert len(shop.received) == 2
        shop.status = 204
        clock.ahead += FIRST
        await worker.round()

    assert len(shop.received) == 3
    assert len(set(shop.received)) == 1
    assert worker.letters_waiting == 0


def test_waits_double_up_to_an_hour() -> None:
    """However often it failed."""
    assert [pause(attempts) for attempts in range(3)] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert pause(1000) == LONGEST


async def test_a_system_that_is_down_gets_its_letters_when_it_is_back(cabinet: Cabinet, http: Http) -> None:
    """All of them."""
    shop, clock = Shop(), Clock()
    async with serving(shop):
        pass
    worker = delivery(cabinet, http, {"shop": shop}, clock)
    for _ in range(3):
        await cabinet.post(letter())
    await worker.round()
    assert (shop.received, worker.letters_waiting) == ([], 3)
    async with serving(shop):
        clock.ahead += 2 * FIRST
        await worker.round()

    assert len(set(shop.received)) == 3
    assert worker.letters_waiting == 0


async def test_a_slow_system_does_not_keep_another_waiting(cabinet: Cabinet, http: Http) -> None:
    """Each has its own queue, in order."""
    slow, quick = Shop(held=(goes_on := asyncio.Event())), Shop()
    async with serving(slow), serving(quick):
        worker = delivery(cabinet, http, {"slow": slow, "quick": quick}, Clock())
        for remote in ("slow", "quick", "slow", "quick"):
            await cabinet.post(letter(remote))
        working = asyncio.create_task(worker.round())
        await until(lambda: (len(quick.received), len(slow.received)) == (2, 1))
        goes_on.set()
        await working

    assert len(slow.received) == 2


async def test_letters_to_a_system_that_left_the_book_wait_for_its_return(cabinet: Cabinet, http: Http) -> None:
    """They are not lost, and stop nobody."""
    shop, clock = Shop(), Clock()
    async with serving(shop):
        worker = delivery(cabinet, http, {"shop": shop}, clock)
        await cabinet.post(letter("gone"))
        await cabinet.post(letter())
        await worker.round()
        assert (len(shop.received), worker.letters_waiting) == (1, 1)
        clock.ahead += 2 * FIRST
        await delivery(cabinet, http, {"shop": shop, "gone": shop}, clock).round()

    assert len(set(shop.received)) == 2


async def test_other_kinds_of_letters_are_for_people(cabinet: Cabinet, http: Http) -> None:
    """A callback is not sent anywhere."""
    shop = Shop()
    async with serving(shop):
        await cabinet.post(Letter("callback", {}, "1.1", "", "", datetime.now(UTC), remote="shop"))
        await delivery(cabinet, http, {"shop": shop}, Clock()).round()

    assert shop.received == []


async def until(reached: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_killed_worker_delivers_again_what_nobody_confirmed(cabinet: Cabinet, tmp_path: Path) -> None:
    """SIGKILL while the other system thinks; after the restart the same letter comes again, with the same id."""
    shop = Shop(holds=60)
    for _ in range(2):
        await cabinet.post(letter())
    async with serving(shop):
        command = [sys.executable, "-m", WORKER, str(tmp_path), shop.url]
        imports = ("ivr.ledger.cabinet", "ivr.remote.http", "ivr.service.delivery")
        first = forked.Popen(command, imports=imports)
        await until(lambda: len(shop.received) == 1)
        first.send_signal(signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
        assert await cabinet.count("notify") == 2
        shop.holds = 0.0
        second = forked.Popen(command, imports=imports)
        await until(lambda: len(shop.received) == 3)
        deadline = time.monotonic() + 10
        while await cabinet.count("notify"):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        second.kill()
        second.wait()

    assert shop.received[0] == shop.received[1]
    assert len(set(shop.received)) == 2
    assert {json.loads(one.body)["facts"]["a"] for one in cabinet.letters("notify", done=True)} == {"1"}
