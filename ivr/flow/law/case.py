"""Examples for rules: the smallest book that shows a rule broken or kept."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ivr.flow.flow import Drawing, Flow
from ivr.flow.law.view import Held, Owner, View
from ivr.values.number import parse
from ivr.values.purpose import Purpose
from ivr.values.taping import Taping
from ivr.values.tariff import Mode, Tariff

OWNER = Owner("us", "Chaleur", "company", "12 rue X, Lille", "0199001234", "plaintes@chaleur.example")


def example(
    number: str = "0899000004",
    mode: str = "per_call",
    purpose: str | None = "information",
    nodes: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    lists: Mapping[str, frozenset[str]] | None = None,
    owner: Owner | None = OWNER,
    connects: str | None = None,
    description: str = "Conseils de chauffage",
    label: str = "Conseils",
    recording: Taping | None = None,
    outside: Mapping[str, str] | None = None,
    price: str = "1",
    silence: str = "",
) -> View:
    """A book with one number and one flow, whose first node is its start."""
    drawn = dict(nodes or {"bye": {"kind": "bye"}})
    flow = Flow.model_validate({"flow": "tried", "start": next(iter(drawn)), "nodes": drawn})
    found = parse(number)
    held = Held(
        number,
        found,
        found.priced_as(),
        Mode(mode),
        "tried",
        label,
        Purpose(purpose) if purpose else None,
        owner,
        description,
        parse(connects) if connects else None,
        recording,
        Tariff("tried", Mode(mode), Decimal(price)),
        silence,
    )
    numbers = {name: parse(number) for name, number in (outside or {}).items()}
    return View((held,), Drawing({"tried": flow}), texts or {}, lists or {}, numbers)


def other_owner(kind: str = "company", **fields: str) -> Owner:
    """The usual owner, otherwise."""
    return replace(OWNER, kind=kind, **fields)
