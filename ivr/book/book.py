"""The book: everything people wrote about a phone service, checked and frozen, with its digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.book.bounds import SHIPPED, Bounds
from ivr.book.problems import Mark, Problem
from ivr.collector import uncollected
from ivr.flow.flow import Drawing, Flow
from ivr.flow.law.rule import Off
from ivr.flow.law.view import Owner
from ivr.flow.nodes.directory import Directory
from ivr.flow.nodes.queue import Queue as Waiting
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.property import Property
from ivr.flow.references import references
from ivr.flow.terms import Terms
from ivr.values import estimate
from ivr.values.announcement import USUAL, Announcement, Manner, announcement
from ivr.values.calendar import Calendar
from ivr.values.call import FIRST
from ivr.values.crisis import Crisis
from ivr.values.duty import SAID
from ivr.values.heard import SAID as HEARD
from ivr.values.mailbox import Mailbox
from ivr.values.music import DEFAULT, HOUSE, music_pieces
from ivr.values.number import Family
from ivr.values.numerals import base
from ivr.values.offered import presses
from ivr.values.outside import Destination
from ivr.values.phone import Phone
from ivr.values.phrase import Utterance
from ivr.values.profile import FRANCE, Profile
from ivr.values.purpose import Purpose
from ivr.values.queue import Queue
from ivr.values.site import Site
from ivr.values.speech import Speech
from ivr.values.taping import Taping
from ivr.values.tariff import Tariff
from ivr.values.trunk import Trunk
from ivr.values.vat import RATES, Rate
from ivr.values.whisper import LONGEST, WAITED, whispers
from ivr.values.wording import slots

# The language of the law, of the announcement, and of every call until its flow says otherwise.
LANGUAGE = FIRST


# The clocks by which a tariff changes at midnight.  The tariff of a number is the same in all of France at an instant.
ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Period:
    """What a number costs from the day ``since`` on (``None``: from the start) to the next one; ``entered`` is when
    the operator entered the change, where that was noted.
    """

    since: date | None
    tariff: Tariff
    terms: Terms
    entered: date | None = None
    manner: Manner = USUAL  # what its announcement says beside the price
    profile: Profile = FRANCE
    silence: str = ""  # why nothing is announced, if so: one of ivr.values.announcement.SILENCES

    @property
    def begins(self) -> datetime:
        """Midnight of its first day."""
        day = self.since or date(1970, 1, 1)
        return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Service:
    """One of our numbers: what answers it and on what terms.

    ``tariff`` and ``terms`` are those of the first of its ``periods``, in the order of time, until :meth:`at` has
    said which hold: whoever looks at a call asks it first.
    """

    number: str
    label: str
    tariff: Tariff
    flow: Flow
    terms: Terms
    # Free, plain or surcharged, for a short number that says which; ``None`` for all whose digits tell.
    family: Family | None = None
    # As declared in numbers.yaml: the name of its owner, what it is for, its entry in the directory, and whom it
    # puts callers through to.
    owner: str = ""
    purpose: Purpose | None = None
    description: str = ""
    connects: str = ""
    periods: tuple[Period, ...] = ()
    written: str = ""  # as numbers.yaml writes the number, for telling where something stands
    # What prepared crises put in front of the flow, by their names.
    fronts: Mapping[str, Flow] = field(default_factory=dict)
    reaching: Mapping[str, Flow] = field(default_factory=dict)  # those of them that who waits already hears, too
    guard: Flow | None = None  # what keeps nuisances from the flow
    recording: Taping | None = None  # how its conversations are recorded, where none says otherwise
    language: str = LANGUAGE  # in which its calls begin

    @property
    def entry(self) -> Flow:
        """Where its calls begin, crises apart."""
        return self.guard or self.flow

    def at(self, instant: datetime) -> "Service":
        """The number with the tariff in force at an instant; before its first period with that of the first."""
        if len(self.periods) < 2:
            return self
        held = next((one for one in reversed(self.periods) if one.begins <= instant), self.periods[0])
        return replace(self, tariff=held.tariff, terms=held.terms)

    def to_come(self, instant: datetime) -> list[tuple[datetime, "Service"]]:
        """The number as it is at an instant, and as it will be from each later change of its tariff on."""
        later = [period.begins for period in self.periods if period.begins > instant]
        return [(begin, self.at(begin)) for begin in (instant, *later)]


@dataclass(frozen=True)
class Book:
    """A checked book.  ``services`` are by national number; ``prompts`` by language, then id, those of a variant with
    what it has of its language; ``lists`` hold numbers in E.164 (national form for short ones); ``sites`` are the other
    systems, by name; ``departments`` are by prefix; ``warnings`` are what did not stop it; ``marks`` tell where each
    node stands, by flow and name; ``properties`` are what must hold of every call, and where that is written;
    ``speech`` says who speaks what nobody recorded.
    """

    services: Mapping[str, Service]
    calendars: Mapping[str, Calendar]
    tariffs: Mapping[str, Tariff]
    lists: Mapping[str, frozenset[str]]
    agents: tuple[str, ...]
    prompts: Mapping[str, Mapping[str, str]]
    digest: str
    warnings: tuple[Problem, ...]
    drawing: Drawing
    sites: Mapping[str, Site] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    properties: tuple[tuple[Property, Mark], ...] = ()
    speech: Speech = field(default_factory=Speech)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    music: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {DEFAULT: (HOUSE,)})  # class to pieces
    owners: Mapping[str, Owner] = field(default_factory=dict)
    switched_off: Mapping[str, Off] = field(default_factory=dict)  # rules of law, by id
    bounds: Bounds = SHIPPED
    vat: Mapping[str, Rate] = field(default_factory=lambda: RATES)  # by territory
    crises: Mapping[str, Crisis] = field(default_factory=dict)
    trunks: Mapping[str, Trunk] = field(default_factory=dict)
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    phones: Mapping[str, Phone] = field(default_factory=dict)  # of each agent
    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)
    lots: Mapping[str, str] = field(default_factory=dict)  # of each agent

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages in which calls can be held: that of the law, those that some flow offers, and those in which
        calls to some number begin.
        """
        nodes = [node for flow in self.drawing.flows.values() for node in flow.nodes.values()]
        offered = {name for node in nodes for to, name, _ in references(node) if to == "language"}
        offered |= {one.language for one in self.services.values()}
        return (LANGUAGE, *sorted(offered & self.prompts.keys() - {LANGUAGE}))

    def like(self, language: str, prompt: str) -> str:
        """The language of which ``language`` is a variant, where it has this prompt's text from there; else empty."""
        whole = base(language)
        same = self.prompts.get(whole, {}).get(prompt) == self.prompts[language].get(prompt)
        return whole if whole != language and same else ""

    def told(self, language: str) -> Mapping[str, Utterance]:
        """What callers hear who are spoken to in ``language``, by name; what it lacks, in that of the law."""
        said = self.utterances()
        return {one.name: one for spoken in (LANGUAGE, language) for one in said if one.language == spoken}

    def at(self, instant: datetime) -> "Book":
        """The book with each number on the tariff in force at an instant."""
        return replace(self, services={number: one.at(instant) for number, one in self.services.items()})

    @property
    def rung(self) -> tuple[str, ...]:
        """All whom a transfer may ring: agents, and who lies outside."""
        return (*self.agents, *self.destinations)

    def boxes_of(self, agent: str) -> frozenset[str]:
        """The mailboxes that an agent may listen to."""
        return frozenset(name for name, box in self.mailboxes.items() if agent in box.agents)

    @property
    def greetings(self) -> Mapping[str, tuple[str, ...]]:
        """The prompts that callers hear of each mailbox."""
        return {
            name: (*box.unavailable, *box.busy, *(box.temporary.says if box.temporary else ()))
            for name, box in self.mailboxes.items()
        }

    @property
    def served(self) -> Mapping[str, tuple[str, ...]]:
        """Who serves each queue: those of the least penalty first."""
        return {
            name: tuple(sorted(queue.agents, key=lambda one: queue.agents[one])) for name, queue in self.queues.items()
        }

    @cached_property
    def announcements(self) -> Mapping[Announcement, str]:
        """All that numbers say of their price, now and later; and the first number that does."""
        told: dict[str, tuple[Announcement, str]] = {}
        for service in self.services.values():
            for one in service.periods:
                if one.terms.announcement and one.terms.announcement not in told:
                    said = announcement(one.tariff, one.manner, one.profile)
                    told[one.terms.announcement] = said, service.number
        return dict(told.values())

    @property
    def hold(self) -> Mapping[str, str]:
        """Queues that have a class of music of their own, and which."""
        return {name: queue.music for name, queue in self.queues.items() if queue.music}

    @property
    def says_values(self) -> bool:
        """Whether a sentence has a place that only the call can fill."""
        return any(to == "note" for flow in self.drawing.flows.values() for to, _, _ in references(flow))

    @property
    def queued(self) -> tuple[str, ...]:
        """The prompts that queues say by themselves."""
        messages = {message for queue in self.queues.values() for message in queue.messages}
        minutes = range(LONGEST + 2) if self._whispers(Waiting) else ()
        estimated = estimate.names() if self._says_waits else ()
        return (*sorted(messages), *(f"{WAITED}{one}" for one in minutes), *estimated)

    def utterances(self) -> list[Utterance]:
        """Everything that a caller of this book may hear, beeps apart; also the announcements of tariffs to come, so
        that nothing need be baked when one begins.
        """
        said = [
            Utterance(language, name, text, like=self.like(language, name))
            for language, texts in self.prompts.items()
            for name, text in texts.items()
        ]
        priced = [period.tariff for service in self.services.values() for period in service.periods]
        for language in self.prompts:
            said += slots(self.calendars.values(), language)
        if self._whispers(Transfer, Waiting):
            said += whispers(priced, LANGUAGE)
        if self._says_waits:
            said += estimate.estimates(self.languages)
        said += [Utterance(LANGUAGE, name, text) for name, text in SAID.items()]
        found = [node for flow in self.drawing.flows.values() for node in flow.nodes.values()]
        if people := [one for node in found if isinstance(node, Directory) for one in node.people]:
            said += [one for language in self.prompts for one in presses(language)]
            said += [Utterance(LANGUAGE, one.said, one.name) for one in people if one.prompt is None]
        if any(box.agents for box in self.mailboxes.values()):
            said += [Utterance(LANGUAGE, name, text) for name, text in HEARD.items()]
        said += music_pieces(self.music)
        said += [announcement.utterance for announcement in self.announcements]
        return list({(one.language, one.name): one for one in said}.values())

    @property
    def _says_waits(self) -> bool:
        return any(queue.say_wait for queue in self.queues.values())

    def _whispers(self, *kinds: type[Transfer] | type[Waiting]) -> bool:
        """Whether nodes of these kinds tell agents something."""
        nodes = [node for flow in self.drawing.flows.values() for node in flow.nodes.values()]
        return any(isinstance(node, kinds) and node.whisper for node in nodes)


def read_book(directory: Path) -> Book:
    """The book in ``directory`` (which holds ``dialplans/`` and ``prompts/``).

    Raises ``BadBook``, with all problems of all files at once.
    """
    from ivr.book.reading import Reading  # it makes Books, and so needs this module first

    with uncollected():
        return Reading(directory).book()
