"""What can be heard to be wrong in the recording of a whole announcement of a price, without understanding a word.

A recording wins over what would be spoken, and is one sound: where its price ends, and that it is the price, no machine
here hears; the owner listens to it.  The silence after its last sound and the beep are ours (`ivr.voice.audio`), so
whatever is last in it, a second or more lies between that and the beep.  Measured is what must not be in it:

    a tone      the beep is ours, and one of its own would be taken for it.  A tone is a fifth of a second in which
                nearly all power is at one pitch, as in no voice.
    a bed       nothing may lie under the words (no music).  A voice falls silent between words and in the consonants
                p, t, k; where its quietest twentieth is less than 25 dB below its loud moments, something else sounds
                on.  Speech of espeak-ng keeps to 60 dB and more, to 35 in the noise of a room that is 30 dB below it,
                to 25 with noise 20 dB or music 15 dB below it (tried 2026-11).
    too short   for its words: nobody says more than 25 characters a second and is understood; espeak-ng, asked for 260
                words a minute, says 18.

Source: arrêté of 10 June 2009, art. 2; AF2M, RD SVA 2024, p. 30 (no music, clear and intelligible, the beep after it).
"""

import numpy as np

from ivr.values.announcement import ACCESS, PRICE
from ivr.values.phrase import Utterance
from ivr.voice.recording import Unusable
from ivr.voice.samples import Samples

_GRAIN = 0.01  # seconds over which a level is taken
_QUIET, _DEEP = 5, 25.0  # the quietest twentieth, and by how many dB it must lie below the voice
_TONE, _STEP = 0.2, 0.05  # seconds of a tone, and from one look to the next
_FAINT = 20.0  # dB: what is so far below the voice throughout is no beep
_LOWEST, _NEAR, _PURE = 350.0, 30.0, 0.97  # hertz, hertz to either side, share of the power
_FASTEST = 25.0  # characters a second


def announces(utterance: Utterance) -> bool:
    """Whether it is an announcement after which a call is charged, and that must last."""
    return utterance.at_least > 0.0 and any(part.what == PRICE for part in utterance.parts)


def toneless(samples: Samples, rate: int) -> None:
    """Raise Unusable for a recording with a tone in it."""
    levels = _levels(samples, rate)
    loud = _loud(levels)
    width, step = round(_TONE * rate), round(_STEP * rate)
    pitches = np.fft.rfftfreq(width, 1 / rate)
    window = np.hanning(width)
    for begin in range(0, len(samples) - width + 1, step):
        first = round(begin / rate / _GRAIN)
        if levels[first : first + round(_TONE / _GRAIN)].min(initial=loud) < loud - _FAINT:
            continue
        power: Samples = np.abs(np.fft.rfft(samples[begin : begin + width] * window)) ** 2
        peak = pitches[power.argmax()]
        if peak >= _LOWEST and power[np.abs(pitches - peak) <= _NEAR].sum() >= _PURE * power.sum():
            raise Unusable(f"has a tone at {begin / rate:.1f} s: cut it off, the beep is added to it")


def alone(samples: Samples, rate: int) -> None:
    """Raise Unusable for a recording in which something sounds on under the voice."""
    heard = _heard(samples, rate)
    below = _loud(heard) - float(np.percentile(heard, _QUIET))
    if below < _DEEP:
        raise Unusable(
            f"never falls silent (by {below:.0f} dB between words, {_DEEP:.0f} are needed): "
            "record it without music or noise"
        )


def long_enough(samples: Samples, rate: int, utterance: Utterance) -> None:
    """Raise Unusable for a recording in whose time nobody can say the price."""
    words = " ".join(part.text for part in utterance.parts if part.what in (PRICE, ACCESS))
    sounds = len(_heard(samples, rate)) * _GRAIN
    least = len(words) / _FASTEST
    if sounds < least:
        raise Unusable(f"lasts {sounds:.1f} s, and its price takes {least:.1f} s at least: record all of its words")


def _heard(samples: Samples, rate: int) -> Samples:
    """The levels from the first sound to the last."""
    levels = _levels(samples, rate)
    sounding = np.flatnonzero(levels >= levels.max() - 40)
    return levels[sounding[0] : sounding[-1] + 1]


def _levels(samples: Samples, rate: int) -> Samples:
    """In dB."""
    grain = round(_GRAIN * rate)
    grains = np.pad(samples, (0, -len(samples) % grain)).reshape(-1, grain)
    levels: Samples = 20 * np.log10(np.sqrt(np.mean(grains**2, axis=1)) + 1e-9)
    return levels


def _loud(levels: Samples) -> float:
    """That of the voice."""
    return float(np.percentile(levels, 90))
