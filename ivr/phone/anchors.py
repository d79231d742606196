"""Where in a recording a known sound may begin: the first, rough half of the ear.  Pure."""

import math
from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt
import soxr
from scipy import fft  # type: ignore[import-untyped]

from ivr.phone.report import Samples
from ivr.phone.tone import FRAME, SILENT

ANCHOR = 0.8
ANCHORS = 12
APART = 0.4
"""Seconds by which anchors begin after one another at least: what begins or ends between two is in half of one."""

BLOCK = 22_000
"""Samples that are transformed as one, about: many short transforms are cheaper than one as long as the call."""

TOGETHER = 8
"""Transforms that are done together: several at once take less than one after the other."""

SEARCHED = 4000
"""Samples a second at which anchors are searched for: below 2 kHz lies what tells one voice's words from another's."""

PROPOSED = 0.55
"""Correlation of an anchor (0.8 s) that proposes a place; other speech stays below 0.35."""


class Anchors:
    """One recording, transformed once for the searches for all sounds."""

    def __init__(self, recording: Samples, rate: int) -> None:
        self.rate = rate
        self.recording = recording.astype(np.float64)
        self.low = self._lower(recording)
        self.low_energy = np.concatenate(([0.0], np.cumsum(self.low.astype(np.float64) ** 2)))
        self.norms: dict[int, npt.NDArray[np.float32]] = {}
        anchor = round(ANCHOR * SEARCHED)
        places = max(len(self.low) - anchor + 1, 1)
        rows = -(-places // (BLOCK - anchor + 1))
        self.block = cast("int", fft.next_fast_len(-(-places // rows) + anchor - 1, real=True))
        self.hop = self.block - anchor + 1
        rows = -(-places // self.hop)
        padded = np.pad(self.low, (0, max((rows - 1) * self.hop + self.block - len(self.low), 0)))
        blocks = np.lib.stride_tricks.sliding_window_view(padded, self.block)[: rows * self.hop : self.hop]
        self.spectra = np.asarray(fft.rfft(blocks))

    def places(self, samples: Samples) -> list[int]:
        """Where the sound may begin (samples of the recording, may be negative), the most likely first."""
        known = samples.astype(np.float64)
        places = (self._exactly(known, place, anchor) for place, anchor in self._proposals(self._lower(samples)))
        return list(dict.fromkeys(places))

    def scores(self, anchors: Samples) -> Iterator[npt.NDArray[np.float32]]:
        """The correlation with each of the anchors (one in a row, of energy 1), at each place (overlap-save)."""
        norm = self._norm(anchors.shape[1])
        turned = np.conj(np.asarray(fft.rfft(anchors, self.block)))
        rows = len(self.spectra)
        together = max(TOGETHER // rows, 1)
        for first in range(0, len(turned), together):
            some = self.spectra * turned[first : first + together, None]
            products = np.asarray(fft.irfft(some, self.block, overwrite_x=True))
            scores = np.empty((len(products), len(norm)), dtype=np.float32)
            for row in range(rows):
                begin = row * self.hop
                end = len(norm) if row == rows - 1 else begin + self.hop
                np.multiply(products[:, row, : end - begin], norm[begin:end], out=scores[:, begin:end])
            yield from scores

    def _lower(self, samples: Samples) -> Samples:
        return np.asarray(soxr.resample(samples, self.rate, SEARCHED), dtype=np.float32)

    def _norm(self, length: int) -> npt.NDArray[np.float32]:
        """What the products at each place are multiplied by, for the recording's own loudness not to count."""
        if length not in self.norms:
            energy = self.low_energy[length:] - self.low_energy[:-length]
            self.norms[length] = (1 / np.sqrt(np.maximum(energy, (SILENT / 4) ** 2 * length))).astype(np.float32)
        return self.norms[length]

    def _proposals(self, known: Samples) -> list[tuple[int, int]]:
        """Where the sound may begin (may be negative), the best first, and which anchor says so, at SEARCHED."""
        length = min(round(ANCHOR * SEARCHED), len(known))
        if len(self.low) < length or not length:
            return []
        count = min(ANCHORS, 1 + round((len(known) - length) / (APART * SEARCHED)))
        starts = np.linspace(0, len(known) - length, count).round().astype(int)
        anchors = np.lib.stride_tricks.sliding_window_view(known, length)[starts]
        loudness = np.sqrt(np.mean(anchors**2, axis=1))
        starts, anchors, loudness = (of[loudness >= SILENT] for of in (starts, anchors, loudness))
        proposals: list[tuple[float, int, int]] = []
        alike = np.asarray(anchors / (loudness * math.sqrt(length))[:, None], dtype=np.float32)
        for start, score in zip(starts, self.scores(alike), strict=True):
            if score.max() < PROPOSED:
                continue
            tops = peaks(score, max(length // 2, 1))
            edges = [edge for edge in (0, len(score) - 1) if score[edge] >= PROPOSED]
            proposals += [(float(score[edge]), int(edge - start), int(start)) for edge in edges]
            proposals += [(float(score[peak]), int(peak - start), int(start)) for peak in tops]
        places: list[tuple[int, int]] = []
        for _, place, start in sorted(proposals, reverse=True):
            if all(abs(place - other) > FRAME * SEARCHED for other, _ in places):
                places.append((place, start))
        return places

    def _exactly(self, known: npt.NDArray[np.float64], place: int, start: int) -> int:
        """A proposal in samples of the recording: the anchor that made it, placed anew within a few of them."""
        ratio = self.rate / SEARCHED
        reach = 2 * round(ratio)
        first, about = round(start * ratio), round(place * ratio)
        anchor = known[first : first + round(ANCHOR * self.rate)]
        piece = cut(self.recording, about + first - reach, len(anchor) + 2 * reach)
        return about - reach + int(np.argmax(np.correlate(piece, anchor, "valid")))


def peaks(score: npt.NDArray[np.float32], apart: int) -> list[int]:
    """Where it is above ``PROPOSED`` and above its neighbours, the highest within ``apart`` places.

    As ``scipy.signal.find_peaks``, whose package takes most of a second to load.
    """
    inner = score[1:-1]
    tops = np.flatnonzero((inner >= PROPOSED) & (inner > score[:-2]) & (inner >= score[2:])) + 1
    kept: list[int] = []
    for top in tops[np.argsort(-score[tops], kind="stable")].tolist():
        if all(abs(top - other) >= apart for other in kept):
            kept.append(top)
    return kept


def cut(samples: npt.NDArray[np.float64] | Samples, begin: int, count: int) -> npt.NDArray[np.float64]:
    """``count`` samples from ``begin`` on, silence where there are none."""
    piece = np.zeros(count)
    low, high = max(begin, 0), min(begin + count, len(samples))
    if high > low:
        piece[low - begin : high - begin] = samples[low:high]
    return piece
