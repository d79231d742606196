"""The shelf of books that served, and a library that goes back to them."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.book.shelf import NotKept, Shelf
from ivr.service.library import KeepingLibrary, Release

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of our own to write in."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / "book" / part)
    return tmp_path / "book"


def library_of(book: Path, shelf: Shelf) -> KeepingLibrary:
    return KeepingLibrary(lambda directory: Release(read_book(directory), {}), book, shelf)


def edit(book: Path, price: str) -> None:
    tariffs = book / "dialplans" / "tariffs.yaml"
    lines = tariffs.read_text().splitlines()
    tariffs.write_text(
        "\n".join(f"  price: {price}" if line.endswith(("0.80", "0.75", "8.00")) else line for line in lines)
    )


def test_every_book_that_served_is_kept_and_can_be_taken_back(book: Path, tmp_path: Path) -> None:
    """A rollback holds across restarts, until the next good reload."""
    shelf = Shelf(tmp_path / "shelf")
    library = library_of(book, shelf)
    first = library.current.book.digest
    edit(book, "0.75")
    assert library.reload()
    second = library.current.book.digest
    assert {first, second} == {digest for digest, _ in shelf.books()}

    library.take_back(first[:8])
    assert library.current.book.digest == first
    assert library_of(book, shelf).current.book.digest == first
    assert library.pinned == first

    assert library.reload()
    assert library.current.book.digest == second
    assert library.pinned is None
    assert library_of(book, shelf).current.book.digest == second


def test_a_restart_with_a_bad_book_serves_the_last_good_one(book: Path, tmp_path: Path) -> None:
    """With its problems to be shown; without a good one there is nothing to serve."""
    shelf = Shelf(tmp_path / "shelf")
    good = library_of(book, shelf).current.book.digest
    edit(book, "8.00")

    library = library_of(book, shelf)
    assert library.current.book.digest == good
    assert [problem.rule for problem in library.problems] == ["IVR231"]

    with pytest.raises(BadBook):
        library_of(book, Shelf(tmp_path / "empty"))


def test_a_bad_reload_leaves_the_shelf_alone(book: Path, tmp_path: Path) -> None:
    """Only books that served are kept."""
    shelf = Shelf(tmp_path / "shelf")
    library = library_of(book, shelf)
    edit(book, "8.00")

    assert not library.reload()
    assert [digest for digest, _ in shelf.books()] == [library.current.book.digest] == [shelf.latest]


def test_a_digest_that_is_not_kept_is_told_with_those_that_are(book: Path, tmp_path: Path) -> None:
    """In one sentence."""
    shelf = Shelf(tmp_path / "shelf")
    digest = library_of(book, shelf).current.book.digest

    with pytest.raises(NotKept, match=f"no book was kept that begins with ffff.*{digest}"):
        shelf.path("ffff")
