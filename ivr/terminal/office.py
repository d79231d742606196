"""An office on paper for calls without a phone: memory that lasts one call, look-ups that come out as told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ivr.flow.errands import Fetch, Fetched, Issue, Override
from ivr.service.conversations import About
from ivr.service.desk import Office
from ivr.service.live import Live
from ivr.service.ports import Letter, Recorded
from ivr.values.site import Site

CROWD = 10**6  # messages: more than any mailbox holds
PIN = "000000"  # every PIN on paper: nobody need know a real one to try a flow


@dataclass
class PaperOffice:
    """Fulfils ``Memory``, ``Outbox``, ``Remote``, ``Messages``, ``Codes``, ``Recordings``, ``Speech`` and
    ``Pins``.

    ``fetched`` is what every look-up gives, ``code`` every sale of a code; ``None``: it has none left.
    """

    fetched: Fetched = field(default_factory=lambda: Fetched("failed"))
    code: str | None = "31415926"
    remembered: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    crises: list[str] = field(default_factory=list)  # those that are on, the last at the end
    calls: int = 0
    bothering: int = 0
    noted: bool = False
    spending: Decimal = Decimal(0)
    full: bool = False
    letters: list[Letter] = field(default_factory=list)

    async def recall(self, caller: str, key: str, at: datetime) -> str | None:
        return self.remembered.get(key)

    async def remember(self, caller: str, key: str, value: str | None, until: datetime) -> None:
        if value is None:
            self.remembered.pop(key, None)
        else:
            self.remembered[key] = value

    async def calls_since(self, caller: str, since: datetime) -> int:
        return self.calls

    async def bothers(self, caller: str, since: datetime, how: str, shorter_than: float) -> int:
        return self.bothering

    async def learnt(self, caller: str, at: datetime) -> bool:
        return self.noted

    async def spent(self, caller: str, since: datetime) -> Decimal:
        return self.spending

    async def override(self, calendar: str, at: datetime) -> Override | None:
        found = self.overrides.get(calendar)
        return found if found and found.holds(at) else None

    async def overrule(self, calendar: str, override: Override | None) -> bool:
        if override is None:
            self.overrides.pop(calendar, None)
        else:
            self.overrides[calendar] = override
        return True

    async def crisis(self, among: Sequence[str]) -> str | None:
        return next((one for one in reversed(self.crises) if one in among), None)

    async def declare(self, crisis: str, on: bool, at: datetime) -> bool:
        self.crises = [*(one for one in self.crises if one != crisis), *([crisis] if on else [])]
        return True

    def verify(self, pin: str, digits: str) -> bool:
        return digits == PIN

    async def post(self, letter: Letter, once: str = "") -> None:
        self.letters.append(letter)

    async def held(self, kind: str, fact: str, value: str) -> int:
        waiting = sum((one.kind, one.facts.get(fact)) == (kind, value) for one in self.letters)
        return CROWD if self.full else waiting

    async def withdraw(self, kind: str, fact: str, value: str) -> None:
        self.letters = [one for one in self.letters if (one.kind, one.facts.get(fact)) != (kind, value)]

    async def seconds(self, message: str) -> float:
        return 0.0

    async def discard(self, message: str) -> None:
        pass

    async def issue(self, wanted: Issue, call: str, at: datetime) -> str | None:
        return self.code

    async def ask(self, fetch: Fetch, site: Site) -> Fetched:
        return self.fetched

    async def adopt(self, take: str, recorded: Recorded) -> bool:
        return True

    async def ready(self, language: str, text: str) -> bool:
        return True

    async def begin(self, about: About) -> str:
        return f"{about.call}-1"

    async def end(self, name: str) -> tuple[float, bool, int]:
        return 0.0, False, 0

    def office(self, live: Live, at: datetime) -> Office:
        """The desk's things, all of them this one."""
        return Office(
            memory=self,
            outbox=self,
            remote=self,
            messages=self,
            codes=self,
            live=live,
            now=lambda: at,
            pins=self,
            recordings=self,
            speech=self,
            conversations=self,
        )
