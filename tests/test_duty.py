"""Agents' codes through a running controller: an order, the state spoken, and what HTTP knows of it."""

from pathlib import Path

from ivr.voice.catalogue import Catalogue
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.test_app import LIMIT, controller
from tests.test_overrides import ask


async def test_a_code_is_carried_out_and_the_state_is_spoken(tmp_path: Path, prepared: Path) -> None:
    """On, paused, off; a pause of one who is off changes nothing; nobody who is no agent is served.  No record."""
    sounds = Catalogue.load(prepared / "sounds").sounds
    async with controller(tmp_path, prepared) as house:
        await house.until(lambda health: health["status"] == "ok")
        for number, (order, spoken, state) in enumerate(
            (
                ("state", "duty/on-duty", "on duty"),
                ("pause", "duty/paused", "paused"),
                ("login", "duty/on-duty", "on duty"),
                ("logout", "duty/logged-out", "logged out"),
                ("pause", "duty/logged-out", "logged out"),
                ("nonsense", "duty/logged-out", "logged out"),
            )
        ):
            headers = {"uniqueid": f"1.{number}"}
            async with await FakeAsterisk.call(house.agi_port, "duty", ("karim", order), headers=headers) as asterisk:
                await asterisk.obey(LIMIT)
            said = [words[2] for words in asterisk.heard if words[:2] == ["STREAM", "FILE"]]

            assert asterisk.answered
            assert [Path(name).name for name in said] == [Path(sounds["fr", spoken].path).name], order
            found = {one["agent"]: one["state"] for one in (await ask(house, "GET", "/agents"))[1]}
            assert found["karim"] == state, order
        paused = [one.get("Paused") for one in house.ami.orders("QueuePause")]
        assert paused == ["true", "false"]
        async with await FakeAsterisk.call(house.agi_port, "duty", ("nobody", "login")) as asterisk:
            await asterisk.obey(LIMIT)
        assert asterisk.heard == []
        assert house.records() == []
