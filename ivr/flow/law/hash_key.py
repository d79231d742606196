"""The key # skips the announcement, and is not advertised."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View


def check(view: View) -> Iterator[Found]:
    """The line gives # its one meaning; label and description are what people read."""
    for held in filter(lambda one: one.surcharged, view.numbers):
        if any("#" in text or "dièse" in text.casefold() for text in (held.label, held.description)):
            message = f"{held.number.display} is described with the key #"
            field = "description" if "#" in held.description or "dièse" in held.description.casefold() else "label"
            yield Found(Verdict.BROKEN, held, message, "take it out: advertising it is a grave breach", field)
        else:
            yield Found(Verdict.HOLDS, held)


def _breaks() -> View:
    """A book that breaks it."""
    return example(description="Composez le 0 899 000 004 puis dièse")


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="hash-key",
    code="IVR516",
    text="# means nothing else during the announcement, and no number is advertised followed by it.",
    source=f"{RD_SVA}, p. 20, 28 and 32",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
