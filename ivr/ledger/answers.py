"""What an SQLite file answered, remembered for as long as nobody has written to it, in whichever process.

What waits, and what was ordered, is looked at every second by half a dozen of us, and changes a few times an hour.
SQLite tells a connection whether another one has committed since (``PRAGMA data_version``,
https://sqlite.org/pragma.html#pragma_data_version): in WAL mode from memory that processes share, in microseconds,
while a question in a thread and a transaction of its own takes a thousand.  So a connection that never writes is told
of everybody's commits, those of its own process, too.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Answers:
    """Of the SQLite file ``path``, which must be there when first asked; for any thread.  Answers are shared by all who
    ask: nobody may change one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()
        self._known: dict[Hashable, Answer] = {}

    def close(self) -> None:
        """Give the file back; who asks again opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._known.clear()  # versions are those of one connection

    def of(self, question: Hashable, ask: Callable[[], T]) -> T:
        """What ``ask`` returns, or returned last if that still holds.  ``question`` names it: where it depends on more
        than the file, on that, too.
        """
        if (found := self._known_still(question)) is not None:
            return cast("T", found.told)
        with self._lock:
            version = self._version()  # before it is asked: what is written meanwhile has it asked again
        told = ask()
        with self._lock:
            self._known[question] = Answer(told, version)
        return told

    async def aside(self, question: Hashable, ask: Callable[[], T]) -> T:
        """As :meth:`of`, with ``ask`` in a thread, if it must be asked at all."""
        if (found := self._known_still(question)) is not None:
            return cast("T", found.told)
        return await asyncio.to_thread(self.of, question, ask)

    def _known_still(self, question: Hashable) -> "Answer | None":
        """Never waits for anybody who writes."""
        with self._lock:
            found = self._known.get(question)
            return (
                found if found is not None and found.version is not None and found.version == self._version() else None
            )

    def _version(self) -> int | None:
        """Of what is in the file; ``None``: that cannot be told, so whatever is remembered may be wrong."""
        try:
            if self._connection is None:
                address = f"{self._path.absolute().as_uri()}?mode=ro"
                self._connection = sqlite3.connect(
                    address, uri=True, timeout=0, isolation_level=None, check_same_thread=False
                )
            found: tuple[int] = self._connection.execute("PRAGMA data_version").fetchone()
            return found[0]
        except sqlite3.Error:
            return None


@dataclass(frozen=True)
class Answer:
    """What was told, and of which version of the file; ``None``: of one that nobody knows."""

    told: Any
    version: int | None
