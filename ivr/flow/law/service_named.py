"""Who calls hears at once where he is."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.bye import Bye
from ivr.flow.nodes.hours import Hours


def check(view: View) -> Iterator[Found]:
    """The first words of an open service have the company's name."""
    for held in view.numbers:
        if not held.surcharged or held.owner is None:
            continue
        place = view.drawing.start(held.flow)
        node = view.drawing.node(place)
        while isinstance(node, Hours) and (after := view.drawing.follow(place, "open")):
            place, node = after, view.drawing.node(after)
        if isinstance(node, Bye) or not view.words(node):
            yield Found(Verdict.DECLARED, held, "whoever answers names the service")
        elif held.owner.company.casefold() in view.words(node).casefold():
            yield Found(Verdict.HOLDS, held)
        else:
            message = f'"{place.node}" is heard first and does not name {held.owner.company}'
            yield Found(Verdict.BROKEN, held, message, "name the service in its prompt", place=place)


RULE = Rule(
    id="service-named",
    code="IVR514",
    text="The service is named as soon as the call is established.",
    source=f"{RD_SVA}, p. 18",
    severity="warning",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={
            "m": {"kind": "menu", "prompt": "m", "options": {"9": "legal"}},
            "legal": {"kind": "bye", "prompt": "legal"},
        },
        texts={"m": "Tapez 9."},
    ),
    keeps=lambda: example(
        nodes={
            "m": {"kind": "menu", "prompt": "m", "options": {"9": "legal"}},
            "legal": {"kind": "bye", "prompt": "legal"},
        },
        texts={"m": "Chaleur, tapez 9."},
    ),
)
