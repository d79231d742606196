"""Trunks as people write them: the carriers' lines; their passwords are stored by `ivr trunks password`, never here.

IVR474  a trunk that would show a number that costs whoever calls it back, or none to who is called
IVR475  a trunk that wants a password, or to register, and has no user
IVR476  a name that two have whom Asterisk would ring, or who would ring us; see also ivr/book/accounts.py
IVR477  a trunk that takes calls from everywhere, or from what is no network
"""

import ipaddress
from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ivr.book.accounts import wrong_accounts
from ivr.book.written import Written
from ivr.flow.check import Finding
from ivr.flow.node import OR_ONE, one_or_many
from ivr.values.number import parse
from ivr.values.outside import shown
from ivr.values.trunk import Trunk

TRUNKS = "dialplans/trunks.yaml"
HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
USER = r"^([A-Za-z0-9+][A-Za-z0-9_.+-]{1,63})?$"
WIDEST = {4: 8, 6: 16}
"""Bits of a network's address, at least: a wider one is no carrier's."""


class WrittenTrunk(Written):
    """One trunk of trunks.yaml."""

    label: str = Field(description="whose line it is, in words", min_length=1)
    host: str = Field(pattern=HOST, description="the carrier's server: sip.carrier.example")
    port: int | None = Field(default=None, ge=1, le=65535, description="its port [5060; with encrypted: yes, 5061]")
    user: str = Field(
        default="", pattern=USER, description="our account there, if it has a password [none: it knows our address]"
    )
    registers: bool = Field(default=False, description="whether we register there, so that its calls find us")
    sources: Annotated[tuple[str, ...], BeforeValidator(one_or_many)] = Field(
        default=(),
        description="addresses and networks from which its calls come in: 192.0.2.0/28",
        json_schema_extra=OR_ONE,
    )
    encrypted: bool = Field(default=False, description="whether signalling goes by TLS and sound by SRTP (SDES)")
    probed: bool = Field(
        default=True,
        description="whether its server is asked every 15 s if it is there; no: for those that never answer OPTIONS",
    )

    shows: str = Field(
        default="", description="the number shown where a caller's own may not be, nor the one that he dialled"
    )
    shows_callers: bool = Field(
        default=False, description="whether the carrier lets us show the caller's own number to whom he is put through"
    )
    dials: Literal["e164", "national"] = Field(default="e164", description="how numbers are written: +331… or 01…")
    at_once: int = Field(default=10, ge=1, le=1000, description="how many calls may go out at once")
    per_minute: Decimal = Field(default=Decimal("0.10"), ge=0, le=10, description="euros a minute that it charges us")
    cost_a_day: Decimal = Field(
        default=Decimal(50), ge=0, le=100000, description="euros a day after which no more calls go out"
    )

    def value(self, name: str) -> Trunk:
        """The trunk."""
        port = self.port or (5061 if self.encrypted else 5060)
        sources = tuple(str(ipaddress.ip_network(one, strict=False)) for one in self.sources)
        return Trunk(
            name,
            self.host,
            port,
            self.user,
            self.registers,
            sources,
            self.encrypted,
            self.probed,
            shows=shown(parse(self.shows)) if self.shows else "",
            shows_callers=self.shows_callers,
            national=self.dials == "national",
            at_once=self.at_once,
            per_minute=self.per_minute,
            cost_a_day=self.cost_a_day,
        )


def wrong_trunks(trunks: Mapping[str, WrittenTrunk], others: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """What is wrong with trunks; ``others`` are the names that are taken, by what has them: an agent, a group."""
    yield from wrong_accounts(trunks)
    for name, trunk in trunks.items():
        if trunk.registers and not trunk.user:
            hint = f"write the account: user: …, and store its password: ivr trunks password {name}"
            yield Finding("IVR475", (name, "registers"), f'the trunk "{name}" registers, and nobody says as whom', hint)
        if trunk.shows and not shown(found := parse(trunk.shows)):
            message = f'the trunk "{name}" would show {trunk.shows} ({found.family}) to whom we call'
            hint = "who calls it back would pay, or reach nobody: show a fixed, mobile, green or grey number"
            yield Finding("IVR474", (name, "shows"), message, hint)
        for what, names in others.items():
            if name in names:
                hint = "rename one of the two: they are one name to Asterisk"
                yield Finding("IVR476", (name,), f'"{name}" is both {what} and a trunk', hint)
        for place, source in enumerate(trunk.sources):
            if why := _wrong_source(source):
                hint = "write the address of its servers: 192.0.2.5 or 192.0.2.0/28"
                way = (name, "sources", place) if len(trunk.sources) > 1 else (name, "sources")
                yield Finding("IVR477", way, f'calls of the trunk "{name}" cannot come from {source}: {why}', hint)


def _wrong_source(source: str) -> str:
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return "that is no address and no network"
    if network.prefixlen < WIDEST[network.version]:
        return "so wide a network is no carrier's, and whoever is in it would pass for this one"
    return ""
