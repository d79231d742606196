"""The shelf: every book that served calls, kept by its digest, so that a call can be replayed and a book taken back."""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

_PARTS = ("dialplans", "prompts")
_LATEST = "latest"
_PINNED = "pinned"


class NotKept(LookupError):
    """No book, or more than one, has that digest; the text says which there are."""


class Shelf:
    """A directory with one directory for each book, named by its digest."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, book: Path, digest: str) -> None:
        """Keep a copy of the book in ``book`` and note it as the latest that was good."""
        self._directory.mkdir(parents=True, exist_ok=True)
        target = self._directory / digest
        if not target.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self._directory, prefix=f".{digest}."))
            try:
                for part in _PARTS:
                    shutil.copytree(book / part, unfinished / part)
                unfinished.rename(target)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
        os.utime(target)
        self._note(_LATEST, digest)

    def books(self) -> list[tuple[str, datetime]]:
        """Digests and when each was last taken up, newest first."""
        if not self._directory.is_dir():
            return []
        kept = [path for path in self._directory.iterdir() if path.is_dir() and not path.name.startswith(".")]
        dated = [(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)) for path in kept]
        return sorted(dated, key=lambda one: one[1], reverse=True)

    def path(self, digest: str) -> Path:
        """Where the book is whose digest begins so.  Raises :class:`NotKept`."""
        found = [name for name, _ in self.books() if name.startswith(digest)]
        if len(found) != 1:
            known = ", ".join(name for name, _ in self.books()[:10]) or "none"
            what = "several books begin" if found else "no book was kept that begins"
            raise NotKept(f"{what} with {digest}; the last kept are {known}")
        return self._directory / found[0]

    @property
    def latest(self) -> str | None:
        """The digest of the book last taken up."""
        return self._noted(_LATEST)

    @property
    def pinned(self) -> str | None:
        """The digest of the book that was taken back, until another is taken up."""
        return self._noted(_PINNED)

    def pin(self, digest: str | None) -> None:
        """Hold on to a book across restarts; ``None`` lets go."""
        if digest is None:
            (self._directory / _PINNED).unlink(missing_ok=True)
        else:
            self._note(_PINNED, digest)

    def _note(self, name: str, digest: str) -> None:
        descriptor, unfinished = tempfile.mkstemp(dir=self._directory, prefix=f".{name}.")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(digest)
        Path(unfinished).replace(self._directory / name)

    def _noted(self, name: str) -> str | None:
        try:
            digest = (self._directory / name).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return digest if (self._directory / digest).is_dir() else None
