"""Flows of chance, valid as a book would have them: every kind of node that makes a sound, asks, costs or decides."""

import random
import re
from collections.abc import Callable
from typing import Any

from ivr.flow.check import findings
from ivr.flow.flow import Flow
from tests.conftest import CHECKOUT

from .play import flow_of

PROMPTS = CHECKOUT / "prompts" / "fr.yaml"

DEFINED = {
    # What nodes say by themselves, they say with the demonstration's prompts.
    "prompt": frozenset(["said", "asked", *re.findall(r"^([a-z-]+):", PROMPTS.read_text(encoding="utf-8"), re.M)]),
    "agent": frozenset(["a", "b", "c"]),
    "calendar": frozenset(["office"]),
    "queue": frozenset(["line"]),
    "remote": frozenset(["shop"]),
    "language": frozenset(["fr", "en"]),
    "list": frozenset(["vip"]),
}

Node = dict[str, Any]
To = Callable[[], str]


def flow(seed: int) -> Flow:
    """A flow of three to eleven nodes; ways lead onward, and from questions also back."""
    dice = random.Random(seed)
    size = dice.randrange(3, 12)
    nodes: dict[str, Node] = {}
    for place in range(size - 1):

        def to(place: int = place) -> str:
            return f"n{dice.randrange(place + 1, size)}"

        # The next node is always led to: nothing of a flow may be out of reach.
        onward = iter([f"n{place + 1}"])
        nodes[f"n{place}"] = _node(dice, lambda onward=onward, to=to: next(onward, None) or to())
    nodes[f"n{size - 1}"] = {"kind": "bye", "prompt": "said"}
    drawn = flow_of(nodes, name=f"generated-{seed}")
    wrong = [one for one in findings(drawn, DEFINED) if one.severity == "error"]
    assert not wrong, f"{drawn.flow} is no valid flow: {wrong}"
    return drawn


def _node(dice: random.Random, to: To) -> Node:
    ends = {leaf: to() for leaf in ("busy", "no_answer", "unavailable")}
    prompt = {"prompt": "said"} if dice.random() < 0.7 else {}
    kinds: list[Callable[[], Node]] = [
        lambda: {"kind": "say", "prompt": "said", "service": dice.random() < 0.3, "exits": {"done": to()}},
        lambda: {"kind": "hours", "calendar": "office", "exits": {"open": to(), "closed": to()}},
        lambda: _menu(dice, to),
        lambda: _transfer(dice, ends, prompt, to),
        lambda: {"kind": "queue", "queue": "line", "wait": dice.choice([20, 90]), **prompt, "exits": _queue(to)},
        lambda: {"kind": "ask", "prompt": "asked", "note": "x", "digits": 1, "exits": _three(to)},
        lambda: {"kind": "record", "prompt": "said", "exits": {"kept": to(), "nothing": to()}},
        lambda: {"kind": "match", "cases": [{"to": to(), "anonymous": True}], "exits": {"else": to()}},
        lambda: {"kind": "limit", "at_once": 3, "exits": {"within": to(), "over": to()}},
        lambda: {"kind": "split", "shares": [{"percent": 50, "to": to()}, {"percent": 50, "to": to()}]},
        lambda: {"kind": "lookup", "remote": "shop", "exits": {k: to() for k in ("found", "not_found", "failed")}},
        lambda: {"kind": "callback", "exits": {leaf: to() for leaf in ("booked", "refused", "silence")}},
        lambda: {"kind": "list", "mode": "block", "list": "vip", "exits": {"allowed": to(), "blocked": to()}},
        lambda: {
            "kind": "survey",
            "questions": [{"name": "q", "prompt": "asked"}],
            "hearings": 1,
            "exits": _survey(to),
        },
        lambda: {"kind": "pay_code", "product": "x", "prompt": "said", "minutes": 60, "exits": _sold(to)},
    ]
    return dice.choice(kinds)()


def _menu(dice: random.Random, to: To) -> Node:
    node = {"kind": "menu", "prompt": "asked", "options": {"1": to(), "2": to()}, "silences": 1, "wrongs": 1}
    return {**node, "exits": {"silence": "repeat" if dice.random() < 0.1 else to(), "wrong": to()}}


def _transfer(dice: random.Random, ends: dict[str, str], prompt: Node, to: To) -> Node:
    node = {"kind": "transfer", "to": dice.choice(["a", "b", ["b", "c"]]), "ring": dice.choice([10, 25, 60]), **prompt}
    node |= {"waiting": dice.choice(["ringing", "music"])}
    if dice.random() < 0.3:
        return {**node, "past_limit": "leave", "exits": {**ends, "past_limit": to()}}
    return {**node, "exits": {**ends, **({"talked": to()} if dice.random() < 0.3 else {})}}


def _queue(to: To) -> dict[str, str]:
    return {leaf: to() for leaf in ("timeout", "full", "empty", "emptied")}


def _three(to: To) -> dict[str, str]:
    return {leaf: to() for leaf in ("done", "silence", "wrong")}


def _survey(to: To) -> dict[str, str]:
    return {leaf: to() for leaf in ("done", "abandoned")}


def _sold(to: To) -> dict[str, str]:
    return {leaf: to() for leaf in ("sold", "none_left")}
