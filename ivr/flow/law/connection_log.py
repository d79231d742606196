"""Who was connected to whom, and when, can be shown."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.transfer import Transfer
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """The ledger keeps caller, number, agent and instants of every call that a node transfer or queue connects."""
    for held in view.numbers:
        if held.purpose is Purpose.CONNECTION:
            connects = (*view.nodes(held.flow, Transfer), *view.nodes(held.flow, Queue))
            if connects:
                yield Found(Verdict.HOLDS, held)
            else:
                message = f"{held.number.display} puts nobody through, so that there is nothing to log"
                yield Found(Verdict.BROKEN, held, message, "connect callers by a node transfer", "flow")


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="connection")


RULE = Rule(
    id="connection-log",
    code="IVR509",
    text="A connection service keeps logs of caller, target and instant.",
    source=f"{RD_SVA}, p. 25 and 26",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=lambda: example(
        purpose="connection",
        nodes={
            "to": {"kind": "transfer", "to": "a", "exits": {"busy": "no", "no_answer": "no", "unavailable": "no"}},
            "no": {"kind": "bye", "prompt": "no"},
        },
    ),
)
