"""A book of ten thousand numbers is taken up while calls go on: none of them waits for its next reply."""

import asyncio
import gc
import itertools
import shutil
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.book.book import read_book
from ivr.flow.commands import Command
from ivr.service.attend import Attendant
from ivr.service.library import Library, Release
from ivr.service.live import Live
from tests.bench.book import write

from .exchange import FakeChannel, FakeLedger, calling, office_of

DEMO = Path(__file__).parents[2]
CALLS = 10
REPLY = 0.02
"""Seconds that Asterisk takes for each command here."""
LATEST = 0.12
"""Seconds of work of our own that may come between Asterisk's reply and our next word: nobody hears that.  0.05 were
measured, and 0.17 while the collector of cycles ran; other work of the machine is not counted."""


class Timed(FakeChannel):
    """Notes how much this process worked while a call waited for a reply, beyond the time that the reply took."""

    def __init__(self, worked: list[float]) -> None:
        super().__init__(["#", "1"])
        self._worked = worked

    async def perform(self, command: Command[Any]) -> Any:
        began = time.process_time()
        await asyncio.sleep(REPLY)
        self._worked.append(time.process_time() - began)
        return await super().perform(command)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / "small" / part)
    return tmp_path


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    """What a test freezes is none of the others' business."""
    yield
    gc.unfreeze()


async def test_ten_thousand_numbers_are_taken_up_without_a_late_reply(book: Path) -> None:
    """A late one is late each time; what else runs on the machine may hold up one reload, and hardly three."""
    write(book / "large", 10_000, 300)
    latest = LATEST
    for _ in range(3):
        if (latest := await taken_up(book)) < LATEST:
            break
    assert latest < LATEST


async def taken_up(book: Path) -> float:
    """Ten calls at a time, over and over, on a real event loop; each ends on the book with which it began.

    The most work of our own that came before one of our words.
    """
    directory = book / "small"
    library, ledger, live = Library(lambda: Release(read_book(directory), {})), FakeLedger(), Live()
    attendant = Attendant(library, ledger, live, office_of(live))
    worked: list[float] = []
    names, over = itertools.count(), asyncio.Event()
    began: dict[str, str] = {}

    async def call() -> None:
        name = f"1.{next(names)}"
        began[name] = library.current.book.digest
        await attendant.attend(calling(identity=name), lambda release: Timed(worked))

    async def caller() -> None:
        while not over.is_set():
            await call()

    callers = [asyncio.create_task(caller()) for _ in range(CALLS)]
    await asyncio.sleep(0.1)
    directory, small = book / "large", library.current.book.digest
    assert await asyncio.to_thread(library.reload)
    await call()
    over.set()
    await asyncio.gather(*callers)

    assert len(library.current.book.services) > 10_000
    assert {record.id: record.book for record in ledger.records} == began
    assert set(began.values()) == {small, library.current.book.digest}
    assert len(worked) > 300
    return max(worked)


def test_a_book_goes_when_no_call_keeps_it(book: Path) -> None:
    """Without the collector of cycles, which does not look at books."""
    library = Library(lambda: Release(read_book(book / "small"), {}))
    assert library.reload()
    old = weakref.ref(library.current.book)
    assert old() is not None
    assert library.reload()

    assert old() is None


def test_the_collector_goes_on_after_a_reload(book: Path) -> None:
    """Also after one that was refused."""
    library = Library(lambda: Release(read_book(book / "small"), {}))
    (book / "small" / "dialplans" / "tariffs.yaml").unlink()

    assert not library.reload()
    assert gc.isenabled()
