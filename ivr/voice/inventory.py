"""Every prompt of a book: what is heard for it, how long, how loud, whether its recording is stale, who says it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ivr.book.book import Book
from ivr.book.problems import Problem
from ivr.book.recordings import unfit
from ivr.book.uses import uses
from ivr.values.recorded import numbered
from ivr.voice.audio import loudness
from ivr.voice.catalogue import Sound
from ivr.voice.samples import decode

SLOTS = "slot/"
RECORDING, PHONE = "recording", "phone"
"""Sources: a file that the book brings, one that was recorded by phone."""


@dataclass(frozen=True)
class Row:
    """One prompt; ``number`` is that by which it is recorded by phone.

    Without a sound (not baked yet, or another text was) ``source`` is empty and so is the rest;
    ``loudness`` in LUFS; ``stale`` says why a recording no longer fits, or is empty.
    """

    id: str
    number: str
    language: str
    source: str
    seconds: float | None
    loudness: float | None
    stale: str
    flows: tuple[str, ...]
    text: str
    path: str

    def plain(self) -> dict[str, object]:
        return asdict(self)


Sounds = Callable[[str, str], Sound | None]


def inventory(
    book: Book,
    sounds: Sounds,
    phoned: Collection[tuple[str, str]] = (),
    warnings: Iterable[Problem] = (),
    *,
    only: str | None = None,
    slots: bool = False,
) -> Iterator[Row]:
    """The prompts in order of language and name; ``only`` those of one language, ``None`` means of all; ``slots``:
    with the pieces that sentences are put together from.

    ``phoned`` are those recorded by phone (language and name), ``warnings`` what is wrong with these recordings.
    """
    said_by = uses(book)
    unfitting = unfit((*book.warnings, *warnings))
    numbers = {(prompt.language, prompt.id): number for number, prompt in numbered(book.prompts).items()}
    for one in sorted(book.utterances(), key=lambda one: (one.language, one.name)):
        if only not in (None, one.language) or (one.name.startswith(SLOTS) and not slots):
            continue
        sound = sounds(one.language, one.name)
        found = sound if sound is not None and sound.text.split() == one.text.split() else None
        yield Row(
            id=one.name,
            number=numbers.get((one.language, one.name), ""),
            language=one.language,
            source=_source(found, (one.language, one.name) in phoned) if found else "",
            seconds=round(found.seconds, 2) if found else None,
            loudness=round(level(found), 1) if found else None,
            stale=unfitting.get((one.language, one.name), ""),
            flows=said_by.get(one.name, ()) or (("the tariff",) if one.name.startswith("announcement") else ()),
            text=one.text,
            path=found.path if found else "",
        )


def level(sound: Sound) -> float:
    """How loud callers in G.711 hear a sound, in LUFS; the silence that it is padded with is no part of that."""
    samples, rate = decode(Path(f"{sound.path}.ulaw"))  # in A-law nothing is quite silent
    sounding = np.flatnonzero(samples)
    return loudness(samples[: sounding[-1] + 1] if len(sounding) else samples, rate)


def _source(sound: Sound, phoned: bool) -> str:
    return PHONE if phoned and sound.source == RECORDING else sound.source.split(" ")[0]
