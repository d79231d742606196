"""Nobody pays without having heard the price, unless somebody answers for it."""

from collections.abc import Iterator
from datetime import date

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.values.announcement import SILENCES
from ivr.values.purpose import Purpose

EXEMPT = ("professionals", "machines")
OF_CONSUMERS = (Purpose.WITHDRAWAL, Purpose.DISTRESS, Purpose.ADULT, Purpose.CHAT, Purpose.GAME)


def check(view: View) -> Iterator[Found]:
    """The line announces it; where it does not, the owner says why, which no flow can show."""
    for held in filter(lambda one: one.surcharged, view.numbers):
        number = held.number.display
        if not held.silence:
            yield Found(Verdict.HOLDS, held)
        elif held.silence in EXEMPT and held.purpose in OF_CONSUMERS:
            message = f"{number} is for {held.purpose}, which consumers call, and would not tell them its price"
            yield Found(Verdict.BROKEN, held, message, "take exempt out", "exempt")
        else:
            yield Found(Verdict.DECLARED, held, f"{number} announces no price itself; {SILENCES[held.silence]}")


def _breaks() -> View:
    """A book that breaks it."""
    return example(purpose="game", silence="professionals")


def _keeps() -> View:
    """A book that keeps it: its owner answers for who can call."""
    return example(purpose="support", silence="professionals")


RULE = Rule(
    id="announced",
    code="IVR529",
    text="Consumers hear the price, free, before they are charged.",
    source=f"{RD_SVA}, p. 17, 18 and 29; arrêté of 10 June 2009, art. 1 and 5",
    unread="arrêté of 10 June 2009: art. 1 known as RD SVA quotes it, art. 5 from legal.tricoteuses.fr",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
