"""What a record says of the sound that a caller was played: its words, and digests by which its file is known again.

A number without its announcement is in grave breach (AF2M, RD SVA 2024, p. 20 and 28), so the record proves what the
caller was told, and does not merely name a prompt, which may be baked anew tomorrow.  Asterisk plays the file
of the caller's codec: all are of one bake, and the digest of each is kept.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ivr.book.book import LANGUAGE
from ivr.service.ports import Voice

SUFFIXES = (".alaw", ".ulaw", ".g722", ".sln48")


@dataclass(frozen=True)
class Announced:
    """The words of a sound; ``audio`` is ``alaw:SHA256 ulaw:SHA256`` and so on, empty if no file could be read."""

    text: str
    audio: str


def announced(name: str, voice: Voice) -> Announced | None:
    """What a sound of the book says and is; ``None`` if it was not baked."""
    sound = voice.get((LANGUAGE, name))
    return Announced(sound.text, _digests(sound.path)) if sound else None


@lru_cache(maxsize=256)  # a baked file never changes: its name holds a digest of what shaped it
def _digests(path: str) -> str:
    found = []
    for suffix in SUFFIXES:
        try:
            content = Path(path + suffix).read_bytes()
        except OSError:
            continue  # a record without the digest is better than none
        found.append(f"{suffix.removeprefix('.')}:{hashlib.sha256(content).hexdigest()}")
    return " ".join(found)
