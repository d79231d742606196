"""A fake of what lies beyond the ports: a line that does as told and can break anywhere, and a ledger in memory."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ivr.book.book import Book
from ivr.flow.commands import (
    Answer,
    Ask,
    Command,
    Dial,
    Dialled,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Played,
    Progress,
    Reached,
)
from ivr.flow.errands import Fetch, Fetched, Issue
from ivr.service import desk
from ivr.service.attend import Attendant
from ivr.service.library import Library, Release
from ivr.service.live import Live
from ivr.service.ports import HungUp, Letter, Toll
from ivr.service.record import Record
from ivr.values.call import Call
from ivr.values.number import parse
from ivr.values.site import Site

Breaks = Callable[[Command[Any]], bool]


class FakeChannel:
    """Carries out a call at once.  At the command that ``breaks`` points out it raises ``how``, or, where that is
    ``None``, never comes back; ``pace`` is the seconds that each sound lasts.
    """

    def __init__(
        self,
        keys: Sequence[str] = ("1",),
        *,
        skips: bool = False,
        reached: Reached = Reached.TALKED,
        breaks: Breaks = lambda command: False,
        how: BaseException | None = None,
        toll: Toll | BaseException | None = None,
        pace: float = 0.0,
    ) -> None:
        self._keys = list(keys)
        self._skips = skips
        self._reached = reached
        self._breaks = breaks
        self._how = how
        self._toll = toll
        self._pace = pace
        self.performed: list[Command[Any]] = []
        self.broken = asyncio.Event()
        self.hung_up = False

    async def perform(self, command: Command[Any]) -> Any:
        self.performed.append(command)
        if self.hung_up:
            raise HungUp
        if self._breaks(command):
            self.broken.set()
            if self._how is None:
                await asyncio.Event().wait()
            else:
                self.hung_up = isinstance(self._how, HungUp)
                raise self._how
        return await self._result(command)

    async def _result(self, command: Command[Any]) -> Any:
        match command:
            case Now():
                return datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
            case Play(until=until):
                await asyncio.sleep(self._pace)
                return Played("#" if self._skips and until == "#" else None)
            case Ask():
                return Heard(self._keys.pop(0) if self._keys else "")
            case Dial(agents=agents):
                return Dialled(self._reached, agents[0] if self._reached is Reached.TALKED else None)
            case Hangup():
                self.hung_up = True
                return None
            case Progress() | Answer() | Limit():
                return None
        raise AssertionError(f"the fake cannot {command}")

    async def toll(self) -> Toll | None:
        if isinstance(self._toll, BaseException):
            raise self._toll
        return self._toll


class FakeLedger:
    """Keeps records in a list, or loses them by ``how``."""

    def __init__(self, how: Exception | None = None) -> None:
        self._how = how
        self.records: list[Record] = []

    async def append(self, record: Record) -> None:
        await asyncio.sleep(0)  # as a door does: it may be interrupted here
        if self._how:
            raise self._how
        self.records.append(record)


class Paper:
    """An office that knows nothing, and keeps its letters; ``spoken`` has the messages and their seconds."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.spoken: dict[str, float] = {}
        self.spending: Decimal | Exception = Decimal(0)
        self.since: list[datetime] = []

    async def recall(self, caller: str, key: str, at: datetime) -> None:
        return None

    async def crisis(self, among: Sequence[str]) -> None:
        return None

    async def remember(self, caller: str, key: str, value: str | None, until: datetime) -> None:
        return None

    async def calls_since(self, caller: str, since: datetime) -> int:
        return 0

    async def spent(self, caller: str, since: datetime) -> Decimal:
        self.since.append(since)
        if isinstance(self.spending, Exception):
            raise self.spending
        return self.spending

    async def override(self, calendar: str, at: datetime) -> None:
        return None

    async def post(self, letter: Letter, once: str = "") -> None:
        self.letters.append(letter)

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        self.letters = [one for one in self.letters if (one.kind, one.facts.get(fact)) != (kind, value)]

    async def seconds(self, message: str) -> float:
        return self.spoken.get(message, 0.0)

    async def discard(self, message: str) -> None:
        self.spoken.pop(message, None)

    async def issue(self, wanted: Issue, call: str, at: datetime) -> str | None:
        return None

    async def ask(self, fetch: Fetch, site: Site) -> Fetched:
        return Fetched("failed")


def office_of(live: Live, paper: Paper | None = None) -> desk.Office:
    paper = paper or Paper()
    return desk.Office(
        memory=paper, outbox=paper, remote=paper, messages=paper, codes=paper, live=live, now=lambda: datetime.now(UTC)
    )


class Office:
    """An attendant with everything around it, for a book."""

    def __init__(self, book: Book, ledger: FakeLedger | None = None) -> None:
        self.ledger = ledger or FakeLedger()
        self.live = Live()
        self.paper = Paper()
        self.library = Library(lambda: Release(book, {}))
        self.attendant = Attendant(self.library, self.ledger, self.live, office_of(self.live, self.paper))

    async def attend(self, channel: FakeChannel, call: Call) -> None:
        await self.attendant.attend(call, lambda release: channel)


def calling(number: str = "0899000004", caller: str = "0612345678", identity: str = "1.1") -> Call:
    return Call(identity, parse(number), parse(caller), "fr", datetime.now(UTC))
