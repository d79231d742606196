"""The messages that callers have left: WAV files that Asterisk writes and the controller reads and deletes."""

import asyncio
import contextlib
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ivr.flow.commands import MESSAGE

_HEADER = 44  # bytes of a WAV file before its sound
_SECOND = 16000  # bytes: 8000 samples of 16 bits


class NoMessage(LookupError):
    """There is no such message; the text says so."""


class MessageStore:
    """Fulfils the port ``Messages`` on a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def seconds(self, message: str) -> float:
        """See the port."""
        return await asyncio.to_thread(self.length, message)

    async def sound(self, message: str) -> bytes | None:
        """See the port ``Sounds`` of the mailroom."""
        with contextlib.suppress(OSError):
            return await asyncio.to_thread(self.path(message).read_bytes)
        return None

    async def discard(self, message: str) -> None:
        """See the port."""
        await asyncio.to_thread(self.delete, message)

    def names(self) -> Iterator[str]:
        """All messages that are there, by name."""
        for path in sorted(self._directory.glob("*.wav")):
            yield MESSAGE + path.stem

    def length(self, message: str) -> float:
        """Seconds of sound; 0 if there is no such message."""
        try:
            return max(0, self.path(message).stat().st_size - _HEADER) / _SECOND
        except OSError:
            return 0.0

    def delete(self, message: str) -> None:
        """Delete a message; none is as good."""
        self.path(message).unlink(missing_ok=True)

    def older(self, before: datetime) -> Iterator[str]:
        """The messages whose sound was last written before an instant, by name."""
        for message in self.names():
            with contextlib.suppress(OSError):
                if self.path(message).stat().st_mtime < before.timestamp():
                    yield message

    def export(self, message: str, to: Path) -> None:
        """Copy a message.  Raises :class:`NoMessage`, ``OSError``."""
        if not self.path(message).is_file():
            raise NoMessage(f"there is no sound of {message} in {self._directory}")
        shutil.copyfile(self.path(message), to)

    def path(self, message: str) -> Path:
        """The file of a message.  Raises :class:`NoMessage` for what cannot be a name."""
        name = message.removeprefix(MESSAGE)
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name, re.ASCII):
            raise NoMessage(f'"{message}" cannot be the name of a message')
        return self._directory / f"{name}.wav"
