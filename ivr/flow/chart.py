"""What a picture of a flow shows: a panel for each flow that calls can come to, its boxes, and the arrows between them.

Each box is free, charged, or free until somebody answers.  A box at which some calls arrive charged and others not is
charged.  A sub-flow is one panel, however many nodes run it.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.flow.flow import BACK, REPEAT, Drawing, Place
from ivr.flow.node import Into, Leave, Node, Over
from ivr.flow.nodes.hours import Hours
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.transfer import Transfer
from ivr.values.cause import Cause

WIDTH = 34  # characters of a line in a box
LINES = 3


class Charge(StrEnum):
    """What a caller pays while he is at a box."""

    FREE = "free"
    RINGING = "free until answered"
    CHARGED = "charged"


@dataclass(frozen=True)
class Box:
    """A node: its name, its kind, what it says or does in a few lines."""

    name: str
    kind: str
    lines: tuple[str, ...]
    charge: Charge
    start: bool = False
    ends: bool = False  # no exit leads on: the call, or this flow, is over here


@dataclass(frozen=True)
class Arrow:
    """From box to box of a panel; several exits that lead to the same are one arrow."""

    source: str
    target: str
    exits: tuple[str, ...]
    charge: Charge


@dataclass(frozen=True)
class Panel:
    """One flow."""

    flow: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    # Box to the flow that it runs or passes on to.
    runs: Mapping[str, str]


@dataclass(frozen=True)
class Chart:
    """All panels, that of the flow which answers first."""

    title: str
    panels: tuple[Panel, ...]
    surcharged: bool


def chart(drawing: Drawing, flow: str, texts: Mapping[str, str], title: str, surcharged: bool) -> Chart:
    """The chart of a flow and of all it leads to.

    Where the number is not ``surcharged`` all of it is free.  ``texts`` are the prompts.
    """
    start = drawing.start(flow)
    charges = _charges(drawing, start) if surcharged else {}
    order: dict[str, None] = {flow: None}
    waiting = [start]
    seen: set[Place] = set()
    for here in waiting:
        if here not in seen:
            seen.add(here)
            order.setdefault(here.flow)
            waiting += drawing.next(here)
    reached: dict[str, set[str]] = {}
    for place in seen:
        reached.setdefault(place.flow, set()).add(place.node)
    panels = tuple(_panel(drawing, name, reached[name], charges, texts) for name in order)
    return Chart(title, panels, surcharged)


def _panel(
    drawing: Drawing, flow: str, reached: set[str], charges: Mapping[tuple[str, str], Charge], texts: Mapping[str, str]
) -> Panel:
    drawn = drawing.flows[flow]
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    runs: dict[str, str] = {}
    for name, node in drawn.nodes.items():
        if name not in reached:
            continue
        charge = charges.get((flow, name), Charge.FREE)
        leads: dict[str, list[str]] = {}
        turns: dict[str, list[str]] = {}
        for taken, to in node.doors().items():
            if to == name:
                turns.setdefault(REPEAT, []).append(taken)
            elif to in drawn.nodes:
                leads.setdefault(to, []).append(taken)
            elif to in (BACK, REPEAT):
                turns.setdefault(to, []).append(taken)
        arrows += [Arrow(name, to, tuple(exits), charge) for to, exits in leads.items()]
        beyond = node.beyond()
        if isinstance(beyond, Into | Over):
            runs[name] = beyond.flow
        lines = [*_lines(node, texts), *(f"{', '.join(exits)}: {to}" for to, exits in turns.items())]
        if final := [leaf for leaf in node.leaves if leaf in node.final and leaf not in node.doors() and leads]:
            lines.append(f"{', '.join(final)}: end of the call")
        ends = not leads and not turns and not isinstance(beyond, Over)
        kind = str(getattr(node, "kind", ""))
        boxes.append(Box(name, kind, tuple(lines), charge, name == drawn.start, ends))
    return Panel(flow, tuple(boxes), tuple(arrows), runs)


def _lines(node: Node, texts: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, Hours):
        yield f"calendar {node.calendar}"
    if isinstance(node, Transfer):
        yield f"{', '.join(node.to)}, {node.ring:g} s"
        return
    if isinstance(node, Queue):
        yield f"queue {node.queue}, {node.wait:g} s"
        return
    if (cause := node.parting()) is not Cause.NORMAL:
        yield f"cause {cause}"
    match node.beyond():
        case Into(flow) | Over(flow):
            yield f"flow {flow}"
        case Leave(exit=taken):
            yield f"by the exit {taken}"
        case None:
            pass
    prompt = getattr(node, "prompt", None) or ()
    parts = prompt if isinstance(prompt, tuple) else (prompt,)
    said = " ".join(texts.get(part, part) if isinstance(part, str) else "…" for part in parts)
    if said:
        yield from textwrap.wrap(f"«\u00a0{said}\u00a0»", WIDTH, max_lines=LINES, placeholder="…\u00a0»")


def _charges(drawing: Drawing, start: Place) -> dict[tuple[str, str], Charge]:
    """What is paid at each node of a surcharged number, by flow and name."""
    found: dict[tuple[str, str], Charge] = {}
    charged = drawing.answered(start)
    rank = list(Charge)
    for here in drawing.reachable(start):
        rings = drawing.node(here).rings
        charge = Charge.CHARGED if here in charged else Charge.RINGING if rings else Charge.FREE
        key = here.flow, here.node
        found[key] = max(found.get(key, charge), charge, key=rank.index)
    return found
