"""The price of being put through does not grow with the talk."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.purpose import Purpose
from ivr.values.tariff import Mode


def check(view: View) -> Iterator[Found]:
    """Mode of the tariff."""
    for held in view.numbers:
        if held.purpose is Purpose.CONNECTION:
            if held.mode is Mode.PER_MINUTE:
                message = f"{held.number.display} puts callers through, and is charged by the minute"
                yield Found(Verdict.BROKEN, held, message, "give it a tariff per_call", "tariff")
            else:
                yield Found(Verdict.HOLDS, held)


def _breaks() -> View:
    """A book that breaks it."""
    return example(mode="per_minute", purpose="connection")


def _keeps() -> View:
    """A book that keeps it."""
    return example(purpose="connection")


RULE = Rule(
    id="connection-price",
    code="IVR507",
    text="A connection service is priced per call only.",
    source=f"{RD_SVA}, p. 25 and 26",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
