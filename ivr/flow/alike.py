"""Which calls are in the same state: they may differ in what nothing that they can still come to looks at.

Theory
------
A key names a state; calls with one key are lived through once (`ivr.flow.explore`).  So a key must hold all that the
future can depend on, and may leave out only what nothing reads before it is set anew:

    local values      of the generators within a node, as far as they are living (`ivr.flow.living`)
    questions         that `back` could go to: a question is gone back beyond by its own `back` alone (`ivr.flow.walk`),
                      so what was asked before one that has none is never looked at again; and nothing is where no
                      place ahead has a `back`
    notes             that some way on tests before an answer overwrites them
    callers, hours    as the nodes ahead treat them, and the calendars ahead tell them
    questions unasked that lie ahead

*Ahead* is every place to which a call can come from where it is and from the questions that it can go back to.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from ivr.flow.asking import Question
from ivr.flow.callers import Callers
from ivr.flow.commands import Command
from ivr.flow.flow import BACK, Drawing, Place, decides
from ivr.flow.instants import Hours
from ivr.flow.node import Node
from ivr.flow.nodes.ask import Ask
from ivr.flow.nodes.match import Match
from ivr.flow.onlooker import Log, Run, still
from ivr.flow.passages import State as Reached
from ivr.flow.references import references
from ivr.flow.walk import Standing
from ivr.values.calendar import State

_BACKWARD = 4  # questions that `back` can still go to; deeper ones are taken as alike


@dataclass(frozen=True)
class Looks:
    """What the nodes ahead of a place look at: calendars, callers (the nodes that tell some apart), notes, how long the
    call has lasted, in seconds; and whether one of them goes back.
    """

    calendars: frozenset[str]
    callers: frozenset[int]
    notes: frozenset[str]
    lasts: frozenset[float]
    back: bool


def tested(node: Node) -> Iterator[tuple[str, str]]:
    """The notes that a node tests and the values that it tests them for."""
    if isinstance(node, Match):
        for case in node.cases:
            if case.note:
                yield from ((case.note, value) for value in (case.equals or "", *case.one_of))


def overwritten(node: Node, taken: str) -> frozenset[str]:
    """The notes that are sure to have been set anew when a node is left by an exit."""
    return frozenset({node.note}) if isinstance(node, Ask) and taken == "done" else frozenset()


def read(drawing: Drawing, places: Set[Place]) -> dict[Place, frozenset[str]]:
    """The notes that may be tested from each place on before they are overwritten.

    Ways by `back` are not followed: who goes back comes to a question where he was since, or to one that he could go
    back to from here, which is asked for its own.  A question that is not asked leads to where its agents lead, or to
    what was found shut (`ivr.flow.walk`).
    """
    ways = {place: list(_ways(drawing, place)) for place in places}
    found = {place: frozenset(name for name, _ in tested(drawing.node(place))) for place in places}
    changed = True
    while changed:
        changed = False
        for place in places:
            now = found[place].union(*(found[after] - set_ for after, set_ in ways[place]))
            if now != found[place]:
                found[place], changed = now, True
    return found


def _ways(drawing: Drawing, place: Place) -> Iterator[tuple[Place, frozenset[str]]]:
    node = drawing.node(place)
    if node.beyond() is None:
        for taken in node.doors():
            if after := drawing.follow(place, taken):
                yield after, overwritten(node, taken)
    else:
        yield from ((after, frozenset()) for after in drawing.next(place))
    if isinstance(node, Question):
        shut = [one for one in drawing.reachable(place) if decides(drawing.node(one))]
        others = (drawing.instead(place), drawing.instead(place, full=True), *shut)
        yield from ((after, frozenset()) for after in others if after)


class Alike:
    """The keys of one number's calls; ``hours`` are what calendars say at the instants at which these begin."""

    def __init__(self, drawing: Drawing, start: Place, callers: Callers, hours: Sequence[Mapping[str, Hours]]) -> None:
        self._drawing, self._callers, self._hours = drawing, callers, hours
        places = drawing.reachable(start)
        self._read = read(drawing, places)
        self._tested = {pair for place in places for pair in tested(drawing.node(place))}
        self._future: dict[Place, Looks] = {}

    def key(self, came: Reached, run: Run, command: Command[Any] | None, words: Set[str]) -> Any:
        """The state in which a run is; ``came`` has the way to it, ``words`` are the values that the flow knows."""
        here, log = run.standing.here, came.log
        behind = self._behind(run.standing)
        ahead = [place for place in (here, *behind) if place is not None]
        looks = [self._looks(place) for place in ahead]
        calendars = sorted(frozenset().union(*(one.calendars for one in looks)))
        callers = frozenset().union(*(one.callers for one in looks))
        notes = frozenset().union(*(one.notes for one in looks))
        waited = None
        if not log.answered and log.opened is not None:
            waited = int((log.elapsed - log.opened) // 5)  # decides how long a ring is still free
        return (
            *(here, behind[:_BACKWARD], self._unasked(run.standing, ahead)),
            *(run.inside(words), still(command, words)),
            *(run.line.state, log.announced, log.unannounced, log.unlimited, log.human is not None, waited),
            *(self._caller(came.caller, callers), log.language),
            tuple(self._hours[came.hours][name] for name in calendars),
            tuple((name, self._opened(name, run, log)) for name in calendars if name in log.overrides),
            self._notes(run.scene.notes, notes),
            tuple(run.scene.ahead),
            sum(log.elapsed > seconds for seconds in frozenset().union(*(one.lasts for one in looks))),
            run.changed is not None,
            self._until_change(run, log),
            # At a root nodes may have been left without a command; elsewhere the passage has told of them.
            tuple(map(str, run.trail[came.steps :])),
        )

    def _behind(self, standing: Standing) -> tuple[Place, ...]:
        """The questions that `back` can still go to, the last one first."""
        behind: list[Place] = []
        if standing.here is not None and self._looks(standing.here).back:
            for place in reversed(standing.asked):
                behind.append(place)
                if BACK not in self._drawing.node(place).doors().values():
                    break
        return tuple(behind)

    def _unasked(self, standing: Standing, ahead: Sequence[Place]) -> frozenset[Place]:
        """The questions that lie ahead and were not asked before: they would not be led round again."""
        if not standing.skipped:
            return frozenset()
        return frozenset(
            one for one in standing.skipped if any(one in self._drawing.reachable(place) for place in ahead)
        )

    def _caller(self, caller: int, by: Set[int]) -> Any:
        """What the nodes ahead that tell callers apart make of one; ``None``: nothing."""
        return self._callers.treated(caller, by) if by else None

    def _opened(self, name: str, run: Run, log: Log) -> tuple[State, str | None, str | None, bool]:
        """What a calendar says that was looked at: opened by hand while it is open, what it would say anyway."""
        said = run.world.calendars[name].opening(run.moment(log), log.overrides[name].result)
        return said.state, said.exit, said.prompt, said.until is None

    def _until_change(self, run: Run, log: Log) -> float | None:
        """Seconds until the price changes, while that still makes a difference to the call."""
        change = run.world.change
        if change is None or log.answered or run.changed is not None:
            return None
        return round((change.begins - run.moment(log)).total_seconds(), 1)

    def _notes(self, notes: Mapping[str, str], looked_at: Set[str]) -> tuple[tuple[str, str], ...]:
        known = sorted((name, text) for name, text in notes.items() if name in looked_at)
        return tuple((name, text if (name, text) in self._tested else "?") for name, text in known)

    def _looks(self, place: Place) -> Looks:
        if place not in self._future:
            nodes = [self._drawing.node(one) for one in self._drawing.reachable(place)]
            self._future[place] = Looks(
                frozenset(name for node in nodes for to, name, _ in references(node) if to == "calendar"),
                frozenset(id(node) for node in nodes if self._callers.told_apart_by(node)),
                self._read[place],
                frozenset(
                    case.longer_than
                    for node in nodes
                    if isinstance(node, Match)
                    for case in node.cases
                    if case.longer_than
                ),
                any(BACK in node.doors().values() for node in nodes),
            )
        return self._future[place]
