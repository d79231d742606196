"""The price is heard without anything under it."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.node import Node


def check(view: View) -> Iterator[Found]:
    """The line plays the announcement alone; a prompt that says the price again would be taken for it."""
    for held in filter(lambda one: one.surcharged, view.numbers):
        place = next((one for one, node in view.nodes(held.flow, Node) if _announces(view.words(node))), None)
        if place:
            message = f'"{place.node}" announces the price a second time, which may bring music or advertising into it'
            yield Found(Verdict.BROKEN, held, message, "leave the announcement to the line", place=place)
        else:
            yield Found(Verdict.HOLDS, held)


def _announces(words: str) -> bool:
    return "bip sonore" in words and "facturé" in words


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="no-music",
    code="IVR515",
    text="There is no music under the announcement, and nothing else in it.",
    source=f"{RD_SVA}, p. 30",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={"s": {"kind": "say", "prompt": "s", "exits": {"done": "b"}}, "b": {"kind": "bye"}},
        texts={"s": "Après le bip sonore, vous serez facturé."},
    ),
    keeps=_keeps,
)
