"""The ear finds known sounds in what a caller heard, and is not fooled."""

import time

import numpy as np
import pytest

from ivr.phone import ear, tone
from ivr.phone.anchors import PROPOSED, SEARCHED, Anchors, peaks
from tests.phone.speech import ANNOUNCEMENT, CLOSED, RATE, SORRY, WELCOME, beep, line, silence, spoken

SOUNDS = {
    "announcement": spoken(ANNOUNCEMENT),
    "welcome": spoken(WELCOME),
    "closed": spoken(CLOSED),
    "sorry": spoken(SORRY),
    "beep": beep(),
}
ANNOUNCED = len(SOUNDS["announcement"]) / RATE


def names(found):
    """What was heard, in order."""
    return [one.name for one in found]


def test_a_whole_call_is_heard_in_order_and_in_time():
    """Each sound is found at its place, whole, within 20 ms."""
    parts = [SOUNDS[name] for name in ("announcement", "beep", "welcome")]
    found = ear.heard(line(silence(0.5), parts[0], silence(0.3), parts[1], silence(0.2), parts[2]), RATE, SOUNDS)

    assert names(found) == ["announcement", "beep", "welcome"]
    assert all(one.whole for one in found)
    assert pytest.approx([0.5, 0.8 + ANNOUNCED, 1.5 + ANNOUNCED], abs=0.02) == [one.start for one in found]
    assert pytest.approx([0.5 + ANNOUNCED, 1.3 + ANNOUNCED], abs=0.03) == [one.end for one in found[:2]]


@pytest.mark.parametrize("gain", [0.2, 0.5, 1.3])
def test_level_and_noise_do_not_matter(gain):
    """A line that is quieter or louder, with 40 dB of noise, is understood as well."""
    found = ear.heard(line(SOUNDS["welcome"], gain=gain, noise=0.002), RATE, SOUNDS)

    assert [(one.name, one.whole) for one in found] == [("welcome", True)]


def test_a_late_start_is_measured():
    """300 ms of silence before the announcement show in its start, not in its length."""
    on_time = ear.heard(line(SOUNDS["announcement"], silence(1)), RATE, SOUNDS)[0]
    late = ear.heard(line(silence(0.3), SOUNDS["announcement"], silence(1)), RATE, SOUNDS)[0]

    assert pytest.approx(0.3, abs=0.02) == late.start - on_time.start
    assert late.whole


def test_swapped_prompts_are_told_apart():
    """The order in which prompts were heard is the order reported, even when they begin with the same words."""
    found = ear.heard(line(SOUNDS["sorry"], silence(0.2), SOUNDS["welcome"]), RATE, SOUNDS)

    assert names(found) == ["sorry", "welcome"]


def test_a_sound_that_was_not_played_is_not_heard():
    """The announcement is missing: only the rest is found."""
    found = ear.heard(line(silence(0.3), SOUNDS["beep"], SOUNDS["welcome"]), RATE, SOUNDS)

    assert names(found) == ["beep", "welcome"]


def test_a_clipped_onset_is_noticed():
    """100 ms cut off the beginning: found, but not whole, and nothing was heard from its start."""
    found = ear.heard(line(silence(0.5), SOUNDS["welcome"][round(0.1 * RATE) :]), RATE, SOUNDS)

    assert names(found) == ["welcome"]
    assert pytest.approx(0.1, abs=0.041) == found[0].offset
    assert not found[0].whole
    assert found[0].from_start == 0.0


@pytest.mark.parametrize("seconds", [0.9, 2.0, 6.0])
def test_a_sound_cut_short_is_measured(seconds):
    """A key ends the announcement: as much as was heard is reported, and the beep after it."""
    cut = SOUNDS["announcement"][: round(seconds * RATE)]
    found = ear.heard(line(cut, silence(0.05), SOUNDS["beep"], SOUNDS["welcome"]), RATE, SOUNDS)

    assert names(found) == ["announcement", "beep", "welcome"]
    assert pytest.approx(seconds, abs=0.1) == found[0].from_start
    assert not found[0].whole


def test_a_chance_likeness_far_from_a_sound_cut_short_hides_nothing_between():
    """What comes after the beep is, for 0.2 s, as the announcement would have gone on: that is no more of it."""
    announcement, beep_ = SOUNDS["announcement"], SOUNDS["beep"]
    like = round(2.0 * RATE)  # where the announcement would be, had it not been cut after one second
    after = SOUNDS["welcome"].copy()
    at = like - round(1.8 * RATE)
    after[at : at + round(0.22 * RATE)] = announcement[like : like + round(0.22 * RATE)]
    found = ear.heard(line(announcement[:RATE], silence(0.3), beep_, after), RATE, SOUNDS)

    assert names(found)[:2] == ["announcement", "beep"]
    assert found[0].end < 1.1


def test_a_hole_in_the_middle_is_noticed():
    """Half a second lost within: heard to the end, unbroken only up to the hole."""
    holed = SOUNDS["announcement"].copy()
    holed[3 * RATE : round(3.5 * RATE)] = 0
    found = ear.heard(line(silence(0.4), holed), RATE, SOUNDS)

    assert names(found) == ["announcement"]
    assert pytest.approx(3.0, abs=0.25) == found[0].from_start
    assert not found[0].whole
    assert pytest.approx(0.4 + ANNOUNCED, abs=0.03) == found[0].end


def test_a_splice_gives_two_pieces():
    """Two seconds cut out of the middle: both pieces are found, neither is whole, the sum is right."""
    sound = SOUNDS["announcement"]
    found = ear.heard(line(sound[: 3 * RATE], sound[5 * RATE :]), RATE, SOUNDS)

    assert names(found) == ["announcement", "announcement"]
    assert pytest.approx(ANNOUNCED - 2, abs=0.25) == sum(one.heard for one in found)
    assert not any(one.whole for one in found)


def test_a_slipped_frame_does_not_break_a_sound():
    """The jitter buffer drops one packet in the middle: all of the rest is still recognised."""
    sound = SOUNDS["announcement"]
    found = ear.heard(line(sound[: 4 * RATE], sound[4 * RATE + 160 :]), RATE, SOUNDS)

    assert names(found) == ["announcement"]
    assert found[0].heard > ANNOUNCED - 0.25


@pytest.mark.parametrize(
    "other",
    [
        spoken(
            "Votre correspondant n'est pas joignable pour le moment, veuillez rappeler plus tard. Merci de votre appel."
        ),
        spoken(WELCOME, "fr+f3"),
        (0.1 * np.random.default_rng(3).standard_normal(RATE * 10)).astype(np.float32),
        silence(10),
        (0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE * 5) / RATE)).astype(np.float32),
    ],
    ids=["other speech", "other voice", "noise", "silence", "ringing tone"],
)
def test_no_false_alarm(other):
    """Other words, another voice, noise, silence and another tone are none of the known sounds."""
    assert ear.heard(line(other), RATE, SOUNDS) == []


def test_a_pause_at_the_end_counts_until_something_else_sounds():
    """Padding belongs to the announcement; a beep that comes too early cuts it."""
    padded = {"announcement": np.concatenate([SOUNDS["announcement"], silence(2)])}
    whole = ear.heard(line(padded["announcement"], beep()), RATE, padded)[0]
    early = ear.heard(line(SOUNDS["announcement"], silence(0.5), beep()), RATE, padded)[0]

    assert whole.whole
    assert pytest.approx(ANNOUNCED + 0.5, abs=0.06) == early.heard


def test_tones_are_heard_and_speech_is_none():
    """The beep is found by its frequency alone; speech and a tone of another frequency are not it."""
    at_440 = (0.3 * np.sin(2 * np.pi * 440 * np.arange(RATE * 2) / RATE)).astype(np.float32)
    found = tone.tones(line(SOUNDS["welcome"], silence(0.1), beep(), at_440), RATE, 1000)

    assert len(found) == 1
    assert pytest.approx(len(SOUNDS["welcome"]) / RATE + 0.1, abs=0.03) == found[0].start
    assert pytest.approx(0.5, abs=0.05) == found[0].seconds


def test_silences_are_found():
    """Half a second without sound is a silence, also on a line that hisses a little."""
    found = tone.silences(line(beep(), silence(1.5), beep()), RATE)

    assert [pytest.approx((0.5, 2.0), abs=0.03)] == [(one.start, one.end) for one in found]


def test_a_missing_file_says_so(tmp_path):
    """A sound that is not there is an error with its name, not a sound that was not heard."""
    with pytest.raises(FileNotFoundError, match=r"no sound file .*gone\.wav"):
        ear.sound(tmp_path / "gone.wav", RATE)


def test_a_recording_shorter_than_a_sound_is_no_problem():
    """A call that was hung up at once: the little that was heard is measured, or nothing."""
    assert ear.heard(line(SOUNDS["welcome"][:800]), RATE, SOUNDS) == []
    assert ear.heard(np.zeros(0, np.float32), RATE, SOUNDS) == []


def test_a_minute_and_ten_sounds_take_seconds():
    """A long call against many prompts takes less of the processor's time than a person waits."""
    long = line(*[SOUNDS["welcome"], silence(1)] * 8)
    many = {f"{name}{number}": np.roll(sound, 900 * number) for name, sound in SOUNDS.items() for number in range(2)}
    began = time.process_time()
    ear.heard(long, RATE, many)

    assert time.process_time() - began < 5


@pytest.mark.parametrize("seed", range(20))
def test_peaks_are_those_that_others_find(seed):
    """The highest first, and none near a higher one, whatever the score looks like."""
    from scipy.signal import find_peaks  # a second, for this test alone

    dice = np.random.default_rng(seed)
    score = np.convolve(dice.standard_normal(5000), np.ones(1 + seed), "same").astype(np.float32)
    score /= np.abs(score).max()
    apart = int(dice.integers(1, 900))
    found = peaks(score, apart)

    assert sorted(found) == find_peaks(score, height=PROPOSED, distance=apart)[0].tolist()
    assert found == sorted(found, key=lambda one: -score[one])


@pytest.mark.parametrize("length", [3200, 3201, 21_999, 22_000, 22_001, 40_800, 40_801, 41_000, 582_100])
def test_a_recording_is_searched_to_its_last_place_whatever_its_length(length):
    """In blocks, the last of which may end anywhere: the correlation is what it is by its definition."""
    noise = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    anchors = Anchors(noise, SEARCHED)
    for size in (3200, 500):
        sought = np.stack([noise[begin : begin + size] for begin in (0, length - size)])
        scores = list(anchors.scores(sought / np.linalg.norm(sought, axis=1)[:, None]))
        seams = [seam + by for seam in range(0, length, anchors.hop) for by in (-1, 0)]
        places = [place for place in (*seams, length - size) if 0 <= place <= length - size]
        there = np.stack([noise[place : place + size] for place in places])
        alike = there @ sought.T / np.linalg.norm(there, axis=1)[:, None] / np.linalg.norm(sought, axis=1)

        assert [len(score) for score in scores] == [length - size + 1] * 2
        assert np.allclose(np.transpose([score[places] for score in scores]), alike, atol=1e-4)
        assert [int(np.argmax(score)) for score in scores] == [0, length - size]
