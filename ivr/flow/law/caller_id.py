"""Nobody is lured into calling a surcharged number back."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example, other_owner
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.placing import CALLABLE
from ivr.values.number import Family, parse


def check(view: View) -> Iterator[Found]:
    """Who is rung at once sees no surcharged number: the exchange shows none (`ivr.values.outside.shown`).

    Of callbacks: the node refuses special numbers, and the book to show one (IVR485); who calls back by hand shows the
    owner's contact, or what he declares.
    """
    for held in view.numbers:
        for place, one in view.connections(held.flow):
            shown = parse(held.owner.contact) if held.owner and "@" not in held.owner.contact else None
            if not one.later:
                yield Found(Verdict.HOLDS, held)
            elif shown and shown.national and shown.family not in CALLABLE | {Family.FREE, Family.PLAIN}:
                message = f"people called back from {held.number.display} would see {shown.display}"
                hint = "write an ordinary number as the owner's contact in owners.yaml"
                yield Found(Verdict.BROKEN, held, message, hint, "owner")
            else:
                yield Found(Verdict.DECLARED, held, f'who calls back after "{place.node}" shows an ordinary number')


def _breaks() -> View:
    """A book that breaks it."""
    return example(owner=other_owner(contact="0899000004"), nodes={"c": {"kind": "callback"}})


def _keeps() -> View:
    """A book that keeps it."""
    return example(nodes={"c": {"kind": "callback"}})


RULE = Rule(
    id="caller-id",
    code="IVR512",
    text="A surcharged number is never shown to people who are called, nor rung back.",
    source=f"{RD_SVA}, p. 20 and 21; Arcep, decision 2025-2215 (1 January 2026, second hand)",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
