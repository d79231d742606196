"""People find out in the directory whom they paid."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View

MOST = 226  # characters


def check(view: View) -> Iterator[Found]:
    """What infosva.org and surmafacture.fr ask for."""
    for held in filter(lambda one: one.surcharged, view.numbers):
        owner = held.owner
        if owner is None:
            message = f"{held.number.display} has no owner"
            yield Found(Verdict.BROKEN, held, message, "write owner: and the name of one in owners.yaml")
            continue
        wanted = {"description": held.description, "address": owner.address, "complaints": owner.complaints}
        lacking = [name for name, value in wanted.items() if not value]
        if lacking:
            message = f"the directory entry of {held.number.display} lacks {' and '.join(lacking)}"
            yield Found(Verdict.BROKEN, held, message, "description is in numbers.yaml, the others in owners.yaml")
        elif len(held.description) > MOST:
            message = f"the description of {held.number.display} has {len(held.description)} characters"
            yield Found(Verdict.BROKEN, held, message, f"the directory takes {MOST}", "description")
        else:
            yield Found(Verdict.HOLDS, held)


def _breaks() -> View:
    """A book that breaks it."""
    return example(owner=None)


def _keeps() -> View:
    """A book that keeps it."""
    return example()


RULE = Rule(
    id="directory",
    code="IVR517",
    text="The directory has the name, address, complaint contact and description (226 characters at most).",
    source=f"{RD_SVA}, p. 17 to 19; C. conso., art. L224-43",
    unread="C. conso., art. L224-43: known as RD SVA quotes it",
    severity="warning",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
