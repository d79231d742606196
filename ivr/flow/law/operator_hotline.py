"""Customers of a telecom operator wait for its hotline free of charge."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, only_free
from ivr.flow.law.view import Held, View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff."""
    return only_free(view, _concerns, "a telecom operator's hotline")


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.OPERATOR_HOTLINE


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="operator-hotline")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0800000001", mode="free", purpose="operator-hotline")


RULE = Rule(
    id="operator-hotline",
    code="IVR523",
    text="A telecom operator's hotline is never surcharged.",
    source=f"C. conso., art. L224-38; {RD_SVA}, p. 21",
    unread="C. conso., art. L224-38: known as RD SVA quotes it",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
