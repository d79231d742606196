"""The tests of a book: cases that ops people write, what each gives and what it expects.

``dialplans/tests/*.yaml``, each a list.  They are no part of the book: its digest does not change with them.

IVR290  a file that is no list of cases      IVR291  a name that the book does not know      IVR295  a name used twice
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ivr.book import given
from ivr.book.book import Book
from ivr.book.given import ALL, CALLER, MESSAGE, TALK, Given
from ivr.book.problems import BadBook, Mark, Problem, did_you_mean
from ivr.book.source import Source, files, read
from ivr.book.tree import Sequence as TreeSequence
from ivr.book.tree import mark_of
from ivr.book.typed import typed
from ivr.flow.commands import Reached
from ivr.flow.node import OR_ONE, one_or_many
from ivr.values.announcement import BEEP
from ivr.values.call import Ending
from ivr.values.number import parse

NOBODY = "nobody"
NOTHING, SOMETHING = "nothing", "something"
EXPECTATIONS = ("hears", "goes_to", "talks_to", "steps", "ends", "charged")


def _reads(read: Callable[[str], Any]) -> Callable[[str], str]:
    """A check that ``read`` understands a text; the text stays."""

    def checked(text: str) -> str:
        read(text)
        return text

    return checked


def _for_all(value: Any) -> Any:
    """Lets people write one thing where each name could have its own."""
    return {ALL: value} if isinstance(value, str) else value


def _words(value: Any) -> Any:
    """Lets people copy the steps that `ivr calls` prints."""
    return value.split() if isinstance(value, str) else value


def _is_charge(text: str) -> str:
    try:
        if text in (NOTHING, SOMETHING) or Decimal(text.removesuffix("€").strip()) > 0:
            return text
    except InvalidOperation:
        pass
    raise ValueError("what is charged is an amount like 0.31, or nothing, or something")


KeyText = Annotated[str, AfterValidator(_reads(given.press))]
FetchedText = Annotated[str, AfterValidator(_reads(given.fetched))]
InstantText = Annotated[str, AfterValidator(_reads(given.instant))]
OverrideText = Annotated[str, AfterValidator(_reads(given.override))]
SpentText = Annotated[str, AfterValidator(_reads(given.spent))]
ServedText = Annotated[str, AfterValidator(_reads(given.served))]
LoadText = Annotated[str, AfterValidator(_reads(given.load))]
ReachedText = Annotated[str, AfterValidator(_reads(given.reached))]
Names = Annotated[tuple[str, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)]


class WrittenCase(BaseModel):
    """One case of a file of tests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="what the case shows, in words", min_length=1)
    dial: str = Field(description="the number that is called")
    from_: str = Field(default=CALLER, alias="from", description="who calls; `anonymous` for who withholds his number")
    at: InstantText = Field(description="when: 2026-11-26T10:00, on the clocks of Paris")
    keys: Annotated[tuple[KeyText, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)] = Field(
        default=(), description='what is pressed at each question: "2", "2@early", silence; then the caller hangs up'
    )
    agents: Annotated[dict[str, ReachedText], BeforeValidator(_for_all), Field(json_schema_extra=OR_ONE)] = Field(
        default_factory=dict, description="what comes of ringing: talked, busy, no_answer, unavailable; by agent or all"
    )
    queue: Annotated[dict[str, ServedText], BeforeValidator(_for_all), Field(json_schema_extra=OR_ONE)] = Field(
        default_factory=dict,
        description="what comes of waiting: talked, timeout, full, empty, emptied, key, closed; by queue or all",
    )
    load: dict[str, LoadText] = Field(
        default_factory=dict, description="how loaded queues are, by name: waiting:6,free:0,expected:180"
    )
    lookup: Annotated[dict[str, FetchedText], BeforeValidator(_for_all), Field(json_schema_extra=OR_ONE)] = Field(
        default_factory=dict, description="what another system says: found:name=Dupont, not_found, failed"
    )
    remembered: dict[str, str] = Field(default_factory=dict, description="what is remembered of the caller")
    override: dict[str, OverrideText] = Field(
        default_factory=dict, description="calendars that are open or closed by hand"
    )
    crisis: Annotated[tuple[str, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)] = Field(
        default=(), description="crises that are on, by their names in crises.yaml; the one put on last at the end"
    )
    calls: int = Field(default=0, ge=0, description="calls that the caller has made before")
    bothers: int = Field(default=0, ge=0, description="calls before in which the caller was short, or silent")
    learnt: bool = Field(default=False, description="whether agents have noted the caller as a nuisance")
    spent: SpentText = Field(default="0", description="euros that the caller has spent with us this month: 299.50")
    at_once: int = Field(default=1, ge=1, description="calls in progress to the number, this one included")
    draw: float | None = Field(default=None, ge=0, lt=1, description="the share drawn, from 0 to 1")
    codes: bool = Field(default=True, description="whether there are access codes left to sell")
    full: bool = Field(default=False, description="whether no more messages can be left in mailboxes")
    speaks: float = Field(default=MESSAGE, ge=0, description="seconds of the message that the caller leaves, 0: none")
    talk: float = Field(default=TALK, gt=0, description="seconds for which agents talk")
    hears: Names = Field(default=(), description="prompts that are heard, in this order; others may come between")
    goes_to: Names = Field(
        default=(), description="nodes that the call comes to, in this order; others may come between"
    )
    talks_to: str | None = Field(default=None, description=f"the agent who answers, or {NOBODY}")
    steps: Annotated[tuple[str, ...], BeforeValidator(_words), Field(json_schema_extra=OR_ONE)] = Field(
        default=(), description="all steps, as `ivr calls` prints them"
    )
    ends: Ending | None = Field(default=None, description="how the call ends: flow, caller, limit, ceiling, failed")
    charged: Annotated[str, AfterValidator(_is_charge)] | None = Field(
        default=None, description=f"what the caller pays: 0.31, {NOTHING} or {SOMETHING}"
    )

    @model_validator(mode="after")
    def _expects(self) -> "WrittenCase":
        if not any(getattr(self, expected) for expected in EXPECTATIONS):
            raise ValueError(f"a case that expects nothing cannot fail; write one of {', '.join(EXPECTATIONS)}")
        return self


@dataclass(frozen=True)
class Case:
    """A case that makes sense in its book, and where each of its keys stands."""

    written: WrittenCase
    mark: Mark
    marks: Mapping[str, Mark]

    @property
    def at(self) -> datetime:
        return given.instant(self.written.at)

    @property
    def given(self) -> Given:
        """What is known of the call beforehand."""
        case = self.written
        return Given(
            keys=tuple(map(given.press, case.keys)),
            agents={name: Reached(text) for name, text in case.agents.items()},
            queues={name: given.served(text) for name, text in case.queue.items()},
            load={name: given.load(text) for name, text in case.load.items()},
            lookups={name: given.fetched(text) for name, text in case.lookup.items()},
            remembered=case.remembered,
            overrides={name: given.override(text) for name, text in case.override.items()},
            crises=case.crisis,
            calls=case.calls,
            bothers=case.bothers,
            learnt=case.learnt,
            spent=given.spent(case.spent),
            at_once=case.at_once,
            draw=case.draw,
            codes=case.codes,
            full=case.full,
            speaks=case.speaks,
            talk=case.talk,
        )


def case_files(directory: Path) -> list[Path]:
    """The files of tests of the book in ``directory``."""
    return files(directory / "dialplans" / "tests", "*.yaml")


def read_cases(book: Book, directory: Path, paths: Sequence[Path]) -> list[Case]:
    """The cases in ``paths``.  Raises ``BadBook``, with all problems of all files at once."""
    cases, problems = checked_cases(book, directory, paths)
    if problems:
        raise BadBook(problems)
    return cases


def checked_cases(book: Book | None, directory: Path, paths: Sequence[Path]) -> tuple[list[Case], list[Problem]]:
    """The cases in ``paths``, and all that is wrong with them.

    Where the book itself is bad (``None``) nothing is said of the names in them: it may have had any.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    for path in paths:
        # A file may also lie elsewhere: then its own directory is the end of the world.
        inside = path.resolve().is_relative_to(directory.resolve())
        source = read(path, directory if inside else path.parent, problems)
        cases += _cases(source, problems)
    first: dict[tuple[str, str], Case] = {}
    known = _known(book) if book else {}
    for case in cases:
        problems += _problems(case, known)
        other = first.setdefault((case.mark.file, case.written.name), case)
        if other is not case:
            message = f"a case of this file is called so already, on line {other.mark.line}"
            problems.append(Problem.at(case.marks["name"], "IVR295", message, "give one of them another name"))
    return cases, problems


def _cases(source: Source, problems: list[Problem]) -> Iterable[Case]:
    if not isinstance(source.tree, TreeSequence):
        if source.tree is not None:
            message = "a file of tests is a list of cases"
            problems.append(Problem.at(source.tree.mark, "IVR290", message, 'begin each case with "- name: …"'))
        return
    for place, tree in enumerate(source.tree.values):
        written = typed(WrittenCase, tree, f"case {place + 1}", problems)
        if written is not None:
            names = tree.plain()
            marks = {name: mark_of(tree, (name,)) for name in names} if isinstance(names, dict) else {}
            yield Case(written, tree.mark, marks)


def _known(book: Book) -> dict[str, tuple[str, frozenset[str]]]:
    """The names that each key of a case may use, and what they name."""
    nodes = frozenset(name for flow in book.drawing.flows.values() for name in flow.nodes)
    return {
        "dial": ("number", frozenset(book.services)),
        "agents": ("agent", frozenset({*book.rung, ALL})),
        "queue": ("queue", frozenset({*book.queues, ALL})),
        "load": ("queue", frozenset(book.queues)),
        "talks_to": ("agent", frozenset({*book.rung, NOBODY})),
        "lookup": ("remote", frozenset({*book.sites, ALL})),
        "override": ("calendar", frozenset(book.calendars)),
        "crisis": ("crisis", frozenset(book.crises)),
        "hears": ("prompt", frozenset({BEEP, *(one.name for one in book.utterances())})),
        "goes_to": ("node", nodes),
        "steps": ("node", nodes),
    }


def _problems(case: Case, known: Mapping[str, tuple[str, frozenset[str]]]) -> Iterable[Problem]:
    """Every name in a case that the book does not know."""
    written = case.written
    used: dict[str, Iterable[str]] = {
        "dial": [parse(written.dial).national or written.dial],
        "agents": written.agents,
        "talks_to": [written.talks_to] if written.talks_to else [],
        "queue": written.queue,
        "load": written.load,
        "lookup": written.lookup,
        "override": written.override,
        "crisis": written.crisis,
        "hears": written.hears,
        "goes_to": written.goes_to,
        "steps": [step.partition(":")[0] for step in written.steps],
    }
    for key, names in used.items() if known else ():
        what, right = known[key]
        for name in names:
            if name not in right:
                hint = did_you_mean(name, right, "known are")
                yield Problem.at(case.marks[key], "IVR291", f'there is no {what} "{name}"', hint, written.name)
