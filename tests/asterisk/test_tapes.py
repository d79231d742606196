"""Keys in a talk that is recorded: told to whoever keeps it, done in the exchange, and confirmed to the agent."""

import asyncio
import contextlib

import pytest

from ivr.asterisk.tapes import Tapes


class Exchange:
    """Mutes what it is told; ``fails`` for a talk that is not recorded, raises where the link is down."""

    def __init__(self, *, mutes: bool = True, down: bool = False) -> None:
        self.mutes, self.down = mutes, down
        self.done: list[tuple[str, ...]] = []

    async def mute(self, channel: str, muted: bool) -> bool:
        if self.down:
            raise OSError("the link is down")
        self.done.append(("mute" if muted else "unmute", channel))
        return self.mutes

    async def set_variable(self, channel: str, name: str, value: str) -> bool:
        self.done.append((channel, name, value))
        return True


async def pressed(exchange: Exchange, *orders: tuple[str, str]) -> list[tuple[str, str]]:
    """What is told of these orders, each of a call; 17.1 is one of ours."""
    told: list[tuple[str, str]] = []
    tapes = Tapes(exchange, lambda call, order: told.append((call, order)))
    tapes.expect("17.1", "PJSIP/caller-1")
    for call, order in orders:
        event = {"UserEvent": "IvrTape", "Call": call, "Order": order, "Channel": "PJSIP/karim-2"}
        tapes.hear("UserEvent", event)
    tapes.hear("UserEvent", {"UserEvent": "IvrEnded", "Call": "17.1"})
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(tapes.run(), 0.05)
    return told


async def test_an_agent_pauses_and_goes_on_and_hears_that_it_is_done() -> None:
    """On the caller's channel, where it is recorded; the beep is for the agent's."""
    exchange = Exchange()
    told = await pressed(exchange, ("17.1", "pause"), ("17.1", "resume"))

    assert told == [("17.1", "pause"), ("17.1", "resume")]
    assert exchange.done == [
        ("mute", "PJSIP/caller-1"),
        ("PJSIP/karim-2", "IVR_OBEYED", "yes"),
        ("unmute", "PJSIP/caller-1"),
        ("PJSIP/karim-2", "IVR_OBEYED", "yes"),
    ]


@pytest.mark.parametrize("exchange", [Exchange(mutes=False), Exchange(down=True)], ids=["not recorded", "link down"])
async def test_who_could_not_be_obeyed_hears_no_beep(exchange: Exchange) -> None:
    """And the next order is done all the same."""
    told = await pressed(exchange, ("17.1", "pause"), ("17.1", "refuse"))

    assert told == [("17.1", "refuse")]
    assert not any("IVR_OBEYED" in one for one in exchange.done)


async def test_a_refusal_is_told_and_others_calls_and_orders_are_not() -> None:
    """Asterisk has ended the recording by itself.  That of a call which is not ours any more, since we died in it, is
    told too: what there is of it is still to be deleted.
    """
    exchange = Exchange()
    told = await pressed(exchange, ("99.9", "refuse"), ("99.9", "pause"), ("17.1", "refuse"), ("17.1", "erase"))

    assert told == [("99.9", "refuse"), ("17.1", "refuse")]
    assert exchange.done == []
