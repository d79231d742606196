"""A sound for which a recording is searched, as the ear wants it.  Pure."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import fft  # type: ignore[import-untyped]

from ivr.phone.tone import SILENT

BLOCK = 20
"""Frames that are looked for as one."""

MARGIN = 4
"""Frames around a block with which its own are compared."""

QUIET = 10 ** (-20 / 20)
"""Frames so far below the RMS of their sound are its pauses: noise may drown them."""

Floats = npt.NDArray[np.float64]


class Known:
    """A sound in blocks, a row each, transformed once for all places where it may be; the last filled with silence."""

    def __init__(self, sound: Floats, step: int, reach: int) -> None:
        self.length = len(sound)
        self.count = len(sound) // step
        rows = -(-self.count // BLOCK)
        self.first = np.arange(rows) * BLOCK * step
        self.quiet = max(SILENT, QUIET * float(np.sqrt(np.mean(sound**2))))
        self.loud = np.sqrt(np.mean(sound[: self.count * step].reshape(self.count, step) ** 2, axis=1)) >= self.quiet
        self.real = np.arange(rows * BLOCK).reshape(rows, BLOCK) < self.count
        self.lengths = [int(row.sum()) * step for row in self.real]
        padded = np.pad(sound, (MARGIN * step, (BLOCK + MARGIN) * step))
        width = (BLOCK + 2 * MARGIN) * step
        pieces = np.lib.stride_tricks.sliding_window_view(padded, width)[self.first]
        self.frames = pieces.reshape(rows, BLOCK + 2 * MARGIN, step)
        self.energy = np.einsum("bfs,bfs->bf", self.frames, self.frames)
        self.reach = reach
        self.blocks = np.pad(sound[: self.count * step], (0, (rows * BLOCK - self.count) * step)).reshape(rows, -1)
        self.norms = np.sqrt(np.sum(self.blocks**2, axis=1))

    @cached_property
    def spectra(self) -> npt.NDArray[np.complex64]:
        """Of each block, turned around; only who finds it not where it should be asks."""
        size = self.blocks.shape[1] + 2 * self.reach
        return np.asarray(fft.rfft(self.blocks.astype(np.float32), size, axis=1)).conj()


def fives(parts: Floats) -> Floats:
    """The sums of five neighbours in each row."""
    return np.asarray(parts[:, :-4] + parts[:, 1:-3] + parts[:, 2:-2] + parts[:, 3:-1] + parts[:, 4:])
