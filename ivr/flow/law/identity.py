"""Who calls can learn at once whom he pays."""

import re
from collections.abc import Iterator
from datetime import date

from ivr.flow.flow import Place
from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import Held, Owner, View
from ivr.flow.nodes.menu import Menu


def check(view: View) -> Iterator[Found]:
    """A key of the first menu leads to words with the company and its contact; so do the menu's own words."""
    for held in view.numbers:
        if not held.surcharged or held.owner is None:
            continue
        owner = held.owner
        menu = _first_menu(view, held)
        if menu is None:
            if any(_told(view, place, owner) for place in view.places(held.flow)):
                yield Found(Verdict.HOLDS, held)
            elif view.connections(held.flow):
                yield Found(Verdict.DECLARED, held, "without a menu, whoever answers gives name and contact")
            else:
                yield Found(Verdict.DECLARED, held, "without a menu or agents, callers find name and contact elsewhere")
        elif any(_told(view, place, owner) for place in (menu, *_chosen(view, menu))):
            yield Found(Verdict.HOLDS, held)
        else:
            message = f'no key of the menu "{menu.node}" tells {owner.company} and its contact {owner.contact}'
            hint = "add an option that leads to a say with both, the contact as it is written in owners.yaml"
            yield Found(Verdict.BROKEN, held, message, hint, place=menu)


def _first_menu(view: View, held: Held) -> Place | None:
    """The menu nearest to the start."""
    waiting, seen = [view.drawing.start(held.flow)], set()
    for here in waiting:
        if isinstance(view.drawing.node(here), Menu):
            return here
        if here not in seen:
            seen.add(here)
            waiting.extend(view.drawing.next(here))
    return None


def _chosen(view: View, menu: Place) -> Iterator[Place]:
    """Where its keys lead; not silence, nor what nobody was offered."""
    node = view.drawing.node(menu)
    for key in node.options if isinstance(node, Menu) else ():
        if place := view.drawing.follow(menu, key):
            yield place


def _told(view: View, place: Place, owner: Owner) -> bool:
    words = view.words(view.drawing.node(place)).casefold()
    email = owner.contact.casefold()
    spelled = email.replace("@", " arobase ").replace(".", " point ")
    digits = re.sub(r"\D", "", owner.contact)
    contact = email in words or spelled in words if "@" in email else digits and digits in re.sub(r"\D", "", words)
    return owner.company.casefold() in words and bool(contact)


RULE = Rule(
    id="identity",
    code="IVR513",
    text="The owner's name and contact are reached directly from the main menu.",
    source=f"{RD_SVA}, p. 18",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={
            "m": {"kind": "menu", "prompt": "m", "options": {"9": "legal"}},
            "legal": {"kind": "bye", "prompt": "legal"},
        },
        texts={"legal": "Au revoir."},
    ),
    keeps=lambda: example(
        nodes={
            "m": {"kind": "menu", "prompt": "m", "options": {"9": "legal"}},
            "legal": {"kind": "bye", "prompt": "legal"},
        },
        texts={"legal": "Chaleur, 01 99 00 12 34."},
    ),
)
