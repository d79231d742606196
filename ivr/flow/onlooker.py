"""A call that is lived through for the sake of looking on: the real line and walk, and what an onlooker writes down."""

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from types import GeneratorType, NoneType
from typing import Any

from pydantic import BaseModel

from ivr.flow.altered import altered
from ivr.flow.commands import (
    Answer,
    Command,
    Dial,
    Enqueue,
    Hangup,
    Limit,
    Phrase,
    Play,
    Progress,
    Reached,
    Served,
    Speak,
)
from ivr.flow.consent import Consent
from ivr.flow.errands import Overridden
from ivr.flow.flow import Drawing, Flow
from ivr.flow.line import Line
from ivr.flow.mark import Course, Mark, Parts
from ivr.flow.node import Scene
from ivr.flow.outcomes import Outcome, Seconds
from ivr.flow.terms import Terms
from ivr.flow.walk import walk
from ivr.values.calendar import Calendar, Opening, Override
from ivr.values.call import Call
from ivr.values.cause import Cause
from ivr.values.mailbox import Mailbox
from ivr.values.number import Number
from ivr.values.said import SAID
from ivr.values.taping import Taping
from ivr.values.tariff import Tariff

SLOTS = ("slot/", SAID)  # how the names of words begin that are made from values: hours, dates, digits


@dataclass(frozen=True)
class World:
    """All that calls to one number can meet.  ``seconds`` tells how long an utterance is.

    ``change`` is the tariff that begins while they last; ``None``: the price stays what it is.
    """

    number: Number
    flow: Flow
    drawing: Drawing
    terms: Terms
    calendars: Mapping[str, Calendar]
    lists: Mapping[str, frozenset[str]]
    departments: Mapping[str, str]
    seconds: Seconds
    since: datetime
    language: str = "fr"
    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)
    recording: Taping | None = None
    change: "Change | None" = None


@dataclass(frozen=True)
class Change:
    """A tariff to come: the instant from which it is in force, and what it demands of the line."""

    begins: datetime
    terms: Terms
    tariff: Tariff


class RepeatingCalendar(Calendar):
    """A calendar that remembers what it said: it is asked the same again and again."""

    def opening(self, at: datetime, override: Override | None = None) -> Opening:
        said = self.__dict__.setdefault("_said", {})
        if (at, override) not in said:
            said[at, override] = super().opening(at, override)
        return said[at, override]  # type: ignore[no-any-return]


def repeating(world: World) -> World:
    """The same world, with such calendars."""
    calendars = {
        name: RepeatingCalendar(one.name, one.zone, one.weekly, one.exceptions, one.holidays, one.bridges)
        for name, one in world.calendars.items()
    }
    return replace(world, calendars=calendars)


@dataclass(frozen=True)
class Said:
    """What is heard at one time, and whether the line is answered by then: charged, where the number has a price."""

    phrase: Phrase
    charged: bool


@dataclass(frozen=True)
class Choice:
    """A command that could have ended otherwise, and how it did."""

    place: str
    command: Command[Any]
    outcome: Outcome


@dataclass
class Log:
    """What an onlooker knows of a call."""

    elapsed: float = 0.0
    opened: float | None = None
    charged: float = 0.0
    keys: int = 0
    answered: bool = False
    announced: str | None = None  # the announcement heard last
    unannounced: bool = False
    unlimited: bool = False  # an agent answered the line, and the limit is not armed yet
    human: tuple[float, int, float] | None = None
    language: str = ""
    cause: str = ""  # of our hanging up, where it is another than usual
    heard: list[Said] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    rings: list[str] = field(default_factory=list)
    # Overrides of calendars: asked again, they are the same.
    overrides: dict[str, Outcome] = field(default_factory=dict)

    def going_on(self) -> "Log":
        """For a call that goes on from here: the sums, and empty pages."""
        return altered(self, heard=[], choices=[], rings=[], keys=0, overrides=dict(self.overrides))


def beginning(world: World, caller: Number, at: datetime) -> Mark:
    """Where a call begins."""
    call = Call("explored", world.number, caller, world.language, at)
    scene = Scene(
        call,
        world.calendars,
        world.lists,
        departments=world.departments,
        routing=world.drawing.routing,
        mailboxes=world.mailboxes,
    )
    line = Line(world.terms, [(world.change.begins, world.change.terms)] if world.change else ())
    return Mark(Parts(scene, line, Consent(world.recording)))


class Run:
    """One call being lived through, from a mark on."""

    def __init__(self, world: World, start: Mark) -> None:
        self.world = world
        self._start = start
        self._course = Course(start)
        parts = self._course.parts
        self.scene, self.trail, self.standing, self.line = parts.scene, parts.trail, parts.standing, parts.line
        self._consent = parts.consent
        self._walk = walk(world.flow, self.scene, self.trail, world.drawing, self.standing, self._course.arrived)
        self._talk = self.line.carry(self._consent.carry(self._walk))

    def first(self) -> Command[Any] | None:
        """What the call waits for at its mark."""
        command = self._next(None)
        for result in self._start.given:
            command = self.send(result)
        return command

    def send(self, result: Any) -> Command[Any] | None:
        """The next command, ``None`` when the call is over."""
        self._course.give(result)
        return self._next(result)

    def _next(self, result: Any) -> Command[Any] | None:
        try:
            return self._talk.send(result)
        except StopIteration:
            return None

    @property
    def mark(self) -> Mark:
        """Where the call is now."""
        return self._course.mark

    @property
    def changed(self) -> Tariff | None:
        """The tariff that began during the call, where its announcement was told: the call is charged by it."""
        change = self.world.change
        return change.tariff if change and self.line.terms is change.terms else None

    def inside(self, known: Set[str]) -> tuple[Any, ...]:
        """Where within its node the call is: the lines at which its generators wait, and their local values.

        Digits that are not ``known`` to the flow are all alike, and so are the words in which they are said back.
        """
        lent = getattr(getattr(self._walk, "gi_yieldfrom", None), "gi_frame", None)
        talk = lent.f_locals.get("talk") if lent else None
        waiting: list[Any] = []
        while isinstance(talk, GeneratorType) and talk.gi_frame:
            here = tuple((name, still(value, known)) for name, value in talk.gi_frame.f_locals.items())
            waiting.append((talk.gi_code.co_qualname, talk.gi_frame.f_lasti, here))
            talk = talk.gi_yieldfrom
        if self._consent.heard or self._consent.refused:
            waiting.append(("consent", self._consent.refused, self._consent.heard))
        return tuple(waiting)

    def moment(self, log: Log) -> datetime:
        return self.scene.call.at + timedelta(seconds=log.elapsed)


def still(value: Any, known: Set[str]) -> Any:
    """A local value as something that can be compared; instants are all alike, and the scene is looked at elsewhere."""
    return _stilled(value.__class__)(value, known)


@cache
def _stilled(kind: type) -> Callable[[Any, Set[str]], Any]:
    """How values of a type are compared; asked of each type once, since some take long to say what they are."""
    if issubclass(kind, str):
        return _text
    if issubclass(kind, NoneType | int | float):
        return lambda value, _: value
    if issubclass(kind, BaseModel):
        return lambda value, _: id(value)
    if issubclass(kind, Mapping):
        return lambda value, known: tuple([(str(key), still(one, known)) for key, one in value.items()])
    if issubclass(kind, list | tuple | set | frozenset):
        return _several
    if issubclass(kind, Scene | datetime | timedelta | GeneratorType) or not kind.__dictoffset__:
        return lambda *_: kind.__name__
    return lambda value, known: (kind.__name__, *[(name, still(one, known)) for name, one in vars(value).items()])


def _text(value: str, known: Set[str]) -> str:
    return "digits" if len(value) > 1 and value.isdigit() and value not in known else value


def _several(values: Collection[Any], known: Set[str]) -> tuple[Any, ...]:
    return tuple([still(one, known) for one in values if not (isinstance(one, str) and one.startswith(SLOTS))])


def note(log: Log, command: Command[Any], outcome: Outcome, run: Run) -> None:
    """What an onlooker writes down of a command and its outcome."""
    announcement = run.line.terms.announcement
    phrase: Phrase = getattr(command, "phrase", ())
    if phrase and not getattr(command, "typed", ""):
        log.heard.append(Said(phrase, log.answered))
    if outcome.label or outcome.key is not None:
        here = run.standing.here
        log.choices.append(Choice(here.node if here else "", command, outcome))
    log.keys += len(outcome.key or "")
    charged = outcome.took if log.answered else 0.0
    match command:
        case Progress():
            log.opened = log.elapsed
        case Answer():
            log.unannounced |= announcement not in (None, log.announced)
            log.answered = True
        case Limit():
            log.unlimited = False
        case Hangup(cause=cause) if cause is not Cause.NORMAL:
            log.cause = cause
        case Play(phrase=said) if said == (announcement,):
            log.announced = announcement
        case Overridden(calendar=calendar):
            log.overrides.setdefault(calendar, outcome)
        case Speak(language=language):
            log.language = language
        case Dial(agents=agents):
            log.rings += agents
            log.human = log.human or (log.elapsed, log.keys, log.charged)
            if outcome.result.reached is Reached.TALKED and not log.answered:
                log.unannounced |= announcement not in (None, log.announced)
                log.answered = log.unlimited = True
                charged = outcome.took - outcome.charged_after
        case Enqueue(queue=queue):
            log.rings.append(queue)
            log.human = log.human or (log.elapsed, log.keys, log.charged)
            if outcome.result.served is Served.TALKED and not log.answered:
                log.unannounced |= announcement not in (None, log.announced)
                log.answered = log.unlimited = True
                charged = outcome.took - outcome.charged_after
    log.elapsed += outcome.took
    log.charged += charged
