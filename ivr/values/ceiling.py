"""What one caller may spend with us in a calendar month, and what is left of it for one call.

A number that tops out protects the caller's purse: the 2026 edition of AF2M's rules bounds what one user may spend on
special numbers to 300 € a month, and so does the exemption of payment services (50 € an operation, 300 € a month;
CMF, art. L521-3-1).  The edition was read at second hand (facts of 2026-11): the amount stands in the book.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ivr.values.tariff import Mode, Tariff

MOST_A_MONTH = Decimal(300)
LEAST = 60.0  # seconds: who cannot afford a minute is not answered, rather than cut off in his first sentence


@dataclass(frozen=True)
class Ceiling:
    """The ceiling as one number meets it: ``most`` is in euros, ``prompt`` the free message of who has reached it."""

    most: Decimal
    prompt: str
    zone: ZoneInfo
    tariff: Tariff

    def month(self, at: datetime) -> datetime:
        """The first instant of the calendar month of ``at``, on the clocks of the number's zone."""
        local = at.astimezone(self.zone)
        return datetime(local.year, local.month, 1, tzinfo=self.zone)

    @property
    def at_most(self) -> Decimal:
        """What one call may come to."""
        return self.tariff.dearest

    def reached(self, spent: Decimal) -> bool:
        """Whether who has ``spent`` so much this month can pay neither the call nor a minute of it."""
        room = self.room(spent)
        return room is not None and room < LEAST

    def room(self, spent: Decimal) -> float | None:
        """The seconds for which he may be charged; ``None``: as long as he likes, for it costs no more."""
        left = max(Decimal(0), self.most - spent)
        if self.tariff.mode is Mode.PER_MINUTE:
            # Multiplied first, as for the tariff's own limit; whole seconds, so that rounding never goes over.
            return float(left * 60 // self.tariff.price)
        return None if left >= self.tariff.price else 0.0
