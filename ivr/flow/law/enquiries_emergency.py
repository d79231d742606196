"""Nobody pays to be put through to the fire brigade."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.number import Family


def check(view: View) -> Iterator[Found]:
    """Agents of the book are SIP accounts and no numbers; `connects` is what can be seen."""
    for held in view.numbers:
        if held.number.family is Family.ENQUIRIES:
            if held.connects and held.connects.family is Family.EMERGENCY:
                message = f"{held.number.display} connects to {held.connects.display}, an emergency number"
                yield Found(Verdict.BROKEN, held, message, "emergency services are dialled directly", "connects")
            else:
                yield Found(Verdict.HOLDS, held)


def _breaks() -> View:
    """A book that breaks it."""
    return example(number="118218", purpose="enquiries", connects="18")


def _keeps() -> View:
    """A book that keeps it."""
    return example(number="118218", purpose="enquiries", connects="0145000000")


RULE = Rule(
    id="enquiries-emergency",
    code="IVR511",
    text="A 118 service never connects to emergency services.",
    source=f"{RD_SVA}, p. 27",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
