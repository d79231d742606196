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

from ivr.book.book import Book
from ivr.flow.errands import Override
from ivr.ledger.cabinet import Cabinet
from ivr.settings import Settings
from ivr.values.crisis import Declared

REMEMBERED = timedelta(days=1)


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
        self._taken: dict[str, list[bool]] = {}
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
    def having(self, claims: Mapping[str, bool]) -> Iterator[None]:
        """Have agents, callers and other things for one call alone, or (``False``) together with others that say so:
        a phone that must not be there.
        """

        def free() -> bool:
            taken = ((alone, self._taken.get(name, ())) for name, alone in claims.items())
            return all(not users or not (alone or any(users)) for alone, users in taken)

        with self._free:
            self._free.wait_for(free)
            for name, alone in claims.items():
                self._taken.setdefault(name, []).append(alone)
        try:
            yield
        finally:
            with self._free:
                for name, alone in claims.items():
                    self._taken[name].remove(alone)
                self._free.notify_all()

    @contextlib.contextmanager
    def _cabinet(self) -> Iterator[Cabinet]:
        cabinet = Cabinet(self._settings.cabinet, self._settings.ledger)
        try:
            yield cabinet
        finally:
            cabinet.close()
