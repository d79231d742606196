"""Prompts recorded by phone: kept only if callers can hear them, and then heard in place of all others."""

import asyncio
import os
import wave
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.book.book import read_book
from ivr.book.recordings import by_phone
from ivr.service.ports import Recorded
from ivr.values.phrase import Utterance
from ivr.values.recorded import Prompt
from ivr.voice.bake import bake
from ivr.voice.samples import decode
from ivr.voice.studio import Studio
from tests.book.test_advice import told as small_book
from tests.voice.conftest import babble, wav_bytes

TAKE = "message/take-1"
TEXT = "Merci de votre appel."
CHOICES = Recorded(Prompt("fr", "choices"), TEXT)


def spoken(path: Path, hertz: float, rate: int = 8000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((8000 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype("<i2").tobytes())


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    (tmp_path / "messages").mkdir()
    return Studio(tmp_path / "recordings", lambda name: tmp_path / "messages" / f"{name.partition('/')[2]}.wav")


def test_a_kept_recording_wins_over_that_of_the_book_and_of_any_voice(studio: Studio, tmp_path: Path) -> None:
    """On the next bake it is what callers hear: the tone, and not the other."""
    spoken(tmp_path / "messages/take-1.wav", 660)
    spoken(tmp_path / "prompts/fr/choices.wav", 440)

    assert asyncio.run(studio.adopt(TAKE, CHOICES))

    said = [Utterance("fr", "choices", TEXT)]
    baked = bake(said, tmp_path / "prompts", tmp_path / "sounds", recordings=tmp_path / "recordings")
    samples, _ = decode(Path(f"{baked.catalogue.sounds['fr', 'choices'].path}.alaw"))
    loudest = np.abs(np.fft.rfft(samples)).argmax() * 8000 / len(samples)

    assert baked.problems == ()
    assert abs(loudest - 660) < 5


@pytest.mark.parametrize("name", ["../../choices", "/choices", "..", "Choices", "a b"])
def test_a_prompt_that_is_no_name_of_a_file_is_not_recorded(studio: Studio, tmp_path: Path, name: str) -> None:
    """No recording lies outside its folder, nor where no bake finds it."""
    spoken(tmp_path / "messages/take-1.wav", 660)
    name = name.replace("/choices", f"{tmp_path}/choices") if name == "/choices" else name

    assert not asyncio.run(studio.adopt(TAKE, Recorded(Prompt("fr", name), TEXT)))
    assert [one.name for one in tmp_path.rglob("*.wav")] == ["take-1.wav"]


def bad_empty(path: Path) -> None:
    path.write_bytes(b"")


def bad_silent(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 16000)


def bad_notes(path: Path) -> None:
    """Somebody has edited the notes."""
    (path.parents[1] / "recordings/fr/recordings.yaml").write_text("choices: [", encoding="utf-8")
    spoken(path, 440)


def bad_missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def bad_loud(path: Path) -> None:
    sound = np.clip(8 * babble("Bonjour", 8000), -1, 1)
    path.write_bytes(wav_bytes(sound, 8000))


@pytest.mark.parametrize("spoil", [bad_empty, bad_silent, bad_missing, bad_notes, bad_loud])
def test_what_callers_could_not_hear_is_not_kept(studio: Studio, tmp_path: Path, spoil) -> None:
    """What was kept before stays."""
    spoken(tmp_path / "messages/take-1.wav", 660)
    assert asyncio.run(studio.adopt(TAKE, CHOICES))
    before = (tmp_path / "recordings/fr/choices.wav").read_bytes()
    spoil(tmp_path / "messages/take-1.wav")

    assert not asyncio.run(studio.adopt(TAKE, CHOICES))
    assert (tmp_path / "recordings/fr/choices.wav").read_bytes() == before


def test_takes_that_were_left_behind_go(studio: Studio, tmp_path: Path) -> None:
    """Those of operators who hung up before they chose; messages of callers stay."""
    for name in ("take-1", "take-2", "1795-1"):
        spoken(tmp_path / f"messages/{name}.wav", 660)
        os.utime(tmp_path / f"messages/{name}.wav", (0, 0))
    spoken(tmp_path / "messages/take-1.wav", 660)

    assert asyncio.run(studio.adopt(TAKE, CHOICES))
    assert sorted(path.stem for path in (tmp_path / "messages").iterdir()) == ["1795-1", "take-1"]


def test_it_shows_with_both_dates_when_it_goes_stale(studio: Studio, tmp_path: Path) -> None:
    """And when the book has a recording of its own, and when the prompt is no more."""
    small_book(tmp_path)
    texts, folder = tmp_path / "prompts/fr.yaml", tmp_path / "recordings"
    spoken(tmp_path / "messages/take-1.wav", 660)
    text = read_book(tmp_path).prompts["fr"]["choices"]
    assert asyncio.run(studio.adopt(TAKE, Recorded(CHOICES.prompt, text)))
    os.utime(folder / "fr/choices.wav", (0, datetime(2026, 3, 12, 12, tzinfo=UTC).timestamp()))

    def rules() -> dict[str, str]:
        return {one.rule: one.message for one in by_phone(tmp_path, folder, read_book(tmp_path))}

    assert rules() == {}
    texts.write_text(texts.read_text().replace("Pour finir", "Pour raccrocher"))
    os.utime(texts, (0, datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()))
    (stale,) = by_phone(tmp_path, folder, read_book(tmp_path))
    assert (stale.rule, stale.file) == ("IVR560", "recordings/fr/recordings.yaml")
    assert "its text was changed since (prompts/fr.yaml is of 2026-11-25)" in stale.message

    spoken(tmp_path / "prompts/fr/choices.wav", 440)
    os.utime(tmp_path / "prompts/fr/choices.wav", (0, datetime(2025, 1, 2, 12, tzinfo=UTC).timestamp()))
    assert rules()["IVR580"] == (
        'callers hear the recording of "choices" made by phone on 2026-03-12, not prompts/fr/choices.wav of 2025-01-02'
    )

    spoken(folder / "fr/no-more.wav", 440)
    assert rules()["IVR581"] == 'there is no prompt "no-more" in fr any more, and nobody hears this recording'
