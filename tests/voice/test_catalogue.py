"""The catalogue: saved, loaded, checked against the disk, and what is removed when."""

import fcntl
import os
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.values.phrase import Utterance
from ivr.voice.catalogue import BadCatalogue, Catalogue, Sound, prune
from ivr.voice.samples import encode

from .conftest import TEXTS, WELCOME


def rewritten(start: int, form: str, value: int):
    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        struct.pack_into(form, content, start, value)
        path.write_bytes(content)

    return damage


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda p: p.unlink(), "is missing"),
        (lambda p: p.write_bytes(b""), "is too short to be a WAV file"),
        (lambda p: p.write_bytes(p.read_bytes()[:-100]), "is cut off or empty"),
        (lambda p: p.write_bytes(p.read_bytes() + b"\0\0"), "is cut off or empty"),
        (lambda p: p.write_bytes(encode(np.zeros(0), ".wav")), "is cut off or empty"),
        (lambda p: p.write_bytes(b"ID3" + p.read_bytes()[3:]), "does not have the plain WAV header"),
        (rewritten(4, "<I", 1), "is cut off or empty"),
        (rewritten(40, "<I", 2), "is cut off or empty"),
        (rewritten(20, "<H", 0xFFFE), "is not PCM, mono, 16 bits (format 65534"),
        (rewritten(22, "<H", 2), "2 channels"),
        (rewritten(34, "<H", 8), "8 bits"),
        (rewritten(24, "<I", 44100), "has 44100 samples per second instead of 8000"),
        (lambda p: soundfile.write(p, np.zeros(800), 8000, subtype="FLOAT"), "does not have the plain WAV header"),
        (lambda p: p.write_bytes(encode(np.zeros(800), ".wav")), "lasts 0.100 s, the catalogue says"),
        (lambda p: (p.unlink(), p.mkdir()), "cannot be read (Is a directory)"),
    ],
)
def test_check_finds_what_asterisk_could_not_play(place, damage, sentence: str):
    """Each fault is one sentence that names the file and says what to do; sound files are not mentioned."""
    catalogue = place.bake(*TEXTS).catalogue
    path = Path(catalogue.sounds["fr", "welcome"].path + ".wav")
    damage(path)
    (found,) = catalogue.check()

    assert found.startswith(f"fr/welcome: {path} ")
    assert sentence in found
    assert found.endswith("bake the prompts again")


def test_check_reads_the_wide_file_too(place):
    """16 kHz is held to 16 kHz."""
    catalogue = place.bake(WELCOME).catalogue
    path = Path(catalogue.sounds["fr", "welcome"].path + ".wav16")
    path.write_bytes(encode(np.zeros(800), ".wav"))

    assert "has 8000 samples per second instead of 16000" in catalogue.check()[0]


def test_a_saved_catalogue_comes_back_whole(place):
    """Texts with all their signs, times to the sample, and the pointer to the latest."""
    first = place.bake(*TEXTS, Utterance("fr", "price", "0,80 € la minute : « cher », n’est-ce pas ?")).catalogue
    second = place.bake(WELCOME).catalogue

    assert Catalogue.load(place.sounds) == second
    assert first.save().name == f"catalogue-{first.digest}.json"
    assert Catalogue.load(place.sounds) == first


def test_a_directory_that_moved_is_still_good(place, tmp_path):
    """Paths are kept relative: Asterisk and the controller may mount it elsewhere."""
    place.bake(*TEXTS)
    moved = place.sounds.rename(tmp_path / "moved")
    catalogue = Catalogue.load(moved)

    assert catalogue.check() == ()
    assert catalogue.sounds["fr", "welcome"].path.startswith(str(moved / "fr" / "welcome-"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda sounds: (sounds / "catalogue.json").write_text("{}"),
        lambda sounds: (sounds / "catalogue.json").write_text('{"catalogue": "../../etc/passwd"}'),
        lambda sounds: (sounds / "catalogue.json").write_bytes(b"\xff\xfe"),
        lambda sounds: next(sounds.glob("catalogue-*.json")).write_text('{"sounds": [{}]}'),
        lambda sounds: next(sounds.glob("catalogue-*.json")).unlink(),
        lambda sounds: (sounds / "catalogue.json").unlink(),
    ],
)
def test_a_damaged_catalogue_is_one_sentence(place, damage):
    """No traceback of a parser: where, and what to do."""
    place.bake(WELCOME)
    damage(place.sounds)

    with pytest.raises(BadCatalogue, match=r"bake the prompts (first|again)$"):
        Catalogue.load(place.sounds)


def test_a_sound_outside_the_directory_cannot_be_saved(place):
    """Asterisk sees only the sounds directory."""
    foreign = Catalogue(place.sounds, {("fr", "x"): Sound("/etc/x", 1.0, "", "recording")})

    with pytest.raises(ValueError, match="not in the subpath"):
        foreign.save()


def test_prune_removes_what_no_catalogue_uses(place):
    """The kept catalogues and the latest stay whole; what only others used goes, and so do their pages."""
    in_use = place.bake(WELCOME).catalogue
    place.bake(TEXTS[1], Utterance("fr", "old", "Ceci est ancien."))
    latest = place.bake(TEXTS[2]).catalogue
    removed = prune(place.sounds, [in_use])

    assert sorted(Path(name).name.split("-")[0] for name in removed) == ["catalogue", *["main"] * 3, *["old"] * 3]
    assert in_use.check() == latest.check() == ()
    assert Catalogue.load(place.sounds) == latest
    assert prune(place.sounds, [in_use]) == ()


def test_prune_leaves_what_is_not_its_own(place):
    """The apology's stable copy and files that people put there stay; forgotten temporary files go."""
    place.bake(Utterance("fr", "fallback", "Service indisponible."))
    (place.sounds / "fr" / "music.wav").write_bytes(b"x")
    fresh, forgotten = place.sounds / "fr" / ".baking-new", place.sounds / "fr" / ".baking-old"
    fresh.touch()
    forgotten.touch()
    os.utime(forgotten, (0, 0))

    assert prune(place.sounds, []) == ("fr/.baking-old",)
    assert {"fr/music.wav", "fr/fallback.wav", "fr/fallback.wav16"} <= place.files()
    assert fresh.exists()


def test_prune_waits_for_a_bake(place):
    """A bake counts on the files that it found; they are not taken from under it."""
    place.bake(WELCOME)
    done = threading.Event()
    with (place.sounds / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        thread = threading.Thread(target=lambda: (prune(place.sounds, []), done.set()))
        thread.start()
        waited = not done.wait(0.2)
        fcntl.flock(file, fcntl.LOCK_UN)
        thread.join(5)

    assert waited
    assert done.is_set()


def test_files_can_be_read_by_others(place):
    """Asterisk's user may be another one than the controller's."""
    sound = place.bake(WELCOME).catalogue.sounds["fr", "welcome"]

    assert Path(sound.path + ".wav").stat().st_mode & 0o777 == 0o644


def test_what_queues_say_has_copies_without_digest(place):
    """Each language has its own words, or the French ones; music is no language."""
    english = Utterance("en", "welcome", "Hello and welcome.")
    catalogue = place.bake(*TEXTS, english).catalogue
    catalogue.have_queued(("welcome", "closed"), "fr")

    for path, key in (
        ("fr/welcome", ("fr", "welcome")),
        ("en/welcome", ("en", "welcome")),
        ("en/closed", ("fr", "closed")),
    ):
        copy, sound = place.sounds / "queued" / f"{path}.wav", Path(catalogue.sounds[key].path + ".wav")
        assert copy.read_bytes() == sound.read_bytes()
    assert prune(place.sounds, [catalogue]) == ()
