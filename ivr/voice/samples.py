"""Sound as numbers, and how it gets into files; apart from `ivr.voice.wav`, since numpy takes its time to import."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

from ivr.voice.wav import BARE, RATES

Samples = NDArray[np.float64]
"""One channel of sound; full scale is -1.0 to 1.0."""


def encode(samples: Samples, suffix: str, rate: int | None = None) -> bytes:
    """The whole file with this suffix as bytes: the same samples always give the same bytes.

    ``rate``: another than Asterisk wants of this suffix, for files that people hand to each other.
    """
    whole = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")
    if suffix == BARE:
        return whole.tobytes()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate or RATES[suffix])
        file.writeframes(whole.tobytes())
    return buffer.getvalue()
