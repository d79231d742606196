"""Recordings at `ivr check`: one clear problem each, before a bake."""

import numpy as np
import pytest

from ivr.voice.examined import examined

from .conftest import WELCOME, babble, wav_bytes

VOICE = babble("Bienvenue", 44100)


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (b"", "IVR565", "the recording is empty"),
        (b"RIFF" + bytes(100), "IVR565", "the recording is damaged or not a WAV file"),
        (wav_bytes(VOICE, 44100, format="MP3"), "IVR565", "the recording is not a WAV file but MP3 inside"),
        (
            wav_bytes(np.stack([VOICE, VOICE], axis=1), 48000),
            "IVR566",
            "the recording has 2 channels, which are mixed into one",
        ),
        (wav_bytes(VOICE, 44100), "IVR566", "the recording has 44100 samples per second, and is converted"),
    ],
    ids=["empty", "corrupt", "MP3 renamed", "stereo", "44.1 kHz"],
)
def test_one_problem_each(place, content: bytes, rule: str, message: str):
    """What cannot be used is an error, what is converted a warning."""
    place.record("welcome", content)
    (found,) = examined(place.prompts, [WELCOME])

    assert (found.rule, found.message) == (rule, message)
    assert found.hint


def test_two_gigabytes_are_not_read(place):
    """A sparse file of 2 GB is refused by its size, at once."""
    with place.record("welcome", b"RIFF").open("r+b") as file:
        file.truncate(2_000_000_000)
    (found,) = examined(place.prompts, [WELCOME])

    assert found.message == "the recording is bigger than 50 MB"


def test_a_good_recording_is_no_problem(place):
    """48 kHz, mono."""
    place.record("welcome", wav_bytes(babble("Bienvenue", 48000), 48000))

    assert list(examined(place.prompts, [WELCOME])) == []
