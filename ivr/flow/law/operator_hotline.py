"""Customers of a telecom operator wait for its hotline free of charge."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.flow import Place
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict, only_free
from ivr.flow.law.view import Held, View
from ivr.flow.line import LEAST_RING
from ivr.values.purpose import Purpose
from ivr.values.taping import Taping
from ivr.values.tariff import Mode

HINT = "use a number of 0800 to 0805, or put callers through with neither a menu nor a question before it"


def check(view: View) -> Iterator[Found]:
    """A declaration is held against the tariff and, where the call itself has its price, against what answers it before
    a person does: a menu, or sentences and waits that last longer together than the carrier bears an unanswered call.
    How long a sentence is, is estimated from its words, or known of its recording.
    """
    for found in only_free(view, _concerns, "a telecom operator's hotline"):
        charged = list(_charged(view, found.held)) if found.held.mode is Mode.PLAIN else []
        yield from charged or [found]


def _concerns(held: Held) -> bool:
    return held.purpose is Purpose.OPERATOR_HOTLINE


def _charged(view: View, held: Held) -> Iterator[Found]:
    answered = view.drawing.answered(view.drawing.start(held.flow))
    persons = [(place, one) for place, one in view.connections(held.flow) if not one.later]
    waited = _waited(view, held)
    for place, one in persons:
        before = waited.get(place, 0.0) + view.lasts(place)
        if isinstance(one.recording, Taping) and one.recording != held.recording:
            before += view.seconds(one.recording.announce)
        if place in answered:
            message = f'callers wait at "{place.node}" after the call was answered and its price began'
            yield Found(Verdict.BROKEN, held, message, HINT, place=place)
        elif before + one.waits - held.unanswered >= LEAST_RING and "past_limit" not in one.in_vain:
            behind = f", after up to {before:.0f} s of sentences and waits," if before >= 0.5 else ""
            message = (
                f'"{place.node}" has callers wait {one.waits:g} s{behind} and is answered after {held.unanswered:g} s '
                "in all"
            )
            hint = (
                "say and wait no longer in all than unanswered_limit, link past_limit, or use a number of 0800 to 0805"
            )
            yield Found(Verdict.BROKEN, held, message, hint, place=place)
    if answered and not persons:
        message = f"{held.number.display} answers, and puts nobody through to a person"
        yield Found(Verdict.BROKEN, held, message, HINT, "flow")


def _waited(view: View, held: Held) -> dict[Place, float]:
    """How long callers may have listened and waited for others when they come to a place, from the beginning of the
    call on; up to ``unanswered``, more is no matter.

    A line that is busy may have rung before it was refused, so each way on is one after the whole wait.
    """
    start = view.drawing.start(held.flow)
    heard = (*held.announced, *((held.recording.announce,) if held.recording else ()))
    waited, coming = {start: sum(map(view.seconds, heard))}, [start]
    while coming:
        here = coming.pop()
        one = view.drawing.node(here).connects(view.drawing.routing)
        spent = waited[here] + view.lasts(here)
        if one is None or one.later:
            on = list(view.drawing.next(here))
        else:
            spent += one.waits
            ways = (view.drawing.follow(here, way) for way in (*one.in_vain, one.broken_off) if way)
            on = [place for place in ways if place]
        for place in on:
            if (now := min(spent, held.unanswered)) > waited.get(place, -1.0):
                waited[place] = now
                coming.append(place)
    return waited


def _breaks() -> View:
    """A book that breaks it: at the price of a plain call the menu is charged, and the wait behind it."""
    exits = dict.fromkeys(("busy", "no_answer", "unavailable"), "b")
    nodes = {
        "m": {"kind": "menu", "prompt": "m", "options": {"1": "t"}, "exits": {"silence": "b", "wrong": "b"}},
        "t": {"kind": "transfer", "to": "a", "exits": exits},
        "b": {"kind": "bye"},
    }
    return example(number="0806000002", mode="plain", purpose="operator-hotline", nodes=nodes)


def _keeps() -> View:
    """A book that keeps it: nothing answers but a person."""
    exits = dict.fromkeys(("busy", "no_answer", "unavailable"), "b")
    nodes = {"t": {"kind": "transfer", "to": "a", "exits": exits}, "b": {"kind": "bye"}}
    return example(number="0806000002", mode="plain", purpose="operator-hotline", nodes=nodes)


RULE = Rule(
    id="operator-hotline",
    code="IVR523",
    text="A telecom operator's hotline is never surcharged, and charges nothing until a person answers.",
    source=f"C. conso., art. L224-38; {RD_SVA}, p. 21",
    unread="C. conso., art. L224-38: known as RD SVA quotes it",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
