"""A case held against the call that was lived through, in the simulator or on a real line."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from ivr.book.book import LANGUAGE
from ivr.book.cases import NOBODY, NOTHING, SOMETHING, Case
from ivr.flow.commands import Ask, Capture, Dial, Dialled, Enqueue, Gather, Play, Queued, Speak
from ivr.flow.tape import Entry
from ivr.service.record import Record
from ivr.terminal.simulate import Lived
from ivr.values.announcement import BEEP
from ivr.values.call import Ending
from ivr.values.tariff import Money


@dataclass(frozen=True)
class Seen:
    """What came of a call: the prompts heard, the nodes come to (the one where it ended too), who answered."""

    hears: tuple[str, ...]
    nodes: tuple[str, ...]
    steps: tuple[str, ...]
    talks_to: tuple[str, ...]
    ends: Ending
    charged: Money


@dataclass(frozen=True)
class Failure:
    """An expectation that was not met; ``key`` is the word of the case that says it."""

    key: str
    expected: str
    found: str


def seen(lived: Lived) -> Seen:
    """What came of a simulated call."""
    nodes = tuple(step.node for step in lived.trail)
    return Seen(
        hears=said(lived.record),
        nodes=nodes + ((lived.left.node,) if lived.left else ()),
        steps=lived.record.steps,
        talks_to=answered_by(lived.record),
        ends=lived.record.ending,
        charged=lived.record.amount,
    )


def said(record: Record) -> tuple[str, ...]:
    """The names of everything that a call was told, in order."""
    spoken = (entry.command for entry in record.tape)
    return tuple(name for command in spoken if isinstance(command, Play | Ask | Gather) for name in command.phrase)


def sound_name(language: str, name: str) -> str:
    """How a sound is told from that of another language: `en:closed`; `closed` in the book's own, as the one beep."""
    return name if language == LANGUAGE or name == BEEP else f"{language}:{name}"


def in_languages(record: Record, voice: Container[tuple[str, str]]) -> Record:
    """The record of a call with all that it says by its :func:`sound_name`, in the language that it spoke there."""
    language, tape = LANGUAGE, list[Entry]()
    for entry in record.tape:
        command = entry.command
        if isinstance(command, Speak):
            language = command.language
        if isinstance(command, Play | Ask | Gather):
            spoken = ((language if (language, name) in voice else LANGUAGE, name) for name in command.phrase)
            command = replace(command, phrase=tuple(sound_name(*one) for one in spoken))
        tape.append(replace(entry, command=command))
    return replace(record, tape=tuple(tape))


def turns(record: Record) -> frozenset[str]:
    """The names after which a call leaves the word to somebody else: the caller is asked or recorded, or handed on."""
    speaking = Play | Ask | Gather | Capture | Dial | Enqueue
    spoken = [entry.command for entry in record.tape if isinstance(entry.command, speaking)]
    return frozenset(
        one.phrase[-1]
        for one, then in zip_longest(spoken, spoken[1:])
        if isinstance(one, Play | Ask | Gather) and one.phrase
        if not isinstance(one, Play) or isinstance(then, Capture | Dial | Enqueue)
    )


def answered_by(record: Record) -> tuple[str, ...]:
    """The agents who answered, in order."""
    results = (entry.result for entry in record.tape)
    return tuple(told.agent for told in results if isinstance(told, Dialled | Queued) and told.agent)


def failures(case: Case, found: Seen, same_charge: Callable[[str, Money], bool] | None = None) -> list[Failure]:
    """Every expectation of ``case`` that was not met; ``same_charge`` compares amounts, where another clock ran."""
    written = case.written
    failed: list[Failure] = []
    for key, names, heard in (("hears", written.hears, found.hears), ("goes_to", written.goes_to, found.nodes)):
        if not _in_order(names, heard):
            failed.append(Failure(key, _way(names), _way(heard)))
    if written.steps and written.steps != found.steps:
        failed.append(Failure("steps", " ".join(written.steps), " ".join(found.steps)))
    if written.talks_to and written.talks_to not in (found.talks_to or (NOBODY,)):
        failed.append(Failure("talks_to", written.talks_to, _way(found.talks_to) or NOBODY))
    if written.ends and written.ends is not found.ends:
        failed.append(Failure("ends", written.ends, found.ends))
    if written.charged and not (same_charge or charged_as_written)(written.charged, found.charged):
        failed.append(Failure("charged", written.charged, f"{found.charged.amount:.2f}"))
    return failed


def charged_as_written(written: str, owed: Money) -> bool:
    """Whether what is owed is what a case says: an amount, nothing, or something."""
    if written in (NOTHING, SOMETHING):
        return (owed.amount > 0) == (written == SOMETHING)
    return Decimal(written.removesuffix("€").strip()) == owed.amount


def _in_order(names: Sequence[str], among: Iterable[str]) -> bool:
    """Whether all ``names`` come in this order, whatever comes between."""
    rest = iter(among)
    return all(name in rest for name in names)


def _way(names: Sequence[str]) -> str:
    return " → ".join(names)
