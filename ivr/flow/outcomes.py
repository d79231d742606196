"""What can come of each command, one result of every class: each key, a wrong one, silence; each way a ring can end.

The lengths are those of the simulator, so that a path found here costs there what it was said to cost.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, assert_never

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
    Now,
    Phrase,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Speak,
    There,
)
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Discard,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overridden,
    Overrule,
    Post,
    Pronounce,
    Recall,
    Remember,
    Room,
    Spent,
    Tally,
    Verify,
)
from ivr.flow.keys import Reading, reading
from ivr.flow.line_commands import LineCommand, Tap, Tapped, Untap
from ivr.values.calendar import Override
from ivr.values.recorded import Prompt

SPEECH = 14.0  # characters a second: how long a text is where no sound was baked to measure
KEY = 1.0  # seconds for a key
RING = 5.0  # seconds until an agent answers
REFUSAL = 0.5  # seconds until a ring is known to be in vain
TALK = 60.0  # seconds for which an agent talks
MESSAGE = 10.0  # seconds that a caller speaks to a recorder
CROWD = 10**6  # calls counted: more than any limit
MOST_QUESTIONS = 500  # whose outcomes are remembered: a flow puts fewer, each of them thousands of times
FORTUNE = Decimal(10**6)  # euros spent: more than any ceiling

# Seconds of an utterance, by its name.
Seconds = Callable[[str], float]


@dataclass(frozen=True)
class Outcome:
    """One result of a command, the seconds until it is there, and in words what it stands for (empty: no choice).

    ``key`` is what the caller presses at a question (``""`` silence), ``None`` where he is not asked; ``charged_after``
    is the part of the seconds that passes before an agent answers.
    """

    result: Any
    took: float = 0.0
    label: str = ""
    key: str | None = None
    charged_after: float = 0.0


NOTHING = (Outcome(None),)
SHARES = tuple(Outcome(share / 200, label=f"share drawn: {share / 2:g} %") for share in range(200))


@dataclass(frozen=True)
class Known:
    """What the flow itself names: values that a remembered or fetched note is compared with."""

    words: tuple[str, ...] = ()

    @property
    def digits(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if word.isascii() and word.isdigit())


def outcomes(command: Command[Any], seconds: Seconds, known: Known, anonymous: bool) -> Sequence[Outcome]:
    """One outcome of each class.

    Of digits collected and of shares drawn these are candidates only: which of them differ shows in what follows.
    A key that cuts a sentence short is no class of its own: it answers the question that follows as it would there.
    """
    if isinstance(command, Errand):
        return _errand(command, known, anonymous)
    return _line(command, seconds, known)  # type: ignore[arg-type]  # there are no others


def undecided(command: Command[Any]) -> bool:
    """Whether the outcomes are candidates, to be kept only where they lead to something else."""
    return isinstance(command, Gather | Draw)


def _line(command: LineCommand, seconds: Seconds, known: Known) -> Sequence[Outcome]:
    match command:
        case Now() | Progress() | Answer() | Limit() | Untap() | Speak() | Hangup():
            return NOTHING
        case Tap():
            return (Outcome(Tapped("explored")),)
        case Play(phrase=phrase):
            return (Outcome(Played(), spoken(phrase, seconds)),)
        case Ask(typed=typed) | Gather(typed=typed) if typed:
            return (Outcome(Heard(typed)),)
        case Ask():
            said = spoken(command.phrase, seconds)
            return _answers(command.accept, said + command.first, said, command.between)
        case Gather():
            said = spoken(command.phrase, seconds)
            return _digits(command.most, said + command.first, said, command.between, command.secret, known.digits)
        case Capture(name=name, longest=longest):
            left = Captured(name, min(longest, MESSAGE))
            return Outcome(left, left.seconds, "leaves a message"), Outcome(Captured(name, 1.0), 1.0, "says nothing")
        case Reachable():
            return tuple(_there(command))
        case Dial():
            return tuple(_rings(command))
        case Enqueue():
            return tuple(_waits(command))
        case _:
            assert_never(command)


def spoken(phrase: Phrase, seconds: Seconds) -> float:
    """How long a phrase is said."""
    return sum(map(seconds, phrase))


@lru_cache(MOST_QUESTIONS)
def _answers(accept: tuple[str, ...], silence: float, said: float, between: float) -> tuple[Outcome, ...]:
    """Of a question that is ``said`` in so many seconds; ``silence`` is when it is given up."""
    found: list[Outcome] = []
    for key in accept:
        # Where a longer option begins so, the key counts only once the caller has paused.
        pause = between if reading(key, accept) is Reading.AMBIGUOUS else 0.0
        found.append(Outcome(Heard(key), said + KEY * len(key) + pause, f"key {key}", key))
    wrong = next((key for key in "9876543210*#" if reading(key, accept) is Reading.WRONG), None)
    if wrong:
        found.append(Outcome(Heard(wrong), said + KEY, "a wrong key", wrong))
    return *found, Outcome(Heard(""), silence, "silence", "")


@lru_cache(MOST_QUESTIONS)
def _digits(
    most: int, silence: float, said: float, between: float, secret: bool, known: tuple[str, ...]
) -> tuple[Outcome, ...]:
    tried = (
        "1234567890123456789012345678901234567890"[:most],
        _luhn(most),
        *("0612345678", "0320000000", "0033612345678", "0899000004", "3615", "17"),
        *("15062026", "150626", "1506", "0626", "75001", "01011950", "31022026"),
        *known,
        *(digit for digit in "1234567890" if most == 1),
        *("0" * most, "9" * most, "1", "12", "1234"),
    )
    found: list[Outcome] = []
    for keys in dict.fromkeys(keys for keys in tried if 0 < len(keys) <= most):
        took = said + KEY * len(keys) + (between if len(keys) < most else 0.0)
        found.append(Outcome(Heard(keys), took, f"types {keys}" if not secret else "types digits", keys))
    return *found, Outcome(Heard(""), silence, "silence", "")


def _luhn(length: int) -> str:
    """Digits with a right check digit at their end."""
    body = "4970101234567890123456789012345678901234"[: max(0, length - 1)]
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(body))]
    return body + str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def _there(asked: Reachable) -> Iterator[Outcome]:
    queues = tuple(door.queue for door in asked.doors)
    yield Outcome(There(asked.agents, queues))
    if not any(door.empty for door in asked.doors):
        yield Outcome(There(), label=f"{', '.join((*asked.agents, *queues))} not there")
    if asked.doors and not asked.agents and all(door.most for door in asked.doors):
        yield Outcome(There(full=True), label=f"{', '.join(queues)} full")


def _rings(dial: Dial) -> Iterator[Outcome]:
    names = ", ".join(dial.agents)
    ring = min(RING, dial.ring)
    talked = Dialled(Reached.TALKED, dial.agents[0])
    yield Outcome(talked, ring + TALK, f"{dial.agents[0]} answers", charged_after=ring)
    yield Outcome(Dialled(Reached.BUSY), REFUSAL, f"{names} busy")
    yield Outcome(Dialled(Reached.NO_ANSWER), dial.ring, f"{names}: no answer")
    yield Outcome(Dialled(Reached.UNAVAILABLE), REFUSAL, f"{names} unavailable")
    if dial.accept or dial.whisper:
        yield Outcome(Dialled(Reached.DECLINED), ring, f"{names} declines")


def _waits(wanted: Enqueue) -> Iterator[Outcome]:
    queue, ring = wanted.queue, min(RING, wanted.wait)
    talked = Queued(Served.TALKED, waited=ring, place=1)
    yield Outcome(talked, ring + TALK, f"an agent of {queue} answers", charged_after=ring)
    yield Outcome(Queued(Served.TIMEOUT, waited=wanted.wait, place=1), wanted.wait, f"{queue}: nobody answers in time")
    yield Outcome(Queued(Served.FULL), REFUSAL, f"{queue} is full")
    yield Outcome(Queued(Served.EMPTY), REFUSAL, f"{queue}: no agent is there")
    yield Outcome(Queued(Served.EMPTIED, waited=ring, place=1), ring, f"{queue}: the last agent goes")
    if wanted.key:
        left = Queued(Served.KEY, waited=ring, place=1)
        yield Outcome(left, ring, f"key {wanted.key} while waiting", wanted.key)


def _errand(errand: Errand, known: Known, anonymous: bool) -> Sequence[Outcome]:
    match errand:
        case Recall(key=key):
            values = [Outcome(value, label=f"{key} remembered: {value}") for value in (*known.words, "?")]
            return NOTHING if anonymous else (Outcome(None, label=f"{key} not remembered"), *values)
        case Remember() | Post() | Discard():
            return NOTHING
        case Issue(digits=digits, product=product):
            code = "1234567890"[:digits] if digits else "1234"
            return Outcome(code, label=f"a code for {product}"), Outcome(None, label=f"no code for {product} left")
        case Room(mailbox=mailbox):
            return Outcome(True), Outcome(False, label=f"the mailbox {mailbox} is full")
        case Verify():
            return Outcome(True, label="the right PIN"), Outcome(False, label="a wrong PIN")
        case Numbered():
            return Outcome(Prompt("fr", "fallback"), label="the number of a prompt"), Outcome(None)
        case Pronounce():
            return (Outcome(True),)  # what is said in its place leads the same way
        case Adopt():
            return Outcome(True), Outcome(False, label="the recording is not kept")
        case Overrule(calendar=calendar):
            return Outcome(True), Outcome(False, label=f"the override of {calendar} is not kept")
        case InForce(crises=crises):
            return Outcome(None), *(Outcome(one, label=f"the crisis {one} is on") for one in crises)
        case Declare(crisis=crisis):
            return Outcome(True), Outcome(False, label=f"the order about {crisis} is not kept")
        case Fetch():
            return tuple(_fetched(errand, known))
        case Tally(of="now"):
            return Outcome(1, label="no other call"), Outcome(CROWD, label="many calls at once")
        case Tally():
            first = Outcome(0, label="first call of this caller")
            return (Outcome(0),) if anonymous else (first, Outcome(CROWD, label="many calls of this caller"))
        case Bothers(how=how):
            many = Outcome(CROWD, label=f"many {how} calls of this caller")
            return (Outcome(0),) if anonymous else (Outcome(0), many)
        case Load(queue=queue, what=what, than=than, more=more):
            label = f"{queue}: {what} {'over' if more else 'under'} {than:g}"
            return Outcome(than), Outcome(than + 1 if more else max(0.0, than - 1), label=label)
        case Learnt():
            return (Outcome(False),) if anonymous else (Outcome(False), Outcome(True, label="noted as a nuisance"))
        case Spent():
            reached = Outcome(FORTUNE, label="ceiling of the caller reached")
            return NOTHING if anonymous else (Outcome(Decimal(0)), reached)
        case Draw():
            return SHARES
        case Overridden(calendar=calendar):
            return (
                Outcome(None),
                Outcome(Override(True, "opened by hand"), label=f"{calendar} opened by hand"),
                Outcome(Override(False, "closed by hand"), label=f"{calendar} closed by hand"),
            )
        case _:
            assert_never(errand)


def _fetched(fetch: Fetch, known: Known) -> Iterator[Outcome]:
    plain = {name: "1" for name, _ in fetch.take}
    yield Outcome(Fetched("found", plain), REFUSAL, "look-up: found")
    for name in plain:
        for word in known.words:
            yield Outcome(Fetched("found", plain | {name: word}), REFUSAL, f"look-up: found, {name} {word}")
    yield Outcome(Fetched("not_found"), REFUSAL, "look-up: not found")
    yield Outcome(Fetched("failed"), fetch.seconds, "look-up: failed")
