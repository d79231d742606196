"""Who complains does not pay for it."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example, other_owner
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.number import Family, parse

FORBIDDEN = {Family.SURCHARGED, Family.SHORT, Family.ENQUIRIES, Family.OPERATOR, Family.UNKNOWN, Family.EMERGENCY}


def check(view: View) -> Iterator[Found]:
    """A short number may be surcharged, and so is not good enough."""
    for held in view.numbers:
        if held.owner is None or not held.owner.complaints:
            continue
        complaints = held.owner.complaints
        if "@" not in complaints and parse(complaints).family in FORBIDDEN:
            message = f"complaints about {held.number.display} go to {complaints}, which may be surcharged"
            yield Found(Verdict.BROKEN, held, message, "write an e-mail or an ordinary number in owners.yaml", "owner")
        else:
            yield Found(Verdict.HOLDS, held)


def _breaks() -> View:
    """A book that breaks it."""
    return example(owner=other_owner(complaints="0899000004"))


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="complaint-contact",
    code="IVR527",
    text="The contact for complaints is an e-mail or a number that is not surcharged.",
    source=f"{RD_SVA}, p. 17 to 19",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
