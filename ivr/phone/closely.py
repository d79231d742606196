"""A known sound at the place where it was heard, held against the recording in grains of 10 ms.  Pure.

The ear finds sounds by their resemblance over a tenth of a second and more, which smears their edges.  Here the place
and the level of the sound are known already, so that each grain can be asked by itself: is it there, as loud as it
ought to be; or is it surely gone, since the line is quiet, or something else sounds in its stead?  What is neither,
such as a lost packet that the phone concealed or a hiss that a codec made anew, proves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ivr.phone.anchors import cut
from ivr.phone.report import Samples
from ivr.phone.tone import FRAME, SILENT, Span

GRAIN = 0.01
"""Seconds."""

PACKET = 0.02
"""Seconds of a packet, by which a phone's jitter buffer slips."""

FAINT = 10 ** (-26 / 20)
"""Grains so far below the RMS of their sound are its pauses and the breath before its first syllable."""

SHUT = 2
"""Grains of a pause within a syllable."""

SAME = 0.6
"""Correlation over 30 ms that counts as the same sound, 0.4 in the grain itself."""

SURELY = 0.85
"""The same where another sound is known to be: voices are alike by chance for so short a time."""

WIDTH = 6
"""Grains over which two sounds are told apart in their sum."""

APART = 0.9
"""Correlation of two sounds from which on nothing tells how much of each is in their sum."""


Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Placed:
    """A sound that begins ``place`` samples into the recording (it may be less than none), ``gain`` times as loud."""

    sound: Samples
    place: int
    gain: float


def missing(recording: Samples, rate: int, one: Placed, others: Iterable[Span] = ()) -> float:
    """Seconds of the sound that are surely gone before its first grain that is there.

    A short pause between two such grains, as of the lips in a P, is gone with them.  ``others`` is when other sounds
    are known to be in the recording.  For what is missing at a sound's end, turn all of it around.
    """
    loud, gone, heard = _grains(recording, rate, one, others)
    begun = np.flatnonzero(heard[:-1] & heard[1:])
    lost = np.flatnonzero(gone[: begun[0] if begun.size else len(loud)])
    pauses = [
        after - before - 1
        for before, after in pairwise(lost)
        if after - before - 1 <= SHUT and not loud[before + 1 : after].any()
    ]
    return float(len(lost) + sum(pauses)) * GRAIN


def hole(recording: Samples, rate: int, *places: Placed) -> float:
    """Seconds of the sound that are surely gone in one stretch within it, wherever of ``places`` it is.

    A jitter buffer slips: the same sound may be at one place as it begins and at another as it ends.
    """
    found = [_grains(recording, rate, one, ()) for one in places]
    loud, gone = np.all([one[0] for one in found], axis=0), np.all([one[1] for one in found], axis=0)
    heard = np.flatnonzero(np.any([one[2] for one in found], axis=0))
    if not heard.size:
        return 0.0
    solid = loud & ~gone
    stretch = np.concatenate(([0], np.cumsum(solid[:-1] & solid[1:])))[heard[0] : heard[-1]]
    inside = gone[heard[0] : heard[-1]]
    return float(np.bincount(stretch[inside]).max(initial=0)) * GRAIN


def _grains(recording: Samples, rate: int, one: Placed, others: Iterable[Span]) -> tuple[Bools, Bools, Bools]:
    """Of each grain of a sound: whether it has something to say, whether that is surely gone, whether it is there."""
    step = round(GRAIN * rate)
    count = len(one.sound) // step
    known = one.sound[: count * step].astype(np.float64).reshape(count, step) * one.gain
    there = cut(recording, one.place, count * step).reshape(count, step)
    at = (one.place + np.arange(count) * step) / rate
    taken = np.zeros(count, dtype=bool)
    for other in others:
        taken |= (at + GRAIN > other.start) & (at < other.end)
    ought, is_, both = (known**2).sum(axis=1), (there**2).sum(axis=1), (known * there).sum(axis=1)
    floor = step * max(SILENT**2, FAINT**2 * float(ought.sum()) / max(count * step, 1))
    loud = ought > floor
    own = both / np.sqrt(np.maximum(ought * is_, 1e-12))
    wide = np.zeros(count)
    sums = [_threes(part) for part in (ought, is_, both)]
    for first in range(3):
        mine, theirs, shared = (each[first : first + count] for each in sums)
        ratio = shared / np.maximum(mine, 1e-12)
        alike = shared / np.sqrt(np.maximum(mine * theirs, 1e-12))
        wide = np.maximum(wide, np.where((ratio > 0.5) & (ratio < 2), alike, 0.0))
    heard = loud & (own > 0.4) & (wide > np.where(taken, SURELY, SAME))
    gone = loud & ~heard & (taken | (is_ < ought / 16) | (is_ > 6 * ought))
    return loud, gone, heard


def together(recording: Samples, rate: int, one: Placed, other: Placed) -> float:
    """Seconds for which both sounds are in the recording, one through the other.

    That is where their sum explains it far better than either of them alone does, a packet away if need be: a jitter
    buffer that slips leaves a sound a packet from where it should be, and something else seems to be needed there.
    """
    step = round(GRAIN * rate)
    begin = max(one.place, other.place, 0)
    end = min(one.place + len(one.sound), other.place + len(other.sound), len(recording))
    count = max(end - begin, 0) // step
    if count < WIDTH:
        return 0.0
    a, b, r = (
        gain * cut(samples, begin - place, count * step).reshape(count, step)
        for samples, place, gain in (
            (one.sound, one.place, one.gain),
            (other.sound, other.place, other.gain),
            (recording, 0, 1.0),
        )
    )
    aa, bb, ab, ar, br, rr = (
        np.convolve((x * y).sum(axis=1), np.ones(WIDTH), "valid")
        for x, y in ((a, a), (b, b), (a, b), (a, r), (b, r), (r, r))
    )
    loud = np.minimum(aa, bb) > WIDTH * step * SILENT**2
    apart = ab**2 < APART**2 * aa * bb
    det = np.where(loud & apart, aa * bb - ab**2, 1.0)
    mine, its = (ar * bb - br * ab) / det, (br * aa - ar * ab) / det
    explained = (mine * ar + its * br) / np.maximum(rr, 1e-12)
    close = (np.minimum(mine, its) > 0.5) & (np.maximum(mine, its) < 2) & (explained > 0.5)
    if not (loud & apart & close).any():
        return 0.0
    alone = np.zeros(len(rr))
    for single in (one, other):
        for slip in (-round(PACKET * rate), 0, round(PACKET * rate)):
            x = cut(single.sound, begin - single.place - slip, count * step).reshape(count, step)
            xx, xr = (np.convolve((x * y).sum(axis=1), np.ones(WIDTH), "valid") for y in (x, r))
            alone = np.maximum(alone, np.maximum(xr, 0.0) ** 2 / np.maximum(xx * rr, 1e-12))
    close &= 1 - explained < (1 - alone) / 2
    both = np.convolve(loud & apart & close, np.ones(WIDTH)) > 0
    return float(both.sum()) * GRAIN


def loudly(samples: Samples, rate: int) -> float:
    """RMS that the loud tenth of its frames have at least; a little more than nothing where nothing is."""
    step = max(1, round(FRAME * rate))
    count = max(1, len(samples) // step)
    whole = samples[: count * step].astype(np.float64)
    frames = np.resize(whole, count * step).reshape(count, step)
    levels = np.sort(np.sqrt(np.mean(frames**2, axis=1)))
    place = (count - 1) * 0.9  # as numpy.percentile, which takes longer to ask what it shall do than to do it
    below, above = levels[int(place)], levels[min(int(place) + 1, count - 1)]
    return float(below + (above - below) * (place - int(place))) + 1e-6


def _threes(parts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sums of three neighbours: those that end with each, silence before the first; then two that end beyond."""
    padded = np.zeros(len(parts) + 4)
    padded[2:-2] = parts
    return np.asarray(padded[:-2] + padded[1:-1] + padded[2:])
