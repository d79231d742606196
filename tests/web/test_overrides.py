"""Opening and closing over HTTP: who may, what is answered, and what is refused in JSON."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession, web

from ivr.ledger.cabinet import Cabinet
from ivr.service.overrides import Overrides
from ivr.values.calendar import Calendar, Override, Period
from ivr.web.access import LARGEST
from ivr.web.overrides import routes

PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 6, 3, 10, 0, tzinfo=PARIS)
OFFICE = Calendar("office", PARIS, dict.fromkeys(range(5), (Period(540, 720), Period(840, 1080))))
PLACE = "/calendars/office/override"
RIGHT = {"Authorization": "Bearer the-token"}


class Desk:
    """The routes on a real server, over a real cabinet."""

    def __init__(self, cabinet: Cabinet, session: ClientSession, address: str) -> None:
        self.cabinet, self._session, self._address = cabinet, session, address

    async def ask(
        self, method: str, path: str = PLACE, body: Any = None, headers: dict[str, str] = RIGHT
    ) -> tuple[int, Any]:
        sent = {"data": body} if isinstance(body, str | bytes | AsyncIterator) else {"json": body}
        async with self._session.request(method, self._address + path, headers=headers, **sent) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    cabinet = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    application = web.Application()
    application.add_routes(routes(Overrides(lambda: {"office": OFFICE}, cabinet, lambda: TEN), "the-token"))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Desk(cabinet, session, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()
    cabinet.close()


BY_HOURS = {
    "calendar": "office",
    "state": "open",
    "open": True,
    "until": "2026-06-03T12:00:00+02:00",
    "why": "weekly hours",
    "override": None,
}


async def test_put_get_and_delete(desk: Desk) -> None:
    """What is put stands, is shown, and goes away."""
    shut = {
        "calendar": "office",
        "state": "override",
        "open": False,
        "until": "2026-06-03T16:30:00+02:00",
        "why": "override: panne",
        "override": {"open": False, "until": "2026-06-03T16:30:00+02:00", "why": "panne"},
    }

    assert await desk.ask("GET") == (200, BY_HOURS)
    assert await desk.ask("PUT", body={"open": False, "until": "2026-06-03T16:30", "why": "panne"}) == (200, shut)
    assert await desk.ask("GET") == (200, shut)
    assert await desk.ask("GET", "/calendars") == (200, [shut])
    assert desk.cabinet.overrides(TEN) == {"office": Override(False, "panne", TEN.replace(hour=16, minute=30))}
    assert await desk.ask("DELETE") == (200, BY_HOURS)
    assert desk.cabinet.overrides(TEN) == {}


@pytest.mark.parametrize(
    ("until", "kept"),
    [
        ("next", TEN.replace(hour=12)),
        ("good", None),
        ("2026-06-03T18:00:00Z", TEN.replace(hour=20)),
        ("2026-06-03T18:00", TEN.replace(hour=18)),  # on the wall of the calendar
    ],
)
async def test_how_long_it_holds(desk: Desk, until: str, kept: datetime | None) -> None:
    """Until the hours change, for good, or an instant with its offset or without."""
    status, _ = await desk.ask("PUT", body={"open": True, "until": until})

    assert status == 200
    assert desk.cabinet.overrides(TEN)["office"].until == kept


async def test_until_the_next_change_is_what_holds_if_nothing_is_said(desk: Desk) -> None:
    """The order that is forgotten soonest."""
    assert (await desk.ask("PUT", body={"open": False}))[0] == 200
    assert desk.cabinet.overrides(TEN) == {"office": Override(False, "ordered over HTTP", TEN.replace(hour=12))}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer another"}, {"Authorization": "the-token"}])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_nobody_is_heard_without_the_token(desk: Desk, headers: dict[str, str], method: str) -> None:
    """And is told where it is to be had."""
    status, said = await desk.ask(method, body={"open": False}, headers=headers)

    assert status == 401
    assert "ivr secrets show web:operator" in said["error"]
    assert desk.cabinet.overrides(TEN) == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "open: Field required"),
        ({"open": "no"}, "open: Input should be a valid boolean"),
        ({"open": False, "untill": "next"}, "untill: Extra inputs are not permitted"),
        (
            {"open": False, "until": "tomorrow"},
            '"tomorrow" is no instant: write it like 2026-12-24T18:00, or next, or good',
        ),
        ({"open": False, "until": "2026-06-03T09:00"}, "2026-06-03 09:00 is over already"),
        ({"open": False, "why": ""}, "why: String should have at least 1 character"),
        ([], "body: Input should be an object"),
        ("{", "body: Invalid JSON: EOF while parsing an object at line 1 column 1"),
        (b"\xff", "body: Invalid JSON: expected value at line 1 column 1"),
        ("[" * 3000, "body: Invalid JSON: recursion limit exceeded"),
        (" " * 2_000_000, f"an order of more than {LARGEST} bytes"),
        (" " * (LARGEST + 1), f"an order of more than {LARGEST} bytes"),
    ],
)
async def test_an_order_that_makes_no_sense_is_told_in_json(desk: Desk, body: Any, said: str) -> None:
    """400, one sentence, nothing kept."""
    status, answer = await desk.ask("PUT", body=body)

    assert status == 400
    assert answer["error"].startswith(said)
    assert desk.cabinet.overrides(TEN) == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_calendar_that_is_not_there_is_told(desk: Desk, method: str) -> None:
    """404, with those that are."""
    found = await desk.ask(method, "/calendars/ofice/override", {"open": True})

    assert found == (404, {"error": 'there is no calendar "ofice"; the book has office'})


async def test_an_order_may_come_in_pieces(desk: Desk) -> None:
    """As networks deliver it."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"open": ', b"false, ", b'"until": "good"}'):
            yield piece
            await asyncio.sleep(0.01)

    status, found = await desk.ask("PUT", body=pieces())

    assert (status, found["override"]["until"]) == (200, None)
