"""An agent's own mailboxes: what he hears and deletes there, and when the lamp on his phone is lit."""

import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.flow.commands import Command, Play
from ivr.flow.errands import Pronounce
from ivr.flow.listening import Erase, Heard, Inbox
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.messages import MessageStore
from ivr.service.lamps import Lamps
from ivr.service.mailboxes import Mailboxes
from ivr.service.ports import Letter
from ivr.service.postbox import PostboxDesk, Postboxes
from ivr.values.mailbox import Mailbox

AT = datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
BOXES = {name: Mailbox(name, name, (agent,)) for name, agent in (("a", "camille"), ("b", "camille"), ("c", "karim"))}


class House:
    """Messages in mailboxes: two of Camille's, one of Karim's."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.cabinet = Cabinet(here / "cabinet.sqlite", here / "ledger.sqlite")
        self.mailboxes = Mailboxes(lambda: BOXES, self.cabinet, MessageStore(here))
        self.postboxes = Postboxes(self.mailboxes, self.cabinet, self.mine)

    def mine(self, agent: str) -> frozenset[str]:
        return frozenset(name for name, box in BOXES.items() if agent in box.agents)

    async def leave(self, mailbox: str, name: str, caller: str = "+33612345678", *, sound: bool = True) -> str:
        if sound:
            with wave.open(str(self.here / f"{name}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 8000, "NONE", ""))
                file.writeframes(b"\1\2" * 8000)
        facts = {"name": f"message/{name}", "seconds": "1.0", "box": mailbox, "mailbox": mailbox}
        await self.cabinet.post(Letter("message", facts, "1.1", "0805000036", caller, AT))
        return self.cabinet.letters("message")[-1].id


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.cabinet.close()


class Phone:
    """An agent's channel."""

    def __init__(self) -> None:
        self.asked: list[Command[Any]] = []

    async def perform(self, command: Command[Any]) -> None:
        self.asked.append(command)

    async def toll(self) -> None:
        return None


class Voice:
    async def ready(self, language: str, text: str) -> bool:
        return text.endswith("vingt-six")


def desk(house: House, agent: str, phone: Phone, changes: list[str]) -> PostboxDesk:
    return PostboxDesk(agent, phone, house.postboxes, Voice(), lambda: changes.append(agent))


async def test_an_agent_hears_his_own_messages_new_ones_first(house: House) -> None:
    """Of all his mailboxes; what has no sound any more is none."""
    first = await house.leave("a", "1.1-1")
    second = await house.leave("b", "1.1-2", "anonymous")
    await house.leave("c", "1.1-3")
    await house.leave("a", "1.1-4", sound=False)
    camille = desk(house, "camille", Phone(), [])

    assert [one.id for one in await camille.perform(Inbox())] == [first, second]
    await camille.perform(Heard(first))
    inbox = await camille.perform(Inbox())
    assert [(one.id, one.new, one.caller) for one in inbox] == [(second, True, ""), (first, False, "0612345678")]
    assert await house.postboxes.counts("camille") == (1, 1)


async def test_a_caller_from_abroad_is_not_told_as_one_who_hides(house: House) -> None:
    """His number is told as it is dialled from here."""
    await house.leave("a", "1.1-1", "+41791234567")

    inbox = await desk(house, "camille", Phone(), []).perform(Inbox())
    assert [one.caller for one in inbox] == ["0041791234567"]


async def test_nobody_hears_or_deletes_what_is_another_s(house: House) -> None:
    """Whatever is asked of the desk."""
    message = await house.leave("a", "1.1-1")
    changes: list[str] = []
    karim, camille = desk(house, "karim", Phone(), changes), desk(house, "camille", Phone(), changes)
    await karim.perform(Erase(message))
    await karim.perform(Heard(message))
    assert [one.new for one in await camille.perform(Inbox())] == [True]

    for _ in range(2):
        await camille.perform(Erase(message))
    assert await camille.perform(Inbox()) == ()
    assert not (house.here / "1.1-1.wav").exists()
    assert changes == ["karim", "karim", "camille", "camille"]


async def test_all_else_is_for_the_channel(house: House) -> None:
    """And a value is spoken where it can be."""
    phone = Phone()
    camille = desk(house, "camille", phone, [])
    await camille.perform(Play(("mail/none",)))

    assert phone.asked == [Play(("mail/none",))]
    assert await camille.perform(Pronounce("said/date/2026-11-28"))
    assert not await camille.perform(Pronounce("said/time/15:05"))
    assert await camille.toll() is None


class Lit:
    """The exchange: what it was told, and whether it is there."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []
        self.there = True

    async def light(self, agent: str, new: int, old: int) -> None:
        if not self.there:
            raise OSError("away")
        self.told.append((agent, new, old))


async def test_a_lamp_is_told_of_changes_only_and_of_all_to_an_exchange_that_was_away(house: House) -> None:
    """Heard, deleted: each is a change."""
    exchange = Lit()
    lamps = Lamps(house.postboxes, exchange, lambda: ["camille", "karim"])
    message = await house.leave("a", "1.1-1")
    for _ in range(2):
        await lamps.round()
    assert exchange.told == [("camille", 1, 0), ("karim", 0, 0)]

    exchange.there = False
    await house.postboxes.hear("camille", message)
    await lamps.round()
    exchange.there = True
    await lamps.round()
    await house.mailboxes.delete(message)
    await lamps.round()
    assert exchange.told[2:] == [("camille", 0, 1), ("camille", 0, 0)]

    lamps.forget()
    await lamps.round()
    assert exchange.told[4:] == [("camille", 0, 0), ("karim", 0, 0)]


async def test_what_was_heard_is_forgotten_with_the_message(house: House) -> None:
    """By deleting all that is old, too."""
    message = await house.leave("a", "1.1-1")
    await house.cabinet.hear(message)
    await house.cabinet.hear(message)
    assert await house.cabinet.heard() == frozenset({message})
    house.cabinet.throw_away(datetime(2999, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))

    assert await house.cabinet.heard() == frozenset()
