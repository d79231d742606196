"""Where sessions come in: a call is handed to the service with its channel."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.arrival import arrival
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.holds import Holds
from ivr.asterisk.places import Places
from ivr.asterisk.rings import Rings
from ivr.asterisk.tapes import Tapes
from ivr.asterisk.tolls import Tolls
from ivr.asterisk.waits import Waits
from ivr.service.library import Release
from ivr.service.ports import Channel, Voice
from ivr.values.call import Call
from ivr.values.outside import outside

Attend = Callable[[Call, Callable[[Release], Channel]], Awaitable[None]]


class Reception:
    """The body of every FastAGI session; ``now`` is the callers' clock, ``tolls`` and ``rings`` are Asterisk's
    news; ``telling`` adds to the sounds of a book what is spoken during calls, ``places`` are those in queues,
    ``waits`` what is told of them."""

    def __init__(
        self,
        attend: Attend,
        tolls: Tolls,
        now: Callable[[], datetime],
        rings: Rings | None = None,
        telling: Callable[[Voice], Voice] = lambda voice: voice,
        places: Places | None = None,
        tapes: Tapes | None = None,
        holds: Holds | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._waits = waits
        self._holds = holds or Holds()
        self._places = places
        self._tapes = tapes
        self._telling = telling
        self._rings = rings or Rings()
        self._attend = attend
        self._tolls = tolls
        self._now = now

    async def __call__(self, session: AgiSession) -> None:
        """Serve one call."""
        call = arrival(session.headers, datetime.now(UTC))
        toll, rang, held = self._tolls.expect(call.id), self._rings.expect(call.id), self._holds.expect(call.id)

        def channel_for(release: Release) -> Channel:
            beyond = outside(release.book.destinations, call)
            voice, queues = self._telling(release.voice), release.book.queues
            speaker = Speaker(call.language, voice, self._now, beyond, queues)
            return AgiChannel(session, speaker, toll, rang, self._places, held, self._waits)

        if self._tapes:
            self._tapes.expect(call.id, session.headers.get("agi_channel", ""))
        try:
            await self._attend(call, channel_for)
        finally:
            self._tolls.forget(call.id)
            self._rings.forget(call.id)
            self._holds.forget(call.id)
            if self._places is not None:
                self._places.forget(call.id)
            if self._tapes:
                self._tapes.forget(call.id)
