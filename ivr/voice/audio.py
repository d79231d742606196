"""From a voice, however recorded, to the sound that callers hear: trimmed, equally loud, padded, at three rates.

Theory. Telephone prompts follow one another, so each begins after the same short silence and is equally loud;
otherwise a caller hears gaps and jumps between the pieces of one sentence. Loudness is measured as in
ITU-R BS.1770 (pyloudnorm), on the very samples that will be played, each rate by itself: what an 8 kHz line
drops must not count. Peaks above the ceiling are turned down around themselves (a limiter), not cut off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import soxr

from ivr.voice.recipe import BEEP, CEILING, DECAY, LEAD, LOUDNESS
from ivr.voice.samples import Samples
from ivr.voice.variants import RATES

_ALL = tuple(dict.fromkeys(RATES.values()))
_FULL, _NARROW = max(_ALL), min(_ALL)
_GRAIN = 0.005  # seconds over which a level is taken to find the first and last sound
TOLERANCE = 1.0
"""LU that a sound may be louder or less loud than agreed."""
CLICKS = "has clicks so much louder than its voice that it cannot be made as loud as other sounds: record it again"
_FAINTEST = 10 ** (-60.0 / 20)  # below this peak there is nothing to hear


class Silent(ValueError):
    """There is nothing to hear in these samples, or, as its text says then, nothing that can be made heard."""


Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Master:
    """One finished sound at every rate of RATES, of exactly the same length in time."""

    sounds: Mapping[int, Samples]

    def at(self, suffix: str) -> Samples:
        """The samples for the file with this suffix (`.alaw`, `.ulaw`, `.g722`, `.sln48`)."""
        return self.sounds[RATES[suffix]]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.sounds[_NARROW]) / _NARROW

    def lasting(self, length: int) -> "Master":
        """The same, cut or followed by silence, ``length`` samples of the lowest rate long."""
        return Master({rate: _sized(sound, length * rate // _NARROW) for rate, sound in self.sounds.items()})


def silent(samples: Samples) -> bool:
    """Whether there is nothing to hear, a hum of direct current apart."""
    if not len(samples):
        return True
    mean = samples.mean()
    return max(float(samples.max() - mean), float(mean - samples.min())) < _FAINTEST


def master(samples: Samples, rate: int, *, tail: float = 0.0, at_least: float = 0.0) -> Master:
    """A voice made ready to be played.

    ``tail`` seconds of silence follow the last sound, then silence up to ``at_least`` seconds in all.
    Raises Silent if nothing can be heard.
    """
    voice = _trimmed(_centred(samples, rate), _FULL)
    spoken = _narrowed(len(voice))
    length = max(spoken + _count(tail), _count(at_least))

    def finished(wanted: int) -> Samples:
        cut = _sized(_resampled(voice, _FULL, wanted), spoken * wanted // _NARROW)
        return _sized(_levelled(cut, wanted), length * wanted // _NARROW)

    return Master({wanted: finished(wanted) for wanted in _ALL})


def joined(pieces: Sequence[Master], pauses: Sequence[float], *, tail: float, at_least: float) -> tuple[Master, Spans]:
    """Finished pieces one after the other, each followed by its pause, the last by ``tail``, then silence up to
    ``at_least``; and from when to when each is heard, in seconds.
    """
    lengths = [len(piece.sounds[_NARROW]) for piece in pieces]
    length, spans = laid(lengths, pauses, tail=tail, at_least=at_least)
    heard = [
        piece.lasting(spoken + _count(pause))
        for piece, spoken, pause in zip(pieces, lengths, (*pauses[:-1], tail), strict=True)
    ]
    whole = Master({rate: np.concatenate([piece.sounds[rate] for piece in heard]) for rate in _ALL})
    return whole.lasting(length), spans


def laid(lengths: Sequence[int], pauses: Sequence[float], *, tail: float, at_least: float) -> tuple[int, Spans]:
    """How long pieces last one after the other, in samples of the lowest rate; and when each is heard, in seconds."""
    spans: list[tuple[float, float]] = []
    begins = 0
    for spoken, pause in zip(lengths, (*pauses[:-1], tail), strict=True):
        spans.append((begins / _NARROW, (begins + spoken) / _NARROW))
        begins += spoken + _count(pause)
    return max(begins, _count(at_least)), tuple(spans)


def lasts(samples: Samples, rate: int) -> int:
    """How long a voice is once it is trimmed, in samples of the lowest rate.  Raises Silent."""
    return _narrowed(_kept(_centred(samples, rate), _FULL).length)


def _centred(samples: Samples, rate: int) -> Samples:
    """A voice at the highest rate, without direct current."""
    if silent(samples):
        raise Silent
    return _resampled(samples - samples.mean(), rate, _FULL)


def _narrowed(length: int) -> int:
    return length * _NARROW // _FULL


def beep(*, tail: float = 0.0, at_least: float = 0.0) -> Master:
    """The tone after which a call is charged. Its length and level are ours; the law only wants it heard."""
    hertz, seconds, ramp, peak = BEEP
    length = max(_count(seconds + tail), _count(at_least))

    def tone(rate: int) -> Samples:
        instants = np.arange(round(seconds * rate)) / rate
        shape = np.minimum(1.0, np.minimum(instants, seconds - 1 / rate - instants) / ramp)
        sound: Samples = peak * shape * np.sin(2 * np.pi * hertz * instants)
        return _sized(sound, length * rate // _NARROW)

    return Master({rate: tone(rate) for rate in _ALL})


def loudness(samples: Samples, rate: int) -> float:
    """Integrated loudness in LUFS; a piece shorter than the measuring block of 0.4 s is repeated to fill it."""
    block = int(0.4 * rate) + 1
    if len(samples) < block:
        samples = np.pad(samples, (0, block - len(samples)), mode="wrap")
    import pyloudnorm  # a second, for scipy's sake, which a bake of what is there already need not wait for

    with np.errstate(divide="ignore"):
        return float(pyloudnorm.Meter(rate).integrated_loudness(samples))


def _count(seconds: float) -> int:
    """Samples at the lower rate that last at least this long (a hair of rounding error is forgiven)."""
    return max(0, int(np.ceil(seconds * _NARROW - 1e-6)))


def _sized(samples: Samples, length: int) -> Samples:
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    if rate == wanted:
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="VHQ"), dtype=np.float64)


class _Kept(NamedTuple):
    """The part of a recording that is kept: from ``first`` to ``last``, after ``missing`` samples of silence."""

    missing: int
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.missing + self.last - self.first


def _kept(samples: Samples, rate: int) -> _Kept:
    """From LEAD before the first sound to DECAY after the last one.

    Sound is what stands out by 8 dB from the quietest twentieth (the noise of the room), but never more than
    30 dB nor less than 40 dB below the loudest moment: soft first consonants stay, hiss goes.
    """
    grain = round(_GRAIN * rate)
    whole = len(samples) // grain * grain
    power = np.mean(samples[:whole].reshape(-1, grain) ** 2, axis=1)
    if whole < len(samples):
        power = np.append(power, np.mean(_sized(samples[whole:], grain) ** 2))
    levels = 20 * np.log10(np.sqrt(power) + 1e-9)
    threshold = np.clip(np.percentile(levels, 5) + 8, levels.max() - 40, levels.max() - 30)
    sounding = np.flatnonzero(levels > threshold)
    first, last = int(sounding[0]) * grain, (int(sounding[-1]) + 1) * grain
    lead, decay = round(LEAD * rate), round(DECAY * rate)
    return _Kept(max(0, lead - first), max(0, first - lead), min(last + decay, len(samples)))


def _trimmed(samples: Samples, rate: int) -> Samples:
    """What is kept of a recording, both ends faded."""
    grain = round(_GRAIN * rate)
    missing, first, last = _kept(samples, rate)
    kept = np.pad(samples[first:last], (missing, 0))
    fade = np.linspace(0.0, 1.0, grain)
    kept[missing : missing + grain] *= fade[: len(kept) - missing]
    kept[-grain:] *= fade[::-1]
    return kept


def _levelled(samples: Samples, rate: int) -> Samples:
    """As loud as all others, under the ceiling; a few rounds, since limiting takes loudness away again.

    What no limiter touched is not measured a second time: a gain shifts its loudness by just as much.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= 0.0:
        raise Silent
    gain = CEILING / peak  # the gates of the measure are absolute: a faint recording must not fall through them
    result = samples * gain
    for _ in range(8):
        measured = loudness(result, rate)
        if not np.isfinite(measured):
            raise Silent
        if abs(LOUDNESS - measured) < 0.05:
            break
        gain *= 10 ** ((LOUDNESS - measured) / 20)
        if peak * gain <= CEILING:
            return samples * gain
        result = _limited(samples * gain, rate)
    else:
        if abs(LOUDNESS - loudness(result, rate)) > TOLERANCE:
            raise Silent(CLICKS)
    return result


def _limited(samples: Samples, rate: int) -> Samples:
    """Peaks over the ceiling turned down smoothly within 5 ms before and after.

    The gain that each sample wants is held over the reach of the smoothing (two running means), so that none is
    smoothed away.
    """
    from scipy import ndimage  # type: ignore[import-untyped]  # as pyloudnorm

    reach = round(0.005 * rate)
    wanted = np.minimum(1.0, CEILING / np.maximum(np.abs(samples), CEILING))
    half = 2 * (reach // 2) + 1
    held = _moving_minimum(np.pad(wanted, half - 1, constant_values=1.0), 2 * half - 1)
    gains: Samples = ndimage.uniform_filter1d(
        ndimage.uniform_filter1d(held, half, mode="nearest"), half, mode="nearest"
    )
    limited: Samples = np.clip(samples * gains, -CEILING, CEILING)
    return limited


def _moving_minimum(values: Samples, width: int) -> Samples:
    """The least of each ``width`` neighbours, by doubling spans."""
    span = 1
    while 2 * span <= width:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = width - span
    return np.minimum(values[:-rest], values[rest:]) if rest else values
