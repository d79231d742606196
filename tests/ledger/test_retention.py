"""What callers left is kept for the days that the owner says, and then gone for good."""

import asyncio
import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.ledger.messages import MessageStore
from ivr.ledger.retention import keep, throw_away
from ivr.ledger.store import Store
from ivr.ledger.vault import Vault
from ivr.service.ports import Letter
from tests.ledger.test_messages import spoken

DAY = timedelta(days=1)


class House:
    """A state directory with a message, a callback and a memory, left now."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "messages").mkdir()
        spoken(directory / "messages", "17.1-1", 5)
        self.messages = MessageStore(directory / "messages")
        self.cabinet = Cabinet(directory / "cabinet.sqlite", directory / "ledger.sqlite")
        self.attempts = CallbackStore(directory / "cabinet.sqlite")
        self.now = datetime.now(UTC)

    async def fill(self) -> None:
        for kind, facts in (("message", {"name": "message/17.1-1"}), ("callback", {"phone": "+33612345678"})):
            await self.cabinet.post(
                Letter(kind, facts, "17.1", "0805000105", "+33612345678", self.now, "f", "n", "", "")
            )
        await self.cabinet.remember("+33612345678", "language", "en", self.now + DAY)

    def left(self) -> tuple[int, int, int]:
        return (
            len(list(self.messages.names())),
            len(self.cabinet.letters("message")) + len(self.cabinet.letters("message", done=True)),
            len(self.cabinet.letters("callback")) + len(self.cabinet.letters("callback", done=True)),
        )

    def ivr(self, *words: str, **more: str) -> Result:
        home = {"IVR_STATE": str(self.directory), "IVR_MESSAGES": str(self.directory / "messages")}
        return CliRunner().invoke(main, words, env={**home, **more})


@pytest.fixture
async def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    await made.fill()
    return made


async def test_what_is_young_stays_and_what_is_old_goes(house: House) -> None:
    """Letters that wait, letters that are done, and sounds, also of whom no letter tells."""
    house.cabinet.done(house.cabinet.letters("callback")[0].id, house.now)
    spoken(house.directory / "messages", "18.1-1", 2)

    assert throw_away(house.cabinet, house.messages, house.attempts, house.now + 89 * DAY, 90) == "0 sounds"
    assert house.left() == (2, 1, 1)
    assert (
        throw_away(house.cabinet, house.messages, house.attempts, house.now + 91 * DAY, 90)
        == "1 callback, 1 message, 2 sounds"
    )
    assert house.left() == (0, 0, 0)


async def test_what_is_remembered_goes_when_it_has_expired(house: House) -> None:
    """Not before, however old it is."""
    throw_away(house.cabinet, house.messages, house.attempts, house.now, 90)
    assert await house.cabinet.recall("+33612345678", "language", house.now) == "en"
    throw_away(house.cabinet, house.messages, house.attempts, house.now + 2 * DAY, 90)

    assert await house.cabinet.recall("+33612345678", "language", house.now) is None


async def test_the_controller_does_so_by_itself_only_where_the_owner_says(house: House) -> None:
    """Without days nothing goes of what callers left; with days it looks at once, then each day."""
    os.utime(house.directory / "messages" / "17.1-1.wav", (0, 0))
    vault = Vault(house.directory / "talks", house.directory / "conversations", lambda: "")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(keep(house.cabinet, house.messages, house.attempts, vault, 0), 0.3)
    assert house.left() == (1, 1, 1)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(keep(house.cabinet, house.messages, house.attempts, vault, 90), 0.5)

    assert house.left() == (0, 1, 1)


async def test_the_command_says_what_it_deleted(house: House) -> None:
    """With days of its own or those of the setting; without any it asks for them."""
    os.utime(house.directory / "messages" / "17.1-1.wav", (0, 0))
    asked, set_, now = (
        house.ivr("prune"),
        house.ivr("prune", IVR_KEEP_DAYS="90"),
        house.ivr("prune", "--older-than", "0"),
    )

    assert (asked.exit_code, set_.exit_code, now.exit_code) == (2, 0, 0)
    assert "IVR_KEEP_DAYS" in asked.output
    assert set_.output == "Deleted: 1 sound.\n"
    assert now.output == "Deleted: 1 callback, 1 message, 0 sounds.\n"


async def test_who_is_erased_has_left_nothing(house: House) -> None:
    """His message with its sound, the e-mail that waits to tell of it, his callback and his answers; not others'."""
    message = house.cabinet.letters("message")[0].id
    facts = {"name": "message/17.1-1", "message": message, "to": "a@chaleur.example"}
    for kind, told, caller in (
        ("email", facts, "+33612345678"),
        ("callback", {"phone": "+33612345678"}, "anonymous"),  # he had typed his number
        ("survey", {"answer": "5"}, "+33145000000"),
    ):
        await house.cabinet.post(Letter(kind, told, "18.1", "0805000105", caller, house.now, "f", "n", "", ""))
    await house.cabinet.hear(message)
    await house.cabinet.remember("+33145000000", "language", "en", house.now + DAY)
    store = Store.at(house.directory / "ledger.sqlite")
    store.open()
    store.close()
    told = house.ivr("ledger", "erase", "06 12 34 56 78", "--why", "letter of 3 November")

    assert told.exit_code == 0, told.output
    assert told.output.endswith("are deleted, and 4 messages, callbacks, answers and notices.\n")
    assert house.left() == (0, 0, 0)
    assert house.cabinet.letters("email") == []
    assert await house.cabinet.heard() == frozenset()
    assert await house.cabinet.recall("+33612345678", "language", house.now) is None
    assert len(house.cabinet.letters("survey")) == 1
    assert await house.cabinet.recall("+33145000000", "language", house.now) == "en"
    house.cabinet.close()
    house.attempts.close()
    assert all(b"612345678" not in file.read_bytes() for file in house.directory.glob("cabinet.sqlite*"))
