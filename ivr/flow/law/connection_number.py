"""Who is not put through is told the number, for nothing."""

import re
from collections.abc import Iterator
from datetime import date

from ivr.flow.commands import Need
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.number import parse
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """Every way on without an answer, from whatever node, leads to words with the digits of `connects`.

    Free is what is said on a line that was not answered before either: not behind a menu, nor by a directory.  Who is
    called back later has hung up before it is known who answers: somebody else has to tell him.
    """
    for held in view.numbers:
        if held.purpose is not Purpose.CONNECTION:
            continue
        target = held.connects.national if held.connects else None
        if target is None:
            message = f"{held.number.display} does not say whom it puts callers through to"
            yield Found(Verdict.BROKEN, held, message, "write connects: and the number in numbers.yaml", "purpose")
            continue
        for place, one in view.connections(held.flow):
            if one.later:
                message = f'"{place.node}" promises to call back; whoever does says {parse(target).display} if in vain'
                yield Found(Verdict.DECLARED, held, message)
                continue
            after = [found for taken in one.in_vain if (found := view.drawing.follow(place, taken))]
            said = [target in re.sub(r"\D", "", view.words(view.drawing.node(found))) for found in after]
            free = [view.drawing.need(found) < Need.ANSWERED for found in after]
            if held.surcharged and place in view.drawing.answered(view.drawing.start(held.flow)):
                message = f'"{place.node}" is reached, or connects, after the call was answered and charged'
                hint = "connect by a transfer or a queue, with neither a menu nor a question before it"
                yield Found(Verdict.BROKEN, held, message, hint, place=place)
            elif len(after) == len(one.in_vain) and all(said) and all(free):
                yield Found(Verdict.HOLDS, held)
            else:
                message = f'"{place.node}" does not say {parse(target).display} free when nobody answers'
                hint = f"link {', '.join(one.in_vain)} to a bye whose prompt has the number in digits"
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
