"""One of two calls that are lived through side by side, and what a caller notices of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Command,
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Progress,
    Reachable,
    Speak,
)
from ivr.flow.errands import Discard, Draw, Fetch, Overridden, Post, Pronounce, Remember, Spent
from ivr.flow.keys import Reading, reading
from ivr.flow.line import FlowError
from ivr.flow.line_commands import Tap, Untap
from ivr.flow.onlooker import Log, Run, World, note, still
from ivr.flow.outcomes import Known, Outcome, outcomes
from ivr.values.calendar import Override
from ivr.values.cause import Cause

_UNNOTICED = (
    Now | Reachable | Progress | Answer | Limit | Tap | Untap | Spent | Remember | Discard | Overridden | Pronounce
)
_WORDS = frozenset[str]()


@dataclass
class Side:
    """One of the two calls."""

    world: World
    texts: Callable[[str], str]
    run: Run
    command: Command[Any] | None
    log: Log
    overrides: Mapping[str, Override] = field(default_factory=dict)
    fails: bool = False

    @property
    def node(self) -> str:
        here = self.run.standing.here
        return here.node if here else ""

    @property
    def key(self) -> Any:
        notes = tuple(sorted((name, still(value, _WORDS)) for name, value in self.run.scene.notes.items()))
        here = self.run.standing.here, tuple(self.run.standing.asked[-4:]), self.run.inside(_WORDS)
        return *here, still(self.command, _WORDS), self.run.line.state, self.log.announced, notes

    def give(self, outcome: Outcome) -> None:
        assert self.command is not None  # noqa: S101 - whoever gives was asked
        result = self.run.moment(self.log) if isinstance(self.command, Now) else outcome.result
        note(self.log, self.command, outcome, self.run)
        try:
            self.command = self.run.send(result)
        except FlowError:
            self.command, self.fails = None, True

    def again(self) -> "Side":
        """The same call lived through to the same place."""
        run = Run(self.world, self.run.mark)
        return Side(self.world, self.texts, run, run.first(), self.log.going_on(), overrides=self.overrides)

    @property
    def question(self) -> Any:
        """Where a question stands in its node, whatever was answered before."""
        return self.run.standing.here, [one[:2] for one in self.run.inside(_WORDS)]

    def settle(self) -> None:
        """Pass over what a caller does not notice, up to what he does."""
        own = (self.world.terms.announcement,), (self.world.terms.beep,)
        while isinstance(self.command, _UNNOTICED) or (isinstance(self.command, Play) and self.command.phrase in own):
            result = self.overrides.get(self.command.calendar) if isinstance(self.command, Overridden) else None
            plain = isinstance(self.command, Overridden | Remember | Discard)
            only = Outcome(result) if plain else self.options()[0]
            self.give(only)

    def options(self) -> Sequence[Outcome]:
        assert self.command is not None  # noqa: S101 - as above
        return outcomes(self.command, self.world.seconds, Known(), self.run.scene.call.caller.e164 is None)

    def said(self) -> str:
        phrase = getattr(self.command, "phrase", ())
        return " ".join(map(self.texts, phrase))


def elsewhere(old: Side, new: Side) -> bool:
    """Whether both say something, but something else at another node."""
    return isinstance(old.command, Play) and _other_words(old, new) and old.node != new.node


def _other_words(old: Side, new: Side) -> bool:
    """Whether other prompts are said, with other texts; a text that was changed is told once, elsewhere."""
    return old.said() != new.said() and _phrase(old) != _phrase(new)


def _phrase(side: Side) -> Any:
    return getattr(side.command, "phrase", ())


def noticed(old: Side, new: Side) -> Iterator[str]:
    """What differs between two commands of one kind."""
    one, other = old.command, new.command
    if type(one) is not type(other):
        return
    if old.log.answered != new.log.answered and not isinstance(one, Hangup):
        yield f"{does(new)} {'is charged' if new.log.answered else 'is free'}, and was not"
    if isinstance(one, Hangup) and isinstance(other, Hangup) and one.cause is not other.cause:
        yield f"{does(new)} instead of {one.cause}"
    if isinstance(one, Play) and _other_words(old, new):
        yield f"says “{_short(new.said())}” instead of “{_short(old.said())}”"
    if isinstance(one, Dial) and isinstance(other, Dial):
        if set(one.agents) != set(other.agents):
            yield f"rings {', '.join(other.agents)} instead of {', '.join(one.agents)}"
        if abs(one.ring - other.ring) >= 1:
            yield f"rings {', '.join(other.agents)} for {other.ring:g} s instead of {one.ring:g} s"
    if isinstance(one, Enqueue) and isinstance(other, Enqueue):
        yield from _waited(one, other)
    if isinstance(one, Ask) and isinstance(other, Ask):
        yield from _asked(old.node, one, other)
    if isinstance(one, Ask | Gather) and isinstance(other, Ask | Gather):
        if one.first != other.first:
            yield f"waits {other.first:g} s instead of {one.first:g} s for a key"
        if _other_words(old, new):
            yield f"asks “{_short(new.said())}” instead of “{_short(old.said())}”"
    if isinstance(one, Gather) and isinstance(other, Gather) and one.most != other.most:
        yield f"takes {other.most} digits instead of {one.most}"
    if isinstance(one, Speak) and isinstance(other, Speak) and one.language != other.language:
        yield f"goes on in {other.language} instead of {one.language}"
    if isinstance(one, Fetch) and isinstance(other, Fetch) and (one.remote, one.path) != (other.remote, other.path):
        yield f"asks {other.remote}{other.path} instead of {one.remote}{one.path}"
    if isinstance(one, Post) and isinstance(other, Post) and one.kind != other.kind:
        yield f"leaves a {other.kind} instead of a {one.kind}"
    if isinstance(one, Capture) and isinstance(other, Capture):
        if one.longest != other.longest:
            yield f"records for at most {other.longest:g} s instead of {one.longest:g} s"
        if one.box != other.box:
            yield f"keeps the message in {other.box} instead of {one.box}"


def _waited(one: Enqueue, other: Enqueue) -> Iterator[str]:
    if one.queue != other.queue:
        yield f"waits in {other.queue} instead of {one.queue}"
    if abs(one.wait - other.wait) >= 1:
        yield f"waits in {other.queue} for {other.wait:g} s instead of {one.wait:g} s"
    if one.priority != other.priority:
        yield f"waits in {other.queue} with priority {other.priority} instead of {one.priority}"
    if one.key != other.key:
        yield f"{f'key {other.key}' if other.key else 'no key'} ends the wait instead of {one.key or 'none'}"


def _asked(node: str, one: Ask, other: Ask) -> Iterator[str]:
    for key in one.accept:
        if key not in other.accept:
            yield f"{node}, key {key} is no longer offered"
    for key in other.accept:
        if key not in one.accept:
            yield f"{node}, key {key} is new"


def common(old: Side, new: Side) -> list[tuple[Outcome, Outcome]]:
    """The inputs that can be given to both, as an outcome for each."""
    one, other = old.command, new.command
    if isinstance(one, Ask) and isinstance(other, Ask) and not one.typed:
        keys = [key for key in one.accept if key in other.accept]
        both = (*one.accept, *other.accept)
        wrong = next((key for key in "9876543210*#" if reading(key, both) is Reading.WRONG), None)
        answers = [
            *((key, f"key {key}") for key in keys),
            *([(wrong, "a wrong key")] if wrong else []),
            ("", "silence"),
        ]
        return [(made := Outcome(Heard(key), len(key) or one.first, label, key), made) for key, label in answers]
    if isinstance(one, Draw):
        return [(made := Outcome(share / 20 + 0.025, 0.0, f"{share * 5} %"), made) for share in range(20)]
    left, right = old.options(), new.options()
    if isinstance(one, Dial | Enqueue) or len(left) != len(right):
        return list(zip(left, right, strict=False))
    return [
        (first, first) if isinstance(one, Gather) else (first, second)
        for first, second in zip(left, right, strict=True)
    ]


def does(side: Side) -> str:
    """What a side does now, in words."""
    match side.command:
        case None:
            return "breaks down" if side.fails else "ends the call"
        case Hangup(cause=cause):
            return "ends the call" if cause is Cause.NORMAL else f"ends the call as {cause}"
        case Play():
            return f"says “{_short(side.said())}”"
        case Ask() | Gather():
            return f"asks “{_short(side.said())}”"
        case Dial(agents=agents):
            return f"rings {', '.join(agents)}"
        case Enqueue(queue=queue):
            return f"waits in {queue}"
        case Capture():
            return "records a message"
        case Speak(language=language):
            return f"goes on in {language}"
        case Post(kind=kind):
            return f"leaves a {kind}"
        case Fetch(remote=remote):
            return f"asks {remote}"
        case _:
            return _ERRANDS.get(type(side.command).__name__, "asks the office")


_ERRANDS = {
    "Recall": "looks up what is remembered",
    "Tally": "counts calls",
    "Bothers": "counts calls that trouble us",
    "Load": "looks how loaded a queue is",
    "Learnt": "looks whether the caller is a nuisance",
    "Draw": "draws a share",
    "Issue": "sells a code",
    "Verify": "checks a PIN",
    "Numbered": "looks up the number of a prompt",
    "Adopt": "keeps a recording",
    "Overrule": "switches a calendar",
    "Declare": "switches a crisis",
}


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "…"
