"""Recordings as people send them: some are used, the others get one clear sentence."""

import os
import re
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.values.phrase import Utterance
from ivr.voice import recording as module

from .conftest import WELCOME, babble, wav_bytes

VOICE = babble("Bienvenue", 48000)


@pytest.mark.parametrize(
    "content",
    [
        wav_bytes(VOICE, 48000, subtype="PCM_24"),
        wav_bytes(VOICE, 48000, subtype="FLOAT"),
        wav_bytes(VOICE, 48000, subtype="ALAW"),
        wav_bytes(VOICE, 48000, format="WAVEX"),
        wav_bytes(babble("Bienvenue", 8000), 8000),
        wav_bytes(babble("Bienvenue", 16000), 16000),
    ],
    ids=["24 bits", "float", "alaw", "extensible", "8 kHz", "16 kHz"],
)
def test_a_recording_wins_and_is_converted(place, content: bytes):
    """Of any sample format: it comes out as Asterisk wants it, and no engine is asked."""
    place.record("welcome", content)
    baked = place.bake(WELCOME)
    sound = baked.catalogue.sounds["fr", "welcome"]

    assert baked.problems == ()
    assert place.spoken == []
    assert sound.source == "recording"
    assert baked.catalogue.check() == ()
    assert abs(sound.seconds - (len(VOICE) / 48000 - 0.2 - 1 / 3 + 0.08)) < 0.06


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: record it again or remove it"),
        (b"not a sound at all", "is damaged or not a WAV file"),
        (wav_bytes(VOICE, 48000)[:30], "is damaged or not a WAV file"),
        (wav_bytes(VOICE, 48000)[:44], "is cut off"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff" + b"\xff" * 60, "is damaged or not a WAV file"),
        (wav_bytes(VOICE, 48000, format="MP3"), "is not a WAV file but MP3 inside: save it as a WAV file"),
        (wav_bytes(VOICE, 48000, format="FLAC"), "is not a WAV file but FLAC inside"),
        (wav_bytes(np.zeros(8000), 8000), "holds only silence"),
        (wav_bytes(np.full(8000, np.nan), 8000, subtype="FLOAT"), "samples that are no numbers"),
        (wav_bytes(VOICE, 4000), "has 4000 samples per second"),
        (wav_bytes(np.tile((VOICE * 2**15).astype(np.int16), 500)[: 8000 * 601], 8000), "is longer than 600 s"),
    ],
    ids=["empty", "text", "cut header", "no data", "lying", "mp3", "flac", "silent", "nan", "4 kHz", "long"],
)
def test_an_unusable_recording_is_one_sentence(place, content: bytes, sentence: str):
    """The file is named, the fault too, and the engine does not paper over it."""
    place.record("welcome", content)
    (problem,) = place.bake(WELCOME).problems

    assert problem.startswith("prompts/fr/welcome.wav ")
    assert sentence in problem
    assert "\n" not in problem
    assert place.spoken == []


def test_every_damaged_header_is_a_sound_or_a_sentence(place):
    """Each byte of the header turned over, one after the other: never a crash."""
    good = wav_bytes(babble("Un", 8000), 8000)
    outcomes = set()
    for position in range(44):
        try:
            module.decoded(good[:position] + bytes([good[position] ^ 0xFF]) + good[position + 1 :])
            outcomes.add("sound")
        except module.Unusable as unusable:
            outcomes.add(str(unusable).partition(":")[0])

    assert {"sound", "is damaged or not a WAV file"} <= outcomes


def test_a_recording_that_unpacks_beyond_measure_is_refused(monkeypatch):
    """Many channels count as much as many seconds."""
    monkeypatch.setattr(module, "MAX_SAMPLES", 7000)

    with pytest.raises(module.Unusable, match="is longer than 0 s"):
        module.decoded(wav_bytes(np.zeros((1000, 8)), 8000))


def test_a_file_that_is_too_big_is_not_read_to_its_end(place):
    """51 MB of zeros (a sparse file) are refused by size."""
    with place.record("welcome", b"RIFF").open("r+b") as file:
        file.truncate(51_000_000)
    (problem,) = place.bake(WELCOME).problems

    assert "is bigger than 50 MB" in problem


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a//b", "a/", "Été", "a.b", "a\n", "", "-a", "a" * 102])
@pytest.mark.parametrize("language", ["fr", "..", "fr/..", ""])
def test_bad_names_never_reach_the_disk(place, language: str, name: str):
    """Neither a name nor a language leads out of the prompts directory, in or out."""
    before = sorted(place.prompts.parent.rglob("*"))
    baked = place.bake(Utterance(language, name, "Bonjour."))

    assert any("is not a prompt name" in problem for problem in baked.problems)
    assert not baked.catalogue.sounds or language == "fr"
    assert {place.prompts.parent / "prompts"} <= set(before)
    assert all(path.is_relative_to(place.sounds) for path in set(place.prompts.parent.rglob("*")) - set(before))


def test_a_link_out_of_the_prompts_is_refused(place, tmp_path):
    """A link within the directory is a convenience, a link out of it is not followed."""
    (tmp_path / "secret.wav").write_bytes(wav_bytes(VOICE, 48000))
    (place.prompts / "fr" / "welcome.wav").symlink_to(tmp_path / "secret.wav")
    place.record("closed", wav_bytes(VOICE, 48000))
    (place.prompts / "fr" / "again.wav").symlink_to("closed.wav")
    baked = place.bake(WELCOME, Utterance("fr", "again", "Bonjour."))

    assert baked.problems == ("prompts/fr/welcome.wav leads out of the prompts directory: put the file itself there",)
    assert baked.catalogue.sounds["fr", "again"].source == "recording"


def test_a_directory_link_out_of_the_prompts_is_refused(place, tmp_path):
    """Nor is a linked directory."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "main.wav").write_bytes(wav_bytes(VOICE, 48000))
    (place.prompts / "fr" / "menu").symlink_to(tmp_path / "elsewhere")
    (problem,) = place.bake(Utterance("fr", "menu/main", "Bonjour.")).problems

    assert "leads out of the prompts directory" in problem


def test_what_is_no_plain_file_is_refused_without_waiting(place):
    """A pipe would keep a reader for ever; a directory, a dead link and a circle are told as they are."""
    fr = place.prompts / "fr"
    os.mkfifo(fr / "pipe.wav")
    (fr / "directory.wav").mkdir()
    (fr / "dead.wav").symlink_to("nothing.wav")
    (fr / "circle.wav").symlink_to("circle.wav")
    names = ("circle", "dead", "directory", "pipe")
    problems = place.bake(*(Utterance("fr", name, "Bonjour.") for name in names)).problems

    assert [f"prompts/fr/{name}.wav" for name in names] == [problem.split()[0] for problem in problems]
    assert "is not a plain file" in problems[3]
    assert "circle" in problems[0].split("(")[1] or "levels" in problems[0]


def test_a_lying_length_costs_no_memory():
    """A header that promises 4 GB of sound gives what there is."""
    good = wav_bytes(babble("Un", 8000), 8000)
    lying = good[:40] + struct.pack("<I", 0xFFFFFFF0) + good[44:]
    samples, _ = module.decoded(lying)

    assert len(samples) <= len(good) // 2


def test_the_recording_of_its_language_is_heard_for_a_variant_that_has_none(place):
    """Where the text is the same; its own comes first, and is another sound."""
    place.record("welcome", wav_bytes(babble("Bienvenue", 48000), 48000))
    belgian = replace(WELCOME, language="fr-BE", like="fr")
    baked = place.bake(WELCOME, belgian).catalogue.sounds
    own = place.prompts / "fr-BE" / "welcome.wav"
    own.parent.mkdir()
    own.write_bytes(wav_bytes(babble("Bienvenue une fois", 48000), 48000))
    again = place.bake(WELCOME, belgian).catalogue.sounds

    assert place.spoken == []
    assert Path(f"{baked['fr-BE', 'welcome'].path}.alaw").parent == place.sounds / "fr-BE"
    assert baked["fr", "welcome"].seconds == baked["fr-BE", "welcome"].seconds
    assert again["fr-BE", "welcome"].seconds > again["fr", "welcome"].seconds


@pytest.mark.parametrize(("gain", "rate"), [(2, 48000), (2, 8000), (4, 16000)])
def test_an_overdriven_recording_is_refused(place, gain: int, rate: int):
    """Its crests are cut off flat, which callers hear as a crackle."""
    voice = voiced(rate)
    place.record("welcome", wav_bytes(np.clip(gain * voice, -1, 1), rate))
    (problem,) = place.bake(WELCOME).problems

    assert re.fullmatch(
        r"prompts/fr/welcome.wav is overdriven \(\d+ crests are cut off flat in \d\.\d s\): record it less loudly",
        problem,
    )


@pytest.mark.parametrize("rate", [8000, 48000])
@pytest.mark.parametrize("gain", [1, 0.9, 0.01])
def test_a_recording_that_is_loud_or_faint_is_none_the_worse(place, gain: float, rate: int):
    """Up to full scale, and with few bits: nothing is cut off."""
    place.record("welcome", wav_bytes(gain * voiced(rate), rate))

    assert place.bake(WELCOME).problems == ()


def voiced(rate: int) -> np.ndarray:
    """Speech-like crests of all heights, the highest at full scale."""
    sound = babble("Bienvenue chez nous, et merci de votre appel", rate)
    return sound / np.abs(sound).max()
