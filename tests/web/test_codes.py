"""The door's question over HTTP: a code, a password, one answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from ivr.flow.errands import Issue
from ivr.ledger.codes import CodeStore
from ivr.web.codes import check_route
from tests.ledger.records import NOON

RIGHT = {"Authorization": "Bearer the-password"}


class Door:
    """The route on a real server, over a real store."""

    def __init__(self, store: CodeStore, session: ClientSession, address: str) -> None:
        self.store, self._session, self._address = store, session, address

    async def code(self) -> str:
        code = await self.store.issue(Issue("guides", timedelta(hours=24), 8), "17.1", NOON)
        assert code is not None
        return code

    async def ask(self, question: Any, headers: dict[str, str] = RIGHT) -> tuple[int, Any]:
        sent = {"data": question} if isinstance(question, str | bytes) else {"json": question}
        async with self._session.post(self._address, headers=headers, **sent) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    store = CodeStore(tmp_path / "cabinet.sqlite")
    application = web.Application()
    application.add_routes([check_route(lambda code: store.check(code, NOON), "the-password")])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Door(store, session, f"http://127.0.0.1:{runner.addresses[0][1]}/codes/check")
    await runner.cleanup()
    store.close()


async def test_a_code_is_valid_once(door: Door) -> None:
    """Asking uses it up."""
    code = await door.code()
    until = (NOON + timedelta(hours=24)).isoformat(timespec="seconds")

    assert await door.ask({"code": code}) == (200, {"valid": True, "until": until, "used": False, "product": "guides"})
    assert await door.ask({"code": code}) == (200, {"valid": False, "until": until, "used": True, "product": "guides"})


async def test_a_code_that_nobody_bought_is_not_valid(door: Door) -> None:
    """And nothing more is told."""
    assert await door.ask({"code": "00000000"}) == (
        200, {"valid": False, "until": None, "used": False, "product": None},
    )  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "the-password"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer é"}],
)
async def test_without_the_password_nothing_is_told_or_used_up(door: Door, headers: dict[str, str]) -> None:
    """Guessing codes is not for everyone on this machine."""
    code = await door.code()
    status, answer = await door.ask({"code": code}, headers)

    assert (status, list(answer)) == (401, ["error"])
    assert (await door.ask({"code": code}))[1]["valid"] is True


@pytest.mark.parametrize(
    "question",
    ["", "{", "[]", '"12345678"', "{}", {"code": 12345678}, {"code": None}, {"code": ""}, {"code": "1" * 65},
     {"code": "é"}, {"code": "1", "pad": "x" * 2000}, "[" * 900, b"\xff\xfe"],
)  # fmt: skip
async def test_what_is_no_question_is_refused_with_an_example(door: Door, question: Any) -> None:
    """Whatever it is."""
    status, answer = await door.ask(question)

    assert status == 400
    assert "ask like this" in answer["error"]
