"""Music on hold: `prompts/music/<class>/*.wav`, a folder for each class of music.

IVR460  a folder of music that can be no class      IVR461  a class without music
IVR462  a file of music that cannot have its name

The class `default` is always there: without a folder of its own it has the piece that the house brings.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.book.numbers import Tell
from ivr.book.problems import Mark, Problem, did_you_mean
from ivr.book.written import NAME, WrittenNumber
from ivr.values.music import DEFAULT, HOUSE, MUSIC

Music = Mapping[str, tuple[str, ...]]
"""Class to the names of its pieces, in the order in which they are played."""

FOLDER = f"prompts/{MUSIC}"
PIECE = r"[a-z0-9][a-z0-9_-]{0,40}"


def music(directory: Path, problems: list[Problem]) -> Music:
    """The classes of music of a book; what is wrong with their folders is added to ``problems``."""
    top = directory / FOLDER
    found: dict[str, tuple[str, ...]] = {}
    for folder in sorted(top.iterdir()) if top.is_dir() else ():
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        mark = Mark(f"{FOLDER}/{folder.name}")
        if not re.fullmatch(NAME, folder.name):
            hint = "begin with a small letter; then small letters, digits and -"
            problems.append(Problem.at(mark, "IVR460", f'"{folder.name}" cannot be a class of music', hint))
            continue
        pieces = sorted(path.stem for path in folder.iterdir() if path.suffix == ".wav" and path.name[0] != ".")
        for piece in pieces:
            if not re.fullmatch(PIECE, piece):
                hint = "rename it: small letters, digits, - and _, at most 41 of them"
                where = Mark(f"{mark.file}/{piece}.wav")
                problems.append(Problem.at(where, "IVR462", f'a piece of music cannot be called "{piece}"', hint))
        if not pieces:
            hint = "put a WAV file into it, or remove the folder"
            problems.append(Problem.at(mark, "IVR461", f'the class of music "{folder.name}" has no music', hint))
        found[folder.name] = tuple(pieces)
    return {DEFAULT: (HOUSE,), **found}


def wrong_music(numbers: Mapping[str, WrittenNumber], known: Iterable[str], tell: Tell) -> None:
    """Numbers that want a class of music which is not there."""
    for written, entry in numbers.items():
        if entry.music and entry.music not in known:
            hint = did_you_mean(entry.music, known, "known are")
            tell((written, "music"), "IVR201", f'there is no music "{entry.music}"', hint)
