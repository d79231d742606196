"""What Asterisk itself measured of a call that has ended, brought to the call that waits for it.

The dialplan's hang-up handler sends it as an event over AMI: an AGI request there would keep a dead channel for as
long as a hung controller keeps its socket.  The event ends no call and bills none by itself; it only tells a call
that has ended on its AGI session, and that we know, when it was answered.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from ivr.asterisk.agi_agents import agent_of
from ivr.asterisk.agi_order import epoch
from ivr.service.ports import Toll

log = logging.getLogger(__name__)

EVENT = "UserEvent"
NAME = "IvrEnded"


class Tolls:
    """Calls that will end, and the reports of those that have."""

    def __init__(self) -> None:
        self._awaited: dict[str, asyncio.Future[Toll]] = {}

    def expect(self, call: str) -> "asyncio.Future[Toll]":
        """The toll of ``call``, once it is reported."""
        future: asyncio.Future[Toll] = asyncio.get_running_loop().create_future()
        self._awaited[call] = future
        return future

    def forget(self, call: str) -> None:
        """Nobody waits for ``call`` any more."""
        self._awaited.pop(call, None)

    def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in an event: ``Call`` is the unique id, ``Answered`` an epoch (0: never), ``Spoken`` milliseconds.

        ``Dialled`` and ``Member`` are who took the last call; ``Waited`` (milliseconds) and ``Place`` are of the last
        wait in a queue.
        """
        if headers.get("UserEvent") != NAME:
            return
        future = self._awaited.get(headers.get("Call", ""))
        if future is not None and not future.done():
            words = (headers.get(name, "") for name in ("Answered", "Spoken", "Dialled", "Member"))
            waited, place = headers.get("Waited", ""), headers.get("Place", "")
            wait = int(waited) / 1000 if waited.isdecimal() else None
            told = replace(toll(*words), waited=wait, place=int(place) if place.isdecimal() else None)
            future.set_result(told)


def toll(answered: str, spoken: str, dialled: str = "", member: str = "") -> Toll:
    """The toll in Asterisk's words: epoch seconds of the answer (0 or nothing: never), milliseconds since.

    ``dialled`` is the channel, ``member`` the name of the agent who took the last call.
    """
    since = epoch(answered)
    if since is None:
        return Toll(None, None)
    try:
        length = timedelta(milliseconds=float(spoken or 0))
    except (ValueError, OverflowError):
        length = timedelta(-1)
    if length < timedelta(0):
        log.warning("toll not understood answered=%r spoken=%r", answered, spoken)
        return Toll(None, None)
    return Toll(since, length, agent_of(dialled), member or None)
