"""Nobody is lured into calling a surcharged number back."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.flow import Place
from ivr.flow.law.case import example, other_owner
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import Held, View
from ivr.flow.placing import may_be_shown
from ivr.values.number import Number, parse


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
            elif one.to or one.queue:
                yield _placed(held, parse(one.shows) if one.shows else held.number, place)
            elif shown and shown.national and not may_be_shown(shown):
                message = f"people called back from {held.number.display} would see {shown.display}"
                hint = "write an ordinary number as the owner's contact in owners.yaml"
                yield Found(Verdict.BROKEN, held, message, hint, "owner")
            else:
                message = f'who calls back by hand after "{place.node}" does so from an ordinary number'
                yield Found(Verdict.DECLARED, held, message)


def _placed(held: Held, shown: Number, place: Place) -> Found:
    """Of people whom we call back ourselves."""
    if may_be_shown(shown):
        return Found(Verdict.HOLDS, held)
    message = f'people called back from "{place.node}" would see {shown.display}'
    return Found(Verdict.BROKEN, held, message, "write caller_id: an ordinary number, under place", place=place)


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
    source=f"{RD_SVA}, p. 20 and 21; Arcep, decision 2025-2215 (in force 1 January 2026)",
    unread="decision 2025-2215: known at second hand",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
