"""What shapes a sound, and the digest by which one is told from another before it is made; without what makes it."""

import hashlib
import json
from functools import cache
from importlib.metadata import version

from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice.variants import RATES

LOUDNESS = -19.0  # LUFS: mono speech, as loud as -16 LUFS in stereo
CEILING = 10 ** (-1.0 / 20)  # -1 dBFS
LEAD = 0.030  # seconds of silence before the first sound
DECAY = 0.050  # seconds kept after the last sound, so that a final consonant does not break off
BEEP = (1000.0, 0.5, 0.005, 10 ** (-12.0 / 20))  # hertz, seconds, seconds of ramp, peak

TOOLS = ("G722", "numpy", "pyloudnorm", "scipy", "soundfile", "soxr")
"""The packages that compute it."""
RECORDED = "recording 3"
"""Raised where recordings are held to more than before: those that were baked are looked at once more."""


@cache
def recipe() -> str:
    """Everything that shapes the sound, for digests. Raise the first number when the method changes.

    Of the same name are the same bytes, so what computes them is part of it, by its version.
    """
    tools = " ".join(f"{name} {version(name)}" for name in TOOLS)
    return f"4 {RATES} {LOUDNESS} {CEILING:.6f} {LEAD} {DECAY} {BEEP} {tools}"


def digest_of(utterance: Utterance, content: str, source: str, speech: Speech) -> str:
    """Twelve digits that change with all that shapes a sound; ``content`` is its text, or the digest of a recording."""
    shape: tuple[object, ...] = (utterance.tail, utterance.at_least, utterance.at_most)
    if utterance.parts and source != "recording":
        parts = [
            (part.what, speech.spelled(part.text, part.language), part.language, part.pause) for part in utterance.parts
        ]
        shape = (*shape, parts)
    made_by = RECORDED if source == "recording" else source
    told = json.dumps([recipe(), utterance.language, made_by, content, *shape])
    return hashlib.sha256(told.encode()).hexdigest()[:12]
