"""Donations are not collected by the price of a call."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, only_free
from ivr.flow.law.view import Held, View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff."""
    return only_free(view, _concerns, "a number for donations")


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.DONATION


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="donation")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="0800000001", mode="free", purpose="donation")


RULE = Rule(
    id="donation",
    code="IVR524",
    text="A surcharged number collects no donations.",
    source=f"{RD_SVA}, p. 28",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
