"""Who was connected to whom, and when, can be shown."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.purpose import Purpose


def check(view: View) -> Iterator[Found]:
    """The ledger keeps caller, number, agent and instants of every call that is put through, by whatever node.

    Of who is called back `ivr callbacks` tells, until the task is deleted; of who calls back by hand, nobody but him.
    """
    for held in view.numbers:
        if held.purpose is Purpose.CONNECTION:
            found = view.connections(held.flow)
            for place, one in found:
                if one.later:
                    message = f'who is called back after "{place.node}", by whom and when, is kept beside the ledger'
                    yield Found(Verdict.DECLARED, held, message)
                else:
                    yield Found(Verdict.HOLDS, held)
            if not found:
                message = f"{held.number.display} puts nobody through, so that there is nothing to log"
                yield Found(
                    Verdict.BROKEN, held, message, "connect callers by a transfer, a queue or a directory", "flow"
                )


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
