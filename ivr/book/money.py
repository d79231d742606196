"""Tables of money that operators and authorities change, so that people can edit them: ``dialplans/vat.yaml``, the tax
of each territory, and ``dialplans/steps.yaml``, the prices that AF2M lets a tariff have.

IVR426  a price that is no step of the table

Each entry says where it was read and whether that is verified; what is not says so in the reports too.
Source: AF2M, RD SVA 2024, p. 16: every service has one of the steps of AF2M's grid, which was not obtained.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way
from ivr.book.typed import understood
from ivr.book.written import Written
from ivr.values.tariff import Mode, Tariff
from ivr.values.vat import RATES, Rate

VAT = "dialplans/vat.yaml"
STEPS = "dialplans/steps.yaml"

Territory = Literal[
    "metropole",
    "guadeloupe",
    "guyane",
    "martinique",
    "reunion",
    "mayotte",
    "saint-pierre-et-miquelon",
    "wallis-et-futuna",
    "polynesie-francaise",
    "nouvelle-caledonie",
]


class WrittenRate(Written):
    """The tax of one territory, by the name in vat.yaml."""

    percent: Decimal = Field(ge=0, le=100, description="the rate in percent: 8.5")
    source: str = Field(default="", max_length=300, description="where it was read, and when")
    verified: bool = Field(default=False, description="whether somebody read it in a text that binds")


WrittenVat = dict[Territory, WrittenRate]


class WrittenGrid(Written):
    """The prices that a tariff of one mode may have."""

    prices: tuple[Annotated[Decimal, Field(gt=0)], ...] = Field(description="the prices, in euros with taxes: [0.05]")
    source: str = Field(default="", max_length=300, description="where they were read, and when")
    verified: bool = Field(default=False, description="whether somebody held them against AF2M's own grid")


class WrittenSteps(Written):
    """The table steps.yaml."""

    per_minute: WrittenGrid | None = Field(default=None, description="the steps of prices per minute")
    per_call: WrittenGrid | None = Field(default=None, description="the steps of prices per call")

    def of(self, tariff: Tariff) -> WrittenGrid | None:
        """The grid for a tariff, if there is one."""
        return {Mode.PER_MINUTE: self.per_minute, Mode.PER_CALL: self.per_call}.get(tariff.mode)


def rates(directory: Path, read: Callable[[Path], Source], problems: list[Problem]) -> dict[str, Rate]:
    """The tax by territory: what the book's table says, and where it is silent what is known with a source."""
    known: dict[str, Rate] = dict(RATES)
    if (directory / VAT).exists():
        source = read(directory / VAT)
        written = understood(WrittenVat, source, problems)
        for name, one in (written or {}).items():
            known[name] = Rate(one.percent, one.source, one.verified)
    return known


def off_the_steps(
    book: Book,
    directory: Path,
    read: Callable[[Path], Source],
    at: Callable[[str, str, Way], Mark],
    problems: list[Problem],
) -> Iterator[Problem]:
    """Tariffs whose price is none of the steps.  A warning: nobody should be kept from a price by an unread table."""
    if not (directory / STEPS).exists():
        return
    source = read(directory / STEPS)
    steps = understood(WrittenSteps, source, problems)
    for tariff in book.tariffs.values():
        grid = steps.of(tariff) if steps and tariff.surcharged else None
        if grid is None or not grid.prices or tariff.price in grid.prices:
            continue
        near = sorted(grid.prices, key=lambda price: abs(price - tariff.price))[:2]
        each = "a minute" if tariff.mode is Mode.PER_MINUTE else "a call"
        unsure = "" if grid.verified else "; nobody verified that table: ask the operator"
        yield Problem.at(
            at("tariff", tariff.name, (tariff.name, "price")),
            "IVR426",
            f"{tariff.price:.2f} € {each} is no step of {STEPS}",
            f"near are {' and '.join(f'{price:.2f}' for price in sorted(near))}{unsure}",
            severity="warning",
        )
