"""The book in force, with its sounds: read, checked, then swapped; a bad one never replaces a good one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.book.book import Book
from ivr.book.problems import BadBook, Problem
from ivr.book.shelf import Shelf
from ivr.collector import uncollected
from ivr.service.ports import Voice

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Release:
    """A checked book and the sounds baked for it; a call keeps its release to its end."""

    book: Book
    voice: Voice


class Library:
    """``make`` reads and checks the book that people edit, and bakes its sounds; it raises ``BadBook``."""

    def __init__(self, make: Callable[[], Release]) -> None:
        self._make = make
        self.problems: tuple[Problem, ...] = ()
        self.current = self._first()

    def reload(self) -> bool:
        """Take up the book as it is on disk now.  ``False``: it is bad, ``problems`` say why, the old one stays."""
        with uncollected():
            try:
                release = self._make()
            except BadBook as bad:
                self.problems = tuple(bad.problems)
                return False
            self._take_up(release)
        return True

    def stay(self, release: Release, problem: Problem) -> None:
        """Put an earlier release in force again, since the exchange did not take up the present one."""
        self.current, self.problems = release, (problem,)

    def _first(self) -> Release:
        return self._make()

    def _take_up(self, release: Release) -> None:
        self.current, self.problems = release, ()


class KeepingLibrary(Library):
    """A library that keeps every book it took up: to start with the last good one when the present one is bad, and
    to take one back.  ``read`` makes a release of the book in a directory; ``edited`` is where people edit.
    """

    def __init__(self, read: Callable[[Path], Release], edited: Path, shelf: Shelf) -> None:
        self._read = read
        self._edited = edited
        self._shelf = shelf
        super().__init__(lambda: read(edited))

    def take_back(self, digest: str) -> None:
        """Put a kept book in force until the next reload, across restarts.  Raises ``NotKept``, ``BadBook``."""
        path = self._shelf.path(digest)
        self.current, self.problems = self._read(path), ()
        self._shelf.pin(path.name)
        log.warning("book taken back, edits wait for a reload book=%s", path.name)

    @property
    def pinned(self) -> str | None:
        """The digest of the book that was taken back and is in force."""
        return self._shelf.pinned

    def _first(self) -> Release:
        if pinned := self._shelf.pinned:
            log.warning("book was taken back, edits wait for a reload book=%s", pinned)
            return self._read(self._shelf.path(pinned))
        try:
            release = self._make()
        except BadBook as bad:
            latest = self._shelf.latest
            if latest is None:
                raise
            self.problems = tuple(bad.problems)
            for problem in self.problems:
                log.error("book refused, the last good one serves: %s", problem)
            return self._read(self._shelf.path(latest))
        self._shelf.keep(self._edited, release.book.digest)
        return release

    def _take_up(self, release: Release) -> None:
        super()._take_up(release)
        self._shelf.keep(self._edited, release.book.digest)
        self._shelf.pin(None)
