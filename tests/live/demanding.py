"""What no caller of any live test may hear: dead air, a prompt without its first syllable, two prompts at once.

Silence is listened for in each call, as it ends; prompts are judged wherever a test asks what was heard, for finding
them is what costs.  When all tests are over, the tapes of the ledger say what a call said, and when it was not for the
line to speak: while the caller is asked or recorded, and while he talks with somebody.  Between two rings it is silent
for longer, and where the law wants it, after a price.  What else is silent for two seconds is a fault of the product,
or has an ``excuse``, which the test states where it places the call.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ivr.book.book import LANGUAGE
from ivr.flow.commands import Ask, Capture, Dial, Enqueue, Gather, Phrase, Play, Speak
from ivr.flow.tape import Entry
from ivr.phone.closely import GRAIN
from ivr.phone.complaining import STALLED
from ivr.phone.events import Event
from ivr.phone.hearing import CLIPPED, DEAD_AIR, HOLE, OVERLAP, Told, after_key, told
from ivr.phone.report import CallReport, Samples
from ivr.phone.script import CallScript
from ivr.phone.timeline import Findings
from ivr.phone.tone import Span, silences
from ivr.terminal.verdict import sound_name
from tests.live.fairness import STARVED

RINGS = 4.0
"""Seconds of silence that may lie between two rings: in France 3.5 s are silent after each of 1.5 s."""

SLACK = 0.3
"""Seconds by which a phone hears earlier, or later, than the tape says."""

SAME_CALL = 3.0
"""Seconds by which the INVITE of a phone may precede the begin of its record."""

Lengths = Mapping[tuple[str, str], tuple[float, float]]
"""Seconds of each sound, by language and name, and for how many of them, at its end, it is silent as baked."""


@dataclass
class Listened:
    """What is kept of one call: times are seconds since its INVITE, which was at ``invited`` of the epoch.

    ``calm``: nothing kept its phone waiting, so that what it lacks was not sent.
    """

    test: str
    script: CallScript
    excuse: str
    invited: float
    calm: bool
    silences: tuple[Span, ...]
    talks: tuple[Span, ...]
    keys: tuple[float, ...]
    heard: dict[tuple[str, float], Told] = field(default_factory=dict)

    def __str__(self) -> str:
        """As complaints begin."""
        return f"{self.test}: {self.script.from_ or 'anonymous'} called {self.script.number}"

    def hears(self, report: CallReport, found: Findings, sounds: Mapping[str, Samples]) -> None:
        """Judge what was found of prompts."""
        side = report.recording
        own = [replace(one, start=one.start - side.start_t, end=one.end - side.start_t) for one in found.heard]
        prompts = told(own, side.samples, side.rate, sounds)
        keys = [key - side.start_t for key in self.keys]
        for one in prompts:
            sure = one.over > OVERLAP and not after_key(one, prompts, keys)
            self.heard[one.name, one.start] = one if sure else replace(one, over=0.0)


TEST: ContextVar[str] = ContextVar("TEST", default="")
"""The name of the test that runs in a thread of its own, beside others."""


def current_test() -> str:
    """The name of the test that runs."""
    return TEST.get() or os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0].rpartition("/")[2]


def listened(test: str, script: CallScript, report: CallReport, starved: float, excuse: str) -> Listened:
    """Listen for silence in a call that is over; ``test`` had placed it."""
    side = report.recording
    return Listened(
        test,
        script,
        excuse,
        report.invited_at,
        starved < STARVED and report.drift <= STALLED,
        tuple(
            Span(one.start + side.start_t, one.end + side.start_t)
            for one in silences(side.samples, side.rate, DEAD_AIR)
        ),
        tuple(_talks(report.events)),
        tuple(event.t for event in report.events if event.event in ("key", "hang_up")),
    )


def _talks(events: Iterable[Event]) -> Iterator[Span]:
    """From when an agent picks up until he is gone, or the call is."""
    began: dict[str, float] = {}
    for event in events:
        if event.event == "agent_answered":
            began[event.agent] = event.t
        elif event.event == "agent_ended" and event.agent in began:
            yield Span(began.pop(event.agent), event.t)
    yield from (Span(t, float("inf")) for t in began.values())


def complaints(calls: Iterable[Listened], records: Iterable[Mapping[str, Any]], lengths: Lengths) -> list[str]:
    """What callers would complain of, a sentence each."""
    found: list[str] = []
    prompts: dict[str, list[tuple[Listened, Told]]] = defaultdict(list)
    records = list(records)
    for call in calls:
        record = _of(call, records)
        if call.excuse or record is None:
            continue
        shift = datetime.fromisoformat(record["started"]).timestamp() - call.invited
        tape = [replace(entry, at=entry.at + shift) for entry in map(Entry.read, record["tape"])]
        silent = dead(call, tape, lengths)
        found += [f"{call}: no sound for {one.seconds:.1f} s from {one.start:.1f} s on" for one in silent]
        said = _said(tape, lengths)
        for one in call.heard.values():
            if call.calm and one.over:
                found.append(f"{call}: {one.name} began before {one.into} was over: {one.over:.2f} s of both")
            if call.calm and one.name in said:
                prompts[one.name].append((call, one))
    return [*found, *(sentence for heard in prompts.values() for sentence in clipped(heard))]


def judged(calls: Iterable[Listened], records: Iterable[Mapping[str, Any]], lengths: Lengths) -> tuple[int, int, int]:
    """How many calls were to be judged, how many were, and how many prompts in them: none complains of what is not.

    Of a code that a phone of the house dials (``*45``) nobody keeps a record.
    """
    records = list(records)
    due = [call for call in calls if not call.excuse and not call.script.number.startswith("*")]
    found = [(call, record) for call in due if (record := _of(call, records)) is not None]
    said = [(call, _said(list(map(Entry.read, record["tape"])), lengths)) for call, record in found]
    return len(due), len(found), sum(one.name in names for call, names in said for one in call.heard.values())


def dead(call: Listened, tape: list[Entry], lengths: Lengths) -> Iterator[Span]:
    """Where nothing was heard, and the line had the word."""
    others, ringing = list(call.talks), list[Span]()
    language = LANGUAGE
    for entry in tape:
        command, end = entry.command, entry.at + entry.took
        match command:
            case Speak():
                language = command.language
            case Play():
                said, rest = _lasts(command.phrase, language, lengths)
                others.append(Span(entry.at + said - rest - SLACK, entry.at + said + SLACK) if rest else Span(0, 0))
            case Ask() | Gather():
                said, _ = _lasts(command.phrase, language, lengths)
                pressed = [key for key in call.keys if entry.at < key < end]
                others.append(Span(min([entry.at + said, *pressed]) - SLACK, end))
            case Capture():
                others.append(Span(entry.at, end))
            case Dial() | Enqueue():
                ringing.append(Span(entry.at, end))
                if entry.result is not None and entry.result.answered is not None:
                    others.append(Span(entry.result.answered.timestamp() - call.invited, end))
    for silence in call.silences:
        for left in _without(silence, others):
            beyond = max((one.seconds for one in _without(left, ringing)), default=0.0)
            if beyond >= DEAD_AIR or left.seconds >= (RINGS if beyond < left.seconds else DEAD_AIR):
                yield left


def clipped(heard: list[tuple[Listened, Told]]) -> Iterator[str]:
    """Of one prompt, in all calls that said it: what is missing once may be a packet that the phone's machine lost;
    what is missing in most calls, or more than such a machine loses, was not sent."""
    lacking = [(call, one) for call, one in heard if one.clipped > CLIPPED - GRAIN / 2]
    usual = len(lacking) > 1 and 2 * len(lacking) > len(heard)
    for call, one in lacking:
        if usual or one.clipped > HOLE + GRAIN / 2:
            yield f"{call}: {one.name} lacks its first {one.clipped * 1000:.0f} ms"


def _of(call: Listened, records: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The record of a call, with its tape; none where nobody lived to write it."""
    for record in records:
        if "tape" not in record:
            continue
        began = datetime.fromisoformat(record["started"]).timestamp()
        same = record["number"] == call.script.number and (
            record["caller"][-9:] == call.script.from_[-9:] or not call.script.from_
        )
        if same and -1.0 < began - call.invited < SAME_CALL:
            return record
    return None


def _said(tape: list[Entry], lengths: Lengths) -> set[str]:
    """The names of what a call said, as the ear tells them."""
    language, said = LANGUAGE, set[str]()
    for entry in tape:
        command = entry.command
        if isinstance(command, Speak):
            language = command.language
        elif isinstance(command, Play | Ask | Gather):
            said |= {sound_name(language if (language, name) in lengths else LANGUAGE, name) for name in command.phrase}
    return said


def _lasts(phrase: Phrase, language: str, lengths: Lengths) -> tuple[float, float]:
    """Seconds of a phrase, and of its silence at its end."""
    each = [lengths.get((language, name)) or lengths.get((LANGUAGE, name)) or (0.0, 0.0) for name in phrase]
    return sum(length for length, _ in each), each[-1][1] if each else 0.0


def _without(span: Span, others: Iterable[Span]) -> list[Span]:
    """What is left of a span."""
    left = [span]
    for other in others:
        left = [
            piece
            for one in left
            for piece in (Span(one.start, min(one.end, other.start)), Span(max(one.start, other.end), one.end))
            if piece.seconds > 0
        ]
    return left
