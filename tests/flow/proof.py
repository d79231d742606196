"""What must hold of every call on every line, as one judge over what was asked of the channel, and ways to try it.

The judge knows nothing of ``line.py``: it reads the commands in the order in which a channel received them and keeps
books of its own.  It serves the random talks, the walk through every path of the demo book, and the mutants.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

from ivr.flow.asking import Unasked
from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Captured,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Look,
    Need,
    Now,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Talk,
    There,
    Warn,
)
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overrule,
    Pronounce,
    Recall,
    Room,
    Spent,
    Tally,
    Verify,
)
from ivr.flow.line import AT_ONCE
from ivr.flow.outcomes import FORTUNE
from ivr.flow.terms import Terms
from ivr.values.call import Ending
from ivr.values.recorded import Prompt
from ivr.values.tariff import Mode


class Broken(AssertionError):
    """A call that must never be."""


@dataclass(frozen=True)
class Asked:
    """One command as a channel received it, at ``at`` seconds; ``done`` is false if the caller was gone before."""

    at: float
    command: Command[Any]
    result: Any = None
    done: bool = True
    ours: bool = True  # from the flow; false: the line's own


def judge(calls: Sequence[Asked], terms: Terms) -> None:
    """Raises :class:`Broken` if a call that went like this breaks the order of the law."""
    _Judge(terms).hear(calls)


@dataclass
class _Judge:
    """The line as the outside sees it, and the books kept over it."""

    terms: Terms
    opened: float | None = None
    announced: bool = False
    beeped: bool = False
    answered: bool = False
    answered_by: str = ""
    limited: bool = False
    counted: bool = False  # what the caller has spent this month was looked at
    now: datetime | None = None
    cut: bool = False
    there: bool = False  # somebody is, as was asked last
    begun: bool = False  # the flow has had something done for which the price was announced
    refused: bool = False  # … and is all that he may
    limit: float | None = None
    seen: list[str] = field(default_factory=list)

    def hear(self, calls: Sequence[Asked]) -> None:
        self.limit = self.terms.limit
        previous: Command[Any] | None = None
        for place, asked in enumerate(calls):
            command = asked.command
            after = f"{place}: {command} after {previous}"
            if self.cut:
                self._must(command == Hangup() and not asked.ours, f"the limit has cut the call, {after}")
            if self.refused:
                self._must(not asked.ours, f"the flow goes on after the caller was refused, {after}")
                wanted = Hangup() if isinstance(previous, Play) else self._message()
                self._must(command == wanted, f"not {wanted}, {after}")
            if isinstance(previous, Answer) and self.limit is not None:
                self._must(isinstance(command, Limit), f"an answer without its limit at once, {after}")
            self._one(asked, previous, after)
            if isinstance(previous, Limit | Answer) and not isinstance(command, Limit):
                needed = (
                    command.needs >= Need.ANSWERED or isinstance(command, Dial | Enqueue) or self.answered_by == "agent"
                )
                self._must(needed, f"nothing needed the answer, {after}")
            previous = command if asked.done else None
            self.cut |= isinstance(command, Dial | Enqueue) and asked.done and asked.result.cut
        if (self.refused or self.cut) and calls[-1].done:
            self._must(isinstance(previous, Hangup), f"a caller who is through is left on the line: {previous}")

    def _message(self) -> Play | None:
        return Play((self.terms.ceiling.prompt,)) if self.terms.ceiling else None

    def _one(self, asked: Asked, previous: Command[Any] | None, after: str) -> None:
        command = asked.command
        if isinstance(command, Progress | Answer | Limit):
            self._must(not asked.ours, f"a flow does what only the line may, {after}")
        match command:
            case Progress():
                self._once("progress", after)
                self._must(not self.answered, f"early media on an answered line, {after}")
                if asked.done:
                    self.opened = asked.at
            case Answer():
                self._once("answer", after)
                self._must(not self.answered, f"answered twice, {after}")
                self._charged(after)
                if asked.done:
                    self.answered, self.answered_by = True, "us"
            case Limit():
                self._limit(command, previous, after)
            case Spent():
                self._must(not asked.ours, f"the line asks for itself what was spent, {after}")
                self._once("spent", after)
                self._must(self.opened is not None and not self.announced, f"too early or too late, {after}")
                assert self.terms.ceiling is not None
                assert self.now is not None
                self._must(command.since == self.terms.ceiling.month(self.now), f"not of this month, {after}")
                if asked.done:
                    self._count(asked.result)
            case Play() if not asked.ours and self.refused:
                self._sound(after)
                self._must(not self.answered and not self.announced, f"the refusal is not free, {after}")
            case Play() if not asked.ours:
                self._line_says(asked, command, after)
            case Reachable():
                self._must(not asked.ours, f"the line asks for itself who is there, {after}")
                charged = self.terms.announcement is not None or self.terms.ceiling is not None
                self._must(not self.announced and charged, f"of no use, {after}")
                self.there = asked.done and bool(asked.result.agents or asked.result.queues)
            case Now():
                self.now = asked.result
            case Hangup():
                pass
            case _ if isinstance(command, Errand):
                pass
            case _:
                self._must(asked.ours, f"the line asks for itself what is the flow's, {after}")
                self._for_the_flow(asked, after)

    def _count(self, spent: Decimal | None) -> None:
        """By the slow way: second by second, what the rest of the month's money pays for."""
        self.counted = True
        ceiling = self.terms.ceiling
        assert ceiling is not None
        if spent is None:
            return
        left, tariff = ceiling.most - spent, ceiling.tariff
        if tariff.mode is Mode.PER_CALL:
            self.refused = left < tariff.price
            return
        affordable = max(0, int(left / tariff.price * 60) + 2)
        while affordable and affordable * tariff.price > left * 60:
            affordable -= 1
        self.refused = affordable < 60
        self.limit = affordable if self.limit is None else min(self.limit, affordable)

    def _line_says(self, asked: Asked, command: Play, after: str) -> None:
        self._sound(after)
        self._must(not self.answered, f"the announcement is not free, {after}")
        if command.phrase == (self.terms.announcement,):
            self._once("announcement", after)
            self._must(command.until == self.terms.skip, f"the wrong key skips the announcement, {after}")
            self.announced = asked.done
        elif command.phrase == (self.terms.beep,):
            self._once("beep", after)
            self._must(self.announced, f"the beep before the announcement, {after}")
            self._must(command.until == "", f"no key cuts the beep, {after}")
            self.beeped = asked.done
        else:
            raise Broken(f"the line says what nobody asked for, {after}")

    def _for_the_flow(self, asked: Asked, after: str) -> None:
        command = asked.command
        self._sound(after)
        if command.needs >= Need.ANNOUNCED:
            self._charged(after)
        if command.needs >= Need.ANSWERED:
            self._must(self.answered, f"a service on a line not answered, {after}")
        if self.answered and self.limit is not None:
            self._must(self.limited, f"charging runs without a limit, {after}")
        if (self.announced or self.counted) and not self.begun:
            self.begun = True
            toward = isinstance(command, Dial) or seen(command.toward) is not None
            self._must(self.there or not toward, f"the price was announced for agents who are away, {after}")
        if isinstance(command, Dial | Enqueue):
            warn = None if self.answered else self._warning(self.limit)
            self._must(command.warn == warn, f"not the warning of that conversation, {after}")
        if isinstance(command, Dial | Enqueue) and not self.answered:
            self._charged(after)
            self._must(command.limit == self.limit, f"a free ring without the limit, {after}")
            assert self.opened is not None
            last = asked.at - self.opened + lasting(command)
            self._must(last <= self.terms.unanswered_limit + 1e-3, f"unanswered for {last} s, {after}")
            if asked.done and came_to(asked.result) == "talked":
                self.answered, self.answered_by = True, "agent"

    def _warning(self, limit: float | None) -> Warn | None:
        """What is heard before a limit cuts, if there is time for it."""
        warn = self.terms.warn
        return None if warn is None or limit is None or limit - warn.before <= 0 else warn

    def _limit(self, command: Limit, previous: Command[Any] | None, after: str) -> None:
        self._once("limit", after)
        self._must(self.limit is not None, f"a limit that the tariff does not know, {after}")
        self._must(command.warn == self._warning(command.seconds), f"not the warning of that limit, {after}")
        assert self.limit is not None
        if self.answered_by == "us":
            self._must(isinstance(previous, Answer), f"a limit not directly after the answer, {after}")
            self._must(command.seconds == self.limit, f"the wrong limit, {after}")
        else:
            self._must(self.answered, f"a limit on a line not answered, {after}")
            self._must(1 <= command.seconds <= self.limit, f"the wrong limit, {after}")
        self.limited = True

    def _sound(self, after: str) -> None:
        self._must(self.opened is not None or self.answered, f"a sound that nobody can hear, {after}")

    def _charged(self, after: str) -> None:
        """What comes now may cost the caller."""
        self._must(self.opened is not None, f"no early media before, {after}")
        self._must(self.counted or self.terms.ceiling is None, f"nobody asked what was spent, {after}")
        if self.terms.announcement is not None:
            self._must(self.announced, f"the price was not announced, {after}")
            self._must(self.beeped or self.terms.beep is None, f"no beep, {after}")

    def _once(self, what: str, after: str) -> None:
        self._must(what not in self.seen, f"{what} twice, {after}")
        self.seen.append(what)

    @staticmethod
    def _must(holds: bool, broken: str) -> None:
        if not holds:
            raise Broken(broken)


# -- calls -------------------------------------------------------------------------------------------------------

World = Callable[[Command[Any]], tuple[Any, float]]
"""Gives a command's result and how many seconds it took; raises :class:`Gone` when the caller hangs up."""


class Gone(Exception):
    """The caller hangs up now."""


EPOCH = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)


def carry_out(talk: Talk[None], given: Sequence[int], world: World, most: int = 400) -> list[Asked]:
    """What a channel is asked by a line; ``given`` grows by the ids of the commands that the flow gave, as it gives
    them (a Dial may come changed: the flow's ring cut in two).
    """
    calls: list[Asked] = []
    at = 0.0
    result: Any = None
    try:
        while len(calls) < most:
            command = talk.send(result)
            ours = id(command) in given or isinstance(command, Dial | Enqueue | Ask)
            try:
                result, took = world(command)
            except Gone as gone:
                calls.append(Asked(at, command, done=False, ours=ours))
                _hang_up(talk, gone)
                break
            if isinstance(command, Now) and result is None:
                result = EPOCH + timedelta(seconds=at)
            calls.append(Asked(at, command, result, ours=ours))
            at += took
    except StopIteration:
        pass
    talk.close()
    return calls


def _hang_up(talk: Talk[None], gone: Gone) -> None:
    try:
        more = talk.throw(gone)
    except Gone:
        return
    raise Broken(f"after the hang-up the line asks for {more}")


def given_by(commands: Sequence[Command[Any]], given: list[int], told: list[Any]) -> Talk[None]:
    """A flow that gives these commands, whatever it is told; what it is told is kept."""
    for command in commands:
        given.append(id(command))
        told.append((yield command))


def noted(talk: Talk[None], given: list[int]) -> Talk[None]:
    """``talk``, with the ids of its commands noted; they are kept alive, lest another command get one of the ids."""
    result: Any = None
    kept: list[Command[Any]] = []
    try:
        while True:
            command = talk.send(result)
            given.append(id(command))
            kept.append(command)
            result = yield command
    except StopIteration:
        return
    finally:
        talk.close()


def converse(line: ModuleType, commands: Sequence[Command[Any]], terms: Terms, world: World) -> list[Asked]:
    """A call of a flow that gives ``commands`` on a line of the module ``line``, judged.

    The flow must be told the results of its own commands, and no command may be lost or added.
    """
    given: list[int] = []
    told: list[Any] = []
    carrier = line.Line(line.Terms(**vars(terms)))
    calls = carry_out(carrier.carry(given_by(commands, given, told)), given, world)
    judge(calls, terms)
    over = bool(calls) and isinstance(calls[-1].command, Hangup) and not calls[-1].ours
    cut = any(isinstance(asked.command, Dial | Enqueue) and asked.done and asked.result.cut for asked in calls)
    if over and carrier.ending is not (Ending.LIMIT if cut else Ending.CEILING):
        raise Broken(f"the record would say that {carrier.ending} ended the call")
    commands, told = _in_vain(commands, told, calls)
    commands, told = _let_go(commands, told, calls, terms)
    flow_calls = [asked for asked in calls if asked.ours]
    whole = [list(group) for _, group in itertools.groupby(flow_calls, key=_same)]
    merged = [parts[-1] for parts in whole]
    if [_bare(asked.command) for asked in merged] != [_bare(command) for command in commands[: len(merged)]]:
        raise Broken("commands of the flow were lost, added or changed")
    if [_happened(one) for one in told] != [asked.result for asked in merged if asked.done][: len(told)]:
        raise Broken("the flow was told something else than what happened")
    if calls and calls[-1].done and len(merged) < len(commands) and not over:
        raise Broken("commands of the flow were lost")
    for place, (parts, command) in enumerate(zip(whole, commands, strict=False)):
        if isinstance(command, Dial | Enqueue):
            _rings(parts, command, over=place < len(told) and not getattr(told[place], "past_limit", False))
    return calls


def _in_vain(
    commands: Sequence[Command[Any]], told: Sequence[Any], calls: Sequence[Asked]
) -> tuple[list[Command[Any]], list[Any]]:
    """The same without what was not done because nobody is there: asked for each, unless it was a moment ago."""
    asked = [one for one in calls if isinstance(one.command, Reachable) and one.done]
    away = [one.result for one in asked if not one.result.agents and not one.result.queues]
    vain: list[int] = []
    questions = 0
    latest: Reachable | None = None
    for place, command in enumerate(commands[: len(told)]):
        if isinstance(command, Dial):
            done = any(isinstance(one.command, Dial) and one.command.agents == command.agents for one in calls)
        elif isinstance(command, Enqueue):
            done = any(isinstance(one.command, Enqueue) and one.command.queue == command.queue for one in calls)
        else:
            done = any(one.command is command for one in calls)
        if done or getattr(told[place], "past_limit", False):
            latest = latest if isinstance(command, AT_ONCE) else None
            continue
        vain.append(place)
        awaited = Reachable(command.agents) if isinstance(command, Dial) else seen(command.toward)
        if awaited is None:
            raise Broken(f"was not done: {command}")
        if not awaited.agents and not awaited.doors:
            if told[place] != _undone(command, full=False):
                raise Broken(f"was not done: {command}")
            latest = awaited
            continue
        if latest is None or not (awaited == latest or (not awaited.doors and {*awaited.agents} <= {*latest.agents})):
            questions += 1
        latest = awaited
        if told[place] != _undone(command, full=bool(away[questions - 1 : questions]) and away[questions - 1].full):
            raise Broken(f"was not done: {command}")
    if questions != len(away):
        raise Broken(f"{len(away)} times nobody was there, and {len(vain)} commands were left undone")
    left = [command for place, command in enumerate(commands) if place not in vain]
    return left, [result for place, result in enumerate(told) if place not in vain]


def seen(toward: Reachable | Look | None) -> Reachable | None:
    """Whom a command leads to, also where that is found by looking."""
    if toward is None or isinstance(toward, Reachable):
        return toward
    look = toward()
    try:
        asked = next(look)
        while True:
            asked = look.send(EPOCH if isinstance(asked, Now) else every_result(asked)[0][0])
    except StopIteration as stop:
        whom: Reachable | None = stop.value
        return whom


def _undone(command: Command[Any], full: bool) -> Any:
    """What a flow is told of what was not done because nobody is there."""
    match command:
        case Dial():
            return Dialled(Reached.UNAVAILABLE)
        case Enqueue():
            return Queued(Served.FULL if full else Served.EMPTY)
        case Play():
            return Played()
    return Unasked(full=full)


def _let_go(
    commands: Sequence[Command[Any]], told: Sequence[Any], calls: Sequence[Asked], terms: Terms
) -> tuple[list[Command[Any]], list[Any]]:
    """What is left of a flow's commands and results when the rings are away that were given up before they began.

    A flow that would rather leave than have the line answered for more of a ring is told so, and only then.
    """
    opened = next((asked.at for asked in calls if isinstance(asked.command, Progress)), 0.0)
    left: list[Command[Any]] = []
    results: list[Any] = []
    for place, command in enumerate(commands):
        result = told[place] if place < len(told) else None
        agents = command.agents if isinstance(command, Dial) else None
        rung = [one for one in calls if isinstance(one.command, Dial) and one.command.agents == agents]
        if isinstance(command, Dial) and command.leave and len(rung) > 1:
            raise Broken(f"rings on after the answer where the flow would rather leave: {command}")
        if isinstance(result, Dialled) and result.past_limit:
            if not isinstance(command, Dial) or not command.leave or result.reached is not Reached.NO_ANSWER:
                raise Broken(f"a caller is let go whom the flow wanted to wait: {command}")
            last = rung[-1].at + lasting(rung[-1].command) if rung else max(one.at for one in calls) + 1  # type: ignore[arg-type]
            if last - opened < terms.unanswered_limit - 1e-3:
                raise Broken(f"a caller is let go before the carrier does not bear it: {command}")
            if not rung:
                continue
        left.append(command)
        if place < len(told):
            results.append(result)
    return left, results


def _happened(result: Any) -> Any:
    """A result without what the line adds to it."""
    return replace(result, past_limit=False) if isinstance(result, Dialled) else result


def lasting(command: Dial | Enqueue) -> float:
    """For how long somebody is tried to be reached."""
    return command.ring if isinstance(command, Dial) else command.wait


def came_to(result: Dialled | Queued) -> str:
    """What came of it."""
    return result.reached if isinstance(result, Dialled) else result.served


def _rings(parts: Sequence[Asked], wanted: Dial | Enqueue, *, over: bool) -> None:
    """However a ring or a wait is cut, it lasts for as long as the flow said, but for less than a second."""
    each = [lasting(part.command) for part in parts if isinstance(part.command, Dial | Enqueue)]
    short = over and came_to(parts[-1].result) in ("no_answer", "timeout") and sum(each) <= lasting(wanted) - 1
    if sum(each) > lasting(wanted) + 1e-6 or short or min(each) < 1:
        raise Broken(f"rings for {sum(each)} s where {lasting(wanted)} s were asked for")
    for part in parts[1:]:
        if isinstance(part.command, Enqueue) and part.command.place != parts[0].result.place:
            raise Broken(f"loses his place: {part.command}")


def _bare(command: Command[Any]) -> tuple[Any, ...]:
    if isinstance(command, Enqueue):
        return Enqueue, command.queue, command.priority, command.key, command.music, command.hold
    return (Dial, command.agents, command.music) if isinstance(command, Dial) else (type(command), command)


def _same(asked: Asked) -> Any:
    """The two halves of one Dial have the same agents; each Dial here has agents of its own; so have queues."""
    if isinstance(asked.command, Enqueue):
        return asked.command.queue
    return asked.command.agents if isinstance(asked.command, Dial) else id(asked)


# -- every path of a flow ----------------------------------------------------------------------------------------


def odometer(run: Callable[[Callable[[int], int]], None], most: int = 200_000) -> int:
    """Call ``run`` once for each way of making its choices; ``choose(n)`` gives a number below n.  Returns how many."""
    prefix: list[tuple[int, int]] = []
    for count in range(1, most + 1):
        made: list[tuple[int, int]] = []

        def choose(width: int, made: list[tuple[int, int]] = made, prefix: list[tuple[int, int]] = prefix) -> int:
            taken = prefix[len(made)][0] if len(made) < len(prefix) else 0
            made.append((taken, width))
            return taken

        run(choose)
        while made and made[-1][0] == made[-1][1] - 1:
            made.pop()
        if not made:
            return count
        made[-1] = (made[-1][0] + 1, made[-1][1])
        prefix = made
    raise AssertionError(f"more than {most} paths")


def every_result(command: Command[Any]) -> Sequence[tuple[Any, float]]:
    """One result of each class that a command of a flow can have, and how long it takes."""
    match command:
        case Play(until=until):
            return [(Played(), 4.0), *([(Played(until[-1]), 1.0)] if until else [])]
        case Ask(accept=accept):
            wrong = next(key for key in "9876543210*#" if not any(answer.startswith(key) for answer in accept))
            return [*((Heard(key), 2.0) for key in accept), (Heard(wrong), 2.0), (Heard(""), 9.0)]
        case Gather(most=most, first=first):
            # Right by any rule, or by none; an answer that is not even digits; nothing.
            typed = ["1" * most, "0" * most, "0612345678"[:most], "*"]
            return [*((Heard(keys), 1.0 * len(keys)) for keys in dict.fromkeys(typed)), (Heard(""), first)]
        case Fetch():
            return [(Fetched("found"), 0.5), (Fetched("not_found"), 0.5), (Fetched("failed"), 3.0)]
        case Recall():
            return [(None, 0.0), ("1", 0.0)]
        case Load(than=than):
            return [(None, 0.0), (than - 1, 0.0), (than + 1, 0.0)]
        case Tally() | Bothers():
            return [(0, 0.0), (10**6, 0.0)]
        case Reachable(agents=agents, doors=doors):
            queues = tuple(door.queue for door in doors)
            everyone, nobody = (There(agents, queues), 0.0), (There(), 0.0)
            return [everyone, nobody, (There(full=True), 0.0)] if queues else [everyone, nobody]
        case Spent():
            return [(Decimal(298), 0.0), (FORTUNE, 0.0)]
        case Draw():
            return [(0.0, 0.0), (0.999, 0.0)]
        case Issue():
            return [("123456", 0.0), (None, 0.0)]
        case Capture(name=name, longest=longest):
            return [(Captured(name, longest), longest), (Captured(name, 1.0), 3.0)]
        case InForce(crises=crises):
            return [(None, 0.0), *((one, 0.0) for one in crises)]
        case Numbered():
            return [(Prompt("fr", "fallback"), 0.0), (None, 0.0)]
        case Room() | Verify() | Overrule() | Declare() | Learnt() | Adopt() | Pronounce():
            return [(True, 0.0), (False, 0.0)]
        case Enqueue(wait=wait):
            lasted = {Served.TALKED: 60.0, Served.TIMEOUT: wait, Served.FULL: 0.5, Served.EMPTY: 0.5}
            ways = [served for served in Served if served is not Served.KEY or command.key]
            return [(Queued(served, place=3), lasted.get(served, 2.0)) for served in ways]
        case Dial(ring=ring):
            took = {Reached.TALKED: 60.0, Reached.NO_ANSWER: ring}
            return [
                (Dialled(reached, command.agents[0] if reached is Reached.TALKED else None), took.get(reached, 0.5))
                for reached in Reached
            ]
    return [(None, 0.0)]


SPENT = (*(None, Decimal(0), Decimal(150)) * 2, *map(Decimal, ("270", "298.99", "299.20", "299.21")), FORTUNE)


def random_world(dice: random.Random) -> World:
    """A world of chance, where the caller may hang up at any instant."""
    leaves_at = dice.randrange(1, 30)
    count = itertools.count(1)

    def perform(command: Command[Any]) -> tuple[Any, float]:
        if next(count) == leaves_at:
            raise Gone
        if isinstance(command, Spent):
            return dice.choice(SPENT), 0.0
        result, took = dice.choice(every_result(command))
        if isinstance(command, Dial) and result.reached is Reached.TALKED:
            result = replace(result, cut=dice.random() < 0.3)
        return result, took if isinstance(command, Dial | Enqueue) else took * dice.uniform(0.2, 2.0)

    return perform


def mutants(source: str, changes: dict[str, Sequence[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """For each name the source so changed; each text to be changed must stand in the source exactly once."""
    for name, edits in changes.items():
        changed = source
        for old, new in edits:
            assert changed.count(old) == 1, f"mutant {name}: the source no longer has, once: {old}"
            changed = changed.replace(old, new)
        yield name, changed
