"""The files of a book other than its flows and calendars, as people write them, and the values they become."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ivr.values.number import parse
from ivr.values.plan import Family
from ivr.values.purpose import Purpose
from ivr.values.tariff import CENT, Mode, Tariff

NAME = r"[a-z][a-z0-9-]{0,40}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]


class Written(BaseModel):
    """Nothing but the keys that are known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_number(text: str) -> str:
    found = parse(text)
    if found.e164 is None and found.national is None:
        raise ValueError("that is not a phone number; write it as it is dialled: 0145000000")
    return text


class WrittenNumber(Written):
    """One number of numbers.yaml."""

    label: str = Field(description="the service, in words", min_length=1, max_length=226)
    tariff: Name = Field(description="the tariff in tariffs.yaml")
    flow: Name = Field(description="the flow that answers")
    family: Literal["free", "plain", "surcharged"] | None = Field(
        default=None, description="for short numbers only, which have one each; others have that of their digits"
    )
    owner: Name | None = Field(default=None, description="whose number it is, by the name in owners.yaml")
    purpose: Purpose | None = Field(default=None, description="what it is for, as its owner declares it")
    description: str = Field(
        default="", description="the entry in the directory of special numbers: French, no advertising", max_length=226
    )
    connects: Annotated[str, AfterValidator(_is_number)] | None = Field(
        default=None, description="of a connection service: the outside number that callers are put through to"
    )
    unanswered_limit: float = Field(
        default=30, ge=25, le=180, description="seconds for which the number's carrier bears an unanswered call"
    )

    @property
    def declared(self) -> Family | None:
        """The family that is written, for a number whose digits do not tell it."""
        return Family(self.family) if self.family else None


class WrittenTariff(Written):
    """One tariff of tariffs.yaml."""

    mode: Mode = Field(description="free, plain, per_call or per_minute")
    price: Decimal | None = Field(default=None, description="euros, taxes included: 0.80", gt=0)

    @model_validator(mode="after")
    def _fits(self) -> "WrittenTariff":
        priced = self.mode in (Mode.PER_CALL, Mode.PER_MINUTE)
        if priced and self.price is None:
            raise ValueError(f"a tariff {self.mode} needs a price")
        if not priced and self.price is not None:
            raise ValueError(f"a tariff {self.mode} has no price")
        if self.price is not None and self.price % CENT:
            raise ValueError("a price is in whole cents: the law knows no fractions of a cent")
        return self

    def value(self, name: str) -> Tariff:
        return Tariff(name, self.mode, self.price or Decimal(0))


class WrittenAgent(Written):
    """One agent of agents.yaml."""

    label: str = Field(description="who it is, in words", min_length=1)
