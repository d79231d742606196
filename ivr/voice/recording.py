"""Real recordings in the prompts directory, read with distrust: they come from people, by e-mail, by upload."""

import io
import os
import re
import stat
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ivr.values.music import MUSIC
from ivr.values.phrase import NAME
from ivr.voice.samples import Samples, wav
from ivr.voice.variants import RATES

LANGUAGE = re.compile(rf"[a-z]{{2,3}}(-[A-Za-z]{{2,4}})?|{MUSIC}")
MAX_BYTES = 50_000_000
MAX_SECONDS = 600
MAX_SAMPLES = 60_000_000
"""All channels together; a small file can unpack to a huge one."""
LOUD = 0.25  # of full scale
FLAT, FLAT_A_SECOND = 10, 5
"""Crests cut off flat, in all and a second, that a recording may have."""
MOMENT = 0.005  # seconds
ABRUPT = 12.0
"""Decibels below the loudest moment: what begins or ends above has been cut."""
_WAV = {"WAV", "WAVEX", "RF64"}
ENDLESS = 0x7FFF_0000
"""Bytes: so many, or more, are promised by who sends a WAV file as he makes it, and does not know its end."""
SILENCE = "holds only silence: record it again"
_BEST = max(RATES.values())
_HINT = "save it as a WAV file (PCM, 16 bits)"
_TAKE = "`ivr prompts --take LANGUAGE/ID FILE` makes a recording of it"


class Unusable(ValueError):
    """A recording or a name that cannot be used: what is wrong and what to do, to stand after the file's name."""


def recording(prompts: Path, language: str, name: str) -> bytes | None:
    """The bytes of ``<prompts>/<language>/<name>.wav``, or None where there is no such recording.

    Raises Unusable for a bad name, for anything that leads out of the prompts directory, is not a plain file,
    cannot be read, or is too big.
    """
    if not LANGUAGE.fullmatch(language) or not NAME.fullmatch(name):
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
    if any_kind and len(content) < _promised(content) < ENDLESS:
        raise Unusable("is cut off: bring the whole file")
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


def undistorted(samples: Samples, rate: int) -> None:
    """Raise Unusable for a recording that was overdriven: its crests are cut off flat, which is heard as a crackle.

    A crest is flat where at least three samples in a row have just the highest value of all, or the lowest.  Speech
    that was recorded as it should be has none, also as mu-law or A-law; 3 dB too much give some ten a second at
    48 kHz, 6 dB eight at 8 kHz (measured on espeak-ng, 2026-11).  What is quieter than -12 dBFS has flat crests
    because of its few bits, and is left alone.  As SoX's "flat factor" (sox.1, stats).
    """
    flat = sum(_flat(side) for side in (samples, -samples) if side.max(initial=0.0) >= LOUD)
    if flat > max(FLAT, FLAT_A_SECOND * len(samples) / rate):
        seconds = len(samples) / rate
        raise Unusable(f"is overdriven ({flat} crests are cut off flat in {seconds:.1f} s): record it less loudly")


def abrupt(samples: Samples, rate: int) -> str:
    """Where a recording is in the middle of a sound: ``begins``, ``ends`` or nowhere; a syllable may be missing there.

    What is spoken rises and falls, if only within a hundredth of a second: of 622 prompts cut off where they begin and
    end to the ear (40 dB below the loudest moment), the first and the last 5 ms stayed 12 dB below it in all; of the
    same with 50 to 190 ms less, three of five did not (pico2wave, 2026-11).  A cut within a pause leaves no trace, and
    a jingle may begin like that.
    """
    levels = _moments(samples - samples.mean(), rate)
    edges = {"begins": levels[0], "ends": levels[-1]}
    return next((where for where, level in edges.items() if level > levels.max() - ABRUPT), "")


def _moments(samples: Samples, rate: int) -> Samples:
    """The level of each 5 ms, in decibels; a rest that is shorter is left out, but for a sound that is no longer."""
    grain = min(round(MOMENT * rate), len(samples))
    whole = len(samples) // grain * grain
    level: Samples = 20 * np.log10(np.sqrt(np.mean(samples[:whole].reshape(-1, grain) ** 2, axis=1)) + 1e-9)
    return level


def _flat(samples: Samples) -> int:
    """How many crests stay on the highest value for three samples or more."""
    edges = np.diff(np.concatenate([[0], (samples == samples.max()).astype(np.int8), [0]]))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int((lengths >= 3).sum())


def as_delivered(content: bytes) -> None:
    """Raise Unusable for a WAV file that is cut off, of more than one channel, or of a rate that is none of ours.

    One of two channels may be another voice, and their mixture something that nobody has listened to; a rate that is
    none of ours means a conversion that nobody has heard either.  What `ivr prompts --take` makes can be heard first.
    (Music is stereo and of 44.1 kHz as a rule, and is converted.)
    """
    try:
        told = soundfile.info(io.BytesIO(content))
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError):
        return  # `decoded` says what is wrong with it
    if told.format not in _WAV:
        return
    if _promised(content) > len(content):
        raise Unusable("is cut off: bring the whole file")
    if told.channels > 1:
        raise Unusable(f"has {told.channels} channels, one is needed: {_TAKE}")
    if told.samplerate not in RATES.values():
        raise Unusable(f"has {told.samplerate} samples per second, 8000, 16000 or 48000 are needed: {_TAKE}")


def _promised(content: bytes) -> int:
    """How many bytes a WAV file has by its own word, up to the end of its sound (RIFF: chunks of name, size, data)."""
    place = 12
    while place + 8 <= len(content):
        name, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        if name == b"data":
            return place + 8 + size if content[:4] == b"RIFF" else 0
        place += 8 + size + size % 2
    return 0


def taken(content: bytes) -> bytes:
    """What somebody brought, in any form that libsndfile reads, as a WAV file of 48 kHz, mono, 16 bits.

    Raises Unusable.
    """
    samples, rate = decoded(content, any_kind=True)
    undistorted(samples, rate)
    wide = samples if rate == _BEST else soxr.resample(samples, rate, _BEST, quality="VHQ")
    if not np.abs(wide).max() > 0:
        raise Unusable(SILENCE)
    return wav(wide * min(1.0, 1.0 / np.abs(wide).max()), _BEST)


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
