"""What the tests of a book leave untried: nodes that no call came to, exits that none took."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ivr.book.book import Book
from ivr.flow.flow import Place
from ivr.flow.node import Into, Leave, Node, Over
from ivr.flow.walk import Step

Exit = tuple[str, str, str]
"""Flow, node, exit."""


@dataclass(frozen=True)
class Covered:
    """How much of a flow was tried: nodes and exits, of how many, and the exits (of nodes come to) and nodes left."""

    flow: str
    nodes: int
    all_nodes: int
    exits: int
    all_exits: int
    missed: tuple[tuple[str, str], ...]
    """Node and exit; an empty exit: no call came to the node at all."""

    @property
    def percent(self) -> int:
        """Rounded down: 100 means all."""
        return 100 * (self.nodes + self.exits) // (self.all_nodes + self.all_exits)


def coverage(book: Book, trails: Iterable[tuple[tuple[Step, ...], Place | None]]) -> list[Covered]:
    """What calls tried of each flow that a number can come to; ``trails`` have the place where the caller hung up."""
    taken: set[Exit] = set()
    come_to: set[tuple[str, str]] = set()
    for trail, left in trails:
        taken.update(_taken(book, trail))
        come_to.update((step.flow, step.node) for step in trail)
        if left is not None:
            come_to.add((left.flow, left.node))
    drawing = book.drawing
    starts = {service.flow.flow for service in book.services.values()}
    flows = sorted({place.flow for name in starts for place in drawing.reachable(drawing.start(name))})
    return [_covered(book, flow, come_to, taken) for flow in flows]


def _covered(book: Book, flow: str, come_to: set[tuple[str, str]], taken: set[Exit]) -> Covered:
    nodes = book.drawing.flows[flow].nodes
    exits = [(name, leaf) for name, node in nodes.items() for leaf in exits_of(node)]
    missed: list[tuple[str, str]] = []
    for name in nodes:
        if (flow, name) not in come_to:
            missed.append((name, ""))
        else:
            missed += [(one, leaf) for one, leaf in exits if one == name and (flow, one, leaf) not in taken]
    return Covered(
        flow,
        sum((flow, name) in come_to for name in nodes),
        len(nodes),
        sum((flow, *one) in taken for one in exits),
        len(exits),
        tuple(missed),
    )


def exits_of(node: Node) -> tuple[str, ...]:
    """Every exit by which calls can leave a node, linked or ending the call."""
    match node.beyond():
        case Over():
            return ("over",)
        case Leave(exit=leaf):
            return (leaf,)
    return tuple(dict.fromkeys((*node.doors(), *(leaf for leaf in node.leaves if leaf in node.final))))


def _taken(book: Book, trail: Iterable[Step]) -> Iterator[Exit]:
    """The exits of a trail, also those of the nodes that entered a flow and came back by one of its exits."""
    above: list[Step] = []
    for step in trail:
        match book.drawing.flows[step.flow].nodes[step.node].beyond():
            case Into():
                above.append(step)
            case Over():
                above.clear()
                yield step.flow, step.node, step.exit
            case Leave():
                yield step.flow, step.node, step.exit
                if above:
                    waiting = above.pop()
                    yield waiting.flow, waiting.node, step.exit
            case None:
                yield step.flow, step.node, step.exit
