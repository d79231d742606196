"""Which known sounds a recording contains, when, and how much of each.  Pure: samples in, findings out.

Theory.  A prompt that travelled through G.711 is the same waveform, a little noisier, louder or softer.  Anchors
(stretches of 0.8 s with energy, taken across the whole sound) are searched for by normalised cross-correlation over
the whole recording; each peak proposes where the sound would have begun.  A proposal is then followed block by block
with a small search around the expected place (a jitter buffer may slip by a frame or two), and within each block
frame by frame of 20 ms: a frame was heard when it correlates with the recording at that place.  So a sound that
starts late, lost its onset, was cut short by a key, or has a hole is found and measured, and another voice that says
the same words is not.  Frames that are silent in the sound count as heard when their neighbours were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from scipy import fft  # type: ignore[import-untyped]

from ivr.phone.anchors import Anchors
from ivr.phone.closely import Placed, loudly, together
from ivr.phone.known import BLOCK, MARGIN, Known, fives
from ivr.phone.pieces import bridged, without_islands
from ivr.phone.report import Samples, load
from ivr.phone.tone import FRAME, SILENT, Span, spans

SLIP = 0.1
"""Seconds by which a block may be away from where the block before it says."""

CLEARLY = 0.05
"""Correlation by which another place must be better for the block to have slipped."""

SAME = 0.6
"""Correlation of frames (five of them, 100 ms) that counts as the same sound."""

ALIKE = 0.4
"""Correlation that a frame alone must have."""

CALM = 10 ** (-40 / 20)
"""RMS of the recording above which a pause of the sound was not a pause: something else was heard."""

ONSET = 0.06
"""Seconds that may be missing at the beginning: a stream that starts loses a frame or two."""

HOLE = 0.2
"""Seconds that may be missing at one place: a stalled machine delays a few packets until they are too late."""

LEAST = 0.3
"""Seconds of a sound that must have been heard to be reported at all."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard(Span):
    """A known sound that was heard; all in seconds.

    ``start`` and ``end`` bound what was heard, in the recording; ``offset`` is how much of the sound is missing
    before ``start``, ``until`` the place in the sound where hearing ended; ``heard`` is how much of it was heard in
    all, ``unbroken`` how much from ``offset`` on up to the first hole of more than ``HOLE``, ``hole`` the longest,
    ``length`` how long the sound is; ``score`` is the mean correlation (1.0: the same).
    """

    name: str
    offset: float
    until: float
    heard: float
    unbroken: float
    hole: float
    length: float
    score: float

    @property
    def whole(self) -> bool:
        """Whether nothing worth mentioning is missing.

        At most ``ONSET`` at the beginning, ``HOLE`` elsewhere, 0.25 s or 4 % in all; a quarter of a short sound.
        """
        lost = min(max(0.25, 0.04 * self.length), self.length / 4)
        gap = min(HOLE, self.length / 4)
        unhurt = self.hole <= gap + FRAME / 2 and self.heard >= self.length - lost
        return unhurt and self.offset <= ONSET and self.until >= self.length - gap

    @property
    def begins(self) -> float:
        """Where its very beginning is in the recording, heard or not."""
        return self.start - self.offset

    @property
    def from_start(self) -> float:
        """Seconds heard from the sound's very beginning; 0.0 when the beginning is missing."""
        return self.unbroken if self.offset <= ONSET else 0.0


def sound(path: Path, rate: int) -> Samples:
    """A sound file as it is heard at ``rate``; raises ``FileNotFoundError``."""
    if not path.exists():
        raise FileNotFoundError(f"no sound file {path}")
    samples, own = load(path)
    return samples if own == rate else np.asarray(soxr.resample(samples, own, rate), dtype=np.float32)


def heard(recording: Samples, rate: int, sounds: Mapping[str, Samples]) -> list[Heard]:
    """What was heard of which sound, in order of time.

    Where two sounds claim the same moments (two prompts that begin with the same words), the one of which more was
    heard has them, unless both sound, one through the other.  A sound that was heard twice, or was cut and resumed,
    appears twice.
    """
    ear = _Ear(recording, rate)
    claims = [claim for name, samples in sounds.items() for claim in ear.find(name, samples)]
    claims.sort(key=lambda claim: (claim.heard * claim.score, claim.score), reverse=True)
    kept: list[Heard] = []
    for claim in claims:
        rivals = [other for other in kept if _overlap(claim, other) >= 0.5 * claim.seconds]
        if all(through(recording, rate, sounds, claim, other) >= 0.5 * _overlap(claim, other) for other in rivals):
            kept.append(claim)
    return sorted(kept, key=lambda claim: claim.start)


def placed(recording: Samples, rate: int, sound: Samples, one: Heard, db: float | None = None) -> tuple[Placed, ...]:
    """Where the sound is, as it begins and as it ends (a jitter buffer slips); ``db``: how much louder, where known."""
    gain = 10 ** ((louder(recording, rate, sound, one) if db is None else db) / 20)
    places = {round(at * rate): None for at in (one.begins, one.end - one.until)}
    return tuple(Placed(sound, place, gain) for place in places)


def louder(recording: Samples, rate: int, sound: Samples, one: Heard) -> float:
    """Decibels by which the loud tenth of what was heard is louder than that of the sound."""
    there, known = (
        loudly(samples[round(begin * rate) : round(end * rate)], rate)
        for samples, begin, end in ((recording, one.start, one.end), (sound, one.offset, one.until))
    )
    return float(20 * np.log10(there / known))


def through(recording: Samples, rate: int, sounds: Mapping[str, Samples], one: Heard, other: Heard) -> float:
    """Seconds for which one of them sounded through the other, beyond what was recognised of each."""
    if max(one.begins, other.begins) > min(one.begins + one.length, other.begins + other.length) + SLIP:
        return 0.0
    mine, its = (placed(recording, rate, sounds[heard.name], heard) for heard in (one, other))
    return max(together(recording, rate, a, b) for a in mine for b in its)


class _Ear:
    """One recording, transformed once for all searches."""

    def __init__(self, recording: Samples, rate: int) -> None:
        self.rate = rate
        self.recording = recording.astype(np.float64)
        self.anchors = Anchors(recording, rate)
        self.step = round(FRAME * rate)
        self.reach = round(SLIP * rate)
        self.widest = (BLOCK + 2 * MARGIN) * self.step + 2 * self.reach
        self.padded = np.pad(self.recording, self.widest)
        self.windows = {
            width: np.lib.stride_tricks.sliding_window_view(self.padded, width)
            for width in (BLOCK * self.step, (BLOCK + 2 * MARGIN) * self.step)
        }

    def find(self, name: str, samples: Samples) -> list[Heard]:
        """Every place where (a part of) the sound is."""
        places = self.anchors.places(samples)
        if not places or len(samples) < self.step:
            return []
        known = Known(samples.astype(np.float64), self.step, self.reach)
        claims = [self._follow(name, known, place) for place in places]
        return [claim for claim in claims if claim is not None]

    def _follow(self, name: str, known: Known, place: int) -> Heard | None:
        """Measure which frames of the sound are there, if it begins at ``place``; all blocks of it at once."""
        step, count = self.step, known.count
        slips = [0]
        for block in range(len(known.first)):
            slips.append(self._slip(known, block, place, slips[-1]))
        before, own, after = np.array(slips[:-1]), np.array(slips[1:]), np.array([*slips[2:], slips[-1]])
        score = np.where(known.real, 0.0, 1.0)
        where = np.repeat((place + own)[:, None], BLOCK, axis=1)
        # A slip happens within a block: its first frames are where the block before says, its last further on.
        # A jitter buffer slips by whole packets, and may slip back before the block is over.
        tries = [before, own, after, *(own + packet * step for packet in (-2, -1, 1, 2))]
        for number, slip in enumerate(tries):
            wanted = np.flatnonzero(score.min(axis=1) < SAME)
            if number:
                wanted = wanted[np.all([slip[wanted] != tried[wanted] for tried in tries[:number]], axis=0)]
            if not wanted.size:
                continue
            tried = self._correlate(known, wanted, place + slip[wanted])
            better = (tried > score[wanted]) & known.real[wanted]
            score[wanted] = np.where(better, tried, score[wanted])
            where[wanted] = np.where(better, (place + slip[wanted])[:, None], where[wanted])
        slipped = [own, *(other for other in (before, after) if not np.array_equal(other, own))]
        calm = np.any([self._calm(known, place + slip) for slip in slipped], axis=0).ravel()[:count]
        score, where = score.ravel()[:count], where.ravel()[:count]
        loud = known.loud
        same = (score >= SAME) & loud
        present = without_islands(bridged(same, loud, calm))
        if (same & present).sum() < max(min(LEAST / FRAME, 0.7 * loud.sum()), 1):
            return None
        at = np.flatnonzero(present)
        begin, end = int(at[0]), int(at[-1]) + 1
        holes = spans(~present[begin:end], 0.0)
        return Heard(
            start=max(int(where[begin]) + begin * step, 0) / self.rate,
            end=min(int(where[end - 1]) + end * step, len(self.recording)) / self.rate,
            name=name,
            offset=begin * FRAME,
            until=end * FRAME,
            heard=float(present.sum()) * FRAME,
            unbroken=next((gap.start for gap in holes if gap.seconds > HOLE), (end - begin) * FRAME),
            hole=max((gap.seconds for gap in holes), default=0.0),
            length=known.length / self.rate,
            score=round(float(score[same & present].mean()), 3),
        )

    def _cut(self, begins: npt.NDArray[np.int_], width: int) -> Floats:
        """The pieces of the recording that begin there, a row each; silence where it has none."""
        starts = np.minimum(np.maximum(begins, -width), len(self.recording)) + self.widest
        return np.asarray(self.windows[width][starts])

    def _slip(self, known: Known, block: int, place: int, slip: int) -> int:
        """How far this block is from ``place``: the best within ``SLIP`` of the block before, if it is clear."""
        length, norm, reach = known.lengths[block], known.norms[block], self.reach
        if norm < SILENT * np.sqrt(length):
            return slip
        start = (
            min(max(place + slip + int(known.first[block]) - reach, -self.widest), len(self.recording)) + self.widest
        )
        piece = self.padded[start : start + length + 2 * reach]
        mine, there = known.frames[block, MARGIN:].ravel()[:length], piece[reach : reach + length]
        if np.dot(mine, there) > (1 - CLEARLY) * norm * np.sqrt(np.dot(there, there)):
            return slip  # nowhere else can it be clearly better: most blocks of a line without loss
        power = np.concatenate(([0.0], np.cumsum(piece**2)))
        energy = np.sqrt(np.maximum(power[length:] - power[:-length], 1e-9)) * norm
        size = BLOCK * self.step + 2 * reach
        found = np.asarray(fft.irfft(fft.rfft(piece.astype(np.float32), size) * known.spectra[block], size))
        score = found[: 2 * reach + 1] / energy
        best = int(np.argmax(score))
        return slip + best - reach if score[best] > max(SAME, score[reach] + CLEARLY) else slip

    def _correlate(self, known: Known, blocks: npt.NDArray[np.int_], places: npt.NDArray[np.int_]) -> Floats:
        """Correlation of each frame with its surroundings: 100 ms before, around or after, whichever is best.

        Of each of the ``blocks``, in a row, if the sound begins at its of ``places``.  A frame that is not itself alike
        scores 0.0, so the surroundings cannot smear an edge.
        """
        width = (BLOCK + 2 * MARGIN) * self.step
        theirs = self._cut(places + known.first[blocks] - MARGIN * self.step, width)
        theirs = theirs.reshape(len(blocks), BLOCK + 2 * MARGIN, self.step)
        one, mine = known.energy[blocks], known.frames[blocks]
        two, both = np.einsum("bfs,bfs->bf", theirs, theirs), np.einsum("bfs,bfs->bf", mine, theirs)
        own = (both / np.sqrt(np.maximum(one * two, 1e-12)))[:, MARGIN:-MARGIN]
        one, two5, both = (fives(part) for part in (one, two, both))
        wide = both / np.sqrt(np.maximum(one * two5, 1e-12))
        best = np.max([wide[:, at : at + BLOCK] for at in (0, 2, 4)], axis=0)
        silent = two[:, MARGIN:-MARGIN] < (SILENT / 4) ** 2 * self.step
        return np.where(silent | (own < ALIKE), 0.0, best)

    def _calm(self, known: Known, places: npt.NDArray[np.int_]) -> Bools:
        """Which frames of the recording (not beyond its ends) are free of another sound; a block in a row."""
        begins = places + known.first
        frames = self._cut(begins, BLOCK * self.step).reshape(len(begins), BLOCK, self.step)
        power = np.einsum("bfs,bfs->bf", frames, frames) / self.step
        at = begins[:, None] + np.arange(BLOCK) * self.step
        inside = (at >= 0) & (at + self.step <= len(self.recording))
        return np.asarray(inside & (power < max(CALM, 2 * known.quiet) ** 2))


def _overlap(one: Span, other: Span) -> float:
    return max(min(one.end, other.end) - max(one.start, other.start), 0.0)
