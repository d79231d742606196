"""What every kind of node is: a frozen model of what an ops person wrote, with a `run` that asks and leaves by an exit.

Names of prompts, calendars, agents and nodes are typed as such, so that the book can check every reference of
every kind of node, present and to come, without knowing the kind.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from ivr.flow.commands import Need, Now, Phrase, Reachable, Talk
from ivr.flow.connection import Connection
from ivr.flow.errands import Overridden, Pronounce
from ivr.flow.references import Referring, Refers
from ivr.values.calendar import Calendar
from ivr.values.call import Call
from ivr.values.cause import Cause
from ivr.values.hidden import Hidden
from ivr.values.mailbox import Mailbox
from ivr.values.routing import Routing
from ivr.values.said import Manner, said
from ivr.values.wording import dialled, reopening, sayable, spelled, week_name


@dataclass(frozen=True)
class Scene:
    """What a node may know without asking: the call, the book's, and notes of the call, to which nodes may add."""

    call: Call
    calendars: Mapping[str, Calendar]
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    # Keys pressed while something was said, for the next question.
    ahead: list[str] = field(default_factory=list)
    # Prefixes of geographic numbers, four to six digits, to departments.
    departments: Mapping[str, str] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    # The keys chosen in menus, in order.
    chosen: list[str] = field(default_factory=list)
    # Queues that have a class of music of their own, and which.
    music: Mapping[str, str] = field(default_factory=dict)
    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)

    def typed(self) -> str:
        """The keys typed ahead; they are then used up."""
        keys = "".join(self.ahead)
        self.ahead.clear()
        return keys


@dataclass(frozen=True)
class Into:
    """Live through another flow and come back with the exit by which it is left."""

    flow: str


@dataclass(frozen=True)
class Over:
    """Hand the call over to another flow for good."""

    flow: str


@dataclass(frozen=True)
class Leave:
    """The flow that was entered is over; whoever entered it goes on by this exit."""

    exit: str


# How a node is left: by one of its exits, or beyond its flow.
Way = str | Into | Over | Leave


PromptName = Annotated[str, Refers("prompt")]
CalendarName = Annotated[str, Refers("calendar")]
AgentName = Annotated[str, Refers("agent")]
PhoneName = Annotated[str, Refers("phone")]  # an agent's own, and no group of them
LineName = Annotated[str, Refers("trunk")]
MusicName = Annotated[str, Refers("music")]
QueueName = Annotated[str, Refers("queue")]
NodeName = Annotated[str, Refers("node")]
FlowName = Annotated[str, Refers("flow")]
ListName = Annotated[str, Refers("list")]
LanguageName = Annotated[str, Refers("language")]

# Under what something is noted in a call, or remembered of a caller.
CAME_BY = "(came by)"  # noted for a mailbox: by which exit a call came there
NoteName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
CrisisName = Annotated[str, Refers("crisis")]
# A note that is said: some node must have taken it before.
SaidName = Annotated[NoteName, Refers("note")]


class Slot(BaseModel):
    """A place in a sentence that the calendar fills: `{reopens: office}` with the day and hour at which it opens again
    ("demain, à neuf heures"), `{why: office}` with what the exception that keeps it closed has to say,
    `{hours: office}` with the hours of its week ("du lundi au vendredi, de neuf heures à midi").

    Or one that a note of the call fills: `{note: total, spoken: amount, otherwise: total-by-post}` says what a look-up
    gave, what the caller typed or what was remembered of him; `otherwise` where there is none, or it cannot be said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reopens: CalendarName | None = Field(default=None, description="the calendar whose next opening is said")
    why: CalendarName | None = Field(default=None, description="the calendar whose exception is asked for its prompt")
    hours: CalendarName | None = Field(default=None, description="the calendar whose weekly hours are said")
    note: SaidName | None = Field(default=None, description="the note of this call that is said")
    spoken: Manner = Field(default="text", description="with note: how it is said: amount, feminine-number, …")
    otherwise: PromptName | None = Field(
        default=None,
        validate_default=True,
        description="with why: said when no exception closes us, or it has no prompt; with note: said in its place",
    )

    # One model, not one for each sort: of a slip in a key people are then told once.  A validator of a field, not of
    # the model, leaves the model its name in the path of an error, by which its known keys are found.
    @field_validator("otherwise")
    @classmethod
    def _is_one(cls, otherwise: str | None, info: ValidationInfo) -> str | None:
        sorts = ("reopens", "why", "hours", "note")
        named = [sort for sort in sorts if info.data.get(sort) is not None]
        wants = named == ["note"]
        if info.data.keys() >= set(sorts) and (
            len(named) != 1 or (otherwise and named not in (["why"], ["note"])) or (wants and not otherwise)
        ):
            raise ValueError(
                "a slot is {reopens: CALENDAR}, {hours: CALENDAR}, {why: CALENDAR, otherwise: PROMPT},"
                " or {note: NOTE, spoken: amount, otherwise: PROMPT}"
            )
        return otherwise

    def fill(self, scene: Scene) -> Talk[Phrase]:
        """The names of what is said here at this instant."""
        if self.hours:
            return (week_name(self.hours),)
        if self.note:
            return (yield from self._value(scene.notes.get(self.note)))
        name = self.reopens or self.why or ""
        calendar = scene.calendars[name]
        override = yield from Overridden(name)
        now = (yield from Now()).astimezone(calendar.zone)
        if self.why:
            said = calendar.opening(now, override).prompt or self.otherwise
            return (said,) if said else ()
        opens = calendar.reopens(now, override)
        # Open at this very moment: there is nothing to say, and no sound for an hour that is not an opening one.
        return reopening(now, sayable(opens, calendar)) if opens is not None and opens > now else ()

    def _value(self, value: str | None) -> Talk[Phrase]:
        """The note as it is said: digits from what is baked; what else, where it can be spoken in time."""
        name = said(self.spoken, value) if value is not None and not isinstance(value, Hidden) else None
        if value is not None and name is not None:
            if self.spoken == "digits":
                return spelled(value)
            if (yield from Pronounce(name)):
                return (name,)
            if self.spoken == "phone":
                return dialled(value)
        return (self.otherwise,) if self.otherwise else ()


def one_or_many(value: Any) -> Any:
    """Lets people write one thing without the dash of a list."""
    return value if isinstance(value, list | tuple) else [value]


OR_ONE: dict[str, Any] = {"x-or-one": True}  # tells editors that the list may be left out around a single thing

# Whom a node rings, together or one after the other: names of agents, of groups, of destinations outside.
Targets = Annotated[tuple[AgentName, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)]

# What is said: one prompt, or several prompts and slots in a row.
Sentence = Annotated[
    tuple[PromptName | Slot, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)
]


class Node(Referring):
    """A place in a flow.  Subclasses add a `kind`, their fields, and :meth:`run`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Every exit that `run` may return; those in `final` may be left unlinked: the call then ends.  Those in `optional`
    # are taken only where they are linked.  Where `elsewhere`, the book names more exits of that sort in other files.
    leaves: ClassVar[tuple[str, ...]] = ("done",)
    final: ClassVar[frozenset[str]] = frozenset()
    optional: ClassVar[frozenset[str]] = frozenset()
    elsewhere: ClassVar[bool] = False
    # Whether agents ring here, one of whom may answer; the exits for when none is there, and when too many wait.
    rings: ClassVar[bool] = False
    absent: ClassVar[str] = "unavailable"
    crowded: ClassVar[str] = ""
    # Whether the caller is asked something here, where `back` comes back to; and whether others are told what he did.
    asks: ClassVar[bool] = False
    sends: ClassVar[bool] = False
    exits: dict[str, NodeName] = Field(default_factory=dict, description="where each exit leads: exit name to node")

    def run(self, scene: Scene) -> Talk[Way]:
        """Ask for what this node wants done; return the way taken."""
        raise NotImplementedError

    def beyond(self) -> Into | Over | Leave | None:
        """Where this node leads beyond its flow, if it does."""
        return None

    def fills(self) -> Collection[str]:
        """The notes that a call may have once it has been here."""
        return ()

    def awaits(self, routing: Routing) -> Reachable | None:
        """For whom callers ring or wait here, where that is known without asking."""
        return None

    def connects(self, routing: Routing) -> Connection | None:
        """Whom callers are put through to here: at once, or when they are called back; ``None``: nobody."""
        return None

    def need(self) -> Need:
        """What this node will want of the line, at most; decides the price at which the way to it is heard."""
        return Need.EARLY

    def is_free(self) -> bool:
        """Whether what is said here, and before it, is heard free, whatever it leads to."""
        return False

    def parting(self) -> Cause:
        """What the caller's network is told if the call ends here."""
        return Cause.NORMAL

    def doors(self) -> Mapping[str, str]:
        """Every exit that is linked, and the node that it leads to."""
        return self.exits


def phrase(sentence: Sentence, scene: Scene) -> Talk[Phrase]:
    """Fill the slots of a sentence: the names of the utterances to be said, in order."""
    names: list[str] = []
    for part in sentence:
        if isinstance(part, str):
            names.append(part)
        else:
            names.extend((yield from part.fill(scene)))
    return tuple(names)
