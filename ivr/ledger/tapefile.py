"""The file of a recorded conversation: encrypted piece by piece while it is spoken, so that nothing of it lies open.

Theory
------
A line of JSON says what it is, then come pieces: 64 KiB of sound (2 s) each, and a last, shorter one.  Each is sealed
by AES-256-GCM under a key of this file's own (HKDF of the house's secret and the file's salt) and a nonce that counts
the pieces and marks the last, with the line of JSON as what goes with it: nobody can change, swap, drop or add a piece,
or say of one call that it was another.  A whole piece has but one content, so writing it anew after a crash gives
the same bytes.  (The scheme is STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption", 2015.)

The sound is of 8000 samples a second, 16 bits, two channels: the caller on the left, whom he talks with on the right.
"""

import json
import os
import secrets
import wave
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.service.conversations import About

PIECE = 1 << 16
TAG = 16  # bytes that sealing adds
RATE, CHANNELS, WIDTH = 8000, 2, 2
BYTES = RATE * CHANNELS * WIDTH  # a second
MAGIC = b"ivr-conversation 1 "
_LONGEST_HEAD = 4096


class BadTape(ValueError):
    """A recording that cannot be read: another key, or changed, torn or foreign bytes; the text says which."""


@dataclass(frozen=True)
class Head:
    """What the file says of itself, and its bytes; only :func:`pieces` proves that nobody has changed it."""

    about: About
    salt: str
    raw: bytes

    @property
    def until(self) -> datetime:
        """When it is to be deleted."""
        return self.about.at + timedelta(days=self.about.days)


def create(path: Path, about: About) -> None:
    """A new file with its head alone, safe on the disk.  Raises ``OSError``."""
    plain = {**asdict(about), "at": about.at.isoformat(), "salt": secrets.token_hex(16)}
    with path.open("xb") as file:
        file.write(MAGIC + json.dumps(plain).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def head(file: IO[bytes]) -> Head:
    """The head at the beginning of a file.  Raises :class:`BadTape`."""
    raw = file.readline(_LONGEST_HEAD)
    try:
        if not raw.startswith(MAGIC) or not raw.endswith(b"\n"):
            raise ValueError("no head")
        plain = json.loads(raw.removeprefix(MAGIC))
        salt = str(plain.pop("salt"))
        about = About(**{**plain, "at": datetime.fromisoformat(plain["at"])})
        bytes.fromhex(salt)
    except (ValueError, KeyError, TypeError) as error:
        raise BadTape(f"it is no recording of a conversation ({error})") from error
    return Head(about, salt, raw)


def take_in(path: Path, plain: Path, master: str, *, last: bool) -> int:
    """Seal what has been written to ``plain`` since the last time, whole pieces or, at the ``last``, all of it; how
    many bytes of it are safe now.  A torn end, of a crash or a full disk, is written anew.  Raises ``OSError``.
    """
    with path.open("r+b") as file:
        found = head(file)
        cipher = _cipher(master, found.salt)
        done = (path.stat().st_size - len(found.raw)) // (PIECE + TAG)
        with plain.open("rb") as spoken:
            spoken.seek(done * PIECE)
            sound = spoken.read(PIECE)
            if len(sound) < PIECE and not last:
                return done * PIECE
            file.seek(len(found.raw) + done * (PIECE + TAG))
            if last and not sound and _opens(cipher, done, file.read(), found.raw):
                return done * PIECE  # sealed to its end before all stopped, and the memory with the sound is gone
            file.seek(len(found.raw) + done * (PIECE + TAG))
            file.truncate()
            while len(sound) == PIECE:
                file.write(cipher.encrypt(_nonce(done, last=False), sound, found.raw))
                done += 1
                sound = spoken.read(PIECE)
        if last:
            file.write(cipher.encrypt(_nonce(done, last=True), sound, found.raw))
        file.flush()
        os.fsync(file.fileno())
        return done * PIECE + (len(sound) if last else 0)


def _opens(cipher: AESGCM, place: int, sealed: bytes, raw: bytes) -> bool:
    """Whether this is a last piece already: it must not be sealed again, with other content, under its nonce."""
    try:
        cipher.decrypt(_nonce(place, last=True), sealed, raw)
    except (InvalidTag, ValueError):
        return False
    return True


def pieces(path: Path, master: str) -> Iterator[bytes]:
    """The sound of a whole file, piece by piece.  Raises :class:`BadTape`, ``OSError``."""
    with path.open("rb") as file:
        found = head(file)
        cipher = _cipher(master, found.salt)
        place = 0
        while True:
            sealed = file.read(PIECE + TAG)
            last = len(sealed) < PIECE + TAG
            try:
                yield cipher.decrypt(_nonce(place, last=last), sealed, found.raw)
            except (InvalidTag, ValueError):
                raise BadTape(
                    "its key is another one, or somebody has changed it" if place == 0 else "its end is torn or changed"
                ) from None
            if last:
                return
            place += 1


def seconds(path: Path) -> float:
    """How long its sound is."""
    with path.open("rb") as file:
        raw = head(file).raw
    whole, rest = divmod(max(0, path.stat().st_size - len(raw)), PIECE + TAG)
    return (whole * PIECE + max(0, rest - TAG)) / BYTES


def export(path: Path, master: str, to: IO[bytes]) -> None:
    """Write a file's sound as a WAV file of two channels, from its beginning to its end: ``to`` may be a pipe.

    Raises :class:`BadTape`, ``OSError``.
    """
    frame = CHANNELS * WIDTH
    with wave.open(to, "wb") as sound:
        sound.setnchannels(CHANNELS)
        sound.setsampwidth(WIDTH)
        sound.setframerate(RATE)
        sound.setnframes(round(seconds(path) * BYTES) // frame)
        for piece in pieces(path, master):
            sound.writeframesraw(piece[: len(piece) // frame * frame])


def _cipher(master: str, salt: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, bytes.fromhex(salt), b"ivr conversation").derive(master.encode()))


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11) + bytes([last])
