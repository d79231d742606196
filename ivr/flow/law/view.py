"""What a rule of law may look at: numbers with their facts, owners, flows and texts; the book makes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ivr.flow.connection import Connection
from ivr.flow.flow import Drawing, Place
from ivr.flow.node import Node
from ivr.flow.nodes.lookup import Lookup
from ivr.flow.nodes.say import Say
from ivr.flow.outcomes import SPEECH
from ivr.flow.references import references
from ivr.values.number import Family, Number
from ivr.values.purpose import Purpose
from ivr.values.taping import Taping
from ivr.values.tariff import Mode, Tariff

N = TypeVar("N", bound=Node)

ADMINISTRATION = "administration"
TELECOM_OPERATOR = "telecom-operator"


@dataclass(frozen=True)
class Owner:
    """Who answers for numbers before the law.  ``contact`` and ``complaints`` are a phone number or an e-mail."""

    name: str
    company: str
    kind: str
    address: str = ""
    contact: str = ""
    complaints: str = ""


@dataclass(frozen=True)
class Held:
    """A number of ours, ``written`` as in numbers.yaml; ``connects`` is whom it puts callers through to,
    ``recording`` how its conversations are recorded, where none says otherwise; ``silence`` is why we announce no
    price, if so, ``announced`` are the prompts of it that are heard before anybody rings, and ``unanswered`` is for how
    many seconds its carrier bears an unanswered call."""

    written: str
    number: Number
    priced: Family | None
    mode: Mode
    flow: str
    label: str
    purpose: Purpose | None = None
    owner: Owner | None = None
    description: str = ""
    connects: Number | None = None
    recording: Taping | None = None
    tariff: Tariff | None = None
    silence: str = ""
    announced: tuple[str, ...] = ()
    unanswered: float = 30.0

    @property
    def surcharged(self) -> bool:
        """Whether callers pay for the service."""
        return self.mode in (Mode.PER_CALL, Mode.PER_MINUTE)


class View:
    """A book as the law sees it; ``texts`` are the French prompts, ``outside`` the numbers of destinations, by name,
    ``seconds`` tells how long a prompt is.

    What is found of a flow is found once.
    """

    def __init__(
        self,
        numbers: tuple[Held, ...],
        drawing: Drawing,
        texts: Mapping[str, str],
        lists: Mapping[str, frozenset[str]],
        outside: Mapping[str, Number] | None = None,
        seconds: Callable[[str], float] | None = None,
    ) -> None:
        self.numbers = numbers
        self.drawing = drawing
        self.lists = lists
        self.outside = outside or {}
        self._texts = texts
        self.seconds = seconds or (lambda name: len(texts.get(name, "")) / SPEECH)
        self._places: dict[str, tuple[Place, ...]] = {}
        self._nodes: dict[str, list[tuple[Place, Node]]] = {}
        self._connections: dict[str, list[tuple[Place, Connection]]] = {}

    def places(self, flow: str) -> tuple[Place, ...]:
        """Where calls that begin in ``flow`` can come, in the order of names."""
        if flow not in self._places:
            found = self.drawing.reachable(self.drawing.start(flow))
            self._places[flow] = tuple(sorted(found, key=lambda place: (place.flow, place.node)))
        return self._places[flow]

    def nodes(self, flow: str, kind: type[N]) -> list[tuple[Place, N]]:
        """The nodes of one kind among them."""
        if flow not in self._nodes:
            self._nodes[flow] = [(place, self.drawing.node(place)) for place in self.places(flow)]
        return [(place, node) for place, node in self._nodes[flow] if isinstance(node, kind)]

    def connections(self, flow: str) -> list[tuple[Place, Connection]]:
        """Where callers are put through, by nodes of whatever kind, and to whom."""
        if flow not in self._connections:
            found = ((place, self.drawing.node(place).connects(self.drawing.routing)) for place in self.places(flow))
            self._connections[flow] = [(place, one) for place, one in found if one is not None]
        return self._connections[flow]

    def helps(self, to: Iterable[str]) -> list[Number]:
        """The emergency numbers among destinations outside, which have no business there."""
        return [self.outside[one] for one in to if one in self.outside and self.outside[one].family is Family.EMERGENCY]

    def told(self, flow: str, place: Place) -> bool:
        """Whether a `say` is heard on every way to a place, right before it."""
        before = [one for one in self.places(flow) if place in self.drawing.next(one)]
        says = all(isinstance(self.drawing.node(one), Say) for one in before)
        return bool(before) and says and place != self.drawing.start(flow)

    def unsaid(self, flow: str) -> set[Place]:
        """The places to which a call can come without having heard a `say`."""
        found: set[Place] = set()
        waiting = [self.drawing.start(flow)]
        while waiting:
            here = waiting.pop()
            if here not in found and not isinstance(self.drawing.node(here), Say):
                found.add(here)
                waiting.extend(self.drawing.next(here))
        return found

    def lasts(self, place: Place) -> float:
        """For how many seconds callers hear or wait for something at a place, at most, before anybody rings there.

        What calendars and notes fill in is not counted: nobody knows how long it is.  Nor are questions, which answer.
        """
        node = self.drawing.node(place)
        if isinstance(node, Lookup):
            return node.seconds
        one = node.connects(self.drawing.routing)
        said = node.prompt if isinstance(node, Say) else one.says if one else ()
        return sum(self.seconds(part) for part in said if isinstance(part, str))

    def text(self, prompt: str) -> str:
        """What a prompt says, in French."""
        return self._texts.get(prompt, "")

    def words(self, node: Node) -> str:
        """All that a node may say, in French."""
        return " ".join(self._texts.get(name, "") for to, name, _ in references(node) if to == "prompt")
