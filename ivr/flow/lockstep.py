"""Two flows lived through side by side with the same inputs: where do callers notice a difference?

Theory
------
Both flows are given the same call and the same results.  What a caller does not notice (clocks, early media, memory) is
passed over on each side by itself; what he does notice is held against the other side: what is said, which keys are
offered, who rings, when charging has begun, when the call ends.  Names of nodes play no part, so a renamed or reordered
flow is no different.  Where both ask, each common answer is tried in turn; a pair of states met before is not followed
again.  Where the two part for good the difference is told, and that way is followed no further.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ivr.flow.commands import Gather, Play, Speak
from ivr.flow.errands import Draw, Post
from ivr.flow.instants import representatives
from ivr.flow.noticed import Side, common, does, elsewhere, noticed
from ivr.flow.onlooker import Log, Run, World, beginning, repeating
from ivr.flow.outcomes import Outcome
from ivr.values.calendar import Override, State
from ivr.values.number import ANONYMOUS, Number

MOST_PAIRS = 1500


@dataclass(frozen=True)
class Difference:
    """Something that callers notice: ``where`` in a call (empty: from its beginning), and ``what`` is otherwise."""

    where: str
    what: str
    only: "tuple[Beginning, ...]" = ()
    """Where not all calls that come there notice it: those that do."""


@dataclass(frozen=True)
class Beginning:
    """A call that both sides are given: who, when, and which calendar is switched by hand."""

    caller: Number
    hours: Mapping[str, State]
    at: datetime
    override: tuple[str, bool] | None = None
    apart: bool = False
    """Whether the caller is of a sort that some node tells from others."""

    @property
    def words(self) -> str:
        """Who and when, in words; empty if that is all calls."""
        if self.apart:
            return (
                f"a caller like {self.caller.e164 or self.caller.national}" if self.caller != ANONYMOUS else "anonymous"
            )
        if self.override:
            return f"when {self.override[0]} is {'opened' if self.override[1] else 'closed'} by hand"
        when = " and ".join(f"{name} is {_STATES[state]}" for name, state in self.hours.items())
        return f"when {when}" if when else ""


_STATES = {
    State.OPEN: "open",
    State.CLOSED: "closed",
    State.PAUSE: "on a pause",
    State.HOLIDAY: "closed for a holiday",
    State.EXCEPTION: "closed by exception",
    State.OVERRIDE: "closed by hand",
}


@dataclass(frozen=True)
class _Pair:
    """Two states, each with what is given to it next; ``where`` tells people how calls come there."""

    old: Side
    new: Side
    where: str
    given: tuple[Outcome, Outcome] | None = None

    def taken(self) -> tuple[Side, Side, str]:
        """Both sides, gone on by what is given."""
        if self.given is None:
            return self.old, self.new, self.where
        old, new = self.old.again(), self.new.again()
        old.give(self.given[0])
        new.give(self.given[1])
        return old, new, self.where


class Lockstep:
    """Compares ``old`` with ``new``; the texts of utterances are those of each side."""

    def __init__(self, old: World, new: World, old_text: Callable[[str], str], new_text: Callable[[str], str]) -> None:
        self._old, self._new = (repeating(old), old_text), (repeating(new), new_text)
        self._seen: set[Any] = set()
        self._classes: dict[str, list[int]] = {}
        self.whole = True

    def differences(self, beginnings: Sequence[Beginning]) -> list[Difference]:
        """What callers notice, each once."""
        found: dict[Any, Difference] = {}
        came: dict[
            str, list[Beginning]
        ] = {}  # who comes to each place in a call, and who notices each difference there
        noticed_by: dict[Any, list[Beginning]] = {}
        # All beginnings before any second step: where there is too much to compare, what every caller meets is.
        waiting = deque(
            (begun, _Pair(self._first(self._old, begun), self._first(self._new, begun), "")) for begun in beginnings
        )
        while waiting:
            if len(self._seen) > MOST_PAIRS:
                self.whole = False
                break
            begun, pair = waiting.popleft()
            for told, more in self._onward(begun, pair):
                if told:
                    # Of several digits that make the same difference the first are enough.
                    same = re.sub(r"\btypes \w+", "types", told.where), told.what
                    words = begun.words if len(beginnings) > 1 else ""
                    where = (
                        f"{words}, {told.where}"
                        if (begun.apart or begun.override) and told.where
                        else told.where or words
                    )
                    found.setdefault(same, replace(told, where=where))
                    _add(noticed_by, same, begun)
                if more:
                    _add(came, more.where, begun)
                    waiting.append((begun, more))
        return [_narrowed(told, came.get(told.where, []), noticed_by.get(same, [])) for same, told in found.items()]

    def _first(self, of: tuple[World, Callable[[str], str]], begun: Beginning) -> Side:
        world, texts = of
        run = Run(world, beginning(world, begun.caller, begun.at))
        by_hand = {begun.override[0]: Override(begun.override[1], "by hand")} if begun.override else {}
        return Side(world, texts, run, run.first(), Log(language=world.language), overrides=by_hand)

    def _onward(self, begun: Beginning, pair: "_Pair") -> Iterator[tuple[Difference | None, "_Pair | None"]]:
        """Go on from a pair of states to the next choices, telling what differs on the way."""
        old, new, where = pair.taken()
        while True:
            old.settle()
            new.settle()
            one, other = old.command, new.command
            if one is None and other is None:
                return
            if type(one) is not type(other) or one is None or other is None or elsewhere(old, new):
                if not (yield from self._aligned(old, new, where)):
                    return
                continue
            for told in noticed(old, new):
                yield Difference(where, told), None
            options = common(old, new)
            if len(options) == 1:
                old.give(options[0][0])
                new.give(options[0][1])
                continue
            key = (begun.caller, begun.at, begun.override, old.key, new.key)
            if key in self._seen:
                return
            self._seen.add(key)
            if isinstance(one, Gather | Draw):
                options = self._apart(old, new, options)
            for left, right in options:
                here = f"{old.node}, {left.label}" if left.key is not None else f"{where}, {left.label}".strip(", ")
                yield None, _Pair(old, new, here, (left, right))
            return

    def _apart(self, old: Side, new: Side, options: list[tuple[Outcome, Outcome]]) -> list[tuple[Outcome, Outcome]]:
        """Of candidates those that lead somewhere else on either side; tried once for each question."""
        question = repr((old.question, new.question))
        if question not in self._classes:
            found: dict[Any, int] = {}
            for place, (left, right) in enumerate(options):
                one, other = old.again(), new.again()
                one.give(left)
                other.give(right)
                one.settle()
                other.settle()
                silent = left.key == ""
                trails = [str(step) for side in (one, other) for step in side.run.trail]
                found.setdefault(repr((silent, trails, one.key, other.key)), place)
            self._classes[question] = list(found.values())
        return [options[place] for place in self._classes[question] if place < len(options)]

    def _aligned(self, old: Side, new: Side, where: str) -> Any:
        """Something stands on one side only: pass over it if what follows fits; else tell, and give up this way."""
        for side, other, verb in ((new, old, "also"), (old, new, "no longer")):
            if isinstance(side.command, Play | Post | Speak) and _fits_after(side, other):
                yield Difference(where, f"{verb} {does(side)}"), None
                side.give(side.options()[0])
                return True
        goes = f"goes to {new.node} ({does(new)})" if new.node else does(new)
        before = f"{old.node} ({does(old)})" if old.node else does(old)
        yield Difference(where, f"{goes} instead of {before}"), None
        return False


def _add(to: dict[Any, list[Beginning]], name: Any, begun: Beginning) -> None:
    """Calls of all hours; who calls, and what was ordered by hand, is told otherwise."""
    if not begun.apart and begun.override is None and begun not in to.setdefault(name, []):
        to[name].append(begun)


def _narrowed(told: Difference, came: list[Beginning], noticed_by: list[Beginning]) -> Difference:
    """A difference that only some of the calls notice that come there."""
    return replace(told, only=tuple(noticed_by)) if noticed_by and len(noticed_by) < len(came) else told


def _fits_after(side: Side, other: Side) -> bool:
    """Whether what ``side`` does after this is what ``other`` does now."""
    trial = side.again()
    trial.give(trial.options()[0])
    trial.settle()
    return type(trial.command) is type(other.command) and trial.said() == other.said()


def beginnings(
    old: World, new: World, names: tuple[Sequence[str], Sequence[str]], callers: Sequence[Number]
) -> list[Beginning]:
    """Calls that stand for all: each state of the calendars ``names`` of the two sides, each caller, each override.

    States in which a calendar of both sides says otherwise on each are left out: its hours are compared on their own.
    """
    ours = [(name, old.calendars[name]) for name in names[0]]
    theirs = [(name, new.calendars[name]) for name in names[1]]
    found = representatives([calendar for _, calendar in (*ours, *theirs)], old.since)
    each: list[Beginning] = []
    for states, at in found.items():
        was = dict(zip(names[0], states, strict=False))
        is_ = dict(zip(names[1], states[len(ours) :], strict=True))
        if all(was[name] == is_[name] for name in was.keys() & is_.keys()):
            hours = {name: state for name, (state, _, _) in {**is_, **was}.items()}
            each += [Beginning(callers[0], hours, at)]
    usual = next((one for one in each if State.OPEN in one.hours.values()), each[0] if each else None)
    if usual is not None:
        each += [replace(usual, caller=caller, apart=True) for caller in callers[1:]]
        each += [
            replace(usual, override=(name, way))
            for name in dict.fromkeys((*names[0], *names[1]))
            for way in (True, False)
        ]
    return each
