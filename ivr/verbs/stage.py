"""What a rehearsal needs of the running stack: its agents, and, on a stack for tests, the world as cases give it.

A stack with a test clock (``IVR_TEST_CLOCK``) has no callers but ours.  Only there is anything put into its memory,
its calendars and the systems that it asks; afterwards all is as it was.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from ivr.book.book import Book
from ivr.flow.errands import Override
from ivr.ledger.cabinet import Cabinet
from ivr.settings import Settings
from ivr.values.crisis import Declared

REMEMBERED = timedelta(days=1)


class Claim(StrEnum):
    """What a call needs of an agent, or of something else that there is once."""

    ALONE = "alone"  # for itself: a queue rings nobody who talks with somebody else
    AWAY = "away"  # his phone must not be there
    THERE = "there"  # his phone must be there; it serves many


class Claimant(Protocol):
    """A call that claims things, by their names."""

    @property
    def claims(self) -> Mapping[str, Claim]: ...


C = TypeVar("C", bound=Claimant)


@dataclass(frozen=True, order=True)
class Scenery:
    """What calls at the same time must have in common: the instant, overrides, crises, and ``alone``: nobody else."""

    at: datetime
    overrides: tuple[tuple[str, bool, str], ...] = ()
    crises: tuple[str, ...] = ()
    alone: str = ""


class Stage:
    """The running stack, as far as a rehearsal may touch it."""

    def __init__(self, settings: Settings, book: Book) -> None:
        self._settings = settings
        self._book = book
        self._taken: dict[str, list[Claim]] = {}
        self._free = threading.Condition()

    @contextlib.contextmanager
    def scenery(self, wanted: Scenery) -> Iterator[None]:
        """The callers' clock, overrides and crises as a case has them; on any other stack nothing."""
        clock = self._settings.test_clock
        if clock is None:
            yield
            return
        orders = {name: Override(is_open, why) for name, is_open, why in wanted.overrides}
        later = {name: wanted.at + timedelta(seconds=place) for place, name in enumerate(wanted.crises)}
        with self._cabinet() as cabinet:

            def put(overrides: Mapping[str, Override], crises: Mapping[str, Declared]) -> None:
                for name in self._book.calendars:
                    cabinet.set_override(name, overrides.get(name))
                for name in self._book.crises:
                    cabinet.set_crisis(name, crises.get(name))

            before = cabinet.overrides(wanted.at), cabinet.declared()
            put(orders, {name: Declared(since, "a case of the tests") for name, since in later.items()})
            clock.write_text(wanted.at.isoformat(), encoding="ascii")
            try:
                yield
            finally:
                clock.unlink(missing_ok=True)
                put(*before)

    @contextlib.contextmanager
    def remembering(self, caller: str | None, values: Mapping[str, str | None], at: datetime) -> Iterator[None]:
        """A caller of whom the stack remembers what a case says, for the time of his call; ``None``: nothing."""
        if caller is None or not values or self._settings.test_clock is None:
            yield
            return
        with self._cabinet() as cabinet:
            before = {key: asyncio.run(cabinet.recall(caller, key, at)) for key in values}

            def put(kept: Mapping[str, str | None]) -> None:
                for key, value in kept.items():
                    asyncio.run(cabinet.remember(caller, key, value, at + REMEMBERED))

            put(values)
            try:
                yield
            finally:
                put(before)

    @contextlib.contextmanager
    def first(self, waiting: list[C]) -> Iterator[C]:
        """Take the first of those that wait as soon as it can have what it claims: alone, or together with others that
        claim the same.
        """
        with self._free:
            self._free.wait_for(lambda: any(map(self._can_have, waiting)))
            one = next(filter(self._can_have, waiting))
            waiting.remove(one)
            for name, claim in one.claims.items():
                self._taken.setdefault(name, []).append(claim)
        try:
            yield one
        finally:
            with self._free:
                for name, claim in one.claims.items():
                    self._taken[name].remove(claim)
                self._free.notify_all()

    def _can_have(self, one: Claimant) -> bool:
        taken = ((claim, self._taken.get(name, ())) for name, claim in one.claims.items())
        return all(not users or {claim, *users} in ({Claim.THERE}, {Claim.AWAY}) for claim, users in taken)

    @contextlib.contextmanager
    def _cabinet(self) -> Iterator[Cabinet]:
        cabinet = Cabinet(self._settings.cabinet, self._settings.ledger)
        try:
            yield cabinet
        finally:
            cabinet.close()
