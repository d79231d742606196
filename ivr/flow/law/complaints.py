"""Whoever complains does not pay for it."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, only_free
from ivr.flow.law.view import Held, View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff."""
    return only_free(view, _concerns, "a number for complaints")


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.COMPLAINTS


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="complaints")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0800000001", mode="free", purpose="complaints")


RULE = Rule(
    id="complaints",
    code="IVR501",
    text="A number for complaints is never surcharged.",
    source=f"C. conso., art. L121-16 (DGCCRF, 18 October 2024); {RD_SVA}, p. 21",
    unread="C. conso., art. L121-16: known as RD SVA quotes it, and defenseconso.fr after the DGCCRF",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
