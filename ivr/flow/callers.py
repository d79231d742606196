"""Callers who stand for all others: one of each class that some node of a flow tells apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ivr.flow.node import Node, Scene
from ivr.flow.nodes.geo import Geo
from ivr.flow.nodes.match import Match
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.references import references
from ivr.values.calendar import Calendar
from ivr.values.call import Call
from ivr.values.mailbox import Mailbox
from ivr.values.number import ANONYMOUS, Family, Number, parse
from ivr.values.wording import spelled

MOBILE = parse("0612345678")

# One caller of each family, and of each region of the numbering plan.
_USUAL = (
    MOBILE,
    ANONYMOUS,
    *(parse(f"{prefix}2345678") for prefix in ("014", "024", "034", "044", "054", "073", "094")),
    *(parse(f"0{prefix}123456") for prefix in ("692", "976", "590", "937")),  # overseas; a technical platform
    parse("+687123456"),
    parse("+3223456789"),
    parse("nobody"),
)
_GEOGRAPHIC = tuple(parse(f"0{prefix:03}12345") for prefix in range(100, 600))


@dataclass
class Callers:
    """``each`` stands for its class, whose members are in ``alike``; ``sensitive`` are the nodes that tell some apart,
    by their identity, with what each of them does with ``each``.
    """

    each: tuple[Number, ...]
    alike: tuple[tuple[Number, ...], ...]
    sensitive: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(
        cls,
        dialled: Number,
        nodes: Sequence[Node],
        calendars: Mapping[str, Calendar],
        lists: Mapping[str, frozenset[str]],
        departments: Mapping[str, str],
        mailboxes: Mapping[str, Mailbox],
        only: Sequence[Number] | None = None,
    ) -> "Callers":
        """The classes that ``nodes`` make of those who call ``dialled``; ``only``: of these."""
        candidates = list(dict.fromkeys(only or _candidates(nodes, lists)))
        classes: dict[Any, list[Number]] = {}

        def response(node: Node, caller: Number) -> tuple[str, bool]:
            scene = _Watched(_call(dialled, caller), calendars, lists, departments=departments, mailboxes=mailboxes)
            return _response(node, scene, caller), scene.looked

        given: list[list[str]] = []  # by each node, to each candidate
        for node in nodes:
            first, looks = response(node, candidates[0])
            others = (response(node, one)[0] if looks else first for one in candidates[1:])
            given.append([first, *others])
        for caller, answers in zip(candidates, zip(*given, strict=True), strict=True):
            classes.setdefault((answers, caller.e164 is None and _remembers(nodes)), []).append(caller)
        each = tuple(group[0] for group in classes.values())
        where = [candidates.index(one) for one in each]
        sensitive = {
            id(node): tuple(answers[place] for place in where)
            for node, answers in zip(nodes, given, strict=True)
            if len(set(answers)) > 1 or (len(classes) > 1 and _remembers([node]))
        }
        return cls(each, tuple(map(tuple, classes.values())), sensitive)

    def treated(self, caller: int, by: Iterable[int]) -> tuple[bool, frozenset[tuple[int, str]]]:
        """What sensitive nodes do with one of ``each``, by his place, and whether he is hidden: no memory is asked."""
        return self.each[caller].e164 is None, frozenset((node, self.sensitive[node][caller]) for node in by)

    def told_apart_by(self, node: Node) -> bool:
        """Whether ``node`` treats some callers otherwise than others."""
        return id(node) in self.sensitive


def kind(node: Node) -> str:
    """What a node is called in YAML."""
    return str(getattr(node, "kind", ""))


def _remembers(nodes: Sequence[Node]) -> bool:
    """Whether memory or counts are asked, which hidden callers have none of."""
    return any(
        kind(node) in ("recall", "limit", "language") or (isinstance(node, Transfer) and node.last_agent)
        for node in nodes
    )


def _candidates(nodes: Sequence[Node], lists: Mapping[str, frozenset[str]]) -> list[Number]:
    """Callers of every kind that the plan knows, and those that the nodes name."""
    named = {name for node in nodes for to, name, _ in references(node) if to == "list"}
    members = [parse(min(lists[name])) for name in sorted(named) if lists.get(name)]
    prefixes = [one for node in nodes if isinstance(node, Match) for case in node.cases for one in case.prefix]
    begun = [parse(text + "1234567890"[: (12 if text[0] == "+" else 10) - len(text)]) for text in prefixes]
    places = _GEOGRAPHIC if any(isinstance(node, Geo | Match) for node in nodes) else ()
    return [*_USUAL, *members, *(one for one in begun if one.family is not Family.UNKNOWN), *places]


def _call(dialled: Number, caller: Number) -> Call:
    return Call("tried", dialled, caller, "fr", datetime(2026, 1, 5, 9, tzinfo=UTC))


class _Watched(Scene):
    """A scene that notes whether its call was looked at: who does not look tells no caller from another."""

    looked = False

    def __getattribute__(self, name: str) -> Any:
        if name == "call":
            object.__setattr__(self, "looked", True)
        return super().__getattribute__(name)


def _response(node: Node, scene: Scene, caller: Number) -> str:
    """What a node does first with a caller: asks for something, or leaves.

    Whoever's own number it says, sends or looks up is treated as any other caller is.
    """
    talk = node.run(scene)
    try:
        first: Any = next(talk)
    except StopIteration as stop:
        first = stop.value
    finally:
        talk.close()
    response = repr(first)
    for own in (repr(caller), repr(spelled(caller.national or ""))[1:-1], caller.e164, caller.national):
        response = response.replace(own, "the caller") if own else response
    return response
