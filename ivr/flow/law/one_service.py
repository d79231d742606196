"""A surcharged number belongs to one owner and one service."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ivr.flow.flow import Drawing
from ivr.flow.law.case import OWNER, example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View


def check(view: View) -> Iterator[Found]:
    """A call to one owner's number does not enter a flow that is only another owner's."""
    owners: dict[str, set[str]] = {}
    for held in view.numbers:
        owners.setdefault(held.flow, set()).add(held.owner.name if held.owner else "")
    for held in filter(lambda one: one.surcharged and one.owner, view.numbers):
        name = held.owner.name if held.owner else ""
        strange = next((one for one in view.places(held.flow) if name not in owners.get(one.flow, {name})), None)
        if strange:
            message = f'{held.number.display} leads into "{strange.flow}", the service of another owner'
            yield Found(Verdict.BROKEN, held, message, "give each owner a flow of his own", "flow")
        else:
            yield Found(Verdict.HOLDS, held)


def _two_owners() -> View:
    first = example(nodes={"p": {"kind": "pass", "flow": "second"}})
    second = example(number="0899000005", owner=replace(OWNER, name="them"))
    flows = {**first.drawing.flows, "second": second.drawing.flows["tried"].model_copy(update={"flow": "second"})}
    held = replace(second.numbers[0], flow="second")
    return View((*first.numbers, held), Drawing(flows), {}, {})


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="one-service",
    code="IVR519",
    text="One number, one owner, one service.",
    source=f"{RD_SVA}, p. 22",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_two_owners,
    keeps=_keeps,
)
