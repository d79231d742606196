"""The folder in which Asterisk notes what becomes of its channels: a file a day, kept for a month, read each night."""

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from ivr.ledger.crosschecking import Crosschecked, Seen, crosscheck, read
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.told import HERE

log = logging.getLogger(__name__)

CURRENT = "calls.csv"
"""What Asterisk writes; it opens the file anew for each event, so that it may be moved away at any time."""

KEPT = 35
"""Days after which a file is thrown away."""

AROUND = timedelta(minutes=1)
"""How far around a day the ledger is looked at."""

NIGHT = 4
"""Hour of the day, on the clocks of Paris, at which yesterday is looked at: few calls last from there to here."""

TOLD = 20
"""Differences of a day that go into the log; `ivr crosscheck` tells all."""


class NoWitness(Exception):
    """Nothing that Asterisk noted of that day can be read; the text is one sentence."""


class Witness:
    """Asterisk's word on calls, in ``folder``, beside what the ledger says of them.  Its methods block."""

    def __init__(self, folder: Path, reader: Reader) -> None:
        self._folder = folder
        self._reader = reader

    def check(self, day: date) -> tuple[Crosschecked, int]:
        """What differs between the two of that day (on the clocks of Paris), and how many lines could not be read.

        Raises :class:`NoWitness`, ``BadLedger``.
        """
        begin, end = (_midnight(one) for one in (day, day + timedelta(days=1)))
        texts = self._texts(day)
        if not texts:
            raise NoWitness(
                f"Asterisk has noted nothing of {day}: files of {KEPT} days are in {self._folder} (IVR_EVENTS)"
            )
        # One file after the other is one text: a call over midnight begins in one and ends in the next.
        seen, torn = read("".join(texts))
        # The controller has a call a moment after Asterisk: of one at midnight each may tell another day.
        kept = self._reader.since(begin - AROUND, before=end + AROUND)
        return crosscheck(seen, kept, max(begin, _first(seen, begin)), end), torn

    def turn_over(self, today: date) -> None:
        """Begin a new file, and throw away those of more than :data:`KEPT` days ago.  Raises ``OSError``."""
        current = self._folder / CURRENT
        if current.exists():
            _append(current, self._folder / f"calls-{today - timedelta(days=1)}.csv")
        oldest = f"calls-{today - timedelta(days=KEPT)}.csv"
        for file in self._folder.glob("calls-*.csv"):
            if file.name < oldest:
                file.unlink()

    async def watch(self, now: Callable[[], datetime] = lambda: datetime.now(HERE)) -> None:
        """For ever: each night, begin a new file and tell the log how yesterday's calls agree."""
        while True:
            await asyncio.sleep((_next(now()) - now()).total_seconds())
            today = now().astimezone(HERE).date()
            try:
                await asyncio.to_thread(self.turn_over, today)
                found, _ = await asyncio.to_thread(self.check, today - timedelta(days=1))
            except (NoWitness, BadLedger, OSError) as error:
                log.warning("yesterday's calls were not held against what Asterisk noted: %s", error)
                continue
            for difference in found.differences[:TOLD]:
                log.warning("crosscheck %s", difference)
            log.info("crosscheck agreed=%d differ=%d", found.agreed, len(found.differences))

    def _texts(self, day: date) -> list[str]:
        """What was noted on that day and in the night after it, in order: files begin and end at :data:`NIGHT`."""
        days = (day + timedelta(days=past) for past in (-1, 0, 1))
        files = [*(self._folder / f"calls-{one}.csv" for one in days), self._folder / CURRENT]
        return [file.read_text(encoding="utf-8", errors="replace") for file in files if file.exists()]


def _first(seen: list[Seen], begin: datetime) -> datetime:
    """From when on Asterisk has noted what happens: it may have begun in the middle of the day."""
    return min((call.started for call in seen), default=begin)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=HERE)


def _next(now: datetime) -> datetime:
    """The next night's look."""
    here = now.astimezone(HERE)
    tonight = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight if here < tonight else tonight + timedelta(days=1)


def _append(source: Path, target: Path) -> None:
    """Move ``source`` to ``target``, behind what is there already."""
    if not target.exists():
        source.rename(target)
        return
    moved = source.with_name("turning-over")
    source.rename(moved)
    with target.open("ab") as file:
        file.write(moved.read_bytes())
    moved.unlink()
