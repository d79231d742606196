"""Every price that the law allows can be announced within its 10 to 20 s: baked and measured.

All 380 prices are worded in `tests/values/test_announcement.py`; here those are baked whose words are the longest and
the shortest, for each mode and each manner, and some in between.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.values.announcement import Access, Announcement, Manner, announcement
from ivr.values.tariff import Mode, Tariff
from ivr.voice.bake import bake
from ivr.voice.engines import engines

MOST = {Mode.PER_MINUTE: 80, Mode.PER_CALL: 300}  # cents
MANNERS = {
    "usual": Manner(),
    "name": Manner("0899000004", name="Chaleur et Compagnie"),
    "english": Manner("0899000004", english=True),
    "connection": Manner("0899000004", connection=True),
    "access": Manner("0899000004", access=Access("guides en ligne", 1, timedelta(hours=24))),
}


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


@pytest.mark.skipif(not engines(), reason="no speech engine is installed")
@pytest.mark.parametrize("name", MANNERS)
def test_every_announcement_keeps_its_length_when_baked(name: str, tmp_path: Path) -> None:
    """With its beep, the tariff first, and a second between the price and the charge: by what was measured."""
    said = {one.name: one for one in chosen(MANNERS[name])}
    baked = bake([one.utterance for one in said.values()], tmp_path / "prompts", tmp_path / "sounds")

    assert baked.problems == ()
    sounds = {spoken: sound for (_, spoken), sound in baked.catalogue.sounds.items() if spoken in said}
    assert sounds.keys() == said.keys()
    for spoken, sound in sounds.items():
        assert list(said[spoken].faults(sound.seconds, {what: (a, b) for what, a, b in sound.spans})) == [], spoken
        assert 10.0 <= sound.seconds + 0.5 <= 20.0, (spoken, sound.seconds)
        assert sound.spans[0][0] in ("name", "price")
