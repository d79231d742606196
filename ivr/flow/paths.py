"""The paths of a number's calls, counted and measured on the graph that `ivr.flow.explore` found.

A way that comes back to a state in which the call already was is not followed again: it ends there as "goes round".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from operator import gt

from ivr.flow.measures import Better, Measure
from ivr.flow.onlooker import Choice, Said
from ivr.flow.passages import Explored, Passage, Root
from ivr.values.tariff import Money, Tariff

ROUND = "goes round"


@dataclass(frozen=True)
class Path:
    """One call from its beginning; ``ends`` says how, ``ROUND`` where it comes back to what it was before."""

    root: Root
    passages: tuple[Passage, ...]
    ends: str

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(step for passage in self.passages for step in passage.steps)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for passage in self.passages for choice in passage.choices)

    @property
    def heard(self) -> tuple[Said, ...]:
        return tuple(said for passage in self.passages for said in passage.heard)

    @property
    def rings(self) -> tuple[str, ...]:
        """The agents and queues that are rung, in order."""
        return tuple(name for passage in self.passages for name in passage.rings)

    @property
    def seconds(self) -> float:
        return sum(passage.seconds for passage in self.passages)

    @property
    def charged(self) -> float | None:
        """Seconds from the answer on; ``None``: never answered."""
        if not any(passage.answered for passage in self.passages):
            return None
        return sum(passage.charged for passage in self.passages)

    @property
    def charged_from(self) -> float | None:
        """Seconds from its beginning until charging starts; ``None``: never."""
        before = 0.0
        for passage in self.passages:
            if passage.answered:
                return before + passage.seconds - passage.charged
            before += passage.seconds
        return None

    @property
    def human(self) -> tuple[float, int] | None:
        """Seconds and keys before an agent first rings."""
        seconds, keys = 0.0, 0
        for passage in self.passages:
            if passage.human:
                return seconds + passage.human[0], keys + passage.human[1]
            seconds, keys = seconds + passage.seconds, keys + passage.keys
        return None

    @property
    def changed(self) -> Tariff | None:
        """The tariff that began during the call, where it is charged by that."""
        return self.passages[-1].changed if self.passages else None

    @property
    def charged_before_human(self) -> float:
        """Seconds charged before an agent first rings, or in all where none does."""
        return sum(one.human[2] if one.human else one.charged for one in self.passages)

    def price(self, tariff: Tariff) -> Money:
        """What the caller owes at the end, by ``tariff`` or by that which began during the call; a conversation is
        counted as one minute.
        """
        charged, tariff = self.charged, self.changed or tariff
        limit = tariff.limit
        spoken = None if charged is None else timedelta(seconds=charged)
        return tariff.charge(min(spoken, limit) if spoken is not None and limit else spoken)


@dataclass
class Paths:
    """All paths of a number; ``rounds`` are the passages, by state and place, that lead back to where the call was."""

    explored: Explored
    rounds: set[tuple[int, int]] = field(init=False)
    _order: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.rounds, self._order = _unrolled(self.explored)

    @cached_property
    def roots(self) -> list[Root]:
        """The beginnings that do not come to the same."""
        return list({root.state: root for root in reversed(self.explored.roots)}.values())[::-1]

    @cached_property
    def count(self) -> int:
        """How many paths there are."""
        return self.counted(lambda _: True)

    def counted(self, among: Callable[[Passage], bool]) -> int:
        """How many paths have only such passages."""
        counts = self._counts(among)
        return sum(counts[root.state] for root in self.roots)

    def at(self, place: int) -> Path:
        """Path ``place`` of ``count``, without looking at those before it: any sample of millions is had at once."""
        counts = self._counts(lambda _: True)
        for root in self.roots:
            if place < counts[root.state]:
                return self._at(place, root, counts)
            place -= counts[root.state]
        raise IndexError(f"there are only {self.count} paths")

    def each(self, among: Callable[[Passage], bool] = lambda _: True) -> Iterator[Path]:
        """Every path whose passages are such, depth first."""
        for root in self.roots:
            waiting: list[tuple[int, tuple[Passage, ...]]] = [(root.state, ())]
            while waiting:
                state, taken = waiting.pop()
                more: list[tuple[int, tuple[Passage, ...]]] = []
                for place, passage in enumerate(self.explored.passages[state]):
                    if not among(passage):
                        continue
                    if self._ends(state, place):
                        yield Path(root, (*taken, passage), passage.ends or ROUND)
                    else:
                        more.append((passage.to or 0, (*taken, passage)))
                waiting += reversed(more)

    def most(self, measure: Measure, better: Better = gt, *, whole: bool) -> tuple[float, Path] | None:
        """The path with the best measure, and that; ``None`` if no path completes it.

        ``whole``: a path that ends before the measure is complete counts with what it has.
        """
        found = self._measured(measure, better, whole)
        ends = [(found[root.state], root) for root in self.roots if root.state in found]
        if not ends:
            return None
        (value, _), root = ends[0]
        for (other, _), begun in ends[1:]:
            if better(other, value):
                value, root = other, begun
        return value, self._followed(measure, root, found)

    def keys_to_human(self) -> dict[int, int]:
        """The fewest keys from each state until an agent rings, rounds allowed; where none can, no entry."""
        fewest: dict[int, int] = {}
        changed = True
        while changed:
            changed = False
            for state, passages in enumerate(self.explored.passages):
                for passage in passages:
                    if passage.human:
                        keys = passage.human[1]
                    elif passage.to in fewest:
                        keys = passage.keys + fewest[passage.to]
                    else:
                        continue
                    if keys < fewest.get(state, keys + 1):
                        fewest[state], changed = keys, True
        return fewest

    def to(self, wanted: int) -> Path | None:
        """The shortest path to a state (its last passage leads there)."""
        reached: dict[int, Path] = {root.state: Path(root, (), "") for root in reversed(self.roots)}
        waiting = [root.state for root in self.roots]
        for state in waiting:
            if state == wanted:
                return reached[state]
            for passage in self.explored.passages[state]:
                if passage.to is not None and passage.to not in reached:
                    before = reached[state]
                    reached[passage.to] = Path(before.root, (*before.passages, passage), "")
                    waiting.append(passage.to)
        return None

    def first(self, wanted: Callable[[Passage], bool]) -> Path | None:
        """The shortest path that ends with such a passage."""
        found: Path | None = None
        for state, passages in enumerate(self.explored.passages):
            for passage in passages:
                if wanted(passage) and (path := self.to(state)):
                    whole = Path(path.root, (*path.passages, passage), passage.ends or ROUND)
                    if found is None or len(whole.choices) < len(found.choices):
                        found = whole
        return found

    # -- the graph without its rounds ----------------------------------------------------------------------------

    def _counts(self, among: Callable[[Passage], bool]) -> dict[int, int]:
        """For each state, how many ways lead on from it to an end by such passages."""
        counts: dict[int, int] = {}
        for state in self._order:
            counts[state] = sum(
                self._share(state, place, counts)
                for place, passage in enumerate(self.explored.passages[state])
                if among(passage)
            )
        return counts

    def _share(self, state: int, place: int, counts: dict[int, int]) -> int:
        """How many of the ways on from a state begin with this passage."""
        to = self.explored.passages[state][place].to
        return 1 if to is None or self._ends(state, place) else counts[to]

    def _at(self, place: int, root: Root, counts: dict[int, int]) -> Path:
        taken: list[Passage] = []
        state: int | None = root.state
        while state is not None:
            passages = self.explored.passages[state]
            chosen = 0
            while place >= (share := self._share(state, chosen, counts)):
                place, chosen = place - share, chosen + 1
            taken.append(passages[chosen])
            state = None if self._ends(state, chosen) else passages[chosen].to
        return Path(root, tuple(taken), taken[-1].ends or ROUND)

    def _ends(self, state: int, place: int) -> bool:
        return self.explored.passages[state][place].to is None or (state, place) in self.rounds

    def _measured(self, measure: Measure, better: Better, whole: bool) -> dict[int, tuple[float, int]]:
        """For each state the best measure from there on, and the place of the passage that begins it."""
        found: dict[int, tuple[float, int]] = {}
        for state in self._order:
            for place, passage in enumerate(self.explored.passages[state]):
                value, complete = measure(passage)
                if not complete:
                    if self._ends(state, place):
                        if not whole:
                            continue
                    elif passage.to in found:
                        value += found[passage.to][0]
                    else:
                        continue
                if state not in found or better(value, found[state][0]):
                    found[state] = value, place
        return found

    def _followed(self, measure: Measure, root: Root, found: dict[int, tuple[float, int]]) -> Path:
        taken: list[Passage] = []
        state: int | None = root.state
        while state is not None and state in found:
            place = found[state][1]
            passage = self.explored.passages[state][place]
            taken.append(passage)
            state = None if self._ends(state, place) or measure(passage)[1] else passage.to
        return Path(root, tuple(taken), taken[-1].ends or ROUND)


def _unrolled(explored: Explored) -> tuple[set[tuple[int, int]], list[int]]:
    """The passages that lead back to a state on the way to them, and the states, each after all that it leads to."""
    again: set[tuple[int, int]] = set()
    order: list[int] = []
    seen: set[int] = set()
    on_the_way: set[int] = set()
    for root in explored.roots:
        waiting: list[tuple[int, int]] = [(root.state, 0)]
        while waiting:
            state, place = waiting.pop()
            if place == 0:
                if state in seen:
                    continue
                seen.add(state)
                on_the_way.add(state)
            passages = explored.passages[state]
            while place < len(passages):
                to = passages[place].to
                if to in on_the_way:
                    again.add((state, place))
                elif to is not None and to not in seen:
                    break
                place += 1
            if place < len(passages):
                waiting += [(state, place + 1), (passages[place].to or 0, 0)]
            else:
                on_the_way.discard(state)
                order.append(state)
    return again, order
