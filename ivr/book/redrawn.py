"""Two books as drawings: which flows look otherwise, and what of each is new, gone, or not the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from ivr.book.book import LANGUAGE, Book
from ivr.flow.chart import Panel, chart
from ivr.flow.flow import BACK, REPEAT
from ivr.flow.node import Node
from ivr.flow.references import references
from ivr.flow.svg_pair import GONE, NEW, OTHER, Compared, Marked


def redrawn(old: Book, new: Book) -> Iterator[Compared]:
    """The flows that are drawn otherwise.  Boxes are the same by name, or, renamed, by all that they say and do."""
    for flow in sorted({*old.drawing.flows, *new.drawing.flows}):
        was, now = _panel(old, flow), _panel(new, flow)
        names = _names(old, new, flow)
        signs = _signs(old, new, flow, names)
        one = was and Marked(was, {box: sign for (side, box), sign in signs.items() if side == GONE}, frozenset())
        other = now and Marked(now, {box: sign for (side, box), sign in signs.items() if side == NEW}, frozenset())
        if one and other:
            back = {renamed: name for name, renamed in names.items()}
            one = Marked(one.panel, one.signs, _elsewhere(one.panel, other.panel, names))
            other = Marked(other.panel, other.signs, _elsewhere(other.panel, one.panel, back))
        marked = [side for side in (one, other) if side and (side.signs or side.arrows)]
        if marked or not (one and other):
            yield Compared(flow, one or None, other or None)


def _panel(book: Book, flow: str) -> Panel | None:
    if flow not in book.drawing.flows:
        return None
    charged = any(one.flow.flow == flow and one.tariff.surcharged for one in book.services.values())
    return chart(book.drawing, flow, book.prompts[LANGUAGE], flow, charged).panels[0]


def _nodes(book: Book, flow: str) -> Mapping[str, Node]:
    """Those that are drawn: some call can come to them."""
    panel = _panel(book, flow)
    return {box.name: book.drawing.flows[flow].nodes[box.name] for box in panel.boxes} if panel else {}


def _names(old: Book, new: Book, flow: str) -> dict[str, str]:
    """Old names to new ones, of what stands on both sides."""
    was, now = _nodes(old, flow), _nodes(new, flow)
    same = {name: name for name in was if name in now}
    lost = {name: _does(old, node) for name, node in was.items() if name not in same}
    found = {name: _does(new, node) for name, node in now.items() if name not in same}
    for name, does in lost.items():
        if alike := next((other for other, done in found.items() if done == does), None):
            same[name] = alike
            del found[alike]
    return same


def _signs(old: Book, new: Book, flow: str, names: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The sign of each box, by side and name."""
    was, now = _nodes(old, flow), _nodes(new, flow)
    found = {(GONE, name): GONE for name in was if name not in names}
    found |= {(NEW, name): NEW for name in now if name not in names.values()}
    for name, renamed in names.items():
        if _does(old, was[name]) != _does(new, now[renamed]):
            found |= {(GONE, name): OTHER, (NEW, renamed): OTHER}
    return found


def _does(book: Book, node: Node) -> Any:
    """All that a node says and does, but not where it leads: its fields, with what they name in their place."""
    plain = node.model_dump(mode="python")
    named: list[Any] = []
    for to, name, way in references(node):
        if to == "node":
            _blank(plain, way)
        elif to == "prompt":
            named.append({language: texts.get(name) for language, texts in book.prompts.items()})
        elif to == "calendar":
            named.append(book.calendars.get(name))
        elif to == "list":
            named.append(book.lists.get(name))
    plain["exits"] = sorted(plain["exits"])
    return plain, named


def _blank(plain: Any, way: tuple[str | int, ...]) -> None:
    """Take the name of a node out of the fields of another; the key under which it stands stays."""
    for step in way[:-1]:
        plain = plain[step]
    if isinstance(plain, dict):
        plain[way[-1]] = None


def _elsewhere(panel: Panel, other: Panel, names: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """The arrows of a panel some exit of which leads elsewhere in the other, or is not there."""
    there = {(arrow.source, leaf, arrow.target) for arrow in other.arrows for leaf in arrow.exits}
    kept = {*names, BACK, REPEAT}
    return frozenset(
        (arrow.source, arrow.target)
        for arrow in panel.arrows
        if arrow.source in kept
        and any((names[arrow.source], leaf, names.get(arrow.target, "")) not in there for leaf in arrow.exits)
    )
