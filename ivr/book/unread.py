"""Files that lie in a book and that nobody reads: a slip in a name would else be an edit without effect.

IVR400  a file of text that is no part of the book       IVR401  a recording that nobody hears
"""

import os
from collections.abc import Iterator, Set
from pathlib import Path, PurePosixPath

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem, near

TEXTS = frozenset({".yaml", ".yml", ".csv"})
FOLDERS = ("dialplans/flows", "dialplans/lists", "dialplans/tests")
KNOWN = (
    *(
        f"dialplans/{name}.yaml"
        for name in (
            *(
                "numbers",
                "tariffs",
                "calendars",
                "agents",
                "groups",
                "queues",
                "remotes",
                "departments",
                "voices",
                "vat",
                "steps",
                "crises",
                "nuisance",
            ),
        )
    ),
    "dialplans/properties.yaml",
)
MOST = 20_000
"""Files looked at: a book has hundreds, and whoever links a disk into it shall not wait for ever."""


def unread(directory: Path, book: Book, read: Set[str]) -> Iterator[Problem]:
    """Every file below ``directory`` that looks as if it should count; ``read`` are those that do."""
    heard: set[str] = set()  # known once there is a recording
    for place, file in enumerate(_laid(directory)):
        if place >= MOST:
            return
        path = PurePosixPath(file)
        if path.suffix in TEXTS:
            if file not in read and not _counts(path):
                yield _told(file, "IVR400", "nobody reads this file", _meant(path, read))
        elif len(path.parts) > 2 and path.parts[0] == "prompts" and path.suffix.lower() in _SOUNDS:
            if path.suffix != ".wav":
                yield _told(
                    file, "IVR401", "nobody hears this recording", f"save it as {path.with_suffix('.wav').name}"
                )
                continue
            heard = heard or {f"prompts/{one.language}/{one.name}" for one in book.utterances()}
            if path.with_suffix("").as_posix() not in heard:
                name = near(path.with_suffix("").as_posix(), heard)
                hint = f"did you mean {PurePosixPath(name).name}.wav?" if name else "name it after a prompt"
                yield _told(file, "IVR401", "nobody hears this recording: no prompt is called so", hint)


_SOUNDS = frozenset({".wav", ".mp3", ".ogg", ".flac", ".m4a", ".aac", ".gsm", ".ulaw", ".alaw", ".sln"})


def _laid(directory: Path) -> Iterator[str]:
    """What people put there, by its path in the book; neither what is hidden nor what a link leads to."""
    for top in ("dialplans", "prompts"):
        for folder, below, names in os.walk(directory / top):
            below[:] = sorted(name for name in below if not name.startswith("."))
            inside = f"{Path(folder).relative_to(directory).as_posix()}/"
            for name in sorted(names):
                if not name.startswith("."):
                    yield f"{inside}{name}"


def _counts(path: PurePosixPath) -> bool:
    """Whether it is read, if not as a part of the book."""
    return path.parent.as_posix() == "dialplans/tests" and path.suffix == ".yaml"


def _meant(path: PurePosixPath, read: Set[str]) -> str:
    """Where it would be read."""
    folder = path.parent.as_posix()
    if folder in ("prompts", "dialplans", *FOLDERS) and path.suffix == ".yml":
        return f"name it {path.with_suffix('.yaml').name}"
    above = next((one for one in FOLDERS if folder.startswith(f"{one}/")), "")
    if above:
        return f"put it into {above} itself"
    if name := near(path.as_posix(), {*read, *KNOWN}):
        return f"did you mean {name}?"
    return f"flows, lists and tests have folders of their own: {', '.join(FOLDERS)}"


def _told(file: str, rule: str, message: str, hint: str) -> Problem:
    return Problem.at(Mark(file), rule, message, hint, severity="warning")
