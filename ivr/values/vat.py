"""The value-added tax in the price of a call, by the territory of its caller.

The price with taxes is the same for every caller; what is in it is not: the tax is that of the place where the call is
billed, and so what is left without it differs.  A caller who hides his number, calls from abroad, or has a number
that names no territory counts as metropolitan.  Those of Saint-Martin and Saint-Barthélemy count as Guadeloupe, whose
numbers they have, though this tax is not levied there.
Source: Arcep, decision 2014-1103 (30 September 2014), as told by lexing.law, for the territory; the rates lie in
``dialplans/vat.yaml``, each with the text in which it was read, and those that nobody verified are marked there and
wherever they are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from ivr.values.number import Number
from ivr.values.tariff import CENT, Money

METROPOLE = "metropole"

# By ISO code, as numbers name their territory.
TERRITORIES: Mapping[str, str] = MappingProxyType(
    {
        "GP": "guadeloupe",
        "GF": "guyane",
        "MQ": "martinique",
        "RE": "reunion",
        "YT": "mayotte",
        "PM": "saint-pierre-et-miquelon",
        "WF": "wallis-et-futuna",
        "PF": "polynesie-francaise",
        "NC": "nouvelle-caledonie",
    }
)


@dataclass(frozen=True)
class Rate:
    """A rate in percent, where it is written, and whether somebody read it in a text that binds."""

    percent: Decimal
    source: str = ""
    verified: bool = False


_CODE = "code général des impôts, art."
_USUAL = f"{_CODE} 278 (doctrine.fr, version in force since 1 January 2014; read 2026-11)"
_LOWER = f"{_CODE} 296, 1° b (juriblio.fr; BOI-TVA-GEO-20-10 of 5 June 2019, § 10, bofip.impots.gouv.fr; read 2026-11)"
_NONE = f"{_CODE} 294, 1 (legifrance.gouv.fr, version of 13 December 2024)"

# What holds where a book has no table of its own: the rates with a source.
RATES: Mapping[str, Rate] = MappingProxyType(
    {
        METROPOLE: Rate(Decimal("20"), _USUAL, verified=True),
        "guadeloupe": Rate(Decimal("8.5"), _LOWER, verified=True),
        "martinique": Rate(Decimal("8.5"), _LOWER, verified=True),
        "reunion": Rate(Decimal("8.5"), _LOWER, verified=True),
        "guyane": Rate(Decimal("0"), _NONE, verified=True),
        "mayotte": Rate(Decimal("0"), _NONE, verified=True),
    }
)


def territory(caller: Number) -> str:
    """Where a caller's calls are billed, by his number: the name in the table of rates."""
    overseas = caller.territory
    return TERRITORIES.get(overseas.iso, METROPOLE) if overseas else METROPOLE


def without_tax(taxed: Money, percent: Decimal) -> Money:
    """What is left of an amount without its tax, rounded half-up to the cent, once: so of a sum, not of its parts."""
    return Money((taxed.amount * 100 / (100 + percent)).quantize(CENT, ROUND_HALF_UP), taxed.currency)
