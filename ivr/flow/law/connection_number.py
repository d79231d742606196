"""Who is not put through is told the number, for nothing."""

import re
from collections.abc import Iterator
from datetime import date

from ivr.flow.commands import Need
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.transfer import Transfer
from ivr.values.number import parse
from ivr.values.purpose import Purpose

UNREACHED = ("busy", "no_answer", "unavailable")
UNSERVED = ("timeout", "full", "empty", "emptied")
ALSO = ("declined", "congestion", "past_limit", "closed")
"""Further ways out without an answer, of a node that leads somewhere by them."""


def check(view: View) -> Iterator[Found]:
    """Every way out of a transfer or a queue on which nobody answered leads to words with the digits of `connects`."""
    for held in view.numbers:
        if held.purpose is not Purpose.CONNECTION:
            continue
        target = held.connects.national if held.connects else None
        if target is None:
            message = f"{held.number.display} does not say whom it puts callers through to"
            yield Found(Verdict.BROKEN, held, message, "write connects: and the number in numbers.yaml", "purpose")
            continue
        transfers = [(place, node, UNREACHED) for place, node in view.nodes(held.flow, Transfer)]
        queues = [(place, node, UNSERVED) for place, node in view.nodes(held.flow, Queue)]
        for place, node, always in (*transfers, *queues):
            in_vain = (*always, *(way for way in ALSO if way in node.exits))
            after = [found for taken in in_vain if (found := view.drawing.follow(place, taken))]
            said = [target in re.sub(r"\D", "", view.words(view.drawing.node(one))) for one in after]
            free = [view.drawing.need(one) < Need.ANSWERED for one in after]
            if len(after) == len(in_vain) and all(said) and all(free):
                yield Found(Verdict.HOLDS, held)
            else:
                message = f'"{place.node}" does not say {parse(target).display} free when nobody answers'
                hint = f"link {', '.join(in_vain)} to a bye whose prompt has the number in digits"
                yield Found(Verdict.BROKEN, held, message, hint, place=place)


RULE = Rule(
    id="connection-number",
    code="IVR508",
    text="A connection service says its target's number, free of charge, when nobody answers.",
    source=f"{RD_SVA}, p. 25",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        purpose="connection",
        connects="0145000000",
        nodes={
            "to": {"kind": "transfer", "to": "a", "exits": {"busy": "no", "no_answer": "no", "unavailable": "no"}},
            "no": {"kind": "bye", "prompt": "no"},
        },
        texts={"no": "Au revoir."},
    ),
    keeps=lambda: example(
        purpose="connection",
        connects="0145000000",
        nodes={
            "to": {"kind": "transfer", "to": "a", "exits": {"busy": "no", "no_answer": "no", "unavailable": "no"}},
            "no": {"kind": "bye", "prompt": "no"},
        },
        texts={"no": "Appelez le 01 45 00 00 00."},
    ),
)
