"""Real recordings in the prompts directory, read with distrust: they come from people, by e-mail, by upload."""

import io
import os
import re
import stat
from pathlib import Path

import numpy as np
import soundfile

from ivr.values.music import MUSIC
from ivr.voice.wav import RATES, Samples

NAME = re.compile(r"[a-z0-9][a-z0-9_/-]{0,100}")
LANGUAGE = re.compile(rf"[a-z]{{2,3}}(-[A-Za-z]{{2,4}})?|{MUSIC}")
MAX_BYTES = 50_000_000
MAX_SECONDS = 600
MAX_SAMPLES = 60_000_000
"""All channels together; a small file can unpack to a huge one."""
_WAV = {"WAV", "WAVEX", "RF64"}
_HINT = "save it as a WAV file (PCM, 16 bits)"


class Unusable(ValueError):
    """A recording or a name that cannot be used: what is wrong and what to do, to stand after the file's name."""


def recording(prompts: Path, language: str, name: str) -> bytes | None:
    """The bytes of ``<prompts>/<language>/<name>.wav``, or None where there is no such recording.

    Raises Unusable for a bad name, for anything that leads out of the prompts directory, is not a plain file,
    cannot be read, or is too big.
    """
    if not LANGUAGE.fullmatch(language) or not NAME.fullmatch(name) or "" in name.split("/"):
        raise Unusable("is not a prompt name: use small letters, digits, - and _, at most 101 of them")
    path = prompts / language / f"{name}.wav"
    if not os.path.lexists(path):
        return None
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(prompts.resolve(strict=True)):
            raise Unusable("leads out of the prompts directory: put the file itself there")
        return content_of(real)
    except (OSError, RuntimeError) as error:
        raise Unusable(f"cannot be read ({_reason(error)}): mend or remove it") from error


def decoded(content: bytes, *, any_kind: bool = False) -> tuple[Samples, int]:
    """One channel of samples, and their rate; raises Unusable if these bytes are no sound WAV file.

    ``any_kind``: a speech engine's sound may be of any kind that libsndfile reads.
    """
    if not content:
        raise Unusable("is empty: record it again or remove it")
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.format not in _WAV and not any_kind:
                raise Unusable(f"is not a WAV file but {file.format} inside: {_HINT}")
            rate = int(file.samplerate)
            if not 8000 <= rate <= 192_000:
                raise Unusable(f"has {rate} samples per second: 8000 to 192000 are allowed")
            most = min(MAX_SECONDS * rate, MAX_SAMPLES // file.channels)
            samples = file.read(frames=most + 1, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(f"is damaged or not a WAV file: {_HINT}") from error
    if len(samples) > most:
        raise Unusable(f"is longer than {most // rate} s: shorten it")
    if not len(samples):
        raise Unusable("holds no sound: record it again or remove it")
    if not np.isfinite(samples).all():
        raise Unusable(f"is damaged (samples that are no numbers): {_HINT}")
    return samples.mean(axis=1, dtype=np.float64), rate


def converted(content: bytes) -> str:
    """What is changed in a recording that can be used, worth a word to who made it; empty: nothing.

    Such a file is converted, not refused: what a studio delivers is better than what callers hear.  But of two
    channels one may be another voice, and a telephone's rate shows that the original was something better.
    """
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        if file.channels > 1:
            return f"has {file.channels} channels, which are mixed into one: save it as mono to be sure of the sound"
        if file.samplerate not in RATES.values():
            return f"has {file.samplerate} samples per second, and is converted: 48000 would be played as they are"
    return ""


def content_of(path: Path) -> bytes:
    """The file's bytes, bounded; opened without waiting, since a pipe would keep a reader for ever."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unusable("is not a plain file: remove it")
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Unusable(f"is bigger than {MAX_BYTES // 1_000_000} MB: shorten it or save it as 16 bits, mono")
    return content


def _reason(error: OSError | RuntimeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it leads round in a circle"
