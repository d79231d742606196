"""Whom a transfer rings, in what order, and where callers wait: groups of agents and what lies outside, as values.

Strategies as users of other exchanges know them: all at once, one after the other, "memory hunt" (the first; the first
two; the first three …), and one after the other from a member drawn by chance.
Source: FreePBX, ring groups (ringall, hunt, memoryhunt, random).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.values.queue import Door


class Strategy(StrEnum):
    """How several are rung."""

    SIMULTANEOUS = "simultaneous"
    HUNT = "hunt"
    MEMORY = "memory"
    RANDOM = "random"


@dataclass(frozen=True)
class Group:
    """Who is rung under one name; ``ring`` are seconds for each attempt, ``None``: as the transfer says."""

    name: str
    members: tuple[str, ...]
    strategy: Strategy = Strategy.SIMULTANEOUS
    ring: float | None = None


@dataclass(frozen=True)
class Attempt:
    """Who rings at once, and for how many seconds."""

    names: tuple[str, ...]
    ring: float


@dataclass(frozen=True)
class Routing:
    """The book's groups, the doors of its queues, and who serves these, by name."""

    groups: Mapping[str, Group] = field(default_factory=dict)
    doors: Mapping[str, Door] = field(default_factory=dict)
    serving: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def everyone(self, to: Sequence[str]) -> tuple[str, ...]:
        """All whose phones may ring, each once, in the order in which they are written."""
        return tuple(dict.fromkeys(name for one in to for name in self._members(one)))

    def draws(self, to: Sequence[str], strategy: Strategy) -> bool:
        """Whether chance decides who is rung first."""
        inside = (self.groups[one].strategy for one in to if one in self.groups)
        return Strategy.RANDOM in ((strategy,) if len(to) > 1 else ()) or (
            (len(to) == 1 or strategy is not Strategy.SIMULTANEOUS) and Strategy.RANDOM in inside
        )

    def attempts(
        self, to: Sequence[str], strategy: Strategy, ring: float, drawn: float = 0.0, last: str | None = None
    ) -> tuple[Attempt, ...]:
        """One attempt after the other; ``drawn`` from 0 to 1 is chance, ``last`` is who is tried before all others.

        A group among several who ring at once rings whole; else it is tried as it says itself.
        """
        if len(to) > 1 and strategy is Strategy.SIMULTANEOUS:
            found = [Attempt(self.everyone(to), ring)]
        else:
            found = [
                attempt
                for names in _in_order([(one,) for one in to], strategy, drawn)
                for attempt in self._within(names, ring, drawn)
            ]
        if last is None or last not in self.everyone(to):
            return tuple(found)
        others = [Attempt(tuple(name for name in one.names if name != last), one.ring) for one in found]
        first = next(one.ring for one in found if last in one.names)
        return (Attempt((last,), first), *(one for one in others if one.names))

    def _within(self, names: tuple[str, ...], ring: float, drawn: float) -> list[Attempt]:
        """The attempts of one target, or of several who ring together."""
        group = self.groups.get(names[0]) if len(names) == 1 else None
        if group is None:
            return [Attempt(self.everyone(names), ring)]
        each = [(name,) for name in group.members]
        return [Attempt(one, group.ring or ring) for one in _in_order(each, group.strategy, drawn)]

    def _members(self, name: str) -> tuple[str, ...]:
        return self.groups[name].members if name in self.groups else (name,)


def _in_order(each: Sequence[tuple[str, ...]], strategy: Strategy, drawn: float) -> list[tuple[str, ...]]:
    """Who rings in each attempt."""
    match strategy:
        case Strategy.HUNT:
            return list(each)
        case Strategy.MEMORY:
            return [_together(each[: place + 1]) for place in range(len(each))]
        case Strategy.RANDOM:
            first = int(drawn * len(each))
            return [*each[first:], *each[:first]]
        case Strategy.SIMULTANEOUS:
            return [_together(each)]


def _together(each: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for names in each for name in names)
