"""Where agents' own calls come in: a code dialled from an agent's phone, which Asterisk has asked for its password."""

import logging
from datetime import UTC, datetime

from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.arrival import arrival
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.tolls import Tolls
from ivr.flow.duty import told
from ivr.service.agents import ORDERS, Agents, NoAgent, Order, Refused
from ivr.service.drive import drive
from ivr.service.library import Library
from ivr.service.ports import HungUp

log = logging.getLogger(__name__)

PATH = "duty"


class BackOffice:
    """Takes the orders of agents: ``agi_arg_1`` is the account that dialled, ``agi_arg_2`` the order, or ``state``.

    Whoever comes in here dialled from the context [agents], which only the accounts of agents have.
    """

    def __init__(self, agents: Agents, library: Library, tolls: Tolls) -> None:
        self._agents = agents
        self._library = library
        self._tolls = tolls

    async def __call__(self, session: AgiSession) -> None:
        """Serve one call.  What cannot be done is left to the dialplan, which apologises."""
        at = datetime.now(UTC)
        call = arrival(session.headers, at)
        agent, wanted = session.headers.get("agi_arg_1", ""), session.headers.get("agi_arg_2", "")
        order: Order | None = next((one for one in ORDERS if one == wanted), None)
        try:
            standing = await (self._agents.order(agent, order) if order else self._agents.standing(agent))
        except NoAgent as error:
            log.warning("code refused: %s", error)
            return
        except Refused:
            standing = await self._agents.standing(agent)  # paused without being logged in: he hears how he stands
        voice = self._library.current.voice
        channel = AgiChannel(session, Speaker(call.language, voice, lambda: at), self._tolls.expect(call.id))
        try:
            await drive(told(standing.duty), channel)
        except HungUp:
            log.info("agent hung up name=%s", agent)
        finally:
            self._tolls.forget(call.id)
