"""The vault: talks come in while they are spoken, are encrypted as they come, and go when their time is over.

Asterisk writes the sound into a folder in memory; each second what is whole of it is sealed (``tapefile.py``) and
punched out of there, so that of a talk never more than some seconds lie open, and never on a disk.  NAME.part is being
sealed, NAME.talk is whole.  What a killed controller left is taken up by the next one; what a killed Asterisk lost,
with the memory, is made a whole of what was sealed.  A sound that nobody announced here is deleted.
"""

import asyncio
import contextlib
import ctypes
import itertools
import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from ivr.ledger.tapefile import BYTES, BadTape, Head, create, export, head, pieces, seconds, take_in
from ivr.service.conversations import About, Refusals, Unkept

log = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks
SETTLED = 1.5  # seconds after which Asterisk writes no more of a talk that is over
FORSAKEN = 60.0  # seconds, of a talk whose end nobody will tell: its controller has died
LEAST_FREE = 50_000_000  # bytes; the ledger needs the disk more than recordings do
OPEN, WHOLE, PLAIN = ".part", ".talk", ".raw"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}-\d{1,9}", re.ASCII)
_PUNCH = 0x01 | 0x02  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, linux/falloc.h


class NoTalk(LookupError):
    """There is no such recording; the text says so."""


@dataclass(frozen=True)
class Talk:
    """A recording that is kept."""

    name: str
    head: Head
    seconds: float
    whole: bool


@dataclass
class Vault:
    """Fulfils the port ``Conversations``.  ``plain`` is the folder in memory, ``kept`` that of the sealed ones;
    ``master`` gives the secret, or raises ``BadTape``.  ``problem`` is what an operator should know, if anything.
    """

    plain: Path
    kept: Path
    master: Callable[[], str]
    least_free: int = LEAST_FREE
    problem: str | None = None
    refusals: Refusals | None = None
    """Whom to ask before a recording is kept: a refusal may have been pressed while the link to Asterisk was down."""
    in_progress: Callable[[], Iterable[str]] = tuple
    """The calls that are not over: they may be recorded again, and what they refused still holds."""

    def __post_init__(self) -> None:
        self._talking: dict[str, str] = {}  # name to call
        self._over: set[str] = set()
        self._refused: set[str] = set()  # calls
        self._noted: set[str] = set()  # calls whose refusal those who are asked have still noted
        self._over_unasked: set[str] = set()  # names of recordings that are over: were they refused?
        self._asked: set[str] = set()
        self._paused: Counter[str] = Counter()  # calls
        self._numbers = itertools.count(1)  # no name comes again: a call talks with several, one after the other
        self._punched: dict[str, int] = {}  # bytes, by name

    # -- the port ------------------------------------------------------------------------------------------------

    async def begin(self, about: About) -> str:
        """See the port."""
        name = f"{about.call}-{next(self._numbers)}"
        self._talking[name] = about.call  # before its file is there: else a look would find it forsaken
        try:
            await asyncio.to_thread(self._create, name, about)
        except (OSError, BadTape) as error:
            self._talking.pop(name)
            self.problem = f"conversations are not recorded: {error}"
            log.warning("conversation not recorded: %s", error)
            raise Unkept(str(error)) from error
        self.problem = None
        return name

    async def end(self, name: str) -> tuple[float, bool, int]:
        """See the port."""
        call = self._talking.get(name, "")
        self._over.add(name)
        return await asyncio.to_thread(self._length, name), call in self._refused, self._paused[call]

    def told(self, call: str, order: str) -> None:
        """What was pressed in a talk: ``refuse`` deletes it, ``pause`` is counted."""
        log.info("conversation order=%s call=%s", order, call)
        if order == "refuse":
            self._refused.add(call)
            self._noted.add(call)
        elif order == "pause":
            self._paused[call] += 1

    async def run(self) -> None:
        """For ever: seal what has come in."""
        while True:
            try:
                await asyncio.to_thread(self.look)
                await self.ask()
            except Exception:
                log.exception("conversations were not looked at, next try in %gs", EVERY)
            await asyncio.sleep(EVERY)

    async def ask(self) -> None:
        """Ask whether those that are over were refused.  While nobody can say it, none of them is kept for good."""
        for name in sorted(self._over_unasked):
            with contextlib.suppress(OSError):
                if self.refusals is not None and await self.refusals.refused(_call(name)):
                    self.told(_call(name), "refuse")
                self._asked.add(name)
        self._over_unasked -= self._asked
        for call in sorted(self._noted - self._refused - {*self.in_progress()}):
            with contextlib.suppress(OSError):
                if self.refusals is not None:
                    await self.refusals.forget(call)
                self._noted.discard(call)

    # -- what goes on in a thread --------------------------------------------------------------------------------

    def look(self) -> None:
        """Seal what there is, and finish what is over."""
        failed: str | None = None
        names = {path.stem for path in (*_in(self.plain, PLAIN), *_in(self.kept, OPEN))}
        for name in sorted(names):
            try:
                self._one(name)
            except (OSError, BadTape) as error:
                failed = f"the recording {name} cannot be encrypted yet: {error}"
        if failed and failed != self.problem:
            log.warning("%s", failed)
        if failed or (self.problem or "").startswith("the recording "):
            self.problem = failed
        for name in self._over - names:
            self._over.discard(name)
            self._punched.pop(name, None)
            call = self._talking.pop(name, "")
            if call not in self._talking.values():
                self._paused.pop(call, None)
        self._asked &= names
        self._over_unasked &= names
        self._refused &= {*map(_call, names), *self._talking.values()}

    def _one(self, name: str) -> None:
        plain, part = self.plain / (name + PLAIN), self.kept / (name + OPEN)
        if _call(name) in self._refused or not part.exists():
            plain.unlink(missing_ok=True)  # nobody wants it, or nobody announced it
            part.unlink(missing_ok=True)
            return
        over = self._is_over(name, plain)
        if over and self.refusals is not None and name not in self._asked:
            self._over_unasked.add(name)
            over = False
        if not plain.exists():
            if not over:
                return
            plain.touch()  # what was sealed before is all there will be
        done = take_in(part, plain, self.master(), last=over)
        if not over:
            if done > self._punched.get(name, 0):  # it is a change of the file, which then looks as if it still grew
                _punch(plain, done)
                self._punched[name] = done
        elif seconds(part) == 0:
            part.unlink()
            plain.unlink()
        else:
            part.rename(part.with_suffix(WHOLE))
            plain.unlink()

    def _is_over(self, name: str, plain: Path) -> bool:
        """Whether nothing more will come of it."""
        try:
            idle = time.time() - plain.stat().st_mtime
        except FileNotFoundError:
            return name not in self._talking or name in self._over
        if name in self._over:
            return idle > SETTLED
        return idle > FORSAKEN and name not in self._talking

    def _create(self, name: str, about: About) -> None:
        self.master()
        if not os.access(self.plain, os.W_OK):
            raise OSError(f"the folder {self.plain} is not there, or cannot be written")
        self.kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder, least in ((self.kept, self.least_free), (self.plain, min(self.least_free, BYTES * 60))):
            disk = os.statvfs(folder)
            if disk.f_bavail * disk.f_frsize < least:
                raise OSError(f"{folder} is full")
        if not _NAME.fullmatch(name):
            raise OSError(f"{name!r} cannot be the name of a recording")
        create(self.kept / (name + OPEN), about)

    def _length(self, name: str) -> float:
        """Seconds of sound so far, sealed or not."""
        with contextlib.suppress(OSError):
            return (self.plain / (name + PLAIN)).stat().st_size / BYTES
        return 0.0

    # -- what is kept --------------------------------------------------------------------------------------------

    def talks(self) -> Iterator[Talk]:
        """All that are kept, the oldest first; files that are none are passed over."""
        found: list[Talk] = []
        for path in (*_in(self.kept, WHOLE), *_in(self.kept, OPEN)):
            with contextlib.suppress(OSError, BadTape), path.open("rb") as file:
                found.append(Talk(path.stem, head(file), seconds(path), path.suffix == WHOLE))
        yield from sorted(found, key=lambda one: (one.head.about.at, one.name))

    def copy(self, name: str, to: IO[bytes]) -> None:
        """Write one as a WAV file, all or, if it cannot be read, nothing.  Raises :class:`NoTalk`, ``BadTape``."""
        path, master = self._whole(name), self.master()
        for _ in pieces(path, master):
            pass
        export(path, master, to)

    def export(self, name: str, to: Path) -> None:
        """Write one to a WAV file.  Raises :class:`NoTalk`, ``BadTape``, ``OSError``."""
        path, master = self._whole(name), self.master()
        try:
            with to.open("wb") as file:
                export(path, master, file)
        except BadTape:
            to.unlink()
            raise

    def delete(self, names: Iterable[str]) -> int:
        """Delete recordings for good, those that are going on too; how many there were.  Raises :class:`NoTalk`."""
        gone = 0
        for name in names:
            paths = [self._path(name, suffix) for suffix in (OPEN, WHOLE)]
            if not any(path.is_file() for path in paths):
                raise _no_talk(name)
            for path in paths:  # in this order: one that is going on may become whole meanwhile
                path.unlink(missing_ok=True)
            gone += 1
        return gone

    def of(self, caller: str) -> list[str]:
        """The recordings of a caller, as the ledger has him."""
        return [talk.name for talk in self.talks() if talk.head.about.caller == caller]

    def expired(self, at: datetime) -> list[str]:
        """Those whose time is over at an instant."""
        return [talk.name for talk in self.talks() if talk.head.until <= at]

    def _whole(self, name: str) -> Path:
        path = self._path(name, WHOLE)
        if not path.is_file():
            raise _no_talk(name)
        return path

    def _path(self, name: str, suffix: str) -> Path:
        if not _NAME.fullmatch(name):
            raise _no_talk(name)
        return self.kept / (name + suffix)


def _no_talk(name: str) -> NoTalk:
    return NoTalk(f'there is no recording "{name}"; `ivr conversations list` shows them')


def _call(name: str) -> str:
    return name.rpartition("-")[0]


def _in(folder: Path, suffix: str) -> list[Path]:
    return [path for path in sorted(folder.glob("*" + suffix)) if _NAME.fullmatch(path.stem)] if folder.is_dir() else []


def _punch(path: Path, length: int) -> None:
    """Give back the memory of what is sealed; where that cannot be done, it stays until the talk is over."""
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.suppress(OSError, AttributeError), path.open("r+b") as file:
        offset = ctypes.c_int64
        libc.fallocate(file.fileno(), _PUNCH, offset(0), offset(length))
