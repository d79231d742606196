"""The catalogue: saved, loaded, checked against the disk, and what is removed when."""

import fcntl
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from ivr.values.phrase import Utterance
from ivr.voice.catalogue import BadCatalogue, Catalogue, Sound, prune
from ivr.voice.samples import encode
from ivr.voice.variants import RATES

from .conftest import TEXTS, WELCOME


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda p: p.unlink(), "is missing"),
        (lambda p: p.write_bytes(b""), "is cut off or empty"),
        (lambda p: p.write_bytes(p.read_bytes()[:-100]), "s, the catalogue says"),
        (lambda p: p.write_bytes(p.read_bytes() + bytes(12)), "s, the catalogue says"),
        (lambda p: p.write_bytes(encode(np.zeros(round(RATES[p.suffix] / 10)), p.suffix)), "lasts 0.100 s, the"),
        (lambda p: (p.unlink(), p.mkdir()), "is no file"),
        (lambda p: (p.unlink(), p.symlink_to(p.name)), "cannot be read (Too many levels of symbolic links)"),
    ],
)
@pytest.mark.parametrize("suffix", [".alaw", ".g722"])
def test_check_finds_what_asterisk_could_not_play(place, suffix: str, damage, sentence: str):
    """Each fault is one sentence that names the file and says what to do; sound files are not mentioned."""
    catalogue = place.bake(WELCOME).catalogue
    path = Path(catalogue.sounds["fr", "welcome"].path + suffix)
    damage(path)
    (found,) = catalogue.check()

    assert found.startswith(f"fr/welcome: {path} ")
    assert sentence in found
    assert found.endswith("bake the prompts again")


def test_check_reads_the_widest_file_too(place):
    """Half a sample, or what does not end with one of the others, was cut off."""
    catalogue = place.bake(WELCOME).catalogue
    path = Path(catalogue.sounds["fr", "welcome"].path + ".sln48")
    path.write_bytes(path.read_bytes()[:-1])

    assert "is cut off or empty" in catalogue.check()[0]


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

    assert sorted(Path(name).name.split("-")[0] for name in removed) == ["catalogue", *["main"] * 4, *["old"] * 4]
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
    assert {"fr/fallback.alaw", "fr/fallback.ulaw", "fr/fallback.g722", "fr/fallback.sln48"} <= place.files()
    assert (place.sounds / "fr" / "music.wav").exists()
    assert fresh.exists()


def test_what_sounds_were_kept_in_before_goes(place):
    """Asterisk would open it beside what is there now: the apology's at the next bake, others with what is unused."""
    apology = Utterance("fr", "fallback", "Service indisponible.")
    (place.sounds / "fr").mkdir(parents=True)
    former = [place.sounds / "fr" / name for name in ("fallback.wav", "fallback.wav16", "welcome-0123456789ab.wav16")]
    for path in former:
        path.write_bytes(b"RIFF")
    place.bake(apology)

    assert [path.exists() for path in former] == [False, False, True]
    assert prune(place.sounds, []) == ("fr/welcome-0123456789ab.wav16",)


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

    assert Path(sound.path + ".alaw").stat().st_mode & 0o777 == 0o644


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
        copy, sound = place.sounds / "queued" / f"{path}.alaw", Path(catalogue.sounds[key].path + ".alaw")
        assert copy.read_bytes() == sound.read_bytes()
    assert prune(place.sounds, [catalogue]) == ()
