"""Destinations as people write them: nobody else outside can be rung from a call.

IVR471  a destination that must not be dialled
IVR472  a destination that is both number and SIP address, or neither
IVR473  a number that no trunk reaches, a SIP address that would go over one, or that is a number at a carrier's server
IVR730  a price of a SIP address, which no trunk's money is spent on
"""

import contextlib
import ipaddress
import re
from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ivr.book.accounts import wrong_accounts
from ivr.book.trunks import WrittenTrunk
from ivr.book.written import Name, Written
from ivr.flow.check import Finding
from ivr.flow.node import OR_ONE, one_or_many
from ivr.values.number import Family, Number, parse
from ivr.values.outside import Destination, refusal

DESTINATIONS = "dialplans/destinations.yaml"
EXTENSION = re.compile(r"0|[1-9][0-9]{0,4}")  # of an exchange, where the plan knows no number of that name
SIP = r"^(sip:[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{2,5})?)?$"

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Special = Literal["free", "plain", "surcharged", "short"]


class WrittenDestination(Written):
    """One destination of destinations.yaml: nothing else outside can be rung."""

    label: str = Field(description="who that is, in words", min_length=1)
    number: str = Field(default="", description="a phone number: 0612345678, +32 470 12 34 56")
    sip: str = Field(default="", pattern=SIP, description="or a SIP address: sip:desk@partner.example")
    trunks: Annotated[tuple[Name, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="by which trunks, the next where one fails", json_schema_extra=OR_ONE
    )
    countries: Annotated[tuple[Country, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the country abroad where it may lie: BE", json_schema_extra=OR_ONE
    )
    allow: Annotated[tuple[Special, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="that it may be a special number of this sort, at its price", json_schema_extra=OR_ONE
    )
    per_minute: Decimal | None = Field(
        default=None, ge=0, le=10, description="euros a minute that it costs us [as its trunk says]"
    )

    def value(self, name: str) -> Destination:
        """The destination, its number in E.164 where it has one."""
        number = parse(self.number) if self.number else None
        dialled = (number.e164 or number.national or "") if number else ""
        return Destination(name, dialled, self.sip, self.trunks, self.per_minute)


def wrong_destinations(
    destinations: Mapping[str, WrittenDestination],
    trunks: Mapping[str, WrittenTrunk],
    known: Set[str],
    others: Mapping[str, Set[str]],
) -> Iterator[Finding]:
    """What must not be dialled, and what cannot be; ``known`` are the names of all trunks, ``others`` names taken."""
    yield from wrong_accounts(destinations)
    plain: dict[str, str] = {}
    for name, one in destinations.items():
        if (other := plain.setdefault(name.replace("-", ""), name)) != name:
            # Source: Asterisk 22, main/pbx.c, ext_cmp_exten: hyphens of an extension are not looked at.
            message = f'"{other}" and "{name}" differ only by hyphens, over which Asterisk reads'
            yield Finding("IVR476", (name,), message, "rename one of the two: it would ring the other")
        if bool(one.number) == bool(one.sip):
            message = f'"{name}" has {"both a number and" if one.number else "neither a number nor"} a SIP address'
            yield Finding("IVR472", (name,), message, "write one of the two")
        elif (number := parse(one.number) if one.number else _number(one.sip)) and not _carrier(one.sip, trunks):
            allowed = frozenset(Family(family) for family in one.allow)
            if why := refusal(number, frozenset(one.countries), allowed):
                hint = "choose another number; countries: or allow: of the destination say what may be"
                yield Finding(
                    "IVR471", (name, "sip" if one.sip else "number"), f'"{name}" cannot be dialled: {why}', hint
                )
        if one.sip and one.per_minute:
            message = f'"{name}" is a SIP address, and what it costs would be counted by no trunk'
            hint = "delete per_minute; or write it so: number: …, trunks: …, whose ceilings hold"
            yield Finding("IVR730", (name, "per_minute"), message, hint)
        if one.number and not one.trunks and not one.sip:
            yield Finding("IVR473", (name,), f'no trunk reaches "{name}"', "write by which: trunks: NAME")
        if one.sip and one.trunks:
            hint = "delete trunks: it is dialled at its own address"
            yield Finding("IVR473", (name, "trunks"), f'"{name}" is a SIP address, to which no trunk leads', hint)
        if carrier := _carrier(one.sip, trunks):
            message = f'"{name}" is a number at the server of the trunk "{carrier}", dialled past all that is looked at'
            yield Finding("IVR473", (name, "sip"), message, f"write it so: number: …, trunks: {carrier}")
        for trunk in one.trunks:
            if trunk not in known:
                message = f'there is no trunk "{trunk}"'
                yield Finding("IVR201", (name, "trunks"), message, name=trunk, known=frozenset(known))
            elif trunk in trunks and not trunks[trunk].shows:
                message = f'"{name}" would be called over the trunk "{trunk}", which has no number to show'
                yield Finding("IVR474", (name, "trunks"), message, f"write it in trunks.yaml: {trunk}: shows: 01…")
        for what, names in others.items():
            if name in names:
                hint = "rename one of the two: a transfer could not tell them apart"
                yield Finding("IVR476", (name,), f'"{name}" is both {what} and a destination', hint)


def _number(sip: str) -> Number | None:
    """The number that a SIP address is: whatever its host, an exchange there may dial it.  ``None``: it is a name, or
    short and no number of the plan, as extensions are.
    """
    user = sip.removeprefix("sip:").partition("@")[0].replace("_", "")
    if not re.fullmatch(r"[+]?[0-9.-]*[0-9][0-9.-]*", user, re.ASCII):
        return None
    plain = user.lstrip("+0.-")
    if (bare := parse(plain)).family is Family.EMERGENCY:
        return bare  # behind the 0 for a line
    number = parse(user)
    return None if number.family is Family.UNKNOWN and EXTENSION.fullmatch(user) else number


def _carrier(sip: str, trunks: Mapping[str, WrittenTrunk]) -> str | None:
    """The trunk at whose server a SIP address is a number: nobody would look at its price, nor count what it costs."""
    user, _, rest = sip.removeprefix("sip:").partition("@")
    host = rest.partition(":")[0].lower().rstrip(".")
    if re.fullmatch(r"[+]?[0-9._-]+", user):
        for name, trunk in trunks.items():
            if host == trunk.host.lower().rstrip(".") or any(_lies_in(host, source) for source in trunk.sources):
                return name
    return None


def _lies_in(host: str, source: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(source, strict=False)
    return False
