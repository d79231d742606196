"""The house's own piece of music on hold: free of anybody's rights, since it is computed here, note by note.

Four chords of three seconds, broken upwards, over held notes; only a few tones, so that a test knows it by its sound.
"""

import numpy as np

from ivr.voice.samples import Samples

RATE = 48_000
VERSION = "1"
"""Raise it when the piece changes: it is part of the sound's digest."""
CHORDS = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
"""Hertz: C, A minor, F, G; none is the 440 Hz of ringing."""
TONES = tuple(sorted({note for chord in CHORDS for note in chord}))
_CHORD = 3.0  # seconds
_NOTE = 0.375  # seconds between two notes of a broken chord
_RING = 1.2  # seconds for which one rings on


def piece() -> Samples:
    """Twelve seconds, at RATE; its end leads into its beginning."""
    length = round(_CHORD * len(CHORDS) * RATE)
    sound: Samples = np.zeros(length + round(_RING * RATE))
    for place, chord in enumerate(CHORDS):
        begin = round(place * _CHORD * RATE)
        _held(sound[begin : begin + round(_CHORD * RATE)], chord)
        for number in range(round(_CHORD / _NOTE)):
            _plucked(sound[begin + round(number * _NOTE * RATE) :], chord[(0, 1, 2, 1)[number % 4]])
    whole, over = sound[:length], sound[length:]
    whole[: len(over)] += over
    return 0.1 * whole


def _held(sound: Samples, chord: tuple[int, ...]) -> None:
    instants = np.arange(len(sound)) / RATE
    swell = np.minimum(1.0, np.minimum(instants, instants[-1] - instants) / 0.4)
    for note in chord:
        sound += 0.4 * swell * np.sin(2 * np.pi * note * instants)


def _plucked(sound: Samples, note: int) -> None:
    instants = np.arange(min(len(sound), round(_RING * RATE))) / RATE
    shape = np.minimum(1.0, instants / 0.01) * np.exp(-4.0 * instants) * np.minimum(1.0, (_RING - instants) / 0.1)
    sound[: len(instants)] += shape * np.sin(2 * np.pi * note * instants)
