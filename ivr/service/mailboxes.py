"""The messages in mailboxes: what there is, its sound, and deleting it for good."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from ivr.service.delivery import Clock, Sealed, wall_clock
from ivr.service.mailroom import EMAIL, HOOK, MESSAGE, Boxes, Sounds

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds between two looks for messages that are too old


class NoMessage(LookupError):
    """There is no such message; the text says so."""


class Letters(Protocol):
    """Where the letters that tell of messages lie."""

    def letters(self, kind: str) -> Iterable[Sealed]:
        """All that wait, oldest first."""
        ...

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        """See the port ``Outbox``."""
        ...

    async def delivered(self, letter: str, at: datetime) -> None:
        """Note that nothing is to be done about a letter any more."""
        ...

    async def erase(self, letter: str) -> None:
        """Delete a letter, and those that tell of it, for good."""
        ...


class Store(Sounds, Protocol):
    """The sounds of messages."""

    async def seconds(self, message: str) -> float:
        """See the port ``Messages``."""
        ...

    async def discard(self, message: str) -> None:
        """See the port ``Messages``."""
        ...


@dataclass(frozen=True)
class Left:
    """A message that a caller left; ``mailbox`` is empty where it was left in none.  ``name`` is that of its sound."""

    id: str
    mailbox: str
    box: str
    at: datetime
    number: str
    caller: str
    seconds: float
    call: str
    name: str

    def plain(self) -> dict[str, Any]:
        """As JSON wants it."""
        told = asdict(self)
        del told["name"]
        return {**told, "at": self.at.isoformat(), "sound": f"/messages/{self.id}/sound"}


class Mailboxes:
    """``boxes`` are those of the book in force, ``calling`` the ids of calls in progress, whose messages may still be
    taken back.
    """

    def __init__(
        self,
        boxes: Boxes,
        letters: Letters,
        store: Store,
        calling: Callable[[], Iterable[str]] = tuple,
        now: Clock = wall_clock,
    ) -> None:
        self._boxes = boxes
        self._letters = letters
        self._store = store
        self._calling = calling
        self._now = now
        self.on_change: Callable[[], None] = lambda: None  # told when there are fewer messages

    async def all(self, mailbox: str | None = None) -> list[Left]:
        """Every message, or those in one mailbox; oldest first."""
        calling = set(self._calling())
        found = [_left(one) for one in await asyncio.to_thread(self._letters.letters, MESSAGE)]
        return [one for one in found if one.call not in calling and mailbox in (None, one.mailbox)]

    async def one(self, message: str) -> Left:
        """The message with this id.  Raises :class:`NoMessage`."""
        for found in await self.all():
            if found.id == message:
                return found
        raise NoMessage(f'there is no message "{message}"')

    async def sound(self, message: str) -> bytes:
        """Its sound, a WAV file.  Raises :class:`NoMessage`."""
        found = await self._store.sound((await self.one(message)).name)
        if found is None:
            raise NoMessage(f"the sound of the message {message} has been deleted")
        return found

    async def seconds(self, name: str) -> float:
        """How long a sound is, by its name; 0 if it is gone."""
        return await self._store.seconds(name)

    async def delete(self, message: str) -> None:
        """Delete a message; who has not been told of it yet will not be.  Raises :class:`NoMessage`."""
        found = await self.one(message)
        await self._store.discard(found.name)
        for kind in (EMAIL, HOOK):
            await self._letters.withdraw(kind, "message", message)
        await self._letters.delivered(message, self._now())
        self.on_change()
        log.info("message deleted id=%s mailbox=%s", message, found.mailbox or "-")

    async def tidy(self) -> int:
        """Delete, with all that is known of them, messages older than their mailbox keeps them; how many."""
        boxes: Mapping[str, Any] = self._boxes()
        kept = {name: timedelta(days=box.days) for name, box in boxes.items() if box.days}
        old = [
            one for one in await self.all() if one.mailbox in kept and self._now() - one.at > kept[one.mailbox]
        ] if kept else []  # fmt: skip
        for one in old:
            await self._store.discard(one.name)
            await self._letters.erase(one.id)
        if old:
            self.on_change()
        return len(old)

    async def keep(self) -> None:
        """For ever: look each hour."""
        while True:
            try:
                if gone := await self.tidy():
                    log.info("messages deleted that were too old: %d", gone)
            except Exception:
                log.exception("messages that are too old could not be deleted")
            await asyncio.sleep(EVERY)


def _left(letter: Sealed) -> Left:
    body = json.loads(letter.body)
    facts: Mapping[str, str] = body["facts"]
    return Left(
        letter.id, facts.get("mailbox", ""), facts["box"], datetime.fromisoformat(body["at"]), body["number"],
        body["caller"], float(facts["seconds"]), body["call"], facts["name"],
    )  # fmt: skip
