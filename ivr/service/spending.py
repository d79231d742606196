"""What calls that go out cost, trunk by trunk and day by day, and the end of it: who has spent his day's money calls no
more until midnight.

The exchange tells of each call that begins and ends; what it cost is reckoned by the second at the price of the book
and kept.  A call in progress counts with what it has cost so far, from its first ring on, so the ceiling is late by
the period of a look, and no talk is cut; one whose end nobody told, as the exchange died or could not reach us, counts
for as long as it can have lasted, and no longer.  The exchange itself refuses to dial over a trunk whose money is
spent, by the instant that we write down there: it does so also when we are dead.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from ivr.book.book import Book
from ivr.values.trunk import Spent

log = logging.getLogger(__name__)

PERIOD = 5.0  # seconds between two looks
NAME = "IvrOutside"
LONGEST = timedelta(hours=5)  # the dial plan ends every call after four (LONGEST_CALL)
ZONE = ZoneInfo("Europe/Paris")  # whose midnight ends a day
CENT = Decimal("0.0001")


class Purse(Protocol):
    """Where it is kept; each method returns when its work is safe."""

    def add_outgoing(self, day: date, trunk: str, spent: Spent) -> None:
        """Add to what a trunk spent on a day."""
        ...

    def outgoing(self, day: date) -> dict[str, Spent]:
        """What each trunk spent on a day."""
        ...


class Exchange(Protocol):
    """Who can refuse to dial over a trunk."""

    async def shut(self, trunk: str, until: datetime | None) -> None:
        """Dial no more over a trunk until an instant; ``None``: dial again.  Raises ``OSError``."""
        ...


@dataclass(frozen=True)
class _Leg:
    """A call that goes out."""

    trunk: str
    to: str
    began: datetime


class Spending:
    """``book`` gives the book in force, ``now`` the time of day, not the callers' clock: carriers have their own."""

    def __init__(self, book: Callable[[], Book], purse: Purse, exchange: Exchange, now: Callable[[], datetime]) -> None:
        self._book = book
        self._purse = purse
        self._exchange = exchange
        self._now = now
        self._legs: dict[str, _Leg] = {}
        self._shut: set[str] = set()
        self._open: set[str] = set()  # as the exchange was told since we began
        self._today: dict[str, Spent] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """The trunks over which nobody calls any more today, one sentence each."""
        return tuple(
            f"{name}: the {self._book().trunks[name].cost_a_day} € of a day are spent, nobody calls out until midnight"
            for name in sorted(self._shut & self._book().trunks.keys())
        )

    def today(self, trunk: str) -> Spent:
        """What a trunk has spent today, as of the last look."""
        return self._today.get(trunk, Spent())

    async def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in an event of the exchange."""
        if headers.get("UserEvent") != NAME:
            return
        leg, trunk, to = headers.get("Leg", ""), headers.get("Way", ""), headers.get("To", "")
        if headers.get("State") == "began":
            self._legs[leg] = _Leg(trunk, to, self._now())
            return
        self._legs.pop(leg, None)
        seconds = headers.get("Seconds", "")
        spoken = int(seconds) if seconds.isascii() and seconds.isdigit() else 0
        if spoken and trunk in self._book().trunks:
            spent = Spent(1, spoken, self._cost(trunk, to, spoken))
            await asyncio.to_thread(self._purse.add_outgoing, self._day(), trunk, spent)
            log.info("called out trunk=%s to=%s seconds=%d cost=%s", trunk, to or "-", spoken, spent.cost)
            await self.look()

    def still(self, alive: Set[str]) -> None:
        """Which calls there are, after a time in which nothing was heard of them: the end of the others was missed, and
        they would cost more for ever.
        """
        for leg in self._legs.keys() - alive:
            del self._legs[leg]

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except OSError as error:
                log.debug("ceilings of trunks wait: %s", error)
            except Exception:
                log.exception("ceilings of trunks could not be looked at")
            await asyncio.sleep(PERIOD)

    async def look(self) -> None:
        """See whose money of the day is spent, and have the exchange know."""
        trunks = self._book().trunks
        self._legs = {name: leg for name, leg in self._legs.items() if self._now() - leg.began < LONGEST}
        self._today = await asyncio.to_thread(self._purse.outgoing, self._day()) if trunks else {}
        for name, trunk in trunks.items():
            under_way = [leg for leg in self._legs.values() if leg.trunk == name]
            so_far = sum((self._cost(name, leg.to, self._seconds(leg)) for leg in under_way), Decimal(0))
            if self.today(name).cost + so_far >= trunk.cost_a_day:
                if name not in self._shut:
                    log.warning("trunk name=%s its %s € of a day are spent: nobody calls out", name, trunk.cost_a_day)
                self._shut.add(name)
                self._open.discard(name)
                # Each time anew: it forgets when it starts.
                await self._exchange.shut(name, self._midnight())
            elif name not in self._open:
                await self._exchange.shut(name, None)
                self._open.add(name)
                self._shut.discard(name)

    def _cost(self, trunk: str, to: str, seconds: int) -> Decimal:
        book = self._book()
        destination = book.destinations.get(to)
        own = destination.per_minute if destination else None
        price = book.trunks[trunk].per_minute if own is None else own
        return (price * seconds / 60).quantize(CENT)

    def _seconds(self, leg: _Leg) -> int:
        return max(0, round((self._now() - leg.began).total_seconds()))

    def _day(self) -> date:
        return self._now().astimezone(ZONE).date()

    def _midnight(self) -> datetime:
        return datetime.combine(self._day() + timedelta(days=1), datetime.min.time(), ZONE)
