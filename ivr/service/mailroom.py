"""What becomes of a message in a mailbox once its call is over: e-mails, a notice to another system.

While a caller can still take his message back nobody is told of it.  Each message is looked at once, and becomes a
letter for each address and for the system; these are then delivered at least once, apart from one another.
"""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Protocol

from ivr.service.delivery import PERIOD, Clock, Deliver, Postbox, Rounds, Sealed, Sites, site_of, wall_clock
from ivr.service.email import composed
from ivr.service.ports import Letter
from ivr.values.mailbox import Mailbox

log = logging.getLogger(__name__)

MESSAGE, EMAIL, HOOK = "message", "email", "voicemail"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # when a message is due that was looked at


class Letters(Postbox, Protocol):
    """Where letters wait, and are written."""

    async def post(self, letter: Letter, once: str = "") -> None:
        """See the port ``Outbox``."""
        ...


class Sounds(Protocol):
    """The sounds of messages."""

    async def sound(self, message: str) -> bytes | None:
        """A message as a WAV file; ``None`` if it has been deleted."""
        ...


class Mailer(Protocol):
    """Hands e-mails to the mail server."""

    @property
    def sender(self) -> str:
        """The address that they come from."""
        ...

    async def send(self, message: EmailMessage) -> None:
        """Returns when the server has taken it; raises if it has not."""
        ...


Boxes = Callable[[], Mapping[str, Mailbox]]


class Mailroom:
    """``boxes`` are those of the book in force, ``calling`` the ids of calls in progress; ``changed`` is told
    of each message.
    """

    def __init__(
        self,
        letters: Letters,
        boxes: Boxes,
        calling: Callable[[], Iterable[str]],
        now: Clock = wall_clock,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._changed = changed
        self._letters = letters
        self._boxes = boxes
        self._calling = calling
        self._now = now

    async def run(self) -> None:
        """Look for messages for ever."""
        while True:
            try:
                await self.round()
            except Exception:
                log.exception("messages could not be looked at")
            await asyncio.sleep(PERIOD)

    async def round(self) -> None:
        """Send on the messages of calls that are over."""
        calling = set(self._calling())
        for waiting in await self._letters.waiting(MESSAGE, self._now()):
            body = json.loads(waiting.body)
            if body["call"] in calling:
                continue
            if box := self._boxes().get(body["facts"].get("mailbox", "")):
                await self._tell(waiting.id, body, box)
                self._changed()
            await self._letters.put_off(waiting.id, NEVER)

    async def _tell(self, message: str, body: Mapping[str, Any], box: Mailbox) -> None:
        facts: dict[str, str] = {**body["facts"], "box": box.label, "message": message}
        told = Letter(
            EMAIL, facts, body["call"], body["number"], body["caller"], datetime.fromisoformat(body["at"]),
            body["flow"], body["node"],
        )  # fmt: skip
        for address in box.emails:
            once = f"{message} {address}"
            await self._letters.post(replace(told, facts={**facts, "to": address, "once": once}), "once")
        if box.remote:
            audio = "yes" if box.audio else "no"
            hook = replace(told, kind=HOOK, facts={**facts, "audio": audio}, remote=box.remote, path=box.path)
            await self._letters.post(hook, "message")


class Emails(Rounds):
    """E-mails; ``mailer`` is ``None`` where no mail server is set."""

    def __init__(self, letters: Postbox, sounds: Sounds, mailer: Mailer | None, now: Clock = wall_clock) -> None:
        async def hand_over(letter: Sealed, body: Mapping[str, Any]) -> None:
            if mailer is None:
                raise LookupError("no mail server is set: IVR_MAIL_SERVER")
            sound = await sounds.sound(body["facts"]["name"])
            await mailer.send(composed(letter.id, body, sound, mailer.sender))

        super().__init__(letters, EMAIL, lambda body: str(body["facts"]["to"]), hand_over, now)

    @property
    def problem(self) -> str | None:
        """One sentence while e-mails could not be sent."""
        if not self.failure:
            return None
        waiting = self.letters_waiting
        return f"{waiting} {'e-mail waits' if waiting == 1 else 'e-mails wait'}: {self.failure}"


class Hooks(Rounds):
    """Notices of messages to other systems, signed as all notices are; with the sound, in Base64, where that is
    wanted.  ``sound`` is where else it can be fetched: a path of our HTTP interface.
    """

    def __init__(
        self, letters: Postbox, sounds: Sounds, deliver: Deliver, sites: Sites, now: Clock = wall_clock
    ) -> None:
        async def hand_over(letter: Sealed, body: Mapping[str, Any]) -> None:
            facts: Mapping[str, str] = body["facts"]
            told = {
                **{key: body[key] for key in ("kind", "call", "number", "caller", "at", "flow", "node")},
                "mailbox": facts["mailbox"],
                "label": facts["box"],
                "message": facts["message"],
                "seconds": float(facts["seconds"]),
                "sound": f"/messages/{facts['message']}/sound",
            }
            if facts["audio"] == "yes":
                sound = await sounds.sound(facts["name"])
                told["audio"] = base64.b64encode(sound).decode() if sound else None
            site = site_of(body, sites())
            await deliver(site, str(body["path"]), letter.id, json.dumps(told, ensure_ascii=False))

        super().__init__(letters, HOOK, lambda body: str(body["remote"]), hand_over, now)
