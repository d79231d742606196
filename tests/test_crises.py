"""Crises between a running controller, the command line beside it, HTTP and the phone: one truth for all."""

import signal
from pathlib import Path

from tests.test_app import controller
from tests.test_overrides import ask, dial, ivr

ORDERS, STAFF, TEN = "0806000002", "0805000030", "2026-06-03T10:00:00+02:00"
REPAIR = "0800000001"


async def test_whoever_puts_it_on_is_heard_by_all(tmp_path: Path, prepared: Path) -> None:
    """Command line, HTTP and phone; in `ivr status` and on the health page; and after a restart."""
    async with controller(tmp_path, prepared) as house:
        house.clock.write_text(TEN)
        assert (await dial(house, ORDERS, call="1.1"))[0] == "hours:open"
        assert "flooded       2 numbers, then hang up; off" in await ivr(house, "crisis", "list")

        said = await ivr(house, "crisis", "on", "flooded", "--why", "crue")
        assert said == "flooded       2 numbers, then hang up; on since 2026-06-03 10:00: crue\n"
        assert await dial(house, ORDERS, call="1.2") == ("message:done",)
        assert (await dial(house, REPAIR, call="1.3"))[0] == "hours:open"  # it is not meant for this one
        assert await house.until(lambda health: health["crises"] == ["flooded"])

        status, found = await ask(house, "DELETE", "/crises/flooded")
        assert (status, found["on"]) == (200, False)
        assert (await dial(house, ORDERS, call="1.4"))[0] == "hours:open"
        assert (await ask(house, "PUT", "/crises/flodded", {}))[0] == 404
        assert (await ask(house, "PUT", "/crises/flooded", {"wy": ""}))[0] == 400
        assert (await ask(house, "PUT", "/crises/flooded", {"why": "crue"}))[1]["why"] == "crue"

        pin = (await ivr(house, "secrets", "show", "pin:crisis")).strip()
        assert await dial(house, STAFF, "", pin, "1", "0", call="1.5") == ("crisis:done", "bye:done")
        listed = {one["crisis"]: one for one in (await ask(house, "GET", "/crises"))[1]}
        assert (listed["outage"]["why"], listed["understaffed"]["on"]) == ("switched by phone", False)

        house.process.send_signal(signal.SIGTERM)
        assert await house.left() == 0
        await house.start()
        assert await dial(house, ORDERS, call="1.6") == ("message:done",)
        assert (await dial(house, REPAIR, call="1.7"))[:2] == ("message:done", "onward:over")
