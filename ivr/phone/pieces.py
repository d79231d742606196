"""Which frames of a sound were heard, once its pauses and what is chance are told from the rest.  Pure."""

import numpy as np
import numpy.typing as npt

NEAR = 5
"""Frames beside a pause of which one must be heard for the pause to count: its edges are faint and soon lost."""

ISLAND = 10
"""Frames: a shorter piece, away from the rest, is chance; and so is one not twice as long that is far from it."""

Bools = npt.NDArray[np.bool_]


def bridged(same: Bools, loud: Bools, calm: Bools) -> Bools:
    """Frames heard: those that are the same, and the sound's own pauses beside them where nothing else sounded."""
    present = same.copy()
    quiet = np.flatnonzero(~loud)
    runs = np.split(quiet, np.flatnonzero(np.diff(quiet) > 1) + 1) if quiet.size else []
    for run in runs:
        before, after = int(run[0]) - 1, int(run[-1]) + 1
        left = before < 0 or same[max(before - NEAR, 0) : after].any()
        right = after >= len(same) or same[after : after + NEAR].any()
        if left and right and before < 0:
            present[run] = np.logical_and.accumulate(calm[run][::-1])[::-1]
        elif left and right:
            present[run] = np.logical_and.accumulate(calm[run])
    return present


def without_islands(present: Bools) -> Bools:
    """Without pieces so short that they may be chance; a sound that is itself so short is one piece and stays."""
    shortest = min(ISLAND, len(present) // 2)
    pieces = [(begin, end) for begin, end in _pieces(present) if end - begin >= shortest]
    kept = np.zeros_like(present)
    for place, (begin, end) in enumerate(pieces):
        gaps = [begin - before for _, before in pieces[:place][-1:]] + [
            after - end for after, _ in pieces[place + 1 :][:1]
        ]
        if end - begin >= 2 * ISLAND or min(gaps, default=0) <= 2 * ISLAND:
            kept[begin:end] = True
    return kept


def _pieces(present: Bools) -> list[tuple[int, int]]:
    """Where each unbroken piece begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], present, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
