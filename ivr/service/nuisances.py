"""Callers noted as a nuisance: by an agent with a key during the talk, by command, over HTTP; never for good.

Who is on the list is treated as each number's policy says; his number is forgotten when its time is over.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ivr.service.live import Live
from ivr.service.ports import Blacklist
from ivr.values.noted import KEPT, Noted
from ivr.values.number import Family, parse

log = logging.getLogger(__name__)

EVENT = "UserEvent"
NAME = "IvrNuisance"
BY_AGENT = "noted by an agent in the talk"
LONGEST = 400  # days


class NoCaller(ValueError):
    """What was given cannot be noted, or is not; the text says why."""


@dataclass(frozen=True)
class Standing:
    """A caller who is on the list."""

    noted: Noted

    def plain(self) -> dict[str, Any]:
        """As JSON wants it."""
        one = self.noted
        since, until = (at.isoformat(timespec="seconds") for at in (one.since, one.until))
        return {"caller": one.caller, "since": since, "until": until, "why": one.why}


class Nuisances:
    """The list, kept by ``blacklist``; ``live`` knows who talks; ``now`` is the callers' clock."""

    def __init__(self, blacklist: Blacklist, live: Live, now: Callable[[], datetime]) -> None:
        self._blacklist = blacklist
        self._live = live
        self._now = now

    def all(self) -> list[Standing]:
        """Everybody on the list, the latest first."""
        return [Standing(one) for one in self._blacklist.noted(self._now())]

    def add(self, caller: str, days: int = KEPT.days, why: str = "noted by hand") -> Standing:
        """Note a caller, in any spelling of his number.  Raises :class:`NoCaller`."""
        number = parse(caller)
        if number.family is Family.EMERGENCY or (known := number.e164 or number.national) is None:
            raise NoCaller(f'"{caller}" is not a number that could call us: write it like 0612345678')
        if not 1 <= days <= LONGEST:
            raise NoCaller(f"a caller is kept from 1 to {LONGEST} days, not {days}")
        now = self._now()
        noted = Noted(known, now, now + timedelta(days=days), why)
        self._blacklist.note(noted)
        log.info("nuisance noted caller=%s days=%d", number.masked, days)
        return Standing(noted)

    def remove(self, caller: str) -> None:
        """Forget a caller.  Raises :class:`NoCaller`."""
        number = parse(caller)
        if not self._blacklist.forget(number.e164 or number.national or caller):
            raise NoCaller(f"{number.masked} is not on the list")
        log.info("nuisance forgotten caller=%s", number.masked)

    async def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in an event: an agent has pressed the key; ``Call`` is the unique id of the caller's channel."""
        if headers.get("UserEvent") != NAME:
            return
        call = next((one for one in self._live.calls if one.id == headers.get("Call")), None)
        if call is None or call.caller.e164 is None:
            log.info("nuisance not noted: %s", "he withholds his number" if call else "the call is not one of ours")
            return
        await asyncio.to_thread(self.add, call.caller.e164, KEPT.days, BY_AGENT)
