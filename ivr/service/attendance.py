"""One call while it lasts, without I/O: its talk from the first command to the last, and what is written of it.

The FastAGI controller drives it with an event loop, the plain AGI script without; both only carry commands.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from ivr.book.book import Service
from ivr.flow.commands import Hangup, Limit, Need, Play, Progress, Talk
from ivr.flow.consent import Consent
from ivr.flow.front import entrance
from ivr.flow.line import Line
from ivr.flow.line_commands import Tapped
from ivr.flow.news import News
from ivr.flow.node import Scene
from ivr.flow.tape import Entry
from ivr.flow.walk import Standing, Step, walk
from ivr.service.library import Release
from ivr.service.ports import HungUp, Toll
from ivr.service.record import Record, completed, record
from ivr.values.call import Call, Ending
from ivr.values.tariff import Tariff

log = logging.getLogger(__name__)

APOLOGY = "fallback"


class Attendance:
    """A call, the release in force when it came, and what becomes of it; ``at`` is when it came, on the callers' clock,
    by which tariffs begin, and ``clock`` counts seconds.

    ``trail`` and ``standing`` may be read by whoever looks on; nobody else writes them.
    """

    def __init__(
        self, call: Call, release: Release, service: Service, at: datetime, clock: Callable[[], float]
    ) -> None:
        self.call = call
        self._release = release
        self._service = service.at(at)
        self._to_come = service.to_come(at)[1:]
        self._clock = clock
        self._began = clock()
        self._line = Line(self._service.terms, [(begin, then.terms) for begin, then in self._to_come])
        self.trail: list[Step] = []
        self.standing = Standing()
        self._tape: list[Entry] = []

    def talk(self) -> Talk[Ending]:
        """Everything that is to be done on the channel.  A hang-up or fault is thrown in where it happens."""
        try:
            consent = Consent(self._service.recording)
            yield from self._taped(self._line.carry(consent.carry(self._lived())))
        except HungUp:
            return Ending.LIMIT if self._limit_reached() else Ending.CALLER
        except Exception:
            log.exception("call failed step=%s", self.trail[-1] if self.trail else "-")
            yield from self._apology()
            return Ending.FAILED
        return self._line.ending

    def _lived(self) -> Talk[None]:
        book = self._release.book
        scene = Scene(
            self.call,
            book.calendars,
            book.lists,
            departments=book.departments,
            routing=book.drawing.routing,
            music=book.hold,
            mailboxes=book.mailboxes,
        )
        service = self._service
        flow = yield from entrance(service.entry, service.fronts)
        self._line.news = News.of(flow, service.reaching, scene, service.entry.flow)
        yield from walk(flow, scene, self.trail, book.drawing, self.standing)

    @property
    def tariff(self) -> Tariff:
        """The tariff by which the call is charged: that which was announced last."""
        return next((then.tariff for _, then in self._to_come if then.terms is self._line.terms), self._service.tariff)

    def record(
        self, toll: Toll | None, ended: datetime, ending: Ending, tapped: Mapping[str, Tapped] | None = None
    ) -> Record:
        """What is written of the call; ``toll`` is what the exchange measured, if it said, and ``tapped`` what became
        of the recordings of its talks, by their names.
        """
        return record(
            self.call,
            self.tariff,
            self._line.terms,
            self._release.voice,
            self.trail,
            completed(self._tape, toll, tapped or {}),
            toll,
            ended,
            ending,
            self._release.book.digest,
            self._release.book.vat,
            self.standing.here.node if self.standing.here else None,
        )

    def _taped(self, talk: Talk[None]) -> Talk[None]:
        """Note every exchange, the one that failed too."""
        result: object = None
        try:
            while True:
                try:
                    command = talk.send(result)
                except StopIteration:
                    return
                at = self._elapsed()
                try:
                    result = yield command
                except BaseException:  # whatever it was, the tape shows what was being done; it goes on
                    self._tape.append(Entry(at, self._elapsed() - at, command, done=False))
                    raise
                self._tape.append(Entry(at, self._elapsed() - at, command, result))
        finally:
            talk.close()

    def _apology(self) -> Talk[None]:
        """No caller hears silence: if not even this can be said, Asterisk's own dialplan says it."""
        try:
            if self._line.state is Need.NOTHING:
                yield from Progress()
            yield from Play((APOLOGY,))
            yield from Hangup()
        except Exception as error:  # noqa: BLE001 - the call has failed already, and the log says why
            log.info("apology left to the exchange: %s", error or type(error).__name__)

    def _elapsed(self) -> float:
        return self._clock() - self._began

    def _limit_reached(self) -> bool:
        armed = [(entry.at, entry.command) for entry in self._tape if isinstance(entry.command, Limit)]
        return any(isinstance(limit, Limit) and self._elapsed() - at >= limit.seconds - 0.5 for at, limit in armed[-1:])
