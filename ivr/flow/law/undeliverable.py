"""Nobody pays to hear that we are closed."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.commands import Need
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.hours import Hours

GONE = ("closed", "emptied")


def check(view: View) -> Iterator[Found]:
    """No way out of closed hours, and of what rings or has callers wait where nobody is there, or too many, or it
    closes, leads to a place that would answer the line; where it was not answered before.
    """
    for held in filter(lambda one: one.surcharged, view.numbers):
        for place, node in view.nodes(held.flow, Hours):
            closed = [one for leaf in node.doors() if leaf != "open" and (one := view.drawing.follow(place, leaf))]
            if any(view.drawing.most(one) >= Need.ANSWERED for one in closed):
                message = f'"{place.node}" leads to a charge while it is closed'
                yield Found(Verdict.BROKEN, held, message, "end the call there with a bye", place=place)
            else:
                yield Found(Verdict.HOLDS, held)
        charged = view.drawing.answered(view.drawing.start(held.flow))
        for place, _ in view.connections(held.flow):
            rung = view.drawing.node(place)
            vain = [one for way in (*GONE, rung.absent, rung.crowded) if (one := view.drawing.follow(place, way))]
            if place not in charged and any(view.drawing.most(one) >= Need.ANSWERED for one in vain):
                message = f'"{place.node}" leads to a charge though nobody is there'
                hint = "end the call there with a bye, which is free"
                yield Found(Verdict.BROKEN, held, message, hint, place=place)
            else:
                yield Found(Verdict.HOLDS, held)


RULE = Rule(
    id="undeliverable",
    code="IVR525",
    text="What cannot be delivered is not charged.",
    source=f"{RD_SVA}, p. 7",
    severity="warning",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={
            "h": {"kind": "hours", "calendar": "c", "exits": {"open": "m", "closed": "m"}},
            "m": {"kind": "menu", "prompt": "m", "options": {"1": "b"}},
            "b": {"kind": "bye"},
        }
    ),
    keeps=lambda: example(
        nodes={
            "h": {"kind": "hours", "calendar": "c", "exits": {"open": "m", "closed": "b"}},
            "m": {"kind": "menu", "prompt": "m", "options": {"1": "b"}},
            "b": {"kind": "bye"},
        }
    ),
)
