"""Where agents' own calls come in: a code dialled from an agent's phone, which Asterisk has asked for its password."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.arrival import arrival
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.tolls import Tolls
from ivr.flow.commands import Talk
from ivr.flow.duty import told
from ivr.flow.listening import listened
from ivr.service.agents import ORDERS, Agents, NoAgent, Order, Refused
from ivr.service.drive import drive
from ivr.service.library import Library
from ivr.service.ports import Channel, HungUp, Speech, Voice
from ivr.service.postbox import PostboxDesk, Postboxes
from ivr.values.call import Call

log = logging.getLogger(__name__)

PATH = "duty"
LISTEN = "messages"


@dataclass(frozen=True)
class Mail:
    """What listening to messages takes; ``voiced`` adds to the book's sounds what only the call knows."""

    postboxes: Postboxes
    speech: Speech | None
    changed: Callable[[], None]
    voiced: Callable[[Voice], Voice]


class BackOffice:
    """Takes the orders of agents: ``agi_arg_1`` is the account that dialled, ``agi_arg_2`` the order, ``state``, or
    ``messages``.

    Whoever comes in here dialled from the context [agents], which only the accounts of agents have.
    """

    def __init__(self, agents: Agents, library: Library, tolls: Tolls, mail: Mail) -> None:
        self._agents = agents
        self._mail = mail
        self._library = library
        self._tolls = tolls

    async def __call__(self, session: AgiSession) -> None:
        """Serve one call.  What cannot be done is left to the dialplan, which apologises."""
        at = datetime.now(UTC)
        call = arrival(session.headers, at)
        agent, wanted = session.headers.get("agi_arg_1", ""), session.headers.get("agi_arg_2", "")
        if wanted == LISTEN:
            await self._listen(session, call, agent)
            return
        order: Order | None = next((one for one in ORDERS if one == wanted), None)
        try:
            standing = await (self._agents.order(agent, order) if order else self._agents.standing(agent))
        except NoAgent as error:
            log.warning("code refused: %s", error)
            return
        except Refused:
            standing = await self._agents.standing(agent)  # paused without being logged in: he hears how he stands
        await self._driven(session, call, agent, told(standing.duty), lambda channel: channel)

    async def _listen(self, session: AgiSession, call: Call, agent: str) -> None:
        if agent not in self._library.current.book.agents:
            log.warning("code refused: there is no agent %s", agent)
            return
        log.info("agent listens to his messages name=%s", agent)
        mail = self._mail
        await self._driven(
            *(session, call, agent, listened()),
            lambda channel: PostboxDesk(agent, channel, mail.postboxes, mail.speech, mail.changed),
        )

    async def _driven(
        self, session: AgiSession, call: Call, agent: str, talk: Talk[None], around: Callable[[Channel], Channel]
    ) -> None:
        voice = self._mail.voiced(self._library.current.voice)
        channel = AgiChannel(session, Speaker(call.language, voice, lambda: call.at), self._tolls.expect(call.id))
        try:
            await drive(talk, around(channel))
        except HungUp:
            log.info("agent hung up name=%s", agent)
        finally:
            self._tolls.forget(call.id)
