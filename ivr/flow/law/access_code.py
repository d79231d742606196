"""Who buys a code knows how many calls, for how much, and until when."""

import re
from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.pay_code import LEAST, MOST, PayCode

FACTS = {"calls": r"appel", "price": r"euro|centime|€", "validity": r"minute|heure|jour"}


def check(view: View) -> Iterator[Found]:
    """Its minutes are bounded by the node itself; the prompt has words for each fact."""
    for held in view.numbers:
        for place, node in view.nodes(held.flow, PayCode):
            words = view.words(node).casefold()
            lacking = [name for name, sign in FACTS.items() if not re.search(sign, words)]
            if lacking or not LEAST <= node.minutes <= MOST:
                message = f'"{place.node}" sells a code without telling {" and ".join(lacking)}'
                yield Found(Verdict.BROKEN, held, message, "say all three in its prompt", place=place)
            else:
                yield Found(Verdict.HOLDS, held)


RULE = Rule(
    id="access-code",
    code="IVR518",
    text="An access code is announced with calls, price and validity, and is valid for 5 minutes to 48 hours.",
    source=f"{RD_SVA}, p. 24 and 25",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={
            "c": {
                "kind": "pay_code",
                "product": "p",
                "prompt": "c",
                "minutes": 60,
                "exits": {"sold": "b", "none_left": "b"},
            },
            "b": {"kind": "bye"},
        },
        texts={"c": "Voici votre code."},
    ),
    keeps=lambda: example(
        nodes={
            "c": {
                "kind": "pay_code",
                "product": "p",
                "prompt": "c",
                "minutes": 60,
                "exits": {"sold": "b", "none_left": "b"},
            },
            "b": {"kind": "bye"},
        },
        texts={"c": "Un appel, à un euro, un code valable une heure."},
    ),
)
