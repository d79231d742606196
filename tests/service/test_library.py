"""The book in force: a bad one never replaces a good one, and a call keeps the one with which it began."""

import asyncio
import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.flow.commands import Ask
from ivr.service.attend import Attendant
from ivr.service.library import Library, Release
from ivr.service.live import Live

from .exchange import FakeChannel, FakeLedger, calling, office_of

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of our own to write in."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def library_of(book: Path) -> Library:
    return Library(lambda: Release(read_book(book), {}))


def test_a_bad_book_does_not_replace_a_good_one(book: Path) -> None:
    """The old one stays in force, and the problems are kept to be shown, until a good one comes."""
    library = library_of(book)
    tariffs = book / "dialplans" / "tariffs.yaml"
    good, first = tariffs.read_text(), library.current

    tariffs.write_text(good.replace("0.80", "8.00"))
    assert not library.reload()
    assert library.current is first
    assert [problem.rule for problem in library.problems] == ["IVR231"]

    tariffs.write_text(good.replace("0.80", "0.75"))
    assert library.reload()
    assert library.current.book.digest != first.book.digest
    assert library.problems == ()


def test_a_library_does_not_start_with_a_bad_book(book: Path) -> None:
    """There is nothing good to go on with."""
    (book / "dialplans" / "numbers.yaml").unlink()

    with pytest.raises(BadBook, match=r"dialplans/numbers\.yaml:1:1"):
        library_of(book)


async def test_a_call_keeps_the_book_with_which_it_began(book: Path) -> None:
    """A price changed in mid-call is the price of the next call."""
    library, ledger = library_of(book), FakeLedger()
    live = Live()
    attendant = Attendant(library, ledger, live, office_of(live))
    channel, first = FakeChannel(breaks=lambda command: isinstance(command, Ask)), library.current
    task = asyncio.create_task(attendant.attend(calling(), lambda release: channel))
    await channel.broken.wait()

    tariffs = book / "dialplans" / "tariffs.yaml"
    tariffs.write_text(
        tariffs.read_text().replace(
            "emergency-repair:\n", "dear:\n  mode: per_call\n  price: 3.00\n\nemergency-repair:\n"
        )
    )
    assert library.reload()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    await attendant.attend(calling(), lambda release: FakeChannel())

    assert [record.book for record in ledger.records] == [first.book.digest, library.current.book.digest]
    assert first.book.digest != library.current.book.digest
