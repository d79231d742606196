"""The State does not charge those who call it; local authorities are excepted."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example, other_owner
from ivr.flow.law.rule import RD_SVA, Found, Rule, only_free
from ivr.flow.law.view import ADMINISTRATION, Held, View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff."""
    return only_free(view, _concerns, "a State administration's number")


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.ADMINISTRATION or (held.owner is not None and held.owner.kind == ADMINISTRATION)


def _breaks() -> View:
    """A book that breaks it."""
    return example(owner=other_owner("administration"))


RULE = Rule(
    id="administration",
    code="IVR503",
    text="A State administration has no surcharged number.",
    source=f"Law 2018-727, art. 28 (for this in force 1 January 2021); {RD_SVA}, p. 21",
    unread="law 2018-727, art. 28: known as RD SVA quotes it",
    severity="error",
    since=date(2021, 1, 1),
    check=check,
    breaks=_breaks,
    keeps=lambda: example(
        owner=other_owner("local-authority"), number="0806000002", mode="plain", purpose="administration"
    ),
)
