"""A call from ring to record: choose its flow, drive it, write it down.  Returns whatever happens."""

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ivr.service.attendance import Attendance
from ivr.service.desk import Desk, Office
from ivr.service.drive import drive
from ivr.service.library import Library, Release
from ivr.service.live import Live
from ivr.service.ports import Channel, Ledger
from ivr.service.record import Record
from ivr.values.call import Call, Ending

log = logging.getLogger(__name__)

call_id: contextvars.ContextVar[str] = contextvars.ContextVar("call_id", default="-")

LEDGER_LIMIT = 10.0  # seconds for a record to be safe before we only log it


class Attendant:
    """Attends the calls of one controller, each with the release in force when it came."""

    def __init__(
        self, library: Library, ledger: Ledger, live: Live, office: Office, now: Callable[[], datetime] | None = None
    ) -> None:
        """``now`` is the callers' clock, by which tariffs begin."""
        self._now = now or _utc
        self._library = library
        self._ledger = ledger
        self._live = live
        self._office = office

    async def attend(self, call: Call, channel_for: Callable[[Release], Channel]) -> None:
        """Live through one call.  Never raises but ``CancelledError``, after the record is written."""
        call_id.set(call.id)
        release = self._library.current
        service = release.book.services.get(call.dialled.national or "")
        if service is None:
            # Asterisk only lets the book's numbers in; a reload may have taken this one out.  Its dialplan apologises.
            log.warning("call refused number=%.40r is not in the book", call.dialled.raw)
            return
        call = replace(call, language=service.language)
        log.info("call began number=%s caller=%s", service.number, call.caller.masked)
        self._live.began(call)
        sites, prompts, reaching = release.book.sites, release.book.prompts, service.reaching.keys()
        channel = Desk(call, channel_for(release), self._office, sites, prompts, reaching=reaching)
        attendance = Attendance(call, release, service, self._now(), time.monotonic)
        ending = Ending.SHUTDOWN
        try:
            ending = await drive(attendance.talk(), channel)
        except Exception:
            log.exception("call lost in the driving")
            ending = Ending.FAILED
        finally:
            # Also when we are cancelled: the record of a call that a stop cut off must not be lost.
            try:
                await self._write(attendance, channel, ending)
            finally:
                self._live.ended(call, ending)

    async def _write(self, attendance: Attendance, channel: Desk, ending: Ending) -> None:
        ended = datetime.now(UTC)
        toll = None
        try:
            toll = None if ending is Ending.SHUTDOWN else await channel.toll()
        except Exception:
            log.exception("toll unknown: the exchange could not be asked, our own clock stands in")
        finally:
            await self._keep(attendance.record(toll, ended, ending, channel.tapped))

    async def _keep(self, record: Record) -> None:
        log.info("call ended ending=%s billed=%ds amount=%s", record.ending, record.billed_seconds, record.amount)
        try:
            async with asyncio.timeout(LEDGER_LIMIT):
                await self._ledger.append(record)
        except Exception:
            log.exception("record lost to the ledger, it follows: %s", record)


def _utc() -> datetime:
    return datetime.now(UTC)
