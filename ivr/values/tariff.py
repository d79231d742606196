"""What a call costs its caller, what must be announced first, and where the law cuts it off.

The price of a special number has two parts since 1 October 2015 (C+S): C, the caller's normal price of a call to
a French fixed number, which we neither know nor charge, and S, the price of the service, which is what this file
is about.  S is either per call, or per minute billed by the second from the first second without a set-up charge;
never both, whole cents, the same at every hour of every day.
Sources: Arcep, "Les numéros 08 et les numéros courts" (arcep.fr, read 2026-11); whole cents, taxes included: lexing.law
on the same reform, a secondary source; 24 € and 30 minutes: AF2M, RD SVA 2024 (1 May 2024), p. 16.  The caps are
verified by nobody: see ``CAPS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType

CENT = Decimal("0.01")

# The most that one call may cost, and the longest call above a price per minute.  Source: RD SVA 2024, p. 16.
MOST_A_CALL = Decimal(24)
LONG_CALL = timedelta(minutes=30)
LONG_CALL_ABOVE = Decimal("0.20")


@dataclass(frozen=True, order=True)
class Money:
    """An amount with its currency; never a float."""

    amount: Decimal
    currency: str = "EUR"

    def __str__(self) -> str:
        sign = "€" if self.currency == "EUR" else self.currency
        return f"{self.amount:.2f} {sign}"


FREE_OF_CHARGE = Money(Decimal("0.00"))


class Mode(StrEnum):
    """How the service part of a call is charged."""

    FREE = "free"  # neither the call nor the service costs anything
    PLAIN = "plain"  # the call at its normal price, the service free
    PER_CALL = "per_call"
    PER_MINUTE = "per_minute"


@dataclass(frozen=True)
class Tariff:
    """A way to charge a call: ``price`` is in euros, taxes included, 0 for free and plain.

    ``payout`` is what the operator hands on to the owner, for a call or a minute as the price is; ``None``: not known.
    ``most`` is what one call may come to (``None``: no end), and ``cuts`` are the longest calls, each above a price per
    minute: those of France, until the profile of a number has said more.
    """

    name: str
    mode: Mode
    price: Decimal = Decimal(0)
    payout: Decimal | None = None
    most: Decimal | None = MOST_A_CALL
    cuts: tuple[tuple[Decimal, timedelta], ...] = ((LONG_CALL_ABOVE, LONG_CALL),)

    @property
    def surcharged(self) -> bool:
        """Whether the law wants the free announcement before the answer."""
        return self.mode in (Mode.PER_CALL, Mode.PER_MINUTE)

    @property
    def limit(self) -> timedelta | None:
        """The longest that a call may be charged, in whole seconds; ``None`` where the law sets no end.

        In France 24 € a call, and 30 minutes where a minute costs more than 0.20 €.  Counted from the answer.
        Source: RD SVA 2024, p. 16.
        """
        if self.mode is not Mode.PER_MINUTE:
            return None
        ends = [longest for above, longest in self.cuts if self.price > above]
        if self.most is not None:
            # Multiplied first: 24 / 0.18 has no last digit, and rounding it would take a second off the limit.
            ends.append(timedelta(seconds=int(self.most * 60 // self.price)))
        return min(ends, default=None)

    @property
    def dearest(self) -> Decimal:
        """What one call comes to that is charged for as long as the law lets it be."""
        return self.charge(self.limit or timedelta(0)).amount

    def charge(self, spoken: timedelta | None) -> Money:
        """What the caller owes for a call answered for ``spoken``; ``None`` means that it was never answered.

        Per call: the price, once answered.  Per minute: by the second begun, from the first second, rounded
        half-up to the cent, once.  Never negative, and never above what a call may cost, however it is priced: an
        exchange that cuts a moment late begins a second that nobody owes.
        Source: Arcep, "Les numéros 08 et les numéros courts" (C+S, 1 October 2015).
        """
        if spoken is None or not self.surcharged:
            return FREE_OF_CHARGE
        amount = self.price if self.mode is Mode.PER_CALL else self.price * billed_seconds(spoken) / 60
        if self.most is not None:
            amount = min(self.most, amount)
        return Money(amount.quantize(CENT, ROUND_HALF_UP))

    def paid_out(self, spoken: timedelta | None) -> Decimal | None:
        """What the operator owes the owner for such a call, in euros, to the hundredth of a cent; ``None``: unknown.

        By the same seconds as the charge.  Not rounded to cents: contracts round the sum of a month, not each call.
        """
        if self.payout is None or not self.surcharged:
            return None
        if spoken is None:
            return Decimal("0.0000")
        exact = self.payout if self.mode is Mode.PER_CALL else self.payout * billed_seconds(spoken) / 60
        return exact.quantize(CENT / 100, ROUND_HALF_UP)


def billed_seconds(spoken: timedelta) -> int:
    """Whole seconds charged for a call answered for ``spoken``: a second begun counts."""
    return max(0, -(-spoken // timedelta(seconds=1)))


@dataclass(frozen=True)
class Cap:
    """The most that numbers which begin alike may cost, in euros, taxes included; ``None``: none was found."""

    per_minute: Decimal | None = None
    per_call: Decimal | None = None
    source: str = ""
    verified: bool = False

    def of(self, mode: Mode) -> Decimal | None:
        """The cap for a price of this mode."""
        return self.per_minute if mode is Mode.PER_MINUTE else self.per_call

    @property
    def nothing(self) -> bool:
        """Whether such numbers may not cost at all."""
        return self.per_minute == self.per_call == 0


_THREE = "three secondary sources that agree (2026-11); Arcep's own table was not read"
_OUT_OF_FREE = "Arcep's decision 2022-1583, § 2.4.9, takes them out of the free range; that they may cost was not found"

# By the first digits of the national form, for books without a table of their own (``dialplans/caps.yaml``).
# Sources: monpetitforfait.com (25 April 2024), inc-conso.fr, and a table of the prices of 08 numbers from 2015 on.
# For 10YT none was found.
CAPS: Mapping[str, Cap] = MappingProxyType(
    {
        "081": Cap(Decimal("0.06"), Decimal("0.15"), _THREE),
        "082": Cap(Decimal("0.20"), Decimal("0.50"), _THREE),
        "089": Cap(Decimal("0.80"), Decimal("3.00"), _THREE),
        "118": Cap(Decimal("0.80"), Decimal("3.00"), "echosdunet.net, on Arcep's decision for 1 August 2021 (2026-11)"),
        "3008": Cap(Decimal(0), Decimal(0), _OUT_OF_FREE),
        "317": Cap(Decimal(0), Decimal(0), _OUT_OF_FREE),
        "3": Cap(Decimal("0.80"), Decimal("3.00"), "inc-conso.fr (cut) and europe1.fr (2015), read 2026-11"),
    }
)


def cap_of(national: str, caps: Mapping[str, Cap] = CAPS) -> Cap | None:
    """The cap of a number in the national form: that of the longest beginning."""
    return next((caps[national[:length]] for length in range(len(national), 0, -1) if national[:length] in caps), None)
