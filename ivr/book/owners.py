"""``dialplans/owners.yaml``: who answers for the numbers; ``dialplans/law.yaml``: rules switched off, by whom and why.

IVR481  a rule in law.yaml that does not exist      IVR482  a switch that has run out: the rule is in force again
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ivr.book.problems import did_you_mean
from ivr.book.written import Written, WrittenNumber
from ivr.flow.law import RULES
from ivr.flow.law.rule import Off
from ivr.flow.law.view import Owner
from ivr.values.number import Family, parse

OWNERS = "dialplans/owners.yaml"
LAW = "dialplans/law.yaml"

# Tells a problem: the way to it, its rule, what is wrong, what to do.
Tell = Callable[[tuple[str, ...], str, str, str], None]


def _is_reachable(text: str) -> str:
    if "@" not in text and parse(text).family in (Family.UNKNOWN, Family.ANONYMOUS):
        raise ValueError("a contact is a phone number or an e-mail; write 0199001234 or service@example.com")
    return text


Contact = Annotated[str, AfterValidator(_is_reachable), Field(max_length=200)]


class WrittenOwner(Written):
    """One owner of owners.yaml.  What is left out the directory will ask for."""

    company: str = Field(min_length=1, max_length=100, description="the name of the company, as callers hear it")
    kind: Literal["company", "administration", "local-authority", "association", "telecom-operator"] = Field(
        default="company", description="what it is before the law; administration: of the State"
    )
    address: str = Field(default="", max_length=200, description="its address")
    contact: Contact | None = Field(
        default=None, description="how it is reached: a number that is not surcharged, or e-mail"
    )
    complaints: Contact | None = Field(default=None, description="where complaints go: not surcharged, or e-mail")

    def value(self, name: str) -> Owner:
        return Owner(name, self.company, self.kind, self.address, self.contact or "", self.complaints or "")


class WrittenOff(Written):
    """One rule of law that is switched off."""

    reason: str = Field(min_length=20, max_length=500, description="why, in a sentence that an inspector may read")
    by: str = Field(min_length=2, max_length=80, description="who answers for it")
    until: date = Field(description="the last day on which it is off: 2027-06-30")

    def value(self) -> Off:
        return Off(self.reason, self.by, self.until)


def wrong_owners(numbers: Mapping[str, WrittenNumber], owners: Iterable[str], tell: Tell) -> None:
    """Tell numbers whose owner nobody described."""
    for written, entry in numbers.items():
        if entry.owner is not None and entry.owner not in owners:
            hint = did_you_mean(entry.owner, owners, "known are")
            tell((written, "owner"), "IVR201", f'there is no owner "{entry.owner}"', hint)


def wrong_rules(names: Iterable[str], tell: Tell) -> None:
    """Tell switches of rules that do not exist."""
    known = [rule.id for rule in RULES]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, "the rules are")
            tell((name,), "IVR481", f'there is no rule "{name}"', hint)
