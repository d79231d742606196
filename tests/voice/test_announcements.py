"""Every price that the law allows can be announced within its 10 to 20 s: worded, said by an engine, and measured.

All 380 prices as most numbers announce them; in every other manner those whose words are the longest and the shortest,
for each mode, and some in between, baked as for calls.  `tests/voice/test_gauge.py` shows that what is measured without
a bake is what is baked, to the sample.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.values.announcement import BEEP_SECONDS, Access, Announcement, Manner, announcement
from ivr.values.profile import FRANCE, PROFILES
from ivr.values.speech import Speech
from ivr.values.tariff import Mode, Tariff
from ivr.voice.bake import bake
from ivr.voice.catalogue import Sound
from ivr.voice.gauge import Gauge
from tests.kept import voices
from tests.values.test_wording import amount

MOST = {Mode.PER_MINUTE: 80, Mode.PER_CALL: 300}  # cents
EACH = {Mode.PER_MINUTE: "par minute", Mode.PER_CALL: "par appel"}
PIECE = 20  # prices of one test
MANNERS = {
    "name": Manner("0899000004", name="Chaleur et Compagnie"),
    "english": Manner("0899000004", english=True),
    "connection": Manner("0899000004", connection=True),
    "access": Manner("0899000004", access=Access("guides en ligne", 1, timedelta(hours=24))),
}


@pytest.fixture(scope="module")
def gauge(tmp_path_factory: pytest.TempPathFactory) -> Gauge:
    """What `ivr check` measures with; `tests/run` installs a voice, and without one nothing here can be claimed."""
    assert voices(), "no speech engine is installed: apt-get install espeak-ng"
    folder = tmp_path_factory.mktemp("gauge")
    return Gauge((folder,), voices, Speech(), folder / "lengths.json")


def lawful(said: Announcement, sound: Sound) -> None:
    """With its beep from 10 to 20 s, the tariff first, and a second between the price and the charge."""
    assert list(said.faults(sound.seconds, {what: (a, b) for what, a, b in sound.spans})) == [], said.name
    assert 10.0 <= sound.seconds + BEEP_SECONDS <= 20.0, (said.name, sound.seconds)
    spans = {what: (begin, end) for what, begin, end in sound.spans}
    assert sound.spans[0][0] in ("name", "price")
    assert sound.seconds - spans["price"][1] >= 1.0


def pieces() -> Iterator[tuple[Mode, int]]:
    for mode, most in MOST.items():
        yield from ((mode, first) for first in range(1, most + 1, PIECE))


@pytest.mark.parametrize(("mode", "first"), list(pieces()))
def test_every_price_is_announced_in_right_words_and_in_time(gauge: Gauge, mode: Mode, first: int) -> None:
    """0.01 to 0.80 € a minute, 0.01 to 3.00 € a call: the amount as a list written by hand has it."""
    for cents in range(first, first + PIECE):
        said = announcement(Tariff("tried", mode, Decimal(cents) / 100))
        sound = gauge.sound(said.utterance)

        assert said.utterance.text == (
            f"Bonjour. Après le bip sonore, ce service vous sera facturé {amount(cents)} {EACH[mode]}, toutes taxes "
            "comprises, en plus du prix de l'appel. La prochaine fois, appuyez sur la touche dièse pour ne pas écouter "
            "ce message."
        )
        assert sound is not None
        lawful(said, sound)


def test_that_was_every_price() -> None:
    """380 of them."""
    assert sum(PIECE for _ in pieces()) == sum(MOST.values()) == 380


def chosen(manner: Manner) -> list[Announcement]:
    """Of each mode the shortest and the longest by words, and some between."""
    found: dict[str, Announcement] = {}
    for mode, most in MOST.items():
        if manner.connection and mode is Mode.PER_MINUTE:
            continue  # connections are priced per call
        said = [announcement(Tariff("tried", mode, Decimal(cents) / 100), manner) for cents in range(1, most + 1)]
        said.sort(key=lambda one: len(one.utterance.text))
        found |= {one.name: one for one in (said[0], *said[20::82], said[-2], said[-1])}
    return list(found.values())


@pytest.mark.parametrize("name", MANNERS)
def test_other_manners_keep_their_length_when_baked(name: str, tmp_path: Path) -> None:
    """By what was baked."""
    assert voices(), "no speech engine is installed: apt-get install espeak-ng"
    said = {one.name: one for one in chosen(MANNERS[name])}
    utterances = [one.utterance for one in said.values()]
    baked = bake(utterances, tmp_path / "prompts", tmp_path / "sounds", voices=voices())

    assert baked.problems == ()
    sounds = {spoken: sound for (_, spoken), sound in baked.catalogue.sounds.items() if spoken in said}
    assert sounds.keys() == said.keys()
    for spoken, sound in sounds.items():
        lawful(said[spoken], sound)


@pytest.mark.parametrize("name", ["de", "es"])
def test_what_is_said_in_two_languages_keeps_its_length(gauge: Gauge, name: str) -> None:
    """French first, then the country's, and its seconds before the charge, within the 20 s of France."""
    profile = PROFILES[name].within(FRANCE)

    for mode, price in ((Mode.PER_MINUTE, "0.80"), (Mode.PER_CALL, "1.50"), (Mode.PER_CALL, "2.99")):
        said = announcement(Tariff("tried", mode, Decimal(price)), profile=profile)
        sound = gauge.sound(said.utterance)
        assert sound is not None
        lawful(said, sound)
