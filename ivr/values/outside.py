"""What lies outside: whom callers may be put through to, whose number is shown there, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ivr.values.call import Call
from ivr.values.number import Family, Number

# Whom a caller may be put through to without anybody saying more.  Special and short numbers not: each is a way to earn
# on our bill; nor what no plan knows.  What may be allowed one by one is in `ALLOWABLE`.
DIALLABLE = frozenset({Family.GEOGRAPHIC, Family.MOBILE, Family.NON_GEOGRAPHIC, Family.OVERSEAS})
ALLOWABLE = frozenset({Family.FREE, Family.PLAIN, Family.SURCHARGED, Family.SHORT})

# What may be shown as a caller's number: never one at which calling back costs a surcharge (AF2M, RD SVA 2024, p. 20).
SHOWABLE = DIALLABLE | {Family.FREE, Family.PLAIN, Family.FOREIGN}


@dataclass(frozen=True)
class Destination:
    """Somebody outside who can be rung: by ``number``, as it is dialled, over the first of ``trunks`` that works, or at
    a ``sip`` address.  ``per_minute``: euros that it costs us, ``None``: as the trunk says.
    """

    name: str
    number: str = ""
    sip: str = ""
    trunks: tuple[str, ...] = ()
    per_minute: Decimal | None = None

    @property
    def dialled(self) -> str:
        """The number, or what stands before the @ of the address: exchanges take digits there for a number."""
        return self.number or self.sip.removeprefix("sip:").partition("@")[0]

    @property
    def ways(self) -> tuple[str, ...]:
        """The accounts of Asterisk by which it is reached."""
        return self.trunks or (self.name,)


@dataclass(frozen=True)
class Outside:
    """What one call needs to know of it: by which accounts each destination is reached, what of the ``caller``'s number
    may be shown there, and what of the number that he dialled, our ``own``.
    """

    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    caller: str = ""
    own: str = ""


def outside(destinations: Mapping[str, Destination], call: Call) -> Outside:
    """What lies outside, for one call."""
    ways = {name: one.ways for name, one in destinations.items()}
    return Outside(ways, shown(call.caller), shown(call.dialled)) if ways else Outside()


def shown(number: Number) -> str:
    """A number if it may be shown to whom is called: not one that hides, nor one that costs whoever calls it back."""
    return (number.e164 or "") if number.family in SHOWABLE and callable_abroad(number) else ""


def callable_abroad(number: Number) -> bool:
    """Whether a number is ours, which our plan judges, or a plain one abroad or overseas."""
    return (
        number.family not in (Family.FOREIGN, Family.OVERSEAS) or number.national is not None or number.is_plain_abroad
    )


def refusal(number: Number, countries: frozenset[str] = frozenset(), allowed: frozenset[Family] = frozenset()) -> str:
    """Why a number may not be dialled from a call, in words; empty: it may.

    ``countries`` are ISO codes of countries abroad that are allowed, ``allowed`` families of special numbers.
    """
    if number.family is Family.EMERGENCY:
        return "it is an emergency number: who needs help dials it himself, and is located by his own line"
    if number.family is Family.FOREIGN:
        country = number.country or "an unknown country"
        if country not in countries:
            return f"it lies in {country}, which is not among the countries allowed"
    if not callable_abroad(number):
        return f"it is no fixed or mobile number of {number.country or 'any country'}, and may cost any price"
    if number.family is Family.FOREIGN:
        return ""
    if number.families & (DIALLABLE | allowed):
        return ""
    if number.families & ALLOWABLE:
        return f"it is {number.family}, and only fixed and mobile numbers can be dialled from a call unless allowed"
    return f"it is {number.family}, which nobody can be put through to"
