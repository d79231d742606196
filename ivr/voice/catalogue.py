"""The catalogue: which file says what. Written by a bake, read by whoever serves calls.

A sounds directory holds ``<language>/<name>-<digest>.alaw`` with the files for other codecs beside it, one
``catalogue-<digest>.json`` for each set of texts that was ever current, and ``catalogue.json``, which names
the latest. A call keeps the catalogue with which it began; files go only by :func:`prune`.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.values.estimate import place
from ivr.values.music import MUSIC
from ivr.values.phrase import Part
from ivr.voice.variants import FORMER, RATES, BadFile, seconds

_LATEST = "catalogue.json"
QUEUED = "queued"  # the folder of what Asterisk's queues say by themselves
SPANS = ".spans"  # the suffix of the file that says where the parts of a sound begin and end
_BAKED = re.compile(rf".+-[0-9a-f]{{12}}({'|'.join(map(re.escape, (*RATES, *FORMER, SPANS)))})")
_OLD_CATALOGUE = re.compile(r"catalogue-[0-9a-f]{12}\.json")
_LEFT_BEHIND = 3600.0  # seconds after which a temporary file belongs to nobody


class BadCatalogue(ValueError):
    """There is no catalogue that can be read; the text says where and what to do."""


@dataclass(frozen=True)
class Sound:
    """One baked sound. ``path`` is absolute and without suffix, as Asterisk wants it; ``seconds`` is exact
    (as its files say); ``source`` is ``recording``, ``tone`` or the engine's name and version.
    ``spans`` are, of what was spoken in parts, each part's name, begin and end, in seconds."""

    path: str
    seconds: float
    text: str
    source: str
    spans: tuple[tuple[str, float, float], ...] = ()


class _Entry(BaseModel):
    """A sound as written in JSON, its path relative, so that a directory can be moved."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    language: str
    name: str
    stem: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_/-]*$")
    seconds: float
    text: str
    source: str
    spans: tuple[tuple[str, float, float], ...] = ()


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    sounds: tuple[_Entry, ...]


class _Pointer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    catalogue: str = Field(pattern=rf"^{_OLD_CATALOGUE.pattern}$")


@dataclass(frozen=True)
class Catalogue:
    """All sounds of one book: (language, name) to :class:`Sound`, and the directory that they are in."""

    directory: Path
    sounds: dict[tuple[str, str], Sound]

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything in the catalogue."""
        return _digest(self._page())

    def save(self) -> Path:
        """Write the catalogue and make it the latest; whoever reads meanwhile sees the old one or this one."""
        page = self._page()
        path = self.directory / f"catalogue-{_digest(page)}.json"
        replace(path, page.encode())
        replace(self.directory / _LATEST, _Pointer(catalogue=path.name).model_dump_json().encode())
        return path

    @classmethod
    def load(cls, directory: Path) -> Self:
        """The latest catalogue of a sounds directory; raises BadCatalogue."""
        directory = directory.absolute()
        try:
            pointer = _Pointer.model_validate_json((directory / _LATEST).read_bytes())
            page = _Page.model_validate_json((directory / pointer.catalogue).read_bytes())
        except FileNotFoundError:
            raise BadCatalogue(f"{directory} holds no catalogue of sounds: bake the prompts first") from None
        except (OSError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "damaged"
            raise BadCatalogue(
                f"the catalogue of sounds in {directory} cannot be read ({why}): bake the prompts again"
            ) from error
        sounds = {
            (e.language, e.name): Sound(str(directory / e.stem), e.seconds, e.text, e.source, e.spans)
            for e in page.sounds
        }
        return cls(directory, sounds)

    def have_queued(self, names: Iterable[str], otherwise: str) -> None:
        """Copy these, without digests, to where Asterisk's queues find them: ``queued/<language>/<name>`` (what waits
        are told apart by is part of the language), or as they are in the language ``otherwise`` where it has none.
        """
        for name in names:
            for language in {language for language, _ in self.sounds} - {MUSIC}:
                sound = self.sounds.get((language, name)) or self.sounds[otherwise, name]
                copied(Path(sound.path), self.directory.joinpath(QUEUED, *place(language, name)))

    def check(self) -> tuple[str, ...]:
        """A sentence for each file that Asterisk could not play; empty when all is well."""
        found: list[str] = []
        for (language, name), sound in sorted(self.sounds.items()):
            for suffix in RATES:
                path = Path(sound.path + suffix)
                try:
                    lasts = seconds(path)
                except BadFile as error:
                    found.append(f"{language}/{name}: {path} {error}: bake the prompts again")
                    continue
                if lasts != sound.seconds:
                    found.append(
                        f"{language}/{name}: {path} lasts {lasts:.3f} s, the catalogue says {sound.seconds:.3f} s:"
                        " bake the prompts again"
                    )
        return tuple(found)

    def _stem(self, path: str) -> str:
        """A sound's path within the directory; raises ValueError for one that is elsewhere."""
        before = f"{self.directory.as_posix()}/"
        if not path.startswith(before):
            raise ValueError(f"{path} is not in the subpath of {self.directory}")
        return path.removeprefix(before)

    def _page(self) -> str:
        entries = [
            {
                "language": language,
                "name": name,
                "stem": self._stem(sound.path),
                "seconds": sound.seconds,
                "text": sound.text,
                "source": sound.source,
                "spans": sound.spans,
            }
            for (language, name), sound in sorted(self.sounds.items())
        ]
        return json.dumps({"sounds": entries}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _digest(page: str) -> str:
    return hashlib.sha256(page.encode()).hexdigest()[:12]


def prune(sounds: Path, keep: Iterable[Catalogue]) -> tuple[str, ...]:
    """Remove baked files that neither ``keep`` nor the latest catalogue uses; returns their relative names.

    Waits for bakes in progress. Other files (the apology's stable copy, what people put there) stay.
    """
    sounds = sounds.absolute()
    removed: list[str] = []
    with locked(sounds, alone=True):
        kept = list(keep)
        if (sounds / _LATEST).exists():
            kept.append(Catalogue.load(sounds))
        used = {sound.path + suffix for one in kept for sound in one.sounds.values() for suffix in (*RATES, SPANS)}
        used |= {str(sounds / f"catalogue-{one.digest}.json") for one in kept}
        long_ago = time.time() - _LEFT_BEHIND
        for path in sorted(sounds.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            baked = bool(_BAKED.fullmatch(path.name) or _OLD_CATALOGUE.fullmatch(path.name)) and str(path) not in used
            left = path.name.startswith(".baking-") and path.stat().st_mtime < long_ago
            if baked or left:
                path.unlink(missing_ok=True)
                removed.append(path.relative_to(sounds).as_posix())
    return tuple(removed)


def spans_of(stem: Path, parts: Sequence[Part]) -> tuple[tuple[str, float, float], ...] | None:
    """Where each part of a sound is heard, as it was measured when it was made; ``None`` where that is not known."""
    if not parts:
        return ()
    try:
        kept = json.loads(stem.with_name(stem.name + SPANS).read_bytes())
        spans = tuple((str(what), float(begin), float(end)) for what, begin, end in kept)
    except (OSError, ValueError, TypeError):
        return None
    return spans if [what for what, _, _ in spans] == [part.what for part in parts] else None


def seconds_of(stem: Path) -> float | None:
    """How long a sound is whose files of every rate are there, sound, and of one length; else ``None``."""
    try:
        lengths = {seconds(stem.with_name(stem.name + suffix)) for suffix in RATES}
    except BadFile:
        return None
    return lengths.pop() if len(lengths) == 1 else None


def replace(path: Path, content: bytes) -> None:
    """Write a file so that readers see the whole of the old one or the whole of the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".baking-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def copied(source: Path, target: Path) -> None:
    """Have the files of a sound under another name too, both without suffix."""
    for suffix in RATES:
        content = source.with_name(source.name + suffix).read_bytes()
        copy = target.with_name(target.name + suffix)
        if not copy.is_file() or copy.read_bytes() != content:
            replace(copy, content)
    for suffix in FORMER:
        target.with_name(target.name + suffix).unlink(missing_ok=True)


@contextlib.contextmanager
def locked(sounds: Path, *, alone: bool) -> Iterator[None]:
    """Bakes share the directory with one another; a prune wants it ``alone``."""
    sounds.mkdir(parents=True, exist_ok=True)
    with (sounds / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
