"""Calls without a phone: the same attendance as a real one, drawn on the terminal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.book.book import LANGUAGE, Book, Service
from ivr.book.given import ALL, CLOSED, HERE, Given
from ivr.flow.commands import Enqueue, Talk
from ivr.flow.flow import Place
from ivr.flow.nodes.queue import Queue
from ivr.flow.walk import Step
from ivr.service.attendance import Attendance
from ivr.service.desk import Desk
from ivr.service.drive import drive
from ivr.service.library import Release
from ivr.service.live import Live
from ivr.service.record import Record
from ivr.terminal.cast import Cast
from ivr.terminal.office import PaperOffice
from ivr.terminal.paper import PaperDesk
from ivr.terminal.text import TextChannel
from ivr.values.announcement import BEEP, BEEP_SECONDS
from ivr.values.call import Call, Ending
from ivr.values.number import parse
from ivr.values.said import words

BEFORE_CLOSING = timedelta(seconds=10)
"""How long a caller waits before it is closing time, where that is given."""
SPEECH = 14.0  # characters a second: how long a text is where no sound was baked to measure


class NotOurs(LookupError):
    """The number dialled is not in the book; the text says which are."""


@dataclass(frozen=True)
class Lived:
    """A simulated call that is over: its record, its steps, and the place where it was when the caller hung up."""

    record: Record
    trail: tuple[Step, ...]
    left: Place | None


class Simulator:
    """Lives through calls on one release.  Sounds that are not baked have the length of their texts."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._lengths = {
            (one.language, one.name): (one.text, len(one.text) / SPEECH) for one in release.book.utterances()
        }
        self._lengths[LANGUAGE, BEEP] = ("", BEEP_SECONDS)
        self._lengths |= {key: (sound.text, sound.seconds) for key, sound in release.voice.items()}

    def call(
        self,
        dialled: str,
        caller: str,
        at: datetime,
        cast: Cast | None = None,
        write: Callable[[str], None] = lambda _: None,
    ) -> Lived:
        """One call at the instant ``at``; ``write`` receives a line for each thing that happens.

        Where a wait is given that lasts until closing time, the call begins as late as that takes.

        Raises :class:`NotOurs`.
        """
        cast = cast or Cast(Given())
        if (late := self._late(dialled, caller, at, cast.given)) is not None:
            write(f"the call begins at {late.astimezone(HERE):%H:%M:%S}: closing time comes while the caller waits")
            at = late
        return self._lived(dialled, caller, at, cast, write)

    def _late(self, dialled: str, caller: str, at: datetime, given: Given) -> datetime | None:
        """When a call must begin so that it is closing time in its wait where that is given; ``None``: at any time.

        How long it takes to come to wait is found by living through it.
        """
        closing = {name for name, wait in given.queues.items() if wait == CLOSED}
        if not closing:
            return None
        tried = self._lived(dialled, caller, at, Cast(given), lambda _: None)
        nodes = [self.release.book.drawing.flows[step.flow].nodes[step.node] for step in tried.trail]
        calendars = {node.queue: node.calendar for node in nodes if isinstance(node, Queue) and node.calendar}
        if any(step.exit == CLOSED for step, node in zip(tried.trail, nodes, strict=True) if isinstance(node, Queue)):
            return None
        for entry in tried.record.tape:
            wait = entry.command
            if isinstance(wait, Enqueue) and wait.queue in calendars and closing & {wait.queue, ALL}:
                name, passed = calendars[wait.queue], timedelta(seconds=entry.at)
                closes = self.release.book.calendars[name].opening(at + passed, given.overrides.get(name)).until
                return closes - passed - BEFORE_CLOSING if closes else None
        return None

    def _lived(self, dialled: str, caller: str, at: datetime, cast: Cast, write: Callable[[str], None]) -> Lived:
        book = self.release.book
        cast.queues = book.served
        service = service_of(book, dialled)
        channel = TextChannel(lambda: attendance.tariff, at, cast, LANGUAGE, self._said, write)
        call = Call("simulated", parse(service.number), parse(caller), service.language, at)
        live = Live()
        live.began(call)
        office = PaperOffice(
            remembered=dict(cast.given.remembered),
            overrides=dict(cast.given.overrides),
            crises=list(cast.given.crises),
            bothering=cast.given.bothers,
            noted=cast.given.learnt,
            spending=cast.given.spent,
            full=cast.given.full,
        )
        desk = PaperDesk(Desk(call, channel, office.office(live, at), book.sites, book.prompts), channel, cast)
        # Time is the channel's: a simulated minute takes no time at all, and is owed for all the same.
        attendance = Attendance(call, self.release, service, at, lambda: (channel.at - at).total_seconds())

        async def lived() -> Lived:
            ending = await drive(_told(attendance, book, channel.line), desk)
            record = attendance.record(await desk.toll(), channel.at, ending)
            return Lived(record, tuple(attendance.trail), attendance.standing.here)

        return asyncio.run(lived())

    def _said(self, language: str, name: str) -> tuple[str, float]:
        lengths = self._lengths
        if text := words(name, language):
            return text, len(text) / SPEECH
        return lengths.get((language, name)) or lengths.get((LANGUAGE, name)) or (name, len(name) / SPEECH)


def service_of(book: Book, dialled: str) -> Service:
    """The service behind a number in any spelling.  Raises :class:`NotOurs`."""
    service = book.services.get(parse(dialled).national or "")
    if service is None:
        raise NotOurs(f"{dialled} is not a number of this book; it has {', '.join(book.services)}")
    return service


def _told(attendance: Attendance, book: Book, line: Callable[[str], None]) -> Talk[Ending]:
    """The talk of a call; each step is told when it is done, with the place where it is written."""
    talk = attendance.talk()
    told = 0

    def tell() -> None:
        nonlocal told
        for step in attendance.trail[told:]:
            line(f"· {where(book, step.flow, step.node)} {step.node} → {step.exit}")
        told = len(attendance.trail)

    try:
        command = next(talk)
        while True:
            tell()
            try:
                result = yield command
            except Exception as error:  # noqa: BLE001 - the talk decides what it means
                command = talk.throw(error)
            else:
                command = talk.send(result)
    except StopIteration as done:
        tell()
        if (here := attendance.standing.here) is not None:
            line(f"· {where(book, here.flow, here.node)} {here.node}, where the call ends")
        ending: Ending = done.value
        return ending
    finally:
        talk.close()


def where(book: Book, flow: str, node: str) -> str:
    """The line on which a node is written, as editors take it: ``dialplans/flows/repair.yaml:13``."""
    mark = book.marks.get((flow, node))
    return f"{mark.file}:{mark.line}" if mark else flow
