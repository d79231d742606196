"""Who talks to a hired animator or a machine is told so."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.say import Say
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """That something is said before anybody talks can be seen, on every way; what it says, the owner declares."""
    for held in filter(lambda one: one.purpose is Purpose.CHAT, view.numbers):
        silent = view.unsaid(held.flow)
        place = next((place for place, one in view.connections(held.flow) if place in silent and not one.says), None)
        if place:
            message = f'"{place.node}" connects callers of a chat who were told nothing first'
            yield Found(Verdict.BROKEN, held, message, "put a say that tells both in front of it", place=place)
        elif view.connections(held.flow) or view.nodes(held.flow, Say):
            yield Found(Verdict.DECLARED, held, "what is said first tells who or what answers")
        else:
            message = f"{held.number.display} is a chat that tells nothing first"
            yield Found(Verdict.BROKEN, held, message, "begin its flow with a say that tells both", "flow")


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="chat")


RULE = Rule(
    id="persons",
    code="IVR528",
    text="A chat tells at its start who or what answers, and that no personal data is to be given.",
    source=f"{RD_SVA}, p. 8 to 10 and 20",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=lambda: example(
        purpose="chat", nodes={"s": {"kind": "say", "prompt": "s", "exits": {"done": "b"}}, "b": {"kind": "bye"}}
    ),
)
