"""The files of a book other than its flows and calendars, as people write them, and the values they become."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ivr.flow.taping import Recording
from ivr.values.call import FIRST
from ivr.values.number import parse
from ivr.values.plan import Family
from ivr.values.purpose import Purpose
from ivr.values.tariff import CENT, Mode, Tariff

TAG = r"^[a-z]{2}(-[A-Z]{2})?$"
"""A language, or its variant of a country (RFC 5646): the name of its file of texts, and of its folder of sounds."""
NAME = r"[a-z][a-z0-9-]{0,40}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]


def _is_sayable(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(
            "a text is said as it is written, and nobody fills a place in braces;"
            " make prompts of what stands before and after it, and write in the flow:"
            " prompt: [BEFORE, {note: NOTE, spoken: amount, otherwise: PROMPT}, AFTER]"
        )
    return text


PromptText = cast("type[str]", Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_is_sayable)])


class Written(BaseModel):
    """Nothing but the keys that are known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_number(text: str) -> str:
    found = parse(text)
    if found.e164 is None and found.national is None:
        raise ValueError("that is not a phone number; write it as it is dialled: 0145000000")
    return text


class WrittenPeriod(Written):
    """From when on a number has a tariff."""

    tariff: Name = Field(description="the tariff in tariffs.yaml")
    since: date | None = Field(
        default=None, alias="from", description="the first day on which it holds: 2027-01-01; left out: from the start"
    )
    entered: date | None = Field(
        default=None, description="the day on which the operator entered the change into the database RSVA"
    )


class WrittenNumber(Written):
    """One number of numbers.yaml."""

    label: str = Field(description="the service, in words", min_length=1, max_length=226)
    tariff: Name | Annotated[tuple[WrittenPeriod, ...], Field(min_length=1)] = Field(
        description="the tariff in tariffs.yaml, or a list of tariffs, each from a day on"
    )
    flow: Name = Field(description="the flow that answers")
    family: Literal["free", "plain", "surcharged"] | None = Field(
        default=None, description="for short numbers only, which have one each; others have that of their digits"
    )
    language: str = Field(
        default=FIRST, pattern=TAG, description="the language in which its calls begin: fr-BE; its price is told so too"
    )
    owner: Name | None = Field(default=None, description="whose number it is, by the name in owners.yaml")
    purpose: Purpose | None = Field(default=None, description="what it is for, as its owner declares it")
    description: str = Field(
        default="", description="the entry in the directory of special numbers: French, no advertising", max_length=226
    )
    connects: Annotated[str, AfterValidator(_is_number)] | None = Field(
        default=None, description="of a connection service: the outside number that callers are put through to"
    )
    ceiling: Name = Field(
        default="default", description="what one caller may spend a month, by the name in ceilings.yaml"
    )
    warn_before: float | None = Field(
        default=None,
        ge=5,
        le=300,
        description="seconds before a limit cuts a conversation: then the caller is warned",
    )
    warn_prompt: str = Field(default="limit-warning", description="the prompt that warns him, where warn_before is set")
    announcement: Literal["self", "operator", "always"] = Field(
        default="self",
        description="who says the free announcement of the price: we where the law wants it, the operator before us, "
        "or we always, also that a number is free or at the price of a plain call",
    )
    profile: Name = Field(
        default="fr", description="the country whose law says how the price is announced, by its name in profiles.yaml"
    )
    exempt: Literal["professionals", "machines"] | None = Field(
        default=None,
        description="why the law wants no announcement: only professional callers, or machines under written contract",
    )
    announce_name: str = Field(
        default="", max_length=60, description="a name said in front of the price, 3 s at most: Chaleur et Compagnie"
    )
    announce_english: bool = Field(default=False, description="whether the price is said in English too, after French")
    nuisance: Name | None = Field(
        default=None, description="what is done with callers who trouble us, by the name in nuisance.yaml"
    )
    music: Name | None = Field(
        default=None,
        description="the class of music on hold, a folder of prompts/music, where neither flow nor queue names one",
    )
    recording: Recording | None = Field(
        default=None, description="how all its conversations with agents are recorded; left out: they are not"
    )
    park_wait: float = Field(
        default=90,
        ge=10,
        le=600,
        description="seconds for which whom an agent has parked waits, before the phone of that agent rings again",
    )
    unanswered_limit: float = Field(
        default=30, ge=25, le=180, description="seconds for which the number's carrier bears an unanswered call"
    )

    @cached_property
    def periods(self) -> tuple[WrittenPeriod, ...]:
        """Its tariffs, in the order in which they are written."""
        return (WrittenPeriod(tariff=self.tariff),) if isinstance(self.tariff, str) else self.tariff

    @property
    def declared(self) -> Family | None:
        """The family that is written, for a number whose digits do not tell it."""
        return Family(self.family) if self.family else None


class WrittenTariff(Written):
    """One tariff of tariffs.yaml."""

    mode: Mode = Field(description="free, plain, per_call or per_minute")
    price: Decimal | None = Field(default=None, description="euros, taxes included: 0.80", gt=0)
    payout: Decimal | None = Field(
        default=None,
        ge=0,
        description="what the operator hands on to the owner, in euros, for a call or a minute as the price is",
    )

    @model_validator(mode="after")
    def _fits(self) -> "WrittenTariff":
        priced = self.mode in (Mode.PER_CALL, Mode.PER_MINUTE)
        if priced and self.price is None:
            raise ValueError(f"a tariff {self.mode} needs a price")
        if not priced and self.price is not None:
            raise ValueError(f"a tariff {self.mode} has no price")
        if self.price is not None and self.price % CENT:
            raise ValueError("a price is in whole cents: the law knows no fractions of a cent")
        if self.payout is not None and not priced:
            raise ValueError(f"a tariff {self.mode} pays nothing out")
        if self.payout is not None and self.price is not None and self.payout > self.price:
            raise ValueError(f"a payout of {self.payout} € is more than the price; write what the operator pays")
        return self

    def value(self, name: str) -> Tariff:
        return Tariff(name, self.mode, self.price or Decimal(0), self.payout)
