"""Nothing of ours stands before a call for help."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import Found, Rule, Verdict, connected_to_help
from ivr.flow.law.view import View

# The emergency numbers of the plan, as lists have them.
HELP = frozenset(["15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "116000", "116117"])


def check(view: View) -> Iterator[Found]:
    """The book refuses to serve them (IVR220) and to dial them (IVR471); here `connects`, the destinations outside that
    nodes ring, and the lists are looked at.
    """
    listed = {name for name, numbers in view.lists.items() if not HELP.isdisjoint(numbers)}
    for held in view.numbers:
        yield from connected_to_help(view, held)
    for name in sorted(listed if view.numbers else ()):
        message = f'the list "{name}" has an emergency number'
        yield Found(Verdict.BROKEN, view.numbers[0], message, f"take it out of dialplans/lists/{name}")


def _breaks() -> View:
    """A book that breaks it."""
    return example(lists={"blocked": frozenset(["112"])})


def _keeps() -> View:
    """A book that keeps it."""
    return example(lists={"blocked": frozenset(["+33612345678"])})


RULE = Rule(
    id="emergency",
    code="IVR522",
    text="Emergency numbers are neither served, nor connected to, nor in a list.",
    source="Arcep, list of emergency numbers (arcep.fr, read in November 2026, without a date)",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
