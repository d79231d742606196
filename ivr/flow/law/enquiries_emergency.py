"""Nobody pays to be put through to the fire brigade."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, connected_to_help
from ivr.flow.law.view import View
from ivr.values.number import Family
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """`connects`, and every destination outside that its nodes ring; agents are phones of our own, and no numbers.

    The book refuses a number of that sort for all services (IVR471), but not a SIP address that begins as one.
    """
    for held in view.numbers:
        if held.number.family is Family.ENQUIRIES or held.purpose is Purpose.ENQUIRIES:
            yield from connected_to_help(view, held)


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
