"""Other systems as they are: slow, away, far too talkative, lying about where they are; against real servers."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web

from ivr.flow.errands import Fetch, Fetched
from ivr.remote import http
from ivr.remote.breaker import FAILURES, PAUSE
from ivr.remote.http import LARGEST, Http, NotDelivered
from ivr.remote.signature import key_of
from ivr.values.site import Site

FAILED = Fetched("failed")
KEY = key_of("abcdefghijklmnopqrstuvwxyz")

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class World:
    """A real server on loopback, and what reaches it."""

    remote: Http
    clock: Clock
    site: Site
    page: Page
    asked: list[web.Request] = field(default_factory=list)

    async def ask(self, page: Page, **fetch: object) -> Fetched:
        self.page = page
        return await self.remote.ask(replace(Fetch("shop", "/orders"), **fetch), self.site)  # type: ignore[arg-type]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Clock()
    async with Http(lambda name: f"token of {name}", lambda _: KEY, clock) as remote:
        made = World(remote, clock, Site("shop", "", private=True), says({}))

        async def any_page(request: web.Request) -> web.StreamResponse:
            await request.read()
            made.asked.append(request)
            return await made.page(request)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", any_page)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        port = runner.addresses[0][1]
        made.site = Site("shop", f"http://127.0.0.1:{port}/api", private=True)
        yield made
        await runner.cleanup()


def says(answer: object, status: int = 200) -> Page:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(text=answer if isinstance(answer, str) else json.dumps(answer), status=status)

    return page


async def test_what_is_wanted_of_the_answer_is_taken_as_text(world: World) -> None:
    """Ways into it go through names and places in lists; what is not there is left out."""
    answer = {"order": {"state": "sent", "paid": True, "total": 12.5}, "parts": [{"id": 7}], "none": None}
    ways = {"state": "order.state", "paid": "order.paid", "total": "order.total", "part": "parts.0.id"}
    lacking = {"a": "order", "b": "none", "c": "parts.1.id", "d": "order.state.x", "e": "parts.x"}
    found = await world.ask(says(answer), take=tuple((ways | lacking).items()))

    assert found == Fetched("found", {"state": "sent", "paid": "yes", "total": "12.5", "part": "7"})


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_fields_are_sent_as_the_method_sends_them(world: World, method: str) -> None:
    """In the address, escaped, or as JSON."""
    fields = (("name", "Éloïse & fils"), ("number", "+33612345678"))
    assert (await world.ask(says({}), method=method, fields=fields)).outcome == "found"
    (request,) = world.asked

    assert (request.method, request.path) == (method, "/api/orders")
    assert (dict(request.query) if method == "GET" else json.loads(await request.read())) == dict(fields)


async def test_a_token_is_sent_where_the_book_names_one_and_not_elsewhere(world: World) -> None:
    """It is read anew for each look-up."""
    await world.ask(says({}))
    world.site = replace(world.site, token="shop-token")
    await world.ask(says({}))

    assert [request.headers.get("Authorization") for request in world.asked] == [None, "Bearer token of shop-token"]


async def test_a_404_is_an_answer(world: World) -> None:
    """Not found is not failed; it is not asked again, nor held against the system."""
    for _ in range(FAILURES + 1):
        assert await world.ask(says("no such order", 404)) == Fetched("not_found")

    assert len(world.asked) == FAILURES + 1


@pytest.mark.parametrize("answer", ["<html>", '{"a":', "[" * 60_000, "9" * 5000, "nul"])
async def test_what_is_not_json_has_failed(world: World, answer: str) -> None:
    """However deep it goes."""
    assert await world.ask(says(answer), take=(("a", "a"),)) == FAILED


async def test_a_slow_system_is_left_in_time(world: World) -> None:
    """All attempts together have the seconds of the node."""

    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    began = time.monotonic()

    assert await world.ask(slow, seconds=0.3) == FAILED
    assert time.monotonic() - began < 5


async def test_a_system_that_dribbles_is_left_in_time(world: World) -> None:
    """A byte now and then is no answer."""

    async def dribble(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b" ")
            await asyncio.sleep(0.1)
        return answer

    began = time.monotonic()

    assert await world.ask(dribble, seconds=0.4) == FAILED
    assert time.monotonic() - began < 5


async def test_ten_megabytes_are_not_read(world: World) -> None:
    """What is over the limit is not even waited for."""
    sent = 0

    async def talkative(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(160):
            await answer.write(b" " * LARGEST)
            sent += LARGEST
        return answer

    assert await world.ask(talkative, attempts=1) == FAILED
    assert sent < 8 * 1024 * 1024


async def test_an_answer_of_many_parts_is_read_to_its_end(world: World) -> None:
    """One read of the wire is not the whole."""

    async def parts(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for part in (b'{"pad": "', b"x" * 40_000, b'", "state"', b': "sent"}'):
            await answer.write(part)
            await asyncio.sleep(0.02)
        return answer

    assert await world.ask(parts, take=(("state", "state"),)) == Fetched("found", {"state": "sent"})


async def test_what_was_compressed_unasked_is_not_unpacked(world: World) -> None:
    """Ten megabytes of nothing fit into ten kilobytes."""

    async def bomb(_: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": "gzip"})

    assert await world.ask(bomb) == FAILED


async def test_redirects_are_not_followed(world: World) -> None:
    """They would lead where the book does not."""

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"http://127.0.0.1:{request.url.port}/secret")

    assert await world.ask(elsewhere) == FAILED
    assert [request.path for request in world.asked] == ["/api/orders"]


@pytest.mark.parametrize(("method", "asked"), [("GET", 3), ("POST", 1)])
async def test_what_may_be_over_is_asked_again_unless_it_may_have_been_heard(
    world: World, method: str, asked: int
) -> None:
    """A 503; a POST may have changed something."""
    assert await world.ask(says("", 503), method=method, attempts=3) == FAILED
    assert len(world.asked) == asked


async def test_what_will_not_change_is_not_asked_again(world: World) -> None:
    """A 403; nor does it make the system ill."""
    for _ in range(FAILURES + 1):
        assert await world.ask(says("", 403), attempts=3) == FAILED

    assert len(world.asked) == FAILURES + 1


# -- the breaker -------------------------------------------------------------------------------------------------


async def test_a_system_that_fails_is_left_alone_for_a_while(world: World) -> None:
    """After five failures in a row at once; after the pause one call tries, and one answer is enough."""
    for _ in range(FAILURES):
        await world.ask(says("", 500), attempts=1)
    began = time.monotonic()
    assert await world.ask(says({})) == FAILED
    assert len(world.asked) == FAILURES
    assert time.monotonic() - began < 1

    world.clock.seconds += PAUSE - 0.1
    assert await world.ask(says({})) == FAILED
    world.clock.seconds += 0.2
    assert (await world.ask(says("", 500), attempts=1), len(world.asked)) == (FAILED, FAILURES + 1)
    assert (await world.ask(says({})), len(world.asked)) == (FAILED, FAILURES + 1)
    world.clock.seconds += PAUSE + 0.1

    assert [(await world.ask(says({}))).outcome for _ in range(3)] == ["found"] * 3


async def test_failures_count_only_in_a_row(world: World) -> None:
    """One answer in between begins anew."""
    for _ in range(3):
        for _ in range(FAILURES - 1):
            await world.ask(says("", 500), attempts=1)
        assert (await world.ask(says({}))).outcome == "found"


async def test_a_system_that_is_down_fails_and_does_not_stop_another(world: World) -> None:
    """Each is counted by itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        down = Site("down", f"http://127.0.0.1:{free.getsockname()[1]}", private=True)
    for _ in range(FAILURES + 2):
        assert await world.remote.ask(Fetch("down"), down) == FAILED

    assert (await world.ask(says({}))).outcome == "found"


# -- where connections may go ------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"])
async def test_this_machine_is_not_reached_by_a_public_site(world: World, host: str) -> None:
    """In whatever spelling."""
    port = world.site.url.split(":")[2].partition("/")[0]

    assert await world.remote.ask(Fetch("shop"), Site("shop", f"http://{host}:{port}/api")) == FAILED
    assert world.asked == []


async def test_a_name_that_turns_to_this_machine_is_not_followed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it is looked at, private when it is used: the address of the connection itself decides."""
    port = int(world.site.url.split(":")[2].partition("/")[0])
    answers = iter(["192.0.2.1", "127.0.0.1", "127.0.0.1"])
    looked: list[str] = []

    async def turning(
        self: object, host: str, port: int = 0, flags: object = 0, type: object = 0, **_: object
    ) -> object:
        looked.append(address := next(answers))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(type(loop), "getaddrinfo", turning)
    site = Site("shop", f"http://shop.example:{port}/api")
    for _ in range(2):
        assert await world.remote.ask(Fetch("shop", attempts=1, seconds=0.5), site) == FAILED

    assert looked
    assert world.asked == []


async def test_the_cloud_does_not_tell_its_keys(world: World) -> None:
    """Link-local addresses are refused even to private sites."""
    began = time.monotonic()

    assert await world.remote.ask(Fetch("shop"), Site("shop", "http://169.254.169.254/", private=True)) == FAILED
    assert time.monotonic() - began < 5


# -- letters -----------------------------------------------------------------------------------------------------


async def test_a_letter_is_signed_so_that_its_reader_can_check_it(world: World) -> None:
    """By hand, as the standard says; a changed byte does not pass."""
    body = '{"kind": "notify", "facts": {"who": "Éloïse"}}'
    await world.remote.deliver(world.site, "/missed", "0123abcd", body)
    (request,) = world.asked
    headers, received = request.headers, await request.read()
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received
    key = base64.b64decode(KEY.removeprefix("whsec_"))

    def signature(text: bytes) -> str:
        return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()

    assert (request.method, request.path, received) == ("POST", "/api/missed", body.encode())
    assert headers["webhook-id"] == "0123abcd"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    assert headers["webhook-signature"] == signature(content)
    assert headers["webhook-signature"] != signature(content + b" ")


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
async def test_a_letter_has_arrived_only_when_the_other_system_says_so(world: World, status: int) -> None:
    """A redirect is no yes."""
    world.page = says("", status)
    with pytest.raises(NotDelivered, match=str(status)):
        await world.remote.deliver(world.site, "", "id", "{}")


async def test_a_letter_is_not_waited_for_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that never answers costs a while, not the worker."""

    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    monkeypatch.setattr(http, "DELIVERY", 0.2)
    world.page = slow
    with pytest.raises(NotDelivered):
        await world.remote.deliver(world.site, "", "id", "{}")
