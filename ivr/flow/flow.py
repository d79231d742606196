"""The drawing of a service: flows of named nodes, and what each place in them can lead to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from ivr.flow.asking import UNAVAILABLE, Question
from ivr.flow.commands import Need, Reachable
from ivr.flow.node import Into, Leave, NodeName, Over
from ivr.flow.nodes import AnyNode
from ivr.flow.nodes.hours import Hours
from ivr.flow.nodes.list import List
from ivr.flow.nodes.say import Say
from ivr.values.routing import Routing

# Where a door may lead besides a node: to the question before, or to the same one again.
BACK = "back"
REPEAT = "repeat"


class Flow(BaseModel):
    """What one file in dialplans/flows/ says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flow: str = Field(description="the flow's name, as numbers.yaml uses it", pattern=r"^[a-z][a-z0-9-]{0,40}$")
    start: NodeName = Field(description="the node at which every call begins")
    nodes: dict[str, AnyNode] = Field(min_length=1, description="the places of the flow by name")

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """:meth:`Drawing.need` of each node, for a flow that enters no other."""
        drawing = Drawing({self.flow: self})
        return {name: drawing.need(Place(self.flow, name)) for name in self.nodes}


@dataclass(frozen=True)
class Place:
    """Where a call is: a node of a flow, and the place that entered this flow and waits for it."""

    flow: str
    node: str
    above: "Place | None" = None


def decides(node: AnyNode) -> bool:
    """Whether one way is taken here at once, by what is known already: without a sound, a key or another system."""
    return isinstance(node, Hours) or (isinstance(node, List) and node.list is not None)


class Delivered(Enum):
    """Something else than an agent."""

    IT = "delivered"


DELIVERED = Delivered.IT


def merged(awaited: Iterable[Reachable]) -> Reachable | None:
    """All of them together; ``None`` for nobody."""
    agents = {agent for one in awaited for agent in one.agents}
    doors = {door for one in awaited for door in one.doors}
    if not agents and not doors:
        return None
    return Reachable(tuple(sorted(agents)), tuple(sorted(doors, key=lambda door: (door.queue, door.part))))


class Drawing:
    """All flows of a book together."""

    def __init__(self, flows: Mapping[str, Flow], routing: Routing | None = None) -> None:
        self.flows = flows
        self.routing = routing or Routing()
        self._needs: dict[Place, Need] = {}
        self._toward: dict[Place, Reachable | None] = {}
        self._open: set[Place] = set()  # of which only the call can tell
        self._next: dict[Place, tuple[Place, ...]] = {}
        self._reachable: dict[Place, set[Place]] = {}
        self._stages: dict[tuple[Place, bool], Reachable | Delivered | list[tuple[Place, bool]] | None] = {}

    def node(self, place: Place) -> AnyNode:
        return self.flows[place.flow].nodes[place.node]

    def start(self, flow: str, above: Place | None = None) -> Place:
        """The first place of a flow."""
        return Place(flow, self.flows[flow].start, above)

    def follow(self, place: Place, taken: str) -> Place | None:
        """Where the exit ``taken`` of ``place`` leads; ``None``: the call ends.  `back` and `repeat` are the walk's."""
        to = self.node(place).doors().get(taken)
        return Place(place.flow, to, place.above) if to in self.flows[place.flow].nodes else None

    def next(self, place: Place) -> tuple[Place, ...]:
        """Every place to which a call at ``place`` can come next."""
        if place not in self._next:
            self._next[place] = tuple(self._onward(place))
        return self._next[place]

    def _onward(self, place: Place) -> Iterator[Place]:
        node = self.node(place)
        match node.beyond():
            case Into(flow):
                yield self.start(flow, place)
            case Over(flow):
                yield self.start(flow)
            case Leave(exit=taken):
                if place.above and (after := self.follow(place.above, taken)):
                    yield after
            case None:
                for taken in node.doors():
                    if after := self.follow(place, taken):
                        yield after

    def reachable(self, start: Place) -> set[Place]:
        """``start`` and every place to which a call can come from it."""
        if start in self._reachable:
            return self._reachable[start]
        found: set[Place] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(self.next(here))
        return self._reachable.setdefault(start, found)

    def need(self, place: Place) -> Need:
        """The most that ``place``, or any place to which it can lead before agents ring, wants of the line.

        A sound is heard at the price of what it leads to: on the way to a menu the line is answered, and the
        announcement made, before the welcome; "we are closed" leads nowhere and stays free.  On the way to agents the
        line stays free until one answers, whatever the flow offers if nobody does: that is heard at its own price.
        """
        if place not in self._needs:
            self._needs[place] = max(self.node(one).need() for one in self._before_agents(place))
        return self._needs[place]

    def toward(self, place: Place) -> Reachable | None:
        """Who must be there, where agents alone are what a price would be announced for on the ways from ``place``.

        Questions about where to go are no service, nor is what is said after them, unless it says ``service: true``.
        ``None``: something else is delivered there too, or nothing is, or only the call can tell: :meth:`depends`.
        """
        if place not in self._toward:
            self._toward[place] = self._awaited(place)
        return self._toward[place]

    def depends(self, place: Place) -> bool:
        """Whether what is delivered on the ways from ``place`` depends on the hours, or on who calls."""
        self.toward(place)
        return place in self._open

    def _awaited(self, start: Place) -> Reachable | None:
        awaited = [Reachable()]
        sure = depends = False
        found: set[tuple[Place, bool, bool]] = set()
        waiting = [(start, False, True)]
        while waiting:
            here, asked, surely = waiting.pop()
            came = self.stage(here, asked)
            if (here, asked, surely) in found or came is None:
                continue
            found.add((here, asked, surely))
            if came is DELIVERED:
                sure |= surely
                depends |= not surely
            elif isinstance(came, Reachable):
                awaited.append(came)
                depends |= not surely
            else:
                surely = surely and not decides(self.node(here))
                waiting.extend((one, one_asked, surely) for one, one_asked in came)
        if depends and not sure:
            self._open.add(start)
        return None if sure or depends else merged(awaited)

    def stage(self, here: Place, asked: bool) -> "Reachable | Delivered | list[tuple[Place, bool]] | None":
        """What a price would be told for at a place: whom one waits for there, or another service; where neither is,
        the places to which it leads, each with whether the caller has been ``asked`` something by then.
        """
        if (here, asked) not in self._stages:
            self._stages[here, asked] = self._stage(here, asked)
        return self._stages[here, asked]

    def _stage(self, here: Place, asked: bool) -> "Reachable | Delivered | list[tuple[Place, bool]] | None":
        node = self.node(here)
        if node.is_free():
            return None
        if node.rings:
            return node.awaits(self.routing) or DELIVERED
        if isinstance(node, Question):
            # What is offered if nobody is there is not what the price would be told for.
            doors_but = (taken for taken in node.doors() if taken != UNAVAILABLE)
            return [(one, True) for taken in doors_but if (one := self.follow(here, taken))]
        if node.need() >= Need.ANNOUNCED or (asked and node.sends):
            return DELIVERED
        return [(one, asked) for one in self.next(here)]

    def instead(self, place: Place, *, full: bool = False) -> Place | None:
        """Where a call goes on from a question that is not asked, since nobody is there: as from the nearest agents.

        ``full``: they are, but too many wait for them already; then as from the nearest queue.
        """
        nearest: Place | None = None
        found: set[Place] = set()
        waiting = [place]
        for here in waiting:
            node = self.node(here)
            if node.rings and full and node.crowded:
                return self.follow(here, node.crowded)
            if node.rings:
                nearest = nearest or here
                if not full:
                    break
            elif here not in found:
                found.add(here)
                waiting.extend(self.next(here))
        return self.follow(nearest, self.node(nearest).absent) if nearest else None

    def most(self, place: Place) -> Need:
        """The most that ``place``, or any place it can lead to, wants of the line."""
        return max(self.node(one).need() for one in self.reachable(place))

    def answered(self, start: Place) -> set[Place]:
        """The places that can answer a call which begins at ``start``, and those to which it can come from them."""
        found: set[tuple[Place, bool]] = set()
        waiting = [(start, False)]
        while waiting:
            here, answered = waiting.pop()
            node = self.node(here)
            says = isinstance(node, Say) and self.need(here) is Need.ANSWERED
            if (here, answered := answered or node.need() is Need.ANSWERED or says) not in found:
                found.add((here, answered))
                waiting += [(after, answered) for after in self.next(here)]
        return {place for place, answered in found if answered}

    def _before_agents(self, start: Place) -> set[Place]:
        """``start`` and the places to which a call can come from it, up to those where agents ring or all is free."""
        found: set[Place] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                node = self.node(here)
                waiting.extend(() if node.rings or node.is_free() else self.next(here))
        return found
