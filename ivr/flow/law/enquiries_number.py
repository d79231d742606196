"""Who asks for a number is told it before he is put through."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.number import Family
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """That something is said can be seen, by whatever node connects or by a `say` in front of it; that it is the
    number, the owner declares.
    """
    for held in view.numbers:
        if held.number.family is not Family.ENQUIRIES and held.purpose is not Purpose.ENQUIRIES:
            continue
        for place, one in view.connections(held.flow):
            if one.says or view.told(held.flow, place):
                yield Found(Verdict.DECLARED, held, f'what is said before "{place.node}" connects is the number found')
            else:
                message = f'"{place.node}" connects without a word'
                hint = "put a say in front of it, or give it a prompt, that speaks the number explicitly and distinctly"
                yield Found(Verdict.BROKEN, held, message, hint, place=place)


RULE = Rule(
    id="enquiries-number",
    code="IVR510",
    text="A 118 service speaks the number found before it connects.",
    source=f"{RD_SVA}, p. 27",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        number="118218",
        purpose="enquiries",
        nodes={
            "to": {"kind": "transfer", "to": "a", "exits": {"busy": "no", "no_answer": "no", "unavailable": "no"}},
            "no": {"kind": "bye", "prompt": "no"},
        },
    ),
    keeps=lambda: example(
        number="118218", purpose="enquiries", nodes={"to": {"kind": "transfer", "to": "a", "prompt": "found"}}
    ),
)
