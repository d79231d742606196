"""Overrides between a running controller, the command line beside it, HTTP and the phone: one truth for all."""

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
from click.testing import CliRunner

from ivr import secret
from ivr.cli import main
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.test_app import LIMIT, Controller, controller

WORKSHOP, SWITCH = "0805000026", "0805000027"
TEN = "2026-06-03T10:00:00+02:00"  # a Wednesday: open until noon


async def ivr(house: Controller, *words: str) -> str:
    """What a command says that is run beside the controller, as `docker/ivr` does."""
    ours = {"IVR_BOOK": str(house.book), "IVR_STATE": str(house.state), "IVR_TEST_CLOCK": str(house.clock)}
    done = await asyncio.to_thread(CliRunner().invoke, main, words, env=ours)
    assert done.exit_code == 0, done.output
    return done.output


async def dial(house: Controller, number: str, *keys: str, call: str) -> tuple[str, ...]:
    """The steps of a call that is lived through."""
    headers = {"uniqueid": call, "dnid": number}
    async with await FakeAsterisk.call(
        house.agi_port, headers=headers, keys=keys, variables={"DIALLED": number, "DIALSTATUS": "BUSY"}
    ) as asterisk:
        await asterisk.obey(LIMIT)
    house.report(call, 0, 0)
    await house.until(lambda health: any(record.id == call for record in house.records()))
    return next(record.steps for record in house.records() if record.id == call)


async def ask(house: Controller, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    token = secret.derive(house.state / "secrets" / "master", "web:operator")
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as web,
        web.request(method, f"http://127.0.0.1:{house.http_port}{path}", json=body) as answer,
    ):
        return answer.status, await answer.json()


OVERRIDE = "/calendars/office/override"


async def test_whoever_orders_is_heard_by_all(tmp_path: Path, prepared: Path) -> None:
    """Command line to caller and HTTP, HTTP to command line and caller, phone to both; and after a restart."""
    async with controller(tmp_path, prepared) as house:
        house.clock.write_text(TEN)
        assert await dial(house, WORKSHOP, call="1.1") == ("hours:open", "workshop:busy", "busy:done")

        said = await ivr(house, "override", "office", "closed", "--why", "fuite d'eau")
        assert (
            said
            == "office  closed  by hand: closed until Wed 2026-06-03 12:00: fuite d'eau; opens Wed 2026-06-03 14:00\n"
        )
        assert await dial(house, WORKSHOP, call="1.2") == ("hours:override", "by-hand:done")
        status, found = await ask(house, "GET", OVERRIDE)
        assert (status, found["state"], found["override"]["why"]) == (200, "override", "fuite d'eau")

        order = {"open": True, "until": "2026-06-03T20:00", "why": "portes ouvertes"}
        assert (await ask(house, "PUT", OVERRIDE, order))[0] == 200
        house.clock.write_text("2026-06-03T19:59:59+02:00")
        assert (await dial(house, WORKSHOP, call="1.3"))[0] == "hours:open"
        listed = json.loads(await ivr(house, "override", "office", "--json"))
        assert [one["override"]["until"] for one in listed] == ["2026-06-03T20:00:00+02:00"]
        house.clock.write_text("2026-06-03T20:00:00+02:00")
        assert (await dial(house, WORKSHOP, call="1.4"))[0] == "hours:closed"

        house.clock.write_text(TEN)
        pin = (await ivr(house, "secrets", "show", "pin:office")).strip()
        assert len(pin) == 6
        assert pin.isdigit()
        steps = await dial(house, SWITCH, "", pin, "4", "0", call="1.5")
        assert steps == ("switch:done", "bye:done"), house.log.read_text()
        assert await ivr(house, "override", "office") == "office  closed  by hand: closed for good: switched by phone\n"

        house.process.send_signal(signal.SIGTERM)
        assert await house.left() == 0
        tapes = [entry for record in house.records() for entry in record.tape]
        assert pin not in json.dumps(tapes, default=str)
        assert pin not in house.log.read_text()
        await house.start()
        assert (await dial(house, WORKSHOP, call="1.6"))[0] == "hours:override"
        assert (await ask(house, "DELETE", OVERRIDE))[1]["override"] is None
        assert (await dial(house, WORKSHOP, call="1.7"))[0] == "hours:open"
        assert "weekly hours" in await ivr(house, "override", "office")


async def test_a_wrong_pin_is_no_order(tmp_path: Path, prepared: Path) -> None:
    """Three of them and the call is over."""
    async with controller(tmp_path, prepared) as house:
        house.clock.write_text(TEN)
        right = secret.derive(house.state / "secrets" / "master", "pin:office")
        wrong = "914373" if right != "914373" else "914374"

        assert await dial(house, SWITCH, "", wrong, wrong, wrong, call="1.1") == ("switch:denied",)
        assert (await ask(house, "GET", OVERRIDE))[1]["override"] is None
        assert wrong not in house.log.read_text()
