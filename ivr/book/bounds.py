"""``dialplans/caps.yaml`` and ``dialplans/profiles.yaml``: what numbers may cost, and what countries demand of a call
that costs more than others.  Both may be left out; what they do not say is as shipped (``ivr/values/tariff.py`` and
``ivr/values/profile.py``).

IVR631  a cap above the shipped one, without a text that was read        IVR632  a cap above the shipped one
IVR633  France made laxer than its law        IVR634  a country that does not say its name or language
IVR635  an announcement longer than it may be

Caps rest on secondary sources, so who has read a text that binds may raise one, and is told of it at each check.  The
announcement, its length, its beep, 24 € and 30 minutes were read in the texts: they can be made stricter only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.book.typed import understood
from ivr.book.written import Written
from ivr.values.profile import PROFILES, Profile
from ivr.values.tariff import CAPS, Cap, Mode, cap_of

CAPS_FILE = "dialplans/caps.yaml"
PROFILES_FILE = "dialplans/profiles.yaml"

Price = Annotated[Decimal, Field(gt=0)]
Seconds = Annotated[float, Field(ge=0, le=60)]
_SOURCE = "where it was read, and when"
_VERIFIED = "whether somebody read it in a text that binds"


class WrittenCap(Written):
    """The most that numbers may cost, by their first digits."""

    per_minute: Price | None = Field(default=None, description="euros a minute, taxes included; left out: as shipped")
    per_call: Price | None = Field(default=None, description="euros a call, taxes included; left out: as shipped")
    source: str = Field(default="", max_length=300, description=_SOURCE)
    verified: bool = Field(default=False, description=_VERIFIED)

    def value(self, shipped: Cap) -> Cap:
        """The cap, with what is not written from the one that is ``shipped`` for these digits."""
        known = Cap(self.per_minute or shipped.per_minute, self.per_call or shipped.per_call)
        return replace(known, source=self.source or shipped.source, verified=self.verified)


def _are_digits(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ValueError('write the first digits of the numbers, as dialled in France: "089"')
    return text


WrittenCaps = dict[Annotated[str, AfterValidator(_are_digits)], WrittenCap]


class WrittenThreshold(Written):
    """The prices up to which nothing need be announced."""

    per_minute: Decimal = Field(ge=0, description="for prices per minute")
    per_call: Decimal = Field(ge=0, description="for prices per call")


class WrittenCut(Written):
    """The longest call above a price per minute."""

    above: Decimal = Field(ge=0, description="for prices per minute above this; 0: for all")
    minutes: Annotated[Decimal, Field(gt=0, le=1440)] = Field(description="minutes after which the call is cut")

    def value(self) -> tuple[Decimal, timedelta]:
        return self.above, timedelta(minutes=float(self.minutes))


class WrittenProfile(Written):
    """What one country demands, by its name: fr.  What is left out is as shipped."""

    country: str = Field(default="", max_length=60, description="the country, in words: Germany")
    language: Literal["fr", "de", "es"] | None = Field(default=None, description="in which the price is announced")
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$", description="of its amounts: CHF")
    free_up_to: WrittenThreshold | None = Field(default=None, description="prices that need no announcement")
    at_least: Seconds | None = Field(default=None, description="seconds: the shortest announcement, beep included")
    at_most: Seconds | None = Field(default=None, description="seconds: the longest announcement, beep included")
    gap: Annotated[float, Field(ge=0, le=30)] = Field(
        default=0, description="seconds between the price and the charge, at least"
    )
    beep: bool = Field(default=False, description="whether a beep marks where the charge begins")
    skip: Literal["#", ""] = Field(default="", description='the key that ends the announcement early; "": none')
    most_a_minute: Price | None = Field(default=None, description="what a minute may cost at most")
    most_per_call: Price | None = Field(default=None, description="what a price per call may be at most")
    most_in_all: Price | None = Field(default=None, description="what one call may come to: there it is cut")
    cuts: tuple[WrittenCut, ...] = Field(default=(), description="the longest calls, each above a price per minute")
    free_queue: bool = Field(default=False, description="whether waiting may not be charged by the minute")
    missing: tuple[str, ...] = Field(default=(), description="what nobody has looked up yet, in words")
    source: str = Field(default="", max_length=300, description=_SOURCE)
    verified: bool = Field(default=False, description=_VERIFIED)

    def value(self, name: str) -> Profile:
        """The profile, with what is not written from the one that is shipped under this name, if any."""
        said: dict[str, Any] = {field: getattr(self, field) for field in self.model_fields_set}
        if self.free_up_to is not None:
            said["free_up_to"] = self.free_up_to.per_minute, self.free_up_to.per_call
        if "cuts" in said:
            said["cuts"] = tuple(cut.value() for cut in self.cuts)
        shipped = PROFILES.get(name, Profile(name, "", "", ""))
        return replace(shipped, **said)


def _is_country(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", text):
        raise ValueError("write the two small letters of the country: de")
    return text


WrittenProfiles = dict[Annotated[str, AfterValidator(_is_country)], WrittenProfile]


@dataclass(frozen=True)
class Bounds:
    """What holds in a book: caps by first digits, profiles by name."""

    caps: Mapping[str, Cap]
    profiles: Mapping[str, Profile]


SHIPPED = Bounds(CAPS, PROFILES)


def bounds(directory: Path, read: Callable[[Path], Source], problems: list[Problem]) -> Bounds:
    """The book's own tables over those that are shipped; of what is wrong in them the shipped one holds."""
    return Bounds(
        {**CAPS, **dict(_caps(directory / CAPS_FILE, read, problems))},
        {**PROFILES, **dict(_profiles(directory / PROFILES_FILE, read, problems))},
    )


def _caps(path: Path, read: Callable[[Path], Source], problems: list[Problem]) -> Iterator[tuple[str, Cap]]:
    source = read(path) if path.exists() else None
    written = understood(WrittenCaps, source, problems) if source else None
    for digits, entry in (written or {}).items():
        shipped = cap_of(digits) or Cap()
        cap = entry.value(shipped)
        for mode in (Mode.PER_MINUTE, Mode.PER_CALL):
            most, usual = cap.of(mode), shipped.of(mode)
            if source is None or most is None or usual is None or most <= usual:
                continue
            each = "a minute" if mode is Mode.PER_MINUTE else "a call"
            message = f"{most} € {each} for {digits} is above the cap that is known, {usual} €"
            mark = _mark(source, (digits, mode.value))
            if entry.verified and entry.source:
                hint = f"keep it only if {entry.source} says so: callers are charged by it"
                problems.append(Problem.at(mark, "IVR632", message, hint, severity="warning"))
            else:
                hint = "lower it, or write which text says so as source, and verified: yes"
                problems.append(Problem.at(mark, "IVR631", message, hint))
        yield digits, cap


def _profiles(path: Path, read: Callable[[Path], Source], problems: list[Problem]) -> Iterator[tuple[str, Profile]]:
    source = read(path) if path.exists() else None
    written = understood(WrittenProfiles, source, problems) if source else None
    for name, entry in (written or {}).items():
        if source is None:
            continue
        profile = entry.value(name)
        if not profile.country or not profile.language:
            lacks = "language" if profile.country else "country"
            message = f'the profile "{name}" does not say its {lacks}'
            problems.append(Problem.at(_mark(source, (name,)), "IVR634", message, f"add {lacks}: to it"))
            continue
        if profile.at_least is not None and profile.at_most is not None and profile.at_least >= profile.at_most:
            field = "at_least" if "at_least" in entry.model_fields_set else "at_most"
            message = (
                f'no announcement of "{name}" can last {profile.at_least:g} s or more, and {profile.at_most:g} or less'
            )
            problems.append(Problem.at(_mark(source, (name, field)), "IVR635", message, "have at_least below at_most"))
            continue
        laxer = list(profile.looser()) if profile.french else []
        for field, wanted in laxer:
            message = f"{field} would be laxer than the law of France"
            hint = f"write {wanted} ({PROFILES[name].source}); a change of the law is a new version of this program"
            problems.append(Problem.at(_mark(source, (name, field)), "IVR633", message, hint))
        if not laxer:
            yield name, profile


def _mark(source: Source, way: Way) -> Mark:
    return mark_of(source.tree, way) if source.tree else Mark(source.file)
