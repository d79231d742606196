"""A call as its caller heard it, held against the prompts that should have been heard.  Pure.

Where `timeline` proves a call (announcement before charge, menus in order), this listens like a caller who complains:
about a prompt that is missing, out of order, late, without its first syllable, with a hole in it, too quiet, spoken
into another one, and about a line on which nothing is heard for too long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ivr.phone.ear import Heard
from ivr.phone.known import QUIET
from ivr.phone.report import Samples
from ivr.phone.tone import FRAME, SILENT, silences

CLIPPED = 0.05
"""Seconds of a first syllable that may be missing; the grain of the ear is 20 ms."""

DEAD_AIR = 2.0
"""Seconds after which a caller says "hello?"."""

PAUSE = 0.25
"""Seconds between two prompts that belong together; Asterisk needs some 50 ms for the next order."""

OVERLAP = 0.1
"""Seconds by which two prompts may seem to overlap: what a jitter buffer slips."""

UNSURE = 0.2
"""Seconds at its end by which a lost packet may keep the ear from recognising a prompt; more was cut off."""

FAINT = 6.0
"""Decibels by which a prompt may be quieter or louder than it was baked."""


@dataclass(frozen=True)
class Told:
    """One prompt as it was heard.  ``clipped`` is how much of its first sound is missing, ``hole`` its longest gap
    (seconds), ``gain`` how much louder than it was baked (dB), ``unsure`` and
    ``after`` how much before ``start`` and after ``end`` belongs to it and was not recognised.
    """

    name: str
    start: float
    end: float
    clipped: float
    hole: float
    gain: float
    unsure: float
    after: float

    def __str__(self) -> str:
        """As printed."""
        return f"{self.start:6.2f}-{self.end:.2f} s  {self.name} ({self.gain:+.0f} dB)"


def told(found: Sequence[Heard], recording: Samples, rate: int, sounds: Mapping[str, Samples]) -> list[Told]:
    """What `ear.heard` found, measured as callers would judge it."""
    return [
        Told(
            one.name,
            one.start,
            one.end,
            _clipped(recording, sounds[one.name], one, rate),
            one.hole,
            _gain(recording, sounds[one.name], one, rate),
            one.offset,
            min(one.length - one.until, UNSURE),
        )
        for one in found
    ]


def complaints(
    heard: Sequence[Told],
    recording: Samples,
    rate: int,
    expected: Sequence[str],
    *,
    pause: float = PAUSE,
    dead_air: float = DEAD_AIR,
) -> list[str]:
    """What a caller would complain about, a sentence each; ``expected`` are the prompts in the order of the book.

    ``pause`` is how long one prompt may follow the other at most, and the first the beginning of the recording.
    """
    names = [one.name for one in heard]
    said = [f"{name} was not heard" for name in expected if name not in names]
    said += [f"{name} was heard, and nobody expected it" for name in names if name not in expected]
    order = [name for name in expected if name in names]
    if not said and names != order:
        said.append(f"heard in another order: {', '.join(names)}")
    for one in heard:
        if one.clipped > CLIPPED:
            said.append(f"{one.name} lacks its first {one.clipped * 1000:.0f} ms")
        if abs(one.gain) > FAINT:
            said.append(f"{one.name} is {abs(one.gain):.0f} dB too {'quiet' if one.gain < 0 else 'loud'}")
    ends = [0.0, *(one.end + one.after for one in heard)]
    for one, before in zip(heard, ends, strict=False):
        late = one.start - one.unsure - before
        if late > pause:
            said.append(f"{one.name} began {late * 1000:.0f} ms late")
    for first, second in pairwise(heard):
        if first.end - second.start > OVERLAP:
            said.append(f"{second.name} began {first.end - second.start:.2f} s before {first.name} was over")
    said += dead(recording, rate, dead_air)
    return said


def dead(recording: Samples, rate: int, at_least: float = DEAD_AIR) -> list[str]:
    """Where nothing was heard for too long, a sentence each; not at the end, where the call is over."""
    length = len(recording) / rate
    return [
        f"nothing was heard from {one.start:.2f} to {one.end:.2f} s"
        for one in silences(recording, rate, at_least)
        if one.end < length - 0.1
    ]


def _clipped(recording: Samples, sound: Samples, one: Heard, rate: int) -> float:
    """Seconds of the beginning in which the sound has something to say and the line was quiet.

    Not simply what the ear did not recognise: a lost packet that the phone concealed is no missing syllable.
    """
    step = round(FRAME * rate)
    count = round(one.offset / FRAME)
    begins = round((one.start - one.offset) * rate)
    floor = max(SILENT, QUIET * float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))))
    missing = 0
    for number in range(count):
        place = begins + number * step
        ought = _rms(sound[number * step : (number + 1) * step])
        was = _rms(recording[max(place, 0) : max(place + step, 0)])
        missing += ought > floor and was < max(SILENT, ought / 4)
    return missing * FRAME


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def _gain(recording: Samples, sound: Samples, one: Heard, rate: int) -> float:
    """How much louder the loud tenth of what was heard is than that of the sound."""
    heard = recording[round(one.start * rate) : round(one.end * rate)]
    baked = sound[round(one.offset * rate) : round(one.until * rate)]
    return float(20 * np.log10(_loud(heard, rate) / _loud(baked, rate)))


def _loud(samples: Samples, rate: int) -> float:
    step = max(1, round(0.02 * rate))
    count = max(1, len(samples) // step)
    frames = np.resize(samples.astype(np.float64), count * step).reshape(count, step)
    return float(np.percentile(np.sqrt(np.mean(frames**2, axis=1)), 90)) + 1e-6
