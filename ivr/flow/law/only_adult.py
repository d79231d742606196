"""0895 is for adult content, so that it can be blocked."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """By what the owner declares."""
    for held in view.numbers:
        if (held.number.national or "").startswith("0895"):
            if held.purpose is Purpose.ADULT:
                yield Found(Verdict.HOLDS, held)
            else:
                message = f"{held.number.display} is an 0895 number, and its purpose is not adult"
                yield Found(Verdict.BROKEN, held, message, "write purpose: adult, or use another range", "purpose")


def _breaks() -> View:
    """A book that breaks it."""
    return example(number="0895000001")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0895000001", purpose="adult")


RULE = Rule(
    id="only-adult",
    code="IVR506",
    text="0895 has adult content only.",
    source=f"{RD_SVA}, p. 23 and 28",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
