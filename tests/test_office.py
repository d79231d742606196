"""The controller's office work, as a process: notices leave, whoever is away, and codes are asked for at its door."""

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from ivr import secret
from ivr.flow.errands import Issue
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.codes import CodeStore
from ivr.remote.signature import key_of
from ivr.service.ports import Letter
from tests.test_app import Controller, controller


def cabinet_of(house: Controller) -> Cabinet:
    return Cabinet(house.state / "cabinet.sqlite", house.state / "ledger.sqlite")


async def test_a_notice_leaves_when_its_reader_is_back(tmp_path: Path, prepared: Path) -> None:
    """It is counted as long as it waits; its reader can check the signature with the key that `ivr` prints."""
    received: list[tuple[str, str, bytes]] = []

    async def take(request: web.Request) -> web.StreamResponse:
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}."
        received.append((request.headers["webhook-signature"], signed, await request.read()))
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/ivr/missed", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with socket.socket() as taken:  # where its reader is not, nobody else answers
        taken.bind(("127.0.0.1", 0))
        away, there = (f":{port}/ivr" for port in (taken.getsockname()[1], runner.addresses[0][1]))
        async with controller(tmp_path, prepared, edits={"remotes.yaml": (":8580/ivr", away)}) as house:
            cabinet = cabinet_of(house)
            now = datetime.now(UTC)
            await cabinet.post(Letter("notify", {"a": "1"}, "1.1", "", "", now, "f", "n", "shop", "/missed"))
            await house.until(lambda health: health["letters_waiting"] == 1)
            assert (await house.metrics())["ivr_letters_waiting"] == 1.0
            house.edit(away, there, "remotes.yaml")
            await house.until(lambda health: health["letters_waiting"] == 0)
            cabinet.close()
            key = key_of(secret.derive(house.state / "secrets" / "master", "remote:shop"))
    await runner.cleanup()
    ((signature, signed, body),) = received
    digest = hmac.new(base64.b64decode(key.removeprefix("whsec_")), signed.encode() + body, hashlib.sha256).digest()

    assert signature == "v1," + base64.b64encode(digest).decode()


async def test_a_code_is_asked_for_at_the_door_with_the_derived_password(tmp_path: Path, prepared: Path) -> None:
    """On loopback, once."""
    async with controller(tmp_path, prepared) as house:
        store = CodeStore(house.state / "cabinet.sqlite")
        code = await store.issue(Issue("guides", timedelta(days=400), 8), "1.1", datetime.now(UTC))
        store.close()
        password = secret.derive(house.state / "secrets" / "master", "codes")
        address = f"http://127.0.0.1:{house.http_port}/codes/check"
        answers = []
        async with aiohttp.ClientSession() as session:
            for given in ("wrong", password, password):
                headers = {"Authorization": f"Bearer {given}"}
                async with session.post(address, json={"code": code}, headers=headers) as answer:
                    answers.append((answer.status, (await answer.json()).get("valid")))

    assert answers == [(401, None), (200, True), (200, False)]
