"""Sound as numbers, and how it gets into files and out of them; apart from `ivr.voice.variants`, since numpy takes its
time to import.
"""

import io
import wave
from array import array
from pathlib import Path

import numpy as np
import soundfile
from G722 import G722
from numpy.typing import NDArray

from ivr.voice.variants import RATES

Samples = NDArray[np.float64]
"""One channel of sound; full scale is -1.0 to 1.0."""

_BARE = {".alaw": "ALAW", ".ulaw": "ULAW", ".sln48": "PCM_16"}
"""What libsndfile calls them; G.722 it has not."""
_G722 = 64_000  # bits a second, the only rate that RTP has (RFC 3551, 4.5.2)


def encode(samples: Samples, suffix: str) -> bytes:
    """The whole file with this suffix as bytes: the same samples always give the same bytes."""
    if suffix == ".g722":
        coded: bytes = G722(RATES[suffix], _G722).encode(array("h", _whole(samples).tobytes()))
        return coded
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1.0, 1.0), RATES[suffix], format="RAW", subtype=_BARE[suffix])
    return buffer.getvalue()


def decode(path: Path) -> tuple[Samples, int]:
    """What callers hear of one of a sound's files, and its rate; raises OSError."""
    content, rate = path.read_bytes(), RATES[path.suffix]
    if path.suffix == ".g722":
        return np.asarray(G722(rate, _G722, use_numpy=False).decode(content), dtype=np.float64) / 32768, rate
    samples, _ = soundfile.read(
        io.BytesIO(content), samplerate=rate, channels=1, format="RAW", subtype=_BARE[path.suffix]
    )
    return np.asarray(samples, dtype=np.float64), rate


def wav(samples: Samples, rate: int) -> bytes:
    """A WAV file of 16 bits, mono, for people and their players."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(_whole(samples).astype("<i2").tobytes())
    return buffer.getvalue()


def _whole(samples: Samples) -> NDArray[np.int16]:
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)
