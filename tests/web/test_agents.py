"""Agents over HTTP: who may, what is answered, and what is refused in JSON."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from ivr.ledger.cabinet import Cabinet
from ivr.service.agents import Agents
from ivr.values.phone import Phone
from ivr.web.agents import routes

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Ask]:
    cabinet = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")

    async def tell() -> None:
        pass

    application = web.Application()
    agents = Agents(lambda: {"camille": Phone.PLAIN}, lambda: {"parts": ("camille",)}, cabinet, tell)
    application.add_routes(routes(agents, "the-token"))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:

        async def asked(method: str, path: str, token: str = "the-token") -> tuple[int, Any]:  # noqa: S107
            headers = {"Authorization": f"Bearer {token}"}
            async with session.request(method, address + path, headers=headers) as answer:
                return answer.status, await answer.json()

        yield asked
    await runner.cleanup()
    cabinet.close()


async def test_an_agent_is_put_off_duty_and_on_again(ask: Ask) -> None:
    """Each answer says how he stands now."""
    paused = {"agent": "camille", "state": "paused", "phone": "udp", "queues": ["parts"]}

    assert await ask("POST", "/agents/camille/pause") == (200, paused)
    assert await ask("GET", "/agents") == (200, [paused])
    assert await ask("POST", "/agents/camille/login") == (200, {**paused, "state": "on duty"})


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/agents/camile/login", 404, 'there is no agent "camile"; the book has camille'),
        ("/agents/camille/sleep", 404, '"sleep" is no order: login, logout, pause, unpause'),
    ],
)
async def test_what_makes_no_sense_is_refused_in_json(ask: Ask, path: str, status: int, said: str) -> None:
    """One sentence each."""
    assert await ask("POST", path) == (status, {"error": said})


async def test_who_is_logged_out_cannot_pause(ask: Ask) -> None:
    """409: it depends on what was ordered before."""
    await ask("POST", "/agents/camille/logout")

    assert (await ask("POST", "/agents/camille/pause"))[0] == 409


@pytest.mark.parametrize(("method", "path"), [("GET", "/agents"), ("POST", "/agents/camille/logout")])
async def test_nobody_without_the_token(ask: Ask, method: str, path: str) -> None:
    """Neither looks nor orders."""
    assert (await ask(method, path, token="another"))[0] == 401
