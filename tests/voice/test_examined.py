"""Recordings at `ivr check`: one clear problem each, before a bake."""

import io
from decimal import Decimal

import numpy as np
import pytest
import soundfile

from ivr.values.announcement import announcement
from ivr.values.music import music_pieces
from ivr.values.tariff import Mode, Tariff
from ivr.voice.examined import examined
from ivr.voice.recording import Unusable, taken
from ivr.voice.samples import Samples

from .conftest import WELCOME, babble, wav_bytes

VOICE = babble("Bienvenue", 44100)


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (b"", "IVR565", "the recording is empty"),
        (wav_bytes(np.zeros(48000), 48000), "IVR565", "the recording holds only silence"),
        (wav_bytes(babble("Bienvenue", 48000), 48000)[:40_000], "IVR566", "the recording is cut off"),
        (b"RIFF" + bytes(100), "IVR565", "the recording is damaged or not a WAV file"),
        (wav_bytes(VOICE, 44100, format="MP3"), "IVR565", "the recording is not a WAV file but MP3 inside"),
        (
            wav_bytes(np.stack([VOICE, VOICE], axis=1), 48000),
            "IVR566",
            "the recording has 2 channels, one is needed",
        ),
        (
            wav_bytes(VOICE, 44100),
            "IVR566",
            "the recording has 44100 samples per second, 8000, 16000 or 48000 are needed",
        ),
        (
            wav_bytes(np.clip(8 * babble("Bienvenue", 48000), -1, 1), 48000),
            "IVR642",
            "the recording is overdriven (184 crests are cut off flat in 1.0 s)",
        ),
    ],
    ids=["empty", "silent", "cut off", "corrupt", "MP3 renamed", "stereo", "44.1 kHz", "overdriven"],
)
def test_one_problem_each(place, content: bytes, rule: str, message: str):
    """The same at the check and at the bake, which plays nothing of it, and leaves the file as it is."""
    path = place.record("welcome", content)
    (found,) = examined(place.prompts, [WELCOME])
    baked = place.bake(WELCOME)

    assert (found.rule, found.message, found.severity) == (rule, message, "error")
    assert found.hint
    (told,) = baked.problems
    assert told.startswith(f"prompts/fr/welcome.wav {message.removeprefix('the recording ')}")
    assert ("fr", "welcome") not in baked.catalogue.sounds
    assert place.spoken == []
    assert path.read_bytes() == content


@pytest.mark.parametrize("where", ["begins", "ends"])
def test_what_is_cut_in_the_middle_of_a_sound_is_told(place, where: str):
    """As a warning, for a jingle may begin like that; a voice with silence around it is not suspected."""
    voice = babble("Bienvenue", 48000)
    place.record("welcome", wav_bytes(voice, 48000))
    assert list(examined(place.prompts, [WELCOME])) == []

    loudest = int(np.abs(voice).argmax())
    place.record("welcome", wav_bytes(voice[loudest:] if where == "begins" else voice[:loudest], 48000))
    (found,) = examined(place.prompts, [WELCOME])

    assert (found.rule, found.severity) == ("IVR643", "warning")
    assert found.message == f"the recording {where} in the middle of a sound"
    assert place.bake(WELCOME).problems == ()


def test_what_was_baked_of_a_stereo_recording_before_is_not_played(place):
    """Also where its sound is at hand: the file itself is asked first."""
    stereo = wav_bytes(np.stack([VOICE, VOICE], axis=1), 48000)
    place.record("welcome", stereo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ivr.voice.oven.as_delivered", lambda content: None)
        assert place.bake(WELCOME).problems == ()

    assert len(place.bake(WELCOME).problems) == 1


@pytest.mark.parametrize("options", [{}, {"format": "FLAC"}, {"format": "MP3"}], ids=["stereo", "FLAC", "MP3"])
def test_what_is_taken_in_is_a_recording_as_it_should_be(place, options: dict[str, str]):
    """Any kind that libsndfile reads, as long as it was, and nothing clipped."""
    content = taken(wav_bytes(np.stack([VOICE, 0.2 * VOICE], axis=1), 44100, **options))
    place.record("welcome", content)
    told = soundfile.info(io.BytesIO(content))

    assert list(examined(place.prompts, [WELCOME])) == []
    assert (told.samplerate, told.channels, told.subtype) == (48000, 1, "PCM_16")
    assert told.duration == pytest.approx(len(VOICE) / 44100, abs=0.06)


def test_what_cannot_be_taken_in_is_one_sentence():
    """Silence, and what is no sound."""
    with pytest.raises(Unusable, match="holds only silence"):
        taken(wav_bytes(np.zeros(44100), 44100))
    with pytest.raises(Unusable, match="is damaged"):
        taken(b"not a sound at all")


def test_two_gigabytes_are_not_read(place):
    """A sparse file of 2 GB is refused by its size, at once."""
    with place.record("welcome", b"RIFF").open("r+b") as file:
        file.truncate(2_000_000_000)
    (found,) = examined(place.prompts, [WELCOME])

    assert found.message == "the recording is bigger than 50 MB"


def test_music_is_looked_at_as_recordings_are_but_for_its_form(place):
    """Stereo of 44.1 kHz is how it comes; what is no sound is told, and which piece."""
    folder = place.prompts / "music/evening"
    folder.mkdir(parents=True)
    (folder / "good.wav").write_bytes(wav_bytes(np.stack([VOICE, VOICE], axis=1), 44100))
    (folder / "bad.wav").write_bytes(b"RIFF" + bytes(100))
    (found,) = examined(place.prompts, music_pieces({"evening": ("bad", "good")}))

    assert (found.rule, found.file) == ("IVR565", "prompts/music/evening/bad.wav")


def test_a_good_recording_is_no_problem(place):
    """48 kHz, mono."""
    place.record("welcome", wav_bytes(babble("Bienvenue", 48000), 48000))

    assert list(examined(place.prompts, [WELCOME])) == []


PRICED = announcement(Tariff("dear", Mode.PER_MINUTE, Decimal("0.80"))).utterance
WORDS = babble("Apres le bip sonore ce service vous sera facture. " * 4, 16000)
TONE = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(4800) / 16000)
PIECE = 0.02 * sum(np.sin(2 * np.pi * hertz * np.arange(len(WORDS)) / 16000) for hertz in (220, 277, 330))


@pytest.mark.parametrize(
    ("samples", "rule", "message"),
    [
        (np.concatenate([WORDS, TONE]), "IVR700", "the recording has a tone at"),
        (np.concatenate([WORDS[:64000], TONE, WORDS[64000:]]), "IVR700", "the recording has a tone at 4.0 s"),
        (WORDS + PIECE, "IVR701", "the recording never falls silent"),
        (WORDS[:40000], "IVR702", "the recording lasts 2."),
        (WORDS, None, ""),
    ],
    ids=["a beep of its own", "a beep in between", "music under it", "too short", "good"],
)
def test_what_may_not_be_in_a_recorded_announcement(place, samples: Samples, rule: str | None, message: str):
    """No machine hears whether its words are the price; what is wrong in any case, check and bake say alike."""
    path = f"prompts/fr/{PRICED.name}.wav"
    place.record(PRICED.name, wav_bytes(samples, 16000))
    found = list(examined(place.prompts, [PRICED]))
    baked = place.bake(PRICED)

    assert [one.rule for one in found] == ([rule] if rule else [])
    assert all(one.message.startswith(message) and one.hint and one.severity == "error" for one in found)
    assert len(baked.problems) == len(found)
    assert all(told.startswith(f"{path} {message.removeprefix('the recording ')}") for told in baked.problems)
    assert (("fr", PRICED.name) in baked.catalogue.sounds) is (rule is None)


def test_any_other_recording_may_have_music_and_tones(place):
    """A jingle is no price."""
    place.record("welcome", wav_bytes(np.concatenate([WORDS, TONE]) + np.pad(PIECE, (0, len(TONE))), 16000))

    assert [one.rule for one in examined(place.prompts, [WELCOME]) if one.severity == "error"] == []
    assert place.bake(WELCOME).problems == ()
