"""Nobody is kept waiting at his own cost."""

import math
from collections.abc import Iterator, Mapping
from datetime import date

from ivr.flow.asking import Question
from ivr.flow.flow import Place
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View

MOST = 60.0  # seconds


def check(view: View) -> Iterator[Found]:
    """What rings or waits in a row lasts a minute at most together, until it is over or a callback is offered: by the
    key of a wait, at any time, or behind every way on which a wait was in vain.
    """
    known: dict[str, Mapping[Place, float]] = {}  # by flow: many numbers lead to one
    for held in view.numbers:
        if held.flow not in known:
            known[held.flow] = _waits(view, held.flow)
        waits = known[held.flow]
        for place, _ in view.connections(held.flow):
            if waits[place] > MOST:
                lasts = "again and again" if waits[place] == math.inf else f"{waits[place]:.0f} s"
                message = (
                    f'a caller may wait {lasts} from "{place.node}" on, and is offered no callback within a minute'
                )
                hint = "wait for 60 s at most and offer a callback then, or by the key of the wait"
                yield Found(Verdict.BROKEN, held, message, hint, place=place)
            else:
                yield Found(Verdict.HOLDS, held)


def _waits(view: View, flow: str) -> Mapping[Place, float]:
    """How long callers may wait in a row from each place on without the offer; infinite where that never ends."""
    steps = {place: _step(view, place) for place in view.places(flow)}
    once = longest = dict.fromkeys(steps, 0.0)
    for _ in range(2):
        # As many rounds as there are places see every way that comes nowhere twice; what grows after that has no end.
        once = longest
        for _ in steps:
            then = {place: here + max((longest[one] for one in on), default=0.0) for place, (here, on) in steps.items()}
            if then == longest:
                return longest
            longest = then
    return {place: math.inf if longest[place] > once[place] else longest[place] for place in steps}


def _step(view: View, place: Place) -> tuple[float, list[Place]]:
    """How long one waits at a place, and where it goes on if nobody answers there.  What is chosen is a new wait."""
    node = view.drawing.node(place)
    one = node.connects(view.drawing.routing)
    if one is None:
        if not isinstance(node, Question):
            return 0.0, list(view.drawing.next(place))
        ways = () if _offered(view, place) else tuple(node.exits)
    elif one.later or ((out := view.drawing.follow(place, one.broken_off)) and _offered(view, out)):
        return 0.0, []
    else:
        ways = one.in_vain
    return one.waits if one else 0.0, [on for way in ways if (on := view.drawing.follow(place, way))]


def _offered(view: View, start: Place) -> bool:
    """Whether a caller can come to a callback from here without another wait."""
    found: set[Place] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        one = view.drawing.node(here).connects(view.drawing.routing)
        if one is not None and one.later:
            return True
        if here not in found and one is None:
            waiting.extend(view.drawing.next(here))
        found.add(here)
    return False


def _breaks() -> View:
    """A book that breaks it: the callback comes where all were busy, and after half an hour."""
    callback = {"kind": "callback", "exits": dict.fromkeys(("booked", "refused", "silence"), "b")}
    exits = dict.fromkeys(("timeout", "full", "empty", "emptied"), "c")
    return example(
        nodes={"q": {"kind": "queue", "queue": "q", "wait": 1800, "exits": exits}, "c": callback, "b": {"kind": "bye"}}
    )


def _keeps() -> View:
    """A book that keeps it: a callback by a key, at any time."""
    callback = {"kind": "callback", "exits": dict.fromkeys(("booked", "refused", "silence"), "b")}
    exits = {**dict.fromkeys(("timeout", "full", "empty", "emptied"), "b"), "key": "c"}
    queue = {"kind": "queue", "queue": "q", "wait": 1800, "key": "1", "exits": exits}
    return example(nodes={"q": queue, "c": callback, "b": {"kind": "bye"}})


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
