"""One caller's channel over FastAGI."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from ivr.asterisk.agi_order import AgiTalk, Refused
from ivr.asterisk.agi_server import AgiSession, LineLost
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.agi_wire import command as agi_command
from ivr.asterisk.holds import HeldCall
from ivr.asterisk.places import Places
from ivr.asterisk.queues_conf import within
from ivr.asterisk.waits import Waits
from ivr.flow.commands import Command, Dialled, Enqueue, Queued
from ivr.service.ports import Fault, HungUp, Toll

log = logging.getLogger(__name__)

NEWS_OF_HANGUP = 1.0  # seconds in which the hang-up behind a ``result=-1`` becomes known
TOLL_LIMIT = 2.0  # seconds in which the dialplan's hang-up handler reports


class AgiChannel:
    """Fulfils the port ``Channel``: carries out commands on one session.

    ``rang`` grows by the agents whom a queue rings for this call; ``places`` tells where it enters a queue again,
    ``held`` who was put on hold, and ``waits`` how long he is told that it takes.
    """

    def __init__(
        self,
        session: AgiSession,
        speaker: Speaker,
        toll: "asyncio.Future[Toll] | None",
        rang: list[str] | None = None,
        places: Places | None = None,
        held: HeldCall | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._waits = waits
        self._places = places
        self._held = held
        self._rang = rang if rang is not None else []
        self._session = session
        self._speaker = speaker
        self._toll = toll

    async def perform(self, command: Command[Any]) -> Any:
        """Carry out ``command``.  Raises ``HungUp`` when the caller is gone, ``Fault`` when it cannot be done."""
        if isinstance(command, Enqueue) and self._places is not None:
            command = await self._placed(command, self._places)
        if isinstance(command, Enqueue) and self._waits is not None:
            queue = within(command.queue, command.part)
            self._speaker.told = await self._waits.told(queue, command.place, command.priority)
        return await self.carry(self._speaker.talk(command))  # type: ignore[arg-type]  # the desk runs the errands

    async def carry(self, talk: AgiTalk[Any]) -> Any:
        """Carry out any talk in AGI and return what it gives; raises as :meth:`perform` does."""
        try:
            order = next(talk)
            while True:
                try:
                    reply = await self._session.perform(agi_command(*order.words), order.limit)
                except HungUp as gone:
                    order = talk.throw(gone)  # it may be what was asked for
                else:
                    order = talk.send(reply)
        except StopIteration as done:
            return self._with_rings(done.value)
        except Refused as refused:
            raise await self._reason(refused) from refused
        except LineLost as lost:
            raise Fault(str(lost)) from lost
        finally:
            talk.close()

    async def _placed(self, wanted: Enqueue, places: Places) -> Enqueue:
        """At the place that is his by now; at the one that he had where Asterisk does not tell who waits."""
        channel = self._session.headers.get("agi_uniqueid", "")
        again, queue = wanted.place is not None, within(wanted.queue, wanted.part)
        try:
            place = await places.enter(channel, queue, wanted.priority, stood=wanted.stood, again=again)
        except OSError as error:
            log.warning("place in queue %s not worked out, the one he had stands in: %s", wanted.queue, error)
            return wanted
        return replace(wanted, place=place)

    def _with_rings(self, result: Any) -> Any:
        """What came of a ring or a wait, with its holds; of a wait with whom it rang."""
        if isinstance(result, Dialled | Queued) and self._held is not None:
            result = replace(result, held=self._held.taken())
        if not isinstance(result, Queued):
            return result
        rang = tuple(self._rang)
        self._rang.clear()
        return replace(result, rang=rang)

    async def toll(self) -> Toll | None:
        """What the exchange measured, as the hang-up handler reports it; ``None`` if it does not in time."""
        if self._toll is None:
            return None
        try:
            async with asyncio.timeout(TOLL_LIMIT):
                toll = replace(await asyncio.shield(self._toll), rang=tuple(self._rang))
                return replace(toll, held=self._held.taken()) if self._held is not None else toll
        except TimeoutError:
            log.warning("toll unknown: the exchange did not report the end of the call, our own clock stands in")
            return None

    async def _reason(self, refused: Refused) -> Exception:
        try:
            async with asyncio.timeout(NEWS_OF_HANGUP):
                await self._session.gone()
        except TimeoutError:
            return Fault(str(refused))
        return HungUp()
