"""Who is in distress does not pay for help."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, only_free
from ivr.flow.law.view import Held, View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff."""
    return only_free(view, _concerns, "a help line")


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.DISTRESS


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="distress")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0800000001", mode="free", purpose="distress")


RULE = Rule(
    id="distress",
    code="IVR504",
    text="A help line is never surcharged.",
    source=f"{RD_SVA}, p. 12",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
