"""Nobody is recorded unawares."""

import re
from collections.abc import Iterator
from datetime import date

from ivr.flow.flow import Place
from ivr.flow.law.case import example
from ivr.flow.law.rule import Found, Rule, Verdict
from ivr.flow.law.view import Held, View
from ivr.flow.node import Node
from ivr.flow.nodes.record import Record
from ivr.flow.nodes.voicemail import Voicemail
from ivr.values.taping import Taping

OPT_OUT = r"raccroch|(pas|refuse[rz]?|sans) (à |d')?(l'|être )?enregistr"
OBJECT = r"oppos|refus|dites-le|signal"


def check(view: View) -> Iterator[Found]:
    """The words before the beep say it, and how not to be: who is silent, or hangs up before, leaves nothing.

    A mailbox that asks for a key first records nobody who does not press it.
    Of conversations the announcement says it; it must name the key of refusal or, without one, whom to tell.
    """
    for held in view.numbers:
        for place, node in (*view.nodes(held.flow, Record), *view.nodes(held.flow, Voicemail)):
            words = view.words(node.model_copy(update={"review": ()})).casefold()
            if re.search(r"enregistr", words) and (_asks_first(node) or re.search(OPT_OUT, words)):
                yield Found(Verdict.HOLDS, held)
            elif re.search(r"enregistr", words):
                told = f'"{place.node}" does not say that who hangs up before the beep is not recorded'
                yield Found(Verdict.DECLARED, held, told)
            else:
                message = f'"{place.node}" records without saying so first'
                yield Found(Verdict.BROKEN, held, message, "say in its prompt: sera enregistré", place=place)
        if held.recording:
            yield _announced(held, held.recording, view, None)
        for place, one in view.connections(held.flow):
            if isinstance(one.recording, Taping):
                yield _announced(held, one.recording, view, place)


def _announced(held: Held, way: Taping, view: View, place: Place | None) -> Found:
    """Whether the announcement says that the talk is recorded, and how not to be."""
    words = view.text(way.announce).casefold()
    field = "" if place else "recording"
    if not re.search(r"enregistr", words):
        message = f'"{way.announce}" does not say that the conversation is recorded'
        hint = "say so, why, and how not to be: sera enregistrée pour …; pour refuser, tapez 9"
        return Found(Verdict.BROKEN, held, message, hint, place=place, field=field)
    if way.refuse and not re.search(rf"\b{way.refuse}\b", words):
        message = f'"{way.announce}" does not tell the key {way.refuse} by which one is not recorded'
        return Found(Verdict.BROKEN, held, message, f"say: pour refuser, tapez {way.refuse}", place=place, field=field)
    if not way.refuse and not re.search(OBJECT, words):
        return Found(Verdict.DECLARED, held, f'"{way.announce}" does not say how to object; a key `refuse` would do')
    return Found(Verdict.HOLDS, held)


def _asks_first(node: Node) -> bool:
    return isinstance(node, Voicemail) and bool(node.press)


def _breaks() -> View:
    """A book that breaks it."""
    return example(nodes={"r": {"kind": "record", "prompt": "r"}}, texts={"r": "Parlez."})


def _keeps() -> View:
    """A book that keeps it."""
    return example(
        nodes={"r": {"kind": "record", "prompt": "r"}}, texts={"r": "Vous serez enregistré ; sinon, raccrochez."}
    )


RULE = Rule(
    id="recording",
    code="IVR521",
    text="A recording is announced before it starts, and who does not want it is not recorded.",
    source="Regulation (EU) 2016/679, art. 13 and 21 (25 May 2018); CNIL, calls that are recorded (25 April 2022)",
    unread="both: not verified; the CNIL's page is known at second hand",
    severity="error",
    since=date(2018, 5, 25),
    check=check,
    breaks=_breaks,
    keeps=_keeps,
)
