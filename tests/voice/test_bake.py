"""Baking: what is made, what is left alone, what is refused, and by how many at once."""

import hashlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from ivr.values.music import music_pieces
from ivr.values.phrase import Utterance
from ivr.voice import recipe
from ivr.voice.audio import loudness
from ivr.voice.bake import bake
from ivr.voice.catalogue import BadCatalogue, Catalogue
from ivr.voice.engines import Engine
from ivr.voice.samples import decode, encode
from ivr.voice.variants import RATES, seconds
from tests import forked

from .conftest import CLOSED, MENU, TEXTS, WELCOME, Place, babble, standing_in, wav_bytes


def contents(place: Place) -> dict[str, str]:
    return {name: hashlib.sha256((place.sounds / name).read_bytes()).hexdigest() for name in place.files()}


def test_a_bake_makes_a_file_of_each_codec_for_each_text_and_a_beep(place):
    """Each text and the beep become an `.alaw`, an `.ulaw`, a `.g722` and a `.sln48` each, and a catalogue."""
    baked = place.bake(*TEXTS)
    welcome = baked.catalogue.sounds["fr", "welcome"]

    assert baked.problems == ()
    assert baked.made == ("fr/beep", "fr/closed", "fr/menu/main", "fr/welcome")
    assert len(place.files()) == 16
    assert Path(welcome.path).parent == place.sounds / "fr"
    assert Path(welcome.path).name.startswith("welcome-")
    assert welcome.text == WELCOME.text
    assert Catalogue.load(place.sounds) == baked.catalogue
    assert baked.catalogue.check() == ()


def test_every_file_is_as_asterisk_wants_it_and_equally_long(place):
    """64 kbit/s in G.711 and G.722, 48000 samples of 16 bits a second; the voice is in each."""
    sound = place.bake(MENU).catalogue.sounds["fr", "menu/main"]
    sizes = {suffix: Path(sound.path + suffix).stat().st_size for suffix in RATES}
    heard = {suffix: decode(Path(sound.path + suffix)) for suffix in RATES}

    assert sizes == {suffix: round(sound.seconds * (96_000 if suffix == ".sln48" else 8000)) for suffix in RATES}
    assert {suffix: len(samples) / rate for suffix, (samples, rate) in heard.items()} == dict.fromkeys(
        RATES, sound.seconds
    )
    assert all(abs(loudness(*one) + 19) <= 1 for one in heard.values())


def test_nothing_is_made_twice(place):
    """A second bake of the same texts asks no engine and touches no file."""
    first = place.bake(*TEXTS)
    times = {name: (place.sounds / name).stat().st_mtime_ns for name in place.files()}
    place.spoken.clear()
    again = place.bake(*TEXTS)

    assert again.made == ()
    assert again.kept == first.made
    assert place.spoken == []
    assert times == {name: (place.sounds / name).stat().st_mtime_ns for name in place.files()}
    assert again.catalogue == first.catalogue


def test_spaces_and_line_ends_are_no_change(place):
    """A text wrapped in another way in its file is the same text."""
    place.bake(WELCOME)

    assert place.bake(replace(WELCOME, text=WELCOME.text.replace(" ", "\n  "))).made == ()


def test_one_word_changed_is_one_sound_made(place):
    """Exactly one new file for each variant; the old one stays for the calls that play it."""
    first = place.bake(*TEXTS)
    before = contents(place)
    place.spoken.clear()
    again = place.bake(WELCOME, MENU, replace(CLOSED, text=CLOSED.text.replace("neuf", "dix")))
    after = contents(place)

    assert again.made == ("fr/closed",)
    assert len(place.spoken) == 1
    assert len(after) == len(before) + len(RATES)
    assert before.items() <= after.items()
    assert again.catalogue.sounds["fr", "closed"] != first.catalogue.sounds["fr", "closed"]
    assert again.catalogue.sounds["fr", "welcome"] == first.catalogue.sounds["fr", "welcome"]


@pytest.mark.parametrize("change", [{"tail": 1.0}, {"at_least": 12.0}, {"at_most": 30.0}])
def test_another_shape_is_another_file(place, change):
    """Tail and bounds are part of the digest."""
    place.bake(WELCOME)

    assert place.bake(replace(WELCOME, **change)).made == ("fr/welcome",)


def test_another_version_of_the_engine_makes_everything_anew(place):
    """A better voice is heard everywhere, not only in new texts; the beep has no voice."""
    place.bake(*TEXTS)
    place.voices = (replace(place.voices[0], version="next"),)

    assert place.bake(*TEXTS).made == ("fr/closed", "fr/menu/main", "fr/welcome")


def test_another_recipe_makes_everything_anew(place, monkeypatch):
    """What computes the sound is part of every digest, by its version: under one name are the same bytes."""
    place.bake(WELCOME)
    assert all(f" {tool} {version(tool)}" in recipe.recipe() for tool in recipe.TOOLS)
    recipe.recipe.cache_clear()
    monkeypatch.setattr(recipe, "version", lambda name: "99" if name == "soxr" else version(name))
    try:
        assert place.bake(WELCOME).made == ("fr/beep", "fr/welcome")
    finally:
        recipe.recipe.cache_clear()


def test_another_recording_is_another_file_and_another_text_is_not(place):
    """A recording counts by its bytes; the text beside it is only carried along."""
    place.record("welcome", wav_bytes(babble("one", 16000), 16000))
    place.bake(WELCOME)
    retold = place.bake(replace(WELCOME, text="Bonjour !"))
    place.record("welcome", wav_bytes(babble("two", 16000), 16000))
    anew = place.bake(WELCOME)

    assert retold.made == ()
    assert retold.catalogue.sounds["fr", "welcome"].text == "Bonjour !"
    assert anew.made == ("fr/welcome",)
    assert place.spoken == []


@pytest.mark.parametrize("suffix", RATES)
@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.unlink(),
        lambda p: p.write_bytes(p.read_bytes()[:-2]),
        lambda p: p.write_bytes(encode(np.ones(800), p.suffix)),
    ],
    ids=["missing", "cut off", "of another length"],
)
def test_a_damaged_file_is_made_again(place, suffix, damage):
    """A file that is missing, cut off or unlike its twin, at any rate, is replaced by the same bytes as before."""
    sound = place.bake(*TEXTS).catalogue.sounds["fr", "welcome"]
    before = contents(place)
    damage(Path(sound.path + suffix))

    assert place.bake(*TEXTS).made == ("fr/welcome",)
    assert contents(place) == before


def test_the_same_texts_give_the_same_bytes(place, tmp_path):
    """Another directory, the same files, byte for byte."""
    place.bake(*TEXTS)
    elsewhere = Place(place.prompts, tmp_path / "elsewhere", [], place.voices)
    elsewhere.bake(*TEXTS)

    assert contents(place) == contents(elsewhere)
    assert Catalogue.load(place.sounds).digest == Catalogue.load(elsewhere.sounds).digest


def test_at_least_pads_exactly(place):
    """A tariff announcement of at least 10 s has 80 000 samples, no more."""
    sound = place.bake(replace(WELCOME, at_least=10.0)).catalogue.sounds["fr", "welcome"]

    assert sound.seconds == 10.0
    assert Path(f"{sound.path}.alaw").stat().st_size == 80_000


def test_what_lasts_too_long_is_a_problem_each_time(place):
    """Measured on the finished file, tail included; told again by the next bake, without speaking again."""
    utterance = replace(WELCOME, name="announcement-080-minute", tail=2.0, at_most=2.5)
    (first,) = place.bake(utterance).problems
    place.spoken.clear()
    (again,) = place.bake(utterance).problems

    assert first.startswith("fr/announcement-080-minute lasts ")
    assert first.endswith(
        " s, at most 2.5 s are allowed: shorten its text «Bonjour et bienvenue chez Lumière du Jour.»"
    )
    assert again == first
    assert place.spoken == []


def test_a_recording_that_lasts_too_long_says_to_record_it_shorter(place):
    """The remedy fits the source."""
    place.record("welcome", wav_bytes(babble("a" * 60, 16000), 16000))
    (problem,) = place.bake(replace(WELCOME, at_most=1.0)).problems

    assert problem.startswith("prompts/fr/welcome.wav lasts 3.")
    assert problem.endswith("at most 1 s are allowed: record it shorter")


def test_exactly_at_most_is_allowed(place):
    """The bound itself is within the bound."""
    assert place.bake(replace(WELCOME, at_least=8.0, at_most=8.0)).problems == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no words to say"),
        (" … !", "has no words to say"),
        ("Bonjour\0", "cannot be spoken (unprintable"),
        ("Bonjour\x1b[0m", "cannot be spoken (unprintable"),
        ("bla " * 1251, "or over 5000 characters"),
    ],
)
def test_a_text_without_words_or_with_rubbish_is_a_problem(place, text, sentence):
    """Before an engine is asked."""
    (problem,) = place.bake(replace(WELCOME, text=text)).problems

    assert problem.startswith("fr/welcome ")
    assert sentence in problem
    assert place.spoken == []


def test_all_problems_are_told_at_once_and_the_rest_is_good(place):
    """Two faults, two sentences in order of name; the good one is made but nothing becomes current."""
    place.record("closed", b"")
    baked = place.bake(*TEXTS, Utterance("fr", "apology", ""))

    assert [problem.split()[0] for problem in baked.problems] == ["fr/apology", "prompts/fr/closed.wav"]
    assert set(baked.catalogue.sounds) == {("fr", "beep"), ("fr", "menu/main"), ("fr", "welcome")}
    with pytest.raises(BadCatalogue):
        Catalogue.load(place.sounds)


def test_a_bad_bake_does_not_replace_a_good_one(place):
    """The catalogue and the apology's stable copy stay as they were."""
    apology = Utterance("fr", "fallback", "Notre service est momentanément indisponible.")
    good = place.bake(apology)
    stable = (place.sounds / "fr" / "fallback.alaw").read_bytes()
    bad = place.bake(replace(apology, text="Veuillez rappeler plus tard."), Utterance("fr", "welcome", ""))

    assert len(bad.problems) == 1
    assert Catalogue.load(place.sounds) == good.catalogue
    assert (place.sounds / "fr" / "fallback.alaw").read_bytes() == stable


def test_the_apology_has_a_copy_without_digest(place):
    """Asterisk plays `fr/fallback` by itself, at every rate; it follows the text."""
    apology = Utterance("fr", "fallback", "Notre service est momentanément indisponible.")
    place.bake(apology)
    second = place.bake(replace(apology, text="Veuillez rappeler plus tard.")).catalogue.sounds["fr", "fallback"]

    assert {f"fr/fallback{suffix}" for suffix in RATES} <= place.files()
    for suffix in RATES:
        assert (place.sounds / f"fr/fallback{suffix}").read_bytes() == Path(second.path + suffix).read_bytes()


def test_a_name_with_two_texts_is_a_problem(place):
    """The same utterance twice is one; two texts under one name are a fault."""
    baked = place.bake(WELCOME, WELCOME, MENU, replace(MENU, text="Tapez deux."))

    assert baked.problems == ("fr/menu/main is asked for twice with different texts: rename one",)
    assert baked.made == ("fr/beep", "fr/welcome")


def test_each_language_has_its_beep_and_nobody_may_replace_it(place):
    """The tone before charging starts is not left to a recording or a voice."""
    place.record("beep", wav_bytes(babble("bip", 16000), 16000))
    baked = place.bake(WELCOME, Utterance("en", "welcome", "Welcome."))

    assert baked.catalogue.sounds["en", "beep"].source == "tone"
    assert baked.catalogue.sounds["en", "beep"].seconds == 0.5
    assert baked.problems == (
        "prompts/fr/beep.wav: the beep is a made tone: remove the recording or the text of this name",
    )


def test_no_texts_make_an_empty_catalogue(place):
    """Nothing to say is not an error."""
    assert place.bake().catalogue.sounds == {}


def test_progress_is_told_for_each_sound(place):
    """A person who waits sees each one, counted to the end."""
    told: list[tuple[int, int, str]] = []
    bake(TEXTS, place.prompts, place.sounds, lambda *step: told.append(step), voices=place.voices)

    assert [(done, total) for done, total, _ in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {name for *_, name in told} == {"fr/beep", "fr/closed", "fr/menu/main", "fr/welcome"}


def test_a_bug_in_an_engine_stops_the_bake(place):
    """What nobody foresaw is raised, not turned into a silent prompt."""

    def broken(program: str, language: str, text: str, limit: float) -> bytes:
        raise ZeroDivisionError

    place.voices = (Engine("broken", "1", "none", broken),)
    with pytest.raises(ZeroDivisionError):
        place.bake(*TEXTS)


def test_voices_speak_side_by_side(place, monkeypatch):
    """As many as there are processors: each of two waits here until the other speaks too."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=10)

    def speak(program: str, language: str, text: str, limit: float) -> bytes:
        both.wait()
        return standing_in(program, language, text, limit)

    place.voices = (Engine("stand-in", "1", "none", speak),)

    assert place.bake(WELCOME, MENU).made == ("fr/beep", "fr/menu/main", "fr/welcome")


def test_bakes_at_once_do_not_disturb_one_another(place):
    """Four threads bake overlapping texts into one directory; all files are whole and nothing is left over."""
    place.voices = (Engine("stand-in", "1", "none", standing_in),)
    texts = [Utterance("fr", f"p{i}", f"Bonjour numéro {i}, bienvenue.") for i in range(12)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda start: place.bake(*texts[start : start + 9]), [0, 1, 2, 3]))

    assert [result.problems for result in results] == [(), (), (), ()]
    assert [result.catalogue.check() for result in results] == [(), (), (), ()]
    assert len(place.files()) == len(RATES) * 13
    assert Catalogue.load(place.sounds) in [result.catalogue for result in results]
    assert list(place.sounds.rglob(".baking-*")) == []


BAKER = """
import sys
from pathlib import Path
from ivr.values.phrase import Utterance
from ivr.voice.bake import bake
from ivr.voice.engines import Engine
from ivr.voice.variants import RATES, seconds
from tests.voice.conftest import standing_in
texts = [Utterance("fr", f"p{i}", f"Bonjour numero {i}.") for i in range(200)]
voices = (Engine("stand-in", "1", "none", standing_in),)
bake(texts, Path(sys.argv[1]), Path(sys.argv[2]), lambda *told: print("done", flush=True), voices=voices)
"""


def test_a_bake_that_is_killed_leaves_nothing_broken(place):
    """Every file under its final name is whole at any instant; the next bake does the rest."""
    place.voices = (Engine("stand-in", "1", "none", standing_in),)
    with forked.Popen(
        [sys.executable, "-c", BAKER, str(place.prompts), str(place.sounds)],
        imports=("ivr.voice.bake", "pyloudnorm", "tests.voice.conftest"),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        for _ in range(7):
            assert process.stdout.readline() == b"done\n"
        process.kill()
    left = [path for path in place.sounds.rglob("p*") if path.suffix in RATES]
    whole = [path for path in left if seconds(path) > 0]
    again = place.bake(*(Utterance("fr", f"p{i}", f"Bonjour numero {i}.") for i in range(200)))

    assert left == whole
    assert len(left) < 200 * len(RATES)
    assert again.problems == ()
    assert again.catalogue.check() == ()
    assert len(again.kept) >= 5


def test_music_is_converted_as_recordings_are_and_the_house_brings_a_piece(place: Place):
    """At every rate, as loud as speech; no beep is made for it; a piece that is gone is told."""
    pieces = music_pieces({"default": ("house",), "evening": ("song",)})
    gone = place.bake(*pieces)
    path = place.prompts / "music/evening/song.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(wav_bytes(babble("la la la la la la la la"), 44100))
    baked = place.bake(*pieces)
    house = baked.catalogue.sounds["music", "default/house"]
    samples, rate = decode(Path(f"{house.path}.alaw"))

    assert gone.problems == ("prompts/music/evening/song.wav is gone: bring it back",)
    assert baked.problems == ()
    assert sorted(baked.catalogue.sounds) == [("music", "default/house"), ("music", "evening/song")]
    assert {house.source, baked.catalogue.sounds["music", "evening/song"].source} == {"house", "recording"}
    assert 11.5 < house.seconds < 12.5
    assert abs(loudness(samples, rate) + 19) <= 1
    assert place.bake(*pieces).made == ()
