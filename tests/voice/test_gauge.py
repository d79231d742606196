"""Announcements measured before they are baked: what is found is what a bake makes, to the sample."""

import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.values.announcement import Access, Manner, announcement
from ivr.values.site import Site
from ivr.values.speech import Speaker, Speech
from ivr.values.tariff import Mode, Tariff
from ivr.voice.bake import bake
from ivr.voice.engines import Engine, EngineFailed
from ivr.voice.gauge import Gauge
from tests.conftest import CHECKOUT
from tests.voice.conftest import Place, babble, needs_espeak, wav_bytes

SAID = [
    announcement(Tariff("t", mode, Decimal(price)), manner).utterance
    for mode, price, manner in (
        (Mode.PER_MINUTE, "0.80", Manner()),
        (Mode.PER_CALL, "2.99", Manner("0899000004", name="Chaleur et Compagnie", english=True)),
        (Mode.PER_CALL, "1.50", Manner("0899000004", access=Access("guides", 1, timedelta(hours=24)))),
        (Mode.FREE, "0", Manner()),
    )
]
SAID += [replace(SAID[0], name="announcement/long", at_least=17.5)]


def gauge(place: Place, speech: Speech | None = None, *voices: Engine) -> Gauge:
    folders = (place.sounds.parent / "phoned", place.prompts)
    return Gauge(folders, lambda: voices or place.voices, speech or Speech(), place.sounds.parent / "lengths.json")


def test_what_is_measured_is_what_is_baked(place: Place) -> None:
    """Length, and from when to when each part is heard; with silence up to the least length, and a lexicon."""
    speech = Speech(lexicons={"fr": {"bip": "bi-ip"}})
    measured = {one.name: gauge(place, speech).sound(one) for one in SAID}
    baked = bake(SAID, place.prompts, place.sounds, voices=place.voices, speech=speech)

    assert baked.problems == ()
    for one in SAID:
        found, made = measured[one.name], baked.catalogue.sounds[one.language, one.name]
        assert found is not None
        assert (found.seconds, found.spans, found.source) == (made.seconds, made.spans, made.source)


def test_nothing_is_said_twice(place: Place) -> None:
    """Neither the hint that all have in common, nor what was noted, nor what is baked."""
    first, other = SAID[0], announcement(Tariff("t", Mode.PER_MINUTE, Decimal("0.35"))).utterance
    one = gauge(place)
    taken = [one.sound(first), one.sound(other)]
    one.keep()
    assert len(place.spoken) == 3

    again = gauge(place)
    assert [again.sound(first), again.sound(other)] == taken
    assert len(place.spoken) == 3

    made = place.bake(first).catalogue.sounds["fr", first.name]
    place.spoken.clear()
    assert gauge(place).sound(first, made) is made
    assert gauge(place).sound(replace(first, tail=first.tail + 1), made) is not made


def test_notes_that_cannot_be_read_or_written_are_taken_again(place: Place) -> None:
    """A check of a book is no reason to have a place to write."""
    notes = place.sounds.parent / "lengths.json"
    notes.write_text('{"a": 3}')
    one = gauge(place)
    assert one.sound(SAID[0]) is not None
    notes.unlink()
    notes.mkdir()
    one.keep()

    assert gauge(place).sound(SAID[0]) is not None
    assert notes.is_dir()


def test_a_recording_is_measured_as_it_is_baked(place: Place) -> None:
    """That of the phone wins."""
    one = SAID[0]
    place.record(one.name, wav_bytes(babble("un deux trois " * 15, 16000), 16000))
    made = place.bake(one).catalogue.sounds["fr", one.name]
    found = gauge(place).sound(one)
    assert found is not None
    assert (found.seconds, found.spans, found.source) == (made.seconds, (), "recording")
    assert gauge(place).sound(one, made) is made

    free = SAID[3]
    place.record(free.name, wav_bytes(babble("un deux", 16000), 16000))
    whole, freed = gauge(place).sound(free), place.bake(free).catalogue.sounds["fr", free.name]
    assert whole is not None
    assert (whole.seconds, whole.spans) == (freed.seconds, freed.spans)

    phoned = place.sounds.parent / "phoned" / "fr" / f"{one.name}.wav"
    phoned.parent.mkdir(parents=True)
    phoned.write_bytes(b"no sound")
    assert gauge(place).sound(one) is None


def test_who_fails_is_followed_by_the_next_and_services_are_not_asked(place: Place) -> None:
    """A check sends no text to anybody; where their voice would be the first, nobody is measured in its place."""

    def fails(program: str, language: str, text: str, limit: float) -> bytes:
        raise EngineFailed("broken")

    broken = Engine("broken", "1", "none", fails)
    site = Speaker("far", site=Site("far", "https://voice.example/say", token=""))
    found = gauge(place, None, broken, *place.voices).sound(SAID[0])

    assert found is not None
    assert found.source == str(place.voices[0])
    assert gauge(place, None, broken).sound(SAID[0]) is None
    assert gauge(place, Speech((site,), languages={"fr": ("far",)})).sound(SAID[0]) is None
    assert gauge(place, Speech((site,), languages={"en": ("far",)})).sound(SAID[0]) is not None


@needs_espeak
def test_check_refuses_a_name_too_long_before_anything_is_baked(tmp_path: Path, book_copy: Path) -> None:
    """By what a voice of this machine says."""
    numbers = book_copy / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8")
    long = "announce_name: Maison 99999, 99999 et 99999"
    numbers.write_text(text.replace("  tariff: emergency-repair", f"  {long}\n  tariff: emergency-repair", 1))
    env = {"IVR_STATE": str(tmp_path / "state"), "IVR_BOOK": str(book_copy)}
    done = CliRunner().invoke(main, ["check"], env=env)

    assert done.exit_code == 1
    assert "error IVR451: the announcement of 0899000004 cannot be made so: the name in front lasts" in done.output
    assert not (tmp_path / "state" / "sounds").exists()


@needs_espeak
def test_check_measures_the_demonstration(tmp_path: Path) -> None:
    """And notes the lengths for the next time."""
    env = {"IVR_STATE": str(tmp_path), "IVR_BOOK": str(CHECKOUT)}
    done = CliRunner().invoke(main, ["check"], env=env)

    assert done.exit_code == 0
    assert "Not measured" not in done.output
    assert (tmp_path / "lengths.json").is_file()


@pytest.fixture
def book_copy(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / "book" / part)
    shutil.rmtree(tmp_path / "book" / "dialplans" / "tests")  # they name the sounds of its announcements
    return tmp_path / "book"
