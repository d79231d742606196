"""The statement of a month: calls, charges, tax, payouts and refunds by number; pure, from figures of the ledger.

A call belongs to the month in which it began, a refund to the month in which it was given, on the clocks of Paris: so
the statement of a month that is over does not change.  Amounts without tax are worked out from sums, a line at a time,
and totals are sums of lines, so that what is written adds up.  Payouts are summed to the hundredth of a cent and
rounded once a line.  Callers appear by pseudonyms only, which are of no use for another month.
"""

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ivr.values.tariff import CENT, Money
from ivr.values.vat import Rate, without_tax

HERE = ZoneInfo("Europe/Paris")


class BadMonth(ValueError):
    """A month that is none; the text is one sentence."""


@dataclass(frozen=True)
class Month:
    """A month on the clocks of Paris."""

    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> "Month":
        """From ``2026-11``.  Raises :class:`BadMonth`."""
        year, _, month = text.partition("-")
        if len(year) == 4 and len(month) == 2 and (year + month).isdecimal() and 1 <= int(month) <= 12:
            return cls(int(year), int(month))
        raise BadMonth(f'"{text}" is no month: write it like 2026-11')

    @property
    def begin(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=HERE)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=HERE)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True)
class Holder:
    """Whose a number is, by the book: the name of the owner, his company, and what the number is called."""

    owner: str
    company: str
    label: str


NOBODY = Holder("", "", "")


@dataclass
class Line:
    """One number and one rate of tax.  ``territory`` is empty for calls that cost nothing, or were noted without;
    ``percent`` is ``None`` where the rate is not known.  ``unpaid`` counts charged calls whose payout is not known.
    """

    number: str
    holder: Holder
    territory: str
    percent: Decimal | None
    verified: bool
    calls: int = 0
    answered: int = 0
    seconds: int = 0
    taxed: Decimal = Decimal(0)
    exact_payout: Decimal = Decimal(0)
    unpaid: int = 0
    refunds: int = 0
    refunded: Decimal = Decimal(0)

    @property
    def untaxed(self) -> Decimal | None:
        """Without tax; ``None`` where the rate is not known and there is an amount."""
        if self.percent is None:
            return None if self.taxed else Decimal(0)
        return without_tax(Money(self.taxed), self.percent).amount

    @property
    def vat(self) -> Decimal | None:
        return None if self.untaxed is None else self.taxed - self.untaxed

    @property
    def payout(self) -> Decimal:
        """What is known of it."""
        return self.exact_payout.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Statement:
    """A month; ``over`` says whether it is at its end."""

    month: Month
    over: bool
    lines: tuple[Line, ...]
    refunds: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def unverified(self) -> list[str]:
        """Rates that were used and that nobody verified, in words."""
        used = {(one.territory, one.percent) for one in self.lines if one.percent is not None and not one.verified}
        return [f"{territory} {percent.normalize():f} %" for territory, percent in sorted(used) if percent is not None]

    def total(self, name: str) -> Decimal | int:
        """The sum of a column, of what is known of it."""
        return sum((getattr(one, name) or 0 for one in self.lines), start=0)


def statement(
    month: Month,
    now: datetime,
    calls: Iterable[Mapping[Any, Any]],
    refunds: Iterable[Mapping[Any, Any]],
    holders: Mapping[str, Holder],
    rates: Mapping[str, Rate],
    owner: str | None = None,
    number: str | None = None,
) -> Statement:
    """The statement of a month, of all numbers, of those of ``owner``, or of ``number``."""
    lines: dict[tuple[str, str, str | None], Line] = {}

    def wanted(of: str | None) -> bool:
        holder = holders.get(of or "", NOBODY)
        return of is not None and number in (None, of) and owner in (None, holder.owner)

    def line(of: Mapping[Any, Any]) -> Line:
        place, percent = of["territory"] or "", None if of["vat"] is None else Decimal(of["vat"])
        key = (of["number"], place, of["vat"])
        if key not in lines:
            rate = rates.get(place)
            sure = rate is not None and rate.verified and rate.percent == percent
            lines[key] = Line(of["number"], holders.get(of["number"], NOBODY), place, percent, sure)
        return lines[key]

    for call in calls:
        if wanted(call["number"]):
            _count(line(call), call)
    back = tuple(one for one in refunds if wanted(one["number"]))
    for one in back:
        of = line(one)
        of.refunds += 1
        of.refunded += Decimal(one["amount_cents"]).scaleb(-2)
    order = sorted(lines.values(), key=lambda one: (one.holder.owner, one.number, one.territory, one.percent or 0))
    return Statement(month, now >= month.end, tuple(order), tuple({**one} for one in back))


def _count(line: Line, call: Mapping[Any, Any]) -> None:
    line.calls += 1
    if call["answered"] is None:
        return
    line.answered += 1
    line.seconds += call["billed_seconds"]
    line.taxed += Decimal(call["amount_cents"]).scaleb(-2)
    if call["payout"] is not None:
        line.exact_payout += Decimal(call["payout"])
    elif call["amount_cents"]:
        line.unpaid += 1


COLUMNS = (
    *("month", "owner", "company", "number", "label", "territory", "vat_percent", "vat_verified"),
    *("calls", "answered", "charged_seconds", "amount_ttc", "amount_ht", "vat"),
    *("payout", "calls_without_payout", "refunds", "refunded_ttc"),
)


def as_csv(told: Statement) -> str:
    """A line for each number and rate; amounts in euros with a point; nothing for what is not known."""
    rows = [
        (
            str(told.month),
            one.holder.owner,
            one.holder.company,
            one.number,
            one.holder.label,
            one.territory,
            "" if one.percent is None else f"{one.percent.normalize():f}",
            "" if one.percent is None else "yes" if one.verified else "no",
            one.calls,
            one.answered,
            one.seconds,
            f"{one.taxed:.2f}",
            "" if one.untaxed is None else f"{one.untaxed:.2f}",
            "" if one.vat is None else f"{one.vat:.2f}",
            f"{one.payout:.2f}",
            one.unpaid,
            one.refunds,
            f"{one.refunded:.2f}",
        )
        for one in told.lines
    ]
    return written(COLUMNS, rows)


def pseudonyms(month: Month) -> str:
    """For what purpose the key of a month's pseudonyms is derived from the master secret."""
    return f"pseudonym:{month}"


def pseudonym(key: str, caller: str) -> str:
    """What stands for a caller: the same for the same number under the same key, and of no use without it."""
    if caller in ("anonymous", "erased"):
        return caller
    return hmac.new(key.encode(), caller.encode(), hashlib.sha256).hexdigest()[:16]


def callers_csv(calls: Iterable[Mapping[Any, Any]], key: str, numbers: Iterable[str]) -> str:
    """What each caller spent on each number, by pseudonym; in an order that tells nothing of his number."""
    known = set(numbers)
    found: dict[tuple[str, str], list[int]] = {}
    for call in calls:
        if call["number"] in known:
            sums = found.setdefault((pseudonym(key, call["caller"]), call["number"]), [0, 0, 0, 0])
            for place, more in enumerate(
                (1, call["answered"] is not None, call["billed_seconds"], call["amount_cents"])
            ):
                sums[place] += more
    rows = [(*who, *sums[:3], f"{Decimal(sums[3]).scaleb(-2):.2f}") for who, sums in sorted(found.items())]
    return written(("caller", "number", "calls", "answered", "charged_seconds", "amount_ttc"), rows)


def written(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV whose texts no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(one) for one in row] for row in rows])
    return text.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
