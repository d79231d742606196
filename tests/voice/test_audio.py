"""The sound itself: silence, loudness, peaks, length, the beep."""

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.voice.audio import Silent, beep, loudness, master
from ivr.voice.recording import decoded
from ivr.voice.samples import decode, encode, wav
from ivr.voice.variants import RATES
from tests.kept import voices

from .conftest import babble, needs_espeak

TEXT = "Bonjour et bienvenue chez Lumière du Jour, le service des lampes."


def heard(samples: np.ndarray) -> np.ndarray:
    """Where the sound is above a hundredth of its loudest sample."""
    return np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 100)


@pytest.mark.parametrize("suffix", RATES)
@pytest.mark.parametrize("before", [0.0, 0.01, 0.2, 3.0])
@pytest.mark.parametrize("level", [1.0, 0.02])
def test_leading_silence_is_short_and_always_there(suffix: str, before: float, level: float):
    """Every prompt begins 20 to 50 ms after its file, however much silence it came with."""
    voice = np.concatenate([np.zeros(int(before * 22050)), babble(TEXT)[22050 // 5 :]])
    start = heard(master(voice * level, 22050).at(suffix))[0] / RATES[suffix]

    assert 0.020 <= start <= 0.050


def test_a_noisy_room_is_trimmed_too():
    """Hiss at 40 dB below the voice does not pass for speech."""
    voice = np.concatenate([np.zeros(44100), babble(TEXT), np.zeros(44100)])
    hiss = np.random.default_rng(1).normal(0, np.abs(voice).max() / 100, len(voice))
    clean, noisy = master(voice, 22050), master(voice + hiss, 22050)

    assert abs(len(clean.at(".alaw")) - len(noisy.at(".alaw"))) / 8000 < 0.1


@needs_espeak
@pytest.mark.parametrize("suffix", RATES)
@pytest.mark.parametrize(
    "text", [TEXT, "Tapez un.", "Après le bip, vous serez facturé quatre-vingts centimes la minute."]
)
def test_real_speech_is_as_loud_as_agreed(suffix: str, text: str):
    """-19 LUFS within 1 LU in the finished file, leading silence of 20 to 50 ms, peaks under -1 dBFS."""
    engine = next(e for e in voices() if e.name == "espeak-ng")
    samples, rate = decoded(engine.speak("fr", text))
    finished = master(samples, rate).at(suffix)

    assert abs(pyloudnorm.Meter(RATES[suffix]).integrated_loudness(finished) + 19) <= 1
    assert 0.020 <= heard(finished)[0] / RATES[suffix] <= 0.050
    assert np.abs(finished).max() <= 10 ** (-1 / 20) + 1e-9


@pytest.mark.parametrize("suffix", RATES)
@pytest.mark.parametrize("level", [0.003, 0.1, 1.0, 30.0])
def test_loudness_does_not_depend_on_the_recording(suffix: str, level: float):
    """Faint and overloaded recordings come out alike."""
    finished = master(babble(TEXT) * level, 22050).at(suffix)

    assert abs(pyloudnorm.Meter(RATES[suffix]).integrated_loudness(finished) + 19) <= 1


@pytest.mark.parametrize("suffix", RATES)
def test_peaks_are_limited_and_the_voice_stays_loud(suffix: str):
    """A voice with hard clicks in it keeps its loudness; the clicks are turned down below -1 dBFS."""
    voice = babble(TEXT) * 0.1
    voice[10000::4000] = 1.0
    finished = master(voice, 22050).at(suffix)

    assert np.abs(finished).max() <= 10 ** (-1 / 20) + 1e-9
    assert abs(pyloudnorm.Meter(RATES[suffix]).integrated_loudness(finished) + 19) <= 1


def test_a_voice_that_is_just_as_loud_as_agreed_is_limited_too():
    """It need not be made louder or less loud, and one of its samples is at full scale."""
    voice = master(babble(TEXT), 22050).at(".sln48")
    voice[len(voice) // 2] = 1.0
    assert abs(loudness(voice, 48000) + 19) < 0.05
    finished = master(voice, 48000)

    assert max(np.abs(finished.at(suffix)).max() for suffix in RATES) <= 10 ** (-1 / 20) + 1e-9


def test_clicks_that_drown_a_voice_are_refused():
    """Limited they are silence, and not limited they are too loud."""
    clicks = np.zeros(22050 * 2)
    clicks[::2205] = 1.0

    with pytest.raises(Silent, match="has clicks so much louder than its voice"):
        master(clicks, 22050)


@pytest.mark.parametrize("suffix", RATES)
def test_a_piece_shorter_than_the_measure_is_as_loud_as_a_long_one(suffix: str):
    """A steady tone of 0.2 s has the level of the same tone of 2 s, so numbers in sentences do not jump."""

    def level(seconds: float) -> float:
        tone = 0.05 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * 16000)) / 16000)
        finished = master(tone, 16000).at(suffix)
        middle = finished[len(finished) // 3 : len(finished) // 2]
        return float(20 * np.log10(np.sqrt(np.mean(middle**2))))

    assert abs(level(0.2) - level(2.0)) <= 2


@settings(deadline=None, max_examples=12)
@given(at_least=st.floats(0, 12), tail=st.floats(0, 3))
def test_padding_is_exact_and_equal_at_all_rates(at_least: float, tail: float):
    """`tail` follows the last sound, `at_least` is met to the sample and not passed without need."""
    voice = babble("Bonjour")
    plain, padded = master(voice, 22050), master(voice, 22050, tail=tail, at_least=at_least)
    frames, spoken = len(padded.at(".alaw")), len(plain.at(".alaw"))
    needed = max(spoken + tail * 8000, at_least * 8000)

    assert needed - 1e-6 <= frames < needed + 1
    for suffix, rate in RATES.items():
        assert len(padded.at(suffix)) == frames * rate // 8000
        assert not padded.at(suffix)[len(plain.at(suffix)) :].any()


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(8000), np.full(8000, 0.5), np.full(8000, 1e-5)])
def test_silence_is_refused(samples: np.ndarray):
    """Nothing, digital silence, a constant offset and less than a whisper are no prompt."""
    with pytest.raises(Silent):
        master(samples, 8000)


@pytest.mark.parametrize("suffix", RATES)
def test_the_beep(suffix: str):
    """1000 Hz for 0.5 s at -12 dBFS, rising and falling within 5 ms."""
    rate, samples = RATES[suffix], beep().at(suffix)
    spectrum = np.abs(np.fft.rfft(samples))
    ramp = int(0.005 * rate)

    assert rate // 2 == len(samples)
    assert np.argmax(spectrum) * rate / len(samples) == 1000
    assert abs(20 * np.log10(np.abs(samples).max()) + 12) < 0.01
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01
    assert np.abs(samples[: ramp // 2]).max() < 0.7 * np.abs(samples).max()
    assert np.abs(samples[-ramp // 2 :]).max() < 0.7 * np.abs(samples).max()


@needs_espeak
@pytest.mark.parametrize("suffix", RATES)
def test_what_is_in_a_file_is_the_voice(suffix: str, tmp_path: Path):
    """As loud as agreed after its codec too, begun as soon, as long; and nothing but the codec's own noise in it."""
    engine = next(e for e in voices() if e.name == "espeak-ng")
    finished = master(*decoded(engine.speak("fr", TEXT))).at(suffix)
    path = tmp_path / f"voice{suffix}"
    path.write_bytes(encode(finished, suffix))
    heard_, rate = decode(path)
    late = 22 if suffix == ".g722" else 0  # samples by which the filters of G.722 delay
    noise = heard_[late:] - finished[: len(finished) - late]

    assert (len(heard_), rate) == (len(finished), RATES[suffix])
    assert abs(pyloudnorm.Meter(rate).integrated_loudness(heard_) + 19) <= 1
    assert 0.020 <= heard(heard_)[0] / rate <= 0.050
    assert np.square(noise).sum() < np.square(finished).sum() / 100


def test_the_bytes_of_each_codec():
    """G.711 as in its tables (full scale, silence), G.722 as in idle ITU-T coders, bare samples; and WAV for people."""
    loud, silence = np.array([1.0, -1.1]), np.zeros(4)

    assert (encode(loud, ".alaw"), encode(silence, ".alaw")) == (b"\xaa\x2a", b"\xd5" * 4)
    assert (encode(loud, ".ulaw"), encode(silence, ".ulaw")) == (b"\x80\x00", b"\xff" * 4)
    assert encode(silence, ".g722") == b"\xfa\xfa"
    assert encode(loud, ".sln48") == b"\xff\x7f\x00\x80"
    assert wav(loud, 8000) == (
        b"RIFF\x28\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
        b"data\x04\x00\x00\x00\xff\x7f\x00\x80"
    )
