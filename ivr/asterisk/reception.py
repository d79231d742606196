"""Where sessions come in: a call is handed to the service with its channel."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.arrival import arrival
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.tolls import Tolls
from ivr.service.library import Release
from ivr.service.ports import Channel
from ivr.values.call import Call

Attend = Callable[[Call, Callable[[Release], Channel]], Awaitable[None]]


class Reception:
    """The body of every FastAGI session; ``now`` is the callers' clock, ``tolls`` what the exchange reports."""

    def __init__(self, attend: Attend, tolls: Tolls, now: Callable[[], datetime]) -> None:
        self._attend = attend
        self._tolls = tolls
        self._now = now

    async def __call__(self, session: AgiSession) -> None:
        """Serve one call."""
        call = arrival(session.headers, datetime.now(UTC))
        toll = self._tolls.expect(call.id)

        def channel_for(release: Release) -> Channel:
            return AgiChannel(session, Speaker(call.language, release.voice, self._now), toll)

        try:
            await self._attend(call, channel_for)
        finally:
            self._tolls.forget(call.id)
