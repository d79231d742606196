"""Every path of a flow, found by living through it again and again: the real line, the real walk, scripted results.

Theory
------
A *state* of a call is all that its future can depend on (`ivr.flow.alike`): the place in the drawing and within the
node, the questions that `back` would go to, the state of the line, and, where a node that can still be reached looks at
them, notes, the opening hours and the caller.  Two calls in the same state have the same future, so each state is lived
through only once, however many ways lead there.  A state waits for the result of a command that can end in several
ways; we go on from its node (`ivr.flow.mark`) to it and then take each of these, as far as the next such command: the
*passages*.
States and passages are a graph whose ways from a root to an end are the paths of calls (`ivr.flow.paths`).

Where within a node a call is, its generator knows: the line it waits at and its local values (`Run.inside`).

A world with a change of price (`World.change`) is one of calls that are unanswered when it begins: the line tells the
new price before it answers, or lets anybody answer, and the passages say which price the call is charged at.

What is taken as alike besides: instants at which all calendars say the same for the same reason; callers whom no node
tells apart; keys that are all wrong; digits, shares and early keys that lead the same way; calls that were asked more
or fewer questions before (past fifty they end, `ivr.flow.walk`), or more than four of them on the way `back`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ivr.flow.alike import Alike, tested
from ivr.flow.altered import altered
from ivr.flow.callers import Callers
from ivr.flow.commands import Ask, Command, Gather, Now, Reached
from ivr.flow.errands import Overridden
from ivr.flow.instants import Hours, before, representatives
from ivr.flow.line import FlowError
from ivr.flow.mark import Mark
from ivr.flow.nodes.directory import Directory
from ivr.flow.nodes.language import Language
from ivr.flow.onlooker import Log, Run, World, beginning, note, repeating, still
from ivr.flow.outcomes import Known, Outcome, outcomes, undecided
from ivr.flow.passages import Explored, Passage, Root, State
from ivr.flow.references import references
from ivr.values.calendar import State as Opened
from ivr.values.call import Ending
from ivr.values.number import Number

MOST_STATES = 5000
RINGING = 2  # seconds for which agents ring when a price changes
MOST_THERE = 1000  # calls that are kept where they are: some kilobytes each


@dataclass(frozen=True)
class When:
    """Only calls at which a calendar says that we are open, or that we are not."""

    calendar: str
    open: bool


def explore(world: World, callers: Sequence[Number] | None = None, when: When | None = None) -> Explored:
    """Live through every call to a number; ``callers``: of these only."""
    return _Explorer(world, callers, when).explored()


class _Explorer:
    def __init__(self, world: World, callers: Sequence[Number] | None, when: When | None) -> None:
        given, world = world, repeating(world)
        self._world = world
        start = world.drawing.start(world.flow.flow)
        nodes = {id(node): node for node in map(world.drawing.node, world.drawing.reachable(start))}
        noted = {value for node in nodes.values() for _, value in tested(node)}
        languages = {name for node in nodes.values() if isinstance(node, Language) for name in node.options.values()}
        spelt = {code for node in nodes.values() if isinstance(node, Directory) for code in node.codes}
        self._words = frozenset(noted | languages | spelt)
        self._known = Known(tuple(sorted(self._words - {""})))
        known = world.calendars, world.lists, world.departments, world.mailboxes
        self.callers = Callers.of(world.number, list(nodes.values()), *known, callers)
        named = {name for node in nodes.values() for to, name, _ in references(node) if to == "calendar"}
        self._calendars = sorted(named | ({when.calendar} if when else set()))
        found = [(dict(zip(self._calendars, states, strict=True)), at) for states, at in self._alike(given)]
        self._instants = [
            (states, at)
            for states, at in found
            if when is None or (states[when.calendar][0] is Opened.OPEN) is when.open
        ]
        self._when = when
        self._keys = Alike(world.drawing, start, self.callers, [states for states, _ in self._instants])
        self._ids: dict[Any, int] = {}
        self._classes: dict[str, list[int]] = {}
        self._states: list[State] = []
        self._there: dict[int, tuple[Run, Command[Any] | None]] = {}  # in states that wait to be gone on from
        self._marks: dict[int, Mark] = {}  # of all such states

    def _alike(self, world: World) -> list[tuple[tuple[Hours, ...], datetime]]:
        """Instants that stand for all others; of calls in which a price changes, two: one in whose announcement it
        does, and one in which it does while whoever is rung first rings.
        """
        named = [world.calendars[name] for name in self._calendars]
        if world.change is None:
            return list(representatives(named, world.since).items())
        told = sum(world.seconds(name) for name in (world.terms.announcement, world.terms.beep) if name)
        return before(named, world.change.begins, (told / 2, told + RINGING))

    def explored(self) -> Explored:
        roots: list[Root] = []
        for caller, number in enumerate(self.callers.each):
            for hours, (states, at) in enumerate(self._instants):
                start = State("", caller, hours, 0, Log(language=self._world.language), question=False)
                index = self._entered(start, *self._resumed(beginning(self._world, number, at)))
                roots.append(Root(index, number, at, states))
        passages: list[list[Passage]] = []
        while len(passages) < len(self._states) and len(passages) < MOST_STATES:
            passages.append(list(self._passages(len(passages))))
        whole = len(passages) == len(self._states)
        passages += [[] for _ in self._states[len(passages) :]]
        return Explored(self._world, self.callers, roots, self._states, passages, whole)

    # -- states --------------------------------------------------------------------------------------------------

    def _entered(self, came: State, run: Run, command: Command[Any] | None) -> int:
        """The number of the state in which a run is, which may be a new one; ``came`` has the way to it."""
        key = self._keys.key(came, run, command, self._words)
        if key not in self._ids:
            index = self._ids[key] = len(self._states)
            self._marks[index] = run.mark
            if len(self._there) < MOST_THERE:
                self._there[index] = run, command
            here = run.standing.here
            asks = bool(here and self._world.drawing.node(here).asks and isinstance(command, Ask | Gather))
            self._states.append(altered(came, place=here.node if here else "", question=asks))
        return self._ids[key]

    # -- passages ------------------------------------------------------------------------------------------------

    def _passages(self, index: int) -> Iterator[Passage]:
        """Every way on from a state: one for each outcome of the command that it waits for."""
        state = self._states[index]
        mark = self._marks.pop(index)
        run, command = self._there.pop(index) if index in self._there else self._resumed(mark)
        options = self._options(command, state.log, state) if command else ()
        if command and undecided(command) and len(options) > 1:
            options = self._apart(state, run, command, options)
        for place, option in enumerate(options):
            if place:
                run, command = self._resumed(mark)
            log, ends = state.log.going_on(), ""
            taken: Outcome | None = option
            while command is not None:
                if taken is None:
                    only = self._options(command, log, state)
                    if len(only) > 1:
                        break
                    taken = only[0]
                result = run.moment(log) if isinstance(command, Now) else taken.result
                note(log, command, taken, run)
                taken = None
                try:
                    command = run.send(result)
                except FlowError as error:
                    command, ends = None, f"fails: {error}"
            yield self._passage(state, run, command, log, ends)

    def _options(self, command: Command[Any], log: Log, state: State) -> Sequence[Outcome]:
        anonymous = self.callers.each[state.caller].e164 is None
        if isinstance(command, Overridden):
            if command.calendar in log.overrides:
                return (replace(log.overrides[command.calendar], label=""),)
            if self._when and command.calendar == self._when.calendar:
                found = outcomes(command, self._world.seconds, self._known, anonymous)
                return [one for one in found if one.result is None or one.result.open is self._when.open]
        return outcomes(command, self._world.seconds, self._known, anonymous)

    def _apart(self, state: State, there: Run, asked: Command[Any], options: Sequence[Outcome]) -> list[Outcome]:
        """Of candidates those that lead somewhere else than the ones before them.

        A node takes the same answers as alike whenever it puts the same question, so it is tried once for each.
        """
        here, mark = there.standing.here, there.mark
        question = (here and (here.flow, here.node), [one[:2] for one in there.inside(self._words)], type(asked))
        if (known := self._classes.get(repr(question))) is not None and max(known) < len(options):
            return [options[place] for place in known]
        found: dict[Any, int] = {}
        for place, option in enumerate(options):
            run, command = self._resumed(mark)
            log = state.log.going_on()
            taken: Outcome | None = option
            while command is not None and (taken is not None or isinstance(command, Now)):
                only = taken or self._options(command, log, state)[0]
                result = run.moment(log) if isinstance(command, Now) else only.result
                note(log, command, only, run)
                taken, command = None, run.send(result)
            own = option.key if option.key == "" or option.key in self._words else None
            after = (tuple(map(str, run.trail[state.steps :])), still(command, self._words), own)
            found.setdefault(after, place)
        self._classes[repr(question)] = list(found.values())
        return [options[place] for place in found.values()]

    def _resumed(self, mark: Mark) -> tuple[Run, Command[Any] | None]:
        run = Run(self._world, mark)
        return run, run.first()

    def _passage(self, state: State, run: Run, command: Command[Any] | None, log: Log, ends: str) -> Passage:
        to = None
        if command is not None:
            came = altered(state, steps=len(run.trail), log=log)
            to = self._entered(came, run, command)
        elif not ends:
            talked = any(getattr(choice.outcome.result, "reached", None) is Reached.TALKED for choice in log.choices)
            ends = "after a conversation" if talked else "hung up by us"
            ends += f" as {log.cause}" if log.cause else ""
            if run.line.ending is not Ending.FLOW:
                ends = f"{run.line.ending}, unanswered"
        before = state.log
        human = None
        if log.human is not None and before.human is None:
            human = (log.human[0] - before.elapsed, log.human[1], log.human[2] - before.charged)
        return Passage(
            choices=tuple(log.choices),
            steps=tuple(map(str, run.trail[state.steps :])),
            heard=tuple(log.heard),
            seconds=log.elapsed - before.elapsed,
            charged=log.charged - before.charged,
            keys=log.keys,
            human=human,
            rings=tuple(log.rings),
            unannounced=log.unannounced and not before.unannounced,
            answered=log.answered and not before.answered,
            changed=run.changed if log.answered else None,
            to=to,
            ends=ends,
        )
