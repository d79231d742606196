"""An agent's own mailboxes: what he listens to by phone, and how many messages are new."""

from collections.abc import Callable
from typing import Any, Protocol, assert_never

from ivr.flow.commands import Command
from ivr.flow.errands import Pronounce
from ivr.flow.listening import Erase, Heard, Inbox, Kept, MailCommand
from ivr.service.mailboxes import Mailboxes, NoMessage
from ivr.service.ports import Channel, Speech, Toll
from ivr.values.number import parse
from ivr.values.said import words


class Marks(Protocol):
    """Which messages have been heard."""

    async def heard(self) -> frozenset[str]:
        """Their ids."""
        ...

    async def hear(self, message: str) -> None:
        """Note one."""
        ...


Agents = Callable[[str], frozenset[str]]
"""The mailboxes that an agent may listen to."""


class Postboxes:
    """All agents': ``mine`` tells whose mailboxes are whose."""

    def __init__(self, mailboxes: Mailboxes, marks: Marks, mine: Agents) -> None:
        self._mailboxes = mailboxes
        self._marks = marks
        self._mine = mine

    async def inbox(self, agent: str) -> tuple[Kept, ...]:
        """His messages, new ones first; those whose sound is gone are none."""
        boxes, heard = self._mine(agent), await self._marks.heard()
        found = [one for one in await self._mailboxes.all() if one.mailbox in boxes]
        kept = [
            Kept(one.id, one.name, parse(one.caller).dialled, one.at, one.id not in heard)
            for one in found
            if await self._mailboxes.seconds(one.name)
        ]
        return tuple(sorted(kept, key=lambda one: not one.new))

    async def counts(self, agent: str) -> tuple[int, int]:
        """How many of his messages are new, and how many are not."""
        inbox = await self.inbox(agent)
        new = sum(one.new for one in inbox)
        return new, len(inbox) - new

    async def hear(self, agent: str, message: str) -> None:
        """He has heard one of his."""
        if message in {one.id for one in await self.inbox(agent)}:
            await self._marks.hear(message)

    async def erase(self, agent: str, message: str) -> None:
        """He deletes one of his; one that is gone already is as good."""
        if message in {one.id for one in await self.inbox(agent)}:
            try:
                await self._mailboxes.delete(message)
            except NoMessage:
                return


class PostboxDesk:
    """Fulfils the port ``Channel`` for an agent who listens: mail is run here, all else on his channel."""

    def __init__(
        self, agent: str, channel: Channel, postboxes: Postboxes, speech: Speech | None, changed: Callable[[], None]
    ) -> None:
        self._agent = agent
        self._channel = channel
        self._postboxes = postboxes
        self._speech = speech
        self._changed = changed

    async def perform(self, command: Command[Any]) -> Any:
        if isinstance(command, Pronounce):
            text = words(command.name, "fr")
            return bool(text and self._speech and await self._speech.ready("fr", text))
        if isinstance(command, MailCommand):
            return await self._run(command)
        return await self._channel.perform(command)

    async def toll(self) -> Toll | None:
        return await self._channel.toll()

    async def _run(self, command: MailCommand) -> Any:
        match command:
            case Inbox():
                return await self._postboxes.inbox(self._agent)
            case Heard(message=message):
                await self._postboxes.hear(self._agent, message)
            case Erase(message=message):
                await self._postboxes.erase(self._agent, message)
            case _:
                assert_never(command)
        self._changed()
        return None


class Exchange(Protocol):
    """Tells agents' phones that messages wait."""

    async def light(self, agent: str, new: int, old: int) -> None:
        """Tell one; raises ``OSError`` or the like if that could not be done."""
        ...
