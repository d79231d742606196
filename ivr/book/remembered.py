"""Which prompts ever had a recording when they were baked, so that one that is gone is missed though nobody noted it.

Kept beside the sounds.  What was noted (``recordings.yaml``) is missed by its note, also where nothing was ever baked.

IVR561  a recording that is gone
"""

import json
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from ivr.book.book import Book
from ivr.book.places import text_mark
from ivr.book.problems import Problem
from ivr.book.recordings import forget, gone, noted, recorded

FILE = "recorded.json"

Prompts = frozenset[tuple[str, str]]
"""Language and name of each."""


def remember(sounds: Path, book: Book, folders: Iterable[Path]) -> None:
    """Keep which prompts of a book that is baked have a recording in these folders.  Raises OSError."""
    known = remembered(sounds)
    _keep(sounds, known, known | present(book, folders))


def remembered(sounds: Path) -> Prompts:
    """Which had one at any bake; none where that is not known."""
    try:
        return frozenset((str(language), str(name)) for language, name in json.loads((sounds / FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return frozenset()


def present(book: Book, folders: Iterable[Path]) -> Prompts:
    """Which have one now."""
    folders = tuple(folders)
    return frozenset(
        (language, name)
        for language, texts in book.prompts.items()
        for folder in folders
        for name in recorded(folder, language, texts)
    )


def missed(sounds: Path, directory: Path, book: Book, folders: Iterable[Path]) -> Iterator[Problem]:
    """A warning for each that is gone and was not noted, at the line of its text: who loses it, and what to do."""
    folders = tuple(folders)
    for language, name in sorted(remembered(sounds) - present(book, folders)):
        if name in book.prompts.get(language, {}) and not any(name in noted(one, language) for one in folders):
            yield gone(text_mark(directory, language, name), book, language, name)


def forgotten(sounds: Path, folders: Iterable[Path], language: str, name: str) -> bool:
    """Miss the recording of a prompt no longer; whether it was missed, or noted.  Raises OSError."""
    known, was = remembered(sounds), False
    for folder in folders:
        if name in noted(folder, language):
            forget(folder, language, name)
            was = True
    _keep(sounds, known, known - {(language, name)})
    return was or (language, name) in known


def _keep(sounds: Path, known: Set[tuple[str, str]], wanted: Set[tuple[str, str]]) -> None:
    if wanted != known:
        fresh = sounds / f"{FILE}.new"
        fresh.write_text(json.dumps(sorted(wanted), indent=1), encoding="utf-8")
        fresh.replace(sounds / FILE)
