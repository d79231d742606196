"""Where records wait when the database will not have them: a file of JSON lines that outlives a power cut.

One line, one row.  A line is on the disk (``fsync``) before :meth:`Spool.add` returns; a crash in the middle leaves
at worst a torn last line, of a record that nobody was told was safe.  Several processes may use one spool.
What can never be taken in (a torn line, a second record with the same id and other facts) is set aside in
``refused.jsonl`` beside it, for a person to look at.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.ledger.tables import COLUMNS, SINCE, Row

REFUSED = "refused.jsonl"
_OLDEST = set(COLUMNS) - {name for names in SINCE.values() for name in names}
"""What every row has, whichever version of this programme wrote it."""


class Spool:
    """The spool at ``path``; the file exists only while something is, or was, in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._refused = path.with_name(REFUSED)

    def add(self, row: Row) -> None:
        """Keep ``row``; it is safe on return.  Raises ``OSError``: no place left, no right to write."""
        with self._locked() as file:
            _append(file, json.dumps(row).encode())

    def set_aside(self, row: Row) -> None:
        """Keep ``row`` for a person to look at."""
        self._set_aside(json.dumps(row).encode())

    def check(self) -> None:
        """Raises ``OSError`` where nothing could be kept."""
        with self._locked():
            pass

    def empty(self) -> bool:
        try:
            return self._path.stat().st_size == 0
        except OSError:
            return True

    def rows(self) -> int:
        """How many records wait."""
        try:
            return self._path.read_bytes().count(b"\n")
        except OSError:
            return 0

    def drain(self, take: Callable[[list[Row]], None]) -> int:
        """Hand all rows to ``take`` and, once it has returned, forget them; the number of rows.

        If ``take`` raises, all stay.  A crash in between hands them out again: ``take`` must bear that.
        """
        if self.empty():
            return 0
        with self._locked() as file:
            lines = _content(file).splitlines()
            rows = [(line, _row(line)) for line in lines if line.strip()]
            good = [row for _, row in rows if row is not None]
            take(good)
            for line, row in rows:
                if row is None:
                    self._set_aside(line)
            os.ftruncate(file, 0)
            os.fsync(file)
            return len(good)

    def _set_aside(self, line: bytes) -> None:
        with _opened(self._refused) as file:
            _append(file, line)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        with _opened(self._path) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed
            yield file


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if is_new:
            _sync_directory(path.parent)
        yield file
    finally:
        os.close(file)


def _append(file: int, line: bytes) -> None:
    """Add a whole line or nothing, as far as we live to see it."""
    before = os.fstat(file).st_size
    torn = before > 0 and os.pread(file, 1, before - 1) != b"\n"
    text = (b"\n" if torn else b"") + line + b"\n"
    try:
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, before)
        raise


def _content(file: int) -> bytes:
    size, chunks = os.fstat(file).st_size, b""
    while len(chunks) < size and (chunk := os.pread(file, size - len(chunks), len(chunks))):
        chunks += chunk
    return chunks


def _row(line: bytes) -> Row | None:
    """The row that a line holds, ``None`` for what is not a row of this ledger."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not _OLDEST <= set(found) <= set(COLUMNS):
        return None
    return {name: found.get(name) for name in COLUMNS}


def _sync_directory(path: Path) -> None:
    """Make the name of a new file outlive a power cut, too."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
