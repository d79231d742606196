"""What can be wrong in the drawing of a flow, beyond the types: links, exits, unreachable nodes, endless circles."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from ivr.flow.commands import Need
from ivr.flow.flow import BACK, REPEAT, Flow
from ivr.flow.node import Into, Node, Over
from ivr.flow.references import references


@dataclass(frozen=True)
class Finding:
    """Something wrong at ``way`` (keys and list places from the top of the flow's file)."""

    rule: str
    way: tuple[str | int, ...]
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    # What was probably meant is one of these: the book adds "did you mean".
    name: str = ""
    known: frozenset[str] = frozenset()


def findings(flow: Flow, defined: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """Everything wrong with ``flow``; ``defined`` maps what can be referred to ("prompt", "agent", …) to its names."""
    known = {**defined, "node": flow.nodes.keys()}
    if flow.start not in flow.nodes:
        yield _undefined("node", flow.start, ("start",), known)
    yield from undefined(flow.nodes, known)
    yield from _words(flow)
    yield from _exits(flow)
    yield from _unreachable(flow)
    yield from _circles(flow)


def undefined(nodes: Mapping[str, Node], defined: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """Every name in these nodes that nobody defined; ``defined`` has the nodes too."""
    for place, node in nodes.items():
        for to, name, way in references(node):
            if to == "note":
                continue  # notes are taken by calls: across.py
            if name not in defined[to] and not (to == "node" and name in (BACK, REPEAT)):
                yield _undefined(to, name, ("nodes", place, *way), defined)


def unknown(to: str, name: str, way: tuple[str | int, ...], defined: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """One name, if nobody defined it."""
    if name not in defined[to]:
        yield _undefined(to, name, way, defined)


def _undefined(to: str, name: str, way: tuple[str | int, ...], defined: Mapping[str, Set[str]]) -> Finding:
    return Finding("IVR201", way, f'there is no {to} "{name}"', name=name, known=frozenset(defined[to]))


def _exits(flow: Flow) -> Iterator[Finding]:
    for name, node in flow.nodes.items():
        for leaf in node.leaves:
            if leaf not in node.doors() and leaf not in node.final | node.optional:
                yield Finding(
                    "IVR202",
                    ("nodes", name),
                    f'the exit "{leaf}" of {node.kind} "{name}" leads nowhere',
                    f"write where such a call goes: exits: {{{leaf}: …}}",
                )
        for leaf in node.exits:
            if leaf not in node.leaves and not node.elsewhere:
                yield Finding(
                    "IVR203",
                    ("nodes", name, "exits", leaf),
                    f'{node.kind} "{name}" has no exit "{leaf}"',
                    name=leaf,
                    known=frozenset(node.leaves),
                )


def _reachable(flow: Flow, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here in flow.nodes and here not in found:
            found.add(here)
            waiting.extend(flow.nodes[here].doors().values())
    return found


def _unreachable(flow: Flow) -> Iterator[Finding]:
    for name in sorted(flow.nodes.keys() - _reachable(flow, flow.start)):
        yield Finding(
            "IVR204",
            ("nodes", name),
            f'no call can come to "{name}"',
            "link it from another node, or delete it",
            severity="warning",
        )


def _words(flow: Flow) -> Iterator[Finding]:
    """`back` and `repeat` are the walk's own words, and only a question can be repeated."""
    for name, node in flow.nodes.items():
        if name in (BACK, REPEAT):
            message = f'a node cannot be called "{name}": as a target it means the question before, or the same again'
            yield Finding("IVR206", ("nodes", name), message, "rename it")
        for leaf, to in node.doors().items():
            if to == REPEAT and not node.asks:
                message = f'the exit "{leaf}" repeats {node.kind} "{name}", which asks nothing: it would never end'
                yield Finding("IVR207", ("nodes", name, "exits", leaf), message, "name the node to go on to")


def _circles(flow: Flow) -> Iterator[Finding]:
    """Ways that lead back to a node without the caller ever being asked; a warning where an agent's phone rings."""
    # What lies beyond this flow may ask: `across.py` looks there.
    silent = {n for n, node in flow.nodes.items() if not node.asks and not isinstance(node.beyond(), Into | Over)}
    idle = {name for name in silent if flow.nodes[name].need() < Need.ANNOUNCED or flow.nodes[name].kind == "say"}
    endless = {name for name in idle if _comes_back(flow, name, idle)}
    for name in sorted(name for name in silent if _comes_back(flow, name, silent)):
        yield Finding(
            "IVR205",
            ("nodes", name),
            f'a call at "{name}" comes back to it without the caller being asked anything',
            "break the circle with a menu, or end it with a bye",
            severity="error" if name in endless else "warning",
        )


def _comes_back(flow: Flow, name: str, within: set[str]) -> bool:
    """Whether a call at ``name`` can come back to it through nodes ``within`` alone."""
    seen: set[str] = set()
    waiting = list(flow.nodes[name].doors().values())
    while waiting:
        here = waiting.pop()
        if here == name:
            return True
        if here in within and here not in seen:
            seen.add(here)
            waiting.extend(flow.nodes[here].doors().values())
    return False
