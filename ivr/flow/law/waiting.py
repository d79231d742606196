"""Nobody is kept waiting at his own cost."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.flow import Place
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View

MOST = 60.0  # seconds


def check(view: View) -> Iterator[Found]:
    """What rings or waits in a row lasts a minute at most together, unless a callback comes after it."""
    for held in view.numbers:
        for place, _ in view.connections(held.flow):
            longest = _ringing(view, place, frozenset())
            if longest > MOST and not _callback_after(view, place):
                message = f'a caller may wait {longest:.0f} s from "{place.node}" on, and is offered no callback'
                yield Found(Verdict.BROKEN, held, message, "wait for 60 s at most, or add a callback", place=place)
            else:
                yield Found(Verdict.HOLDS, held)


def _ringing(view: View, place: Place, before: frozenset[Place]) -> float:
    one = view.drawing.node(place).connects(view.drawing.routing)
    if one is None or one.later or place in before:
        return 0.0
    after = (view.drawing.follow(place, taken) for taken in one.in_vain)
    return one.waits + max((_ringing(view, further, before | {place}) for further in after if further), default=0.0)


def _callback_after(view: View, place: Place) -> bool:
    after = (view.drawing.node(one).connects(view.drawing.routing) for one in view.drawing.reachable(place))
    return any(one is not None and one.later for one in after)


def _breaks() -> View:
    """A book that breaks it."""
    return example(nodes={"t": {"kind": "transfer", "to": "a", "ring": 90}})


def _keeps() -> View:
    """A book that keeps it."""
    return example(nodes={"t": {"kind": "transfer", "to": "a", "ring": 60}})


RULE = Rule(
    id="waiting",
    code="IVR520",
    text="A person answers within a minute of the choice, or a callback is offered.",
    source=f"{RD_SVA}, p. 6, 7 and 28; ISO 18295",
    unread="ISO 18295: known as RD SVA quotes it",
    severity="warning",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
