"""An agent's phone for many calls: each caller finds the agent as was said for him."""

import asyncio

import pytest

from ivr.phone import booth
from ivr.phone.desk import Desk
from ivr.phone.script import Agent, CallScript
from tests.phone.sip_switch import Switch

pytestmark = pytest.mark.sound

TALKS = Agent("camille", "a-secret", answer_after=0.3, hang_up_after=1.0)
BUSY = Agent("camille", "a-secret", engaged=True)


@pytest.mark.parametrize(
    ("caller", "code", "ended"), [("0612345678", 200, ["agent"]), ("", 200, ["agent"]), ("0612345679", 486, [])]
)
async def test_each_caller_finds_the_agent_as_was_said(caller: str, code: int, ended: list[str]) -> None:
    """One is answered, who withholds his number too, another is told that she is busy; then the phone unregisters."""
    async with Switch("camille", "a-secret") as switch:
        desk = await asyncio.to_thread(Desk, TALKS, "127.0.0.1", switch.port)
        try:
            for number, agent in (("+33612345678", TALKS), ("", TALKS), ("+33612345679", BUSY)):
                await asyncio.to_thread(desk.expect, number, agent)
            script = CallScript("0899000004", port=switch.port, from_=caller, limit=10.0)
            report = await asyncio.to_thread(booth.place, script)
        finally:
            await asyncio.to_thread(desk.leave)

    assert report.ended.code == code
    assert switch.ended == ended
    assert switch.registrations[-1] == 0


async def test_who_was_not_announced_hears_that_the_agent_is_busy() -> None:
    """Somebody else who calls meanwhile is not talked to."""
    async with Switch("camille", "a-secret") as switch:
        desk = await asyncio.to_thread(Desk, TALKS, "127.0.0.1", switch.port)
        try:
            report = await asyncio.to_thread(
                booth.place, CallScript("0899000004", port=switch.port, from_="0612345678", limit=10.0)
            )
        finally:
            await asyncio.to_thread(desk.leave)

    assert report.ended.code == 486


async def test_a_phone_that_cannot_register_says_why() -> None:
    """In the sentence of the booth."""
    async with Switch("camille", "another-secret") as switch:
        with pytest.raises(booth.NoCall, match=r"^Agent camille could not register at 127\.0\.0\.1:\d+: 403 .*\.$"):
            await asyncio.to_thread(Desk, TALKS, "127.0.0.1", switch.port)
