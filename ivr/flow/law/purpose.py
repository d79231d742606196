"""A surcharged number has a use that its owner declares."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View


def check(view: View) -> Iterator[Found]:
    """The other rules rest on it."""
    for held in filter(lambda one: one.surcharged, view.numbers):
        if held.purpose is None:
            message = f"nobody says what {held.number.display} is for"
            yield Found(Verdict.BROKEN, held, message, "write purpose: information, sales, adult, …")
        else:
            yield Found(Verdict.DECLARED, held, f"{held.number.display} is for {held.purpose}")


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose=None)


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="purpose",
    code="IVR526",
    text="The purpose of a surcharged number is declared.",
    source=f"{RD_SVA}, p. 22 and 23",
    severity="warning",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
