"""Messages over HTTP: who may, what is answered, and what is refused in JSON."""

import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from ivr.ledger.cabinet import Cabinet
from ivr.ledger.messages import MessageStore
from ivr.service.mailboxes import Mailboxes
from ivr.service.ports import Letter
from ivr.web.messages import routes

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
RIGHT = {"Authorization": "Bearer the-token"}


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[ClientSession]:
    """Asks the routes on a real server, over a real cabinet with a message in a mailbox, and one in none."""
    cabinet, store = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite"), MessageStore(tmp_path)
    with wave.open(str(tmp_path / "17.1-1.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes(b"\1\2" * 8000)
    for place, mailbox in enumerate(({"mailbox": "sales"}, {}), start=1):
        facts = {"name": f"message/17.1-{place}", "seconds": "1.0", "box": "Ventes"} | mailbox
        await cabinet.post(Letter("message", facts, "17.1", "0805000036", "+33612345678", NOON))
    application = web.Application()
    application.add_routes(routes(Mailboxes(dict, cabinet, store), "the-token"))
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}", headers=RIGHT) as made:
        yield made
    await runner.cleanup()
    cabinet.close()


async def test_messages_are_listed_heard_and_deleted(session: ClientSession, tmp_path: Path) -> None:
    """All of them, or those of a mailbox; a sound is a WAV file, byte by byte."""
    async with session.get("/messages") as answer:
        assert [one["mailbox"] for one in await answer.json()] == ["sales", ""]
    async with session.get("/messages?mailbox=sales") as answer:
        (one,) = await answer.json()
    assert one == {
        "id": one["id"], "mailbox": "sales", "box": "Ventes", "at": NOON.isoformat(), "number": "0805000036",
        "caller": "+33612345678", "seconds": 1.0, "call": "17.1", "sound": f"/messages/{one['id']}/sound",
    }  # fmt: skip
    async with session.get(one["sound"]) as answer:
        assert answer.content_type == "audio/wav"
        assert await answer.read() == (tmp_path / "17.1-1.wav").read_bytes()
    async with session.delete(f"/messages/{one['id']}") as answer:
        assert (answer.status, await answer.json()) == (200, {})
    for path in (one["sound"], f"/messages/{one['id']}"):
        async with session.request("GET" if path == one["sound"] else "DELETE", path) as answer:
            assert (answer.status, await answer.json()) == (404, {"error": f'there is no message "{one["id"]}"'})


@pytest.mark.parametrize("path", ["/messages", "/messages/x/sound"])
async def test_who_has_no_token_hears_nothing(session: ClientSession, path: str) -> None:
    """Messages are personal."""
    async with session.get(path, headers={"Authorization": "Bearer another"}) as answer:
        assert answer.status == 401
