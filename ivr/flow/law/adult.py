"""Content that may offend the young has a range of its own."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """By what the owner declares."""
    for held in view.numbers:
        if held.purpose is Purpose.ADULT:
            if held.written and (held.number.national or "").startswith("0895"):
                yield Found(Verdict.HOLDS, held)
            else:
                message = f"{held.number.display} is no 0895 number, and has adult content"
                yield Found(Verdict.BROKEN, held, message, "move the service to a number of 0895", "purpose")


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="adult")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0895000001", purpose="adult")


RULE = Rule(
    id="adult",
    code="IVR505",
    text="Adult content is on 0895 only.",
    source=f"{RD_SVA}, p. 23 and 28",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
