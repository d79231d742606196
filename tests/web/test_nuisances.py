"""Noting callers over HTTP: who may, what is answered, and what is refused in JSON."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from ivr.ledger.cabinet import Cabinet
from ivr.service.live import Live
from ivr.service.nuisances import Nuisances
from ivr.web.access import LARGEST
from ivr.web.nuisances import routes

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
RIGHT = {"Authorization": "Bearer the-token"}
NOTED = {
    "caller": "+33612345678",
    "since": "2026-11-26T12:00:00+00:00",
    "until": "2026-12-06T12:00:00+00:00",
    "why": "insultes",
}
Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def ask(tmp_path: Path) -> AsyncIterator[Ask]:
    """Asks the routes on a real server, over a real cabinet."""
    cabinet = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    application = web.Application()
    application.add_routes(routes(Nuisances(cabinet, Live(), lambda: NOON), "the-token"))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:

        async def asked(method: str, path: str, text: str = "", headers: dict[str, str] = RIGHT) -> tuple[int, Any]:
            async with session.request(method, path, data=text, headers=headers) as answer:
                return answer.status, await answer.json()

        yield asked
    await runner.cleanup()
    cabinet.close()


async def test_a_caller_is_noted_shown_and_forgotten(ask: Ask) -> None:
    """In whatever spelling; a body that says nothing will do."""
    assert await ask("PUT", "/nuisance/06.12.34.56.78", '{"days": 10, "why": "insultes"}') == (200, NOTED)
    assert await ask("GET", "/nuisance") == (200, [NOTED])
    assert await ask("DELETE", "/nuisance/0612345678") == (200, {})
    assert await ask("GET", "/nuisance") == (200, [])
    status, told = await ask("PUT", "/nuisance/0612345678")
    assert (status, told["why"]) == (200, "noted over HTTP")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"days": 0}', "days: "),
        ('{"dayz": 3}', "dayz: "),
        ("{", "body: "),
        (" " * (LARGEST + 1), f"an order of more than {LARGEST} bytes"),
        (" " * 2_000_000, f"an order of more than {LARGEST} bytes"),
    ],
)
async def test_an_order_that_is_none_is_refused(ask: Ask, text: str, said: str) -> None:
    """In one sentence, and nobody is noted."""
    status, told = await ask("PUT", "/nuisance/0612345678", text)

    assert status == 400
    assert told["error"].startswith(said)
    assert await ask("GET", "/nuisance") == (200, [])


async def test_nobody_else_may(ask: Ask) -> None:
    """Without the token nothing is shown or noted; who is not on the list cannot be taken off it; 112 never called."""
    assert (await ask("GET", "/nuisance", headers={}))[0] == 401
    assert (await ask("PUT", "/nuisance/0612345678", headers={}))[0] == 401
    assert await ask("GET", "/nuisance") == (200, [])
    assert (await ask("DELETE", "/nuisance/0612345678"))[0] == 404
    assert (await ask("PUT", "/nuisance/112"))[0] == 400
