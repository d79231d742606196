"""Tones and silences in a recording, told by each frame's energy and frequency.  Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ivr.phone.report import Samples

FRAME = 0.02
"""Seconds of a frame, the grain of all measurements of a recording."""

SILENT = 10 ** (-50 / 20)
"""RMS (full scale 1.0) under which a frame is silent: noise of a quiet line is below."""

PURE = 0.9
"""Share of a frame's energy that a tone must have."""


@dataclass(frozen=True)
class Span:
    """From ``start`` to ``end``, seconds in the recording."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


def tones(recording: Samples, rate: int, hertz: float, at_least: float = 0.2) -> list[Span]:
    """When a pure tone of that frequency was heard for ``at_least`` seconds, other sound under a tenth of it."""
    frame = _frames(recording, rate)
    time = np.arange(frame.shape[1]) / rate
    window = np.hanning(frame.shape[1])
    wave = np.exp(-2j * np.pi * hertz * time) * window
    power = 2 * np.abs(frame @ wave) ** 2 / (window**2).sum() / max(frame.shape[1], 1)
    level = np.mean(frame**2, axis=1)
    ratio = power / np.maximum(level, 1e-12) * (window**2).sum() * frame.shape[1] / window.sum() ** 2
    return spans((ratio > PURE) & (level > SILENT**2), at_least)


def silences(recording: Samples, rate: int, at_least: float = 0.5, below: float = SILENT) -> list[Span]:
    """When nothing was heard (20 ms frames under ``below``, RMS with full scale 1.0) for ``at_least`` seconds."""
    return spans(np.sqrt(np.mean(_frames(recording, rate) ** 2, axis=1)) < below, at_least)


def quiet_end(sound: Samples, rate: int) -> float:
    """Seconds at its end in which nothing is heard."""
    return sum(one.seconds for one in silences(sound, rate, FRAME) if one.end > len(sound) / rate - 2 * FRAME)


def _frames(recording: Samples, rate: int) -> npt.NDArray[np.float64]:
    step = round(FRAME * rate)
    count = len(recording) // step
    return recording[: count * step].astype(np.float64).reshape(count, step)


def spans(frames: npt.NDArray[np.bool_], at_least: float) -> list[Span]:
    """Runs of frames, as spans of time."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], frames, [False])).astype(np.int8)))
    found = [Span(float(a) * FRAME, float(b) * FRAME) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [span for span in found if span.seconds >= at_least - FRAME / 2]
