"""A place to bake in, and a voice whose every word is written down."""

import hashlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.values.phrase import Utterance
from ivr.voice.bake import Baked, bake
from ivr.voice.engines import Engine
from ivr.voice.variants import RATES
from tests.kept import voices

WELCOME = Utterance("fr", "welcome", "Bonjour et bienvenue chez Lumière du Jour.")
MENU = Utterance("fr", "menu/main", "Pour le service après-vente, tapez un. Pour un conseiller, tapez zéro.")
CLOSED = Utterance("fr", "closed", "Nos bureaux sont fermés. Ils ouvrent demain à neuf heures.")
TEXTS = (WELCOME, MENU, CLOSED)


def babble(text: str, rate: int = 22050) -> np.ndarray:
    """Speech-like sound: a syllable of some 0.15 s for each three letters, different for every text."""
    dice = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))
    instants = (np.arange(int(0.15 * rate)) / rate).astype(np.float32)  # its sines are soon computed
    syllables = [
        np.hanning(len(instants))
        * dice.uniform(0.1, 0.5)
        * sum(np.sin(2 * np.pi * dice.uniform(90, 160) * k * instants) / k for k in range(1, 20))
        for _ in range(max(1, len(text) // 3))
    ]
    return np.concatenate([np.zeros(rate // 5), *syllables, np.zeros(rate // 3)])


def wav_bytes(samples: np.ndarray, rate: int, **options: str) -> bytes:
    """The samples as a file's content; WAV unless ``format`` says otherwise."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, **{"format": "WAV", **options})
    return buffer.getvalue()


def standing_in(program: str, language: str, text: str, limit: float) -> bytes:
    """What an engine does, for machines that have none."""
    return wav_bytes(babble(text), 22050)


@dataclass
class Place:
    """Directories, a voice, and the texts that it was asked to speak."""

    prompts: Path
    sounds: Path
    spoken: list[str] = field(default_factory=list)
    voices: tuple[Engine, ...] = ()

    def bake(self, *utterances: Utterance) -> Baked:
        return bake(utterances, self.prompts, self.sounds, voices=self.voices)

    def record(self, name: str, content: bytes) -> Path:
        path = self.prompts / "fr" / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def files(self) -> set[str]:
        return {p.relative_to(self.sounds).as_posix() for p in self.sounds.rglob("*") if p.suffix in RATES}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A new place, with espeak-ng where it is installed and a stand-in where it is not."""
    (tmp_path / "prompts" / "fr").mkdir(parents=True)
    made = Place(tmp_path / "prompts", tmp_path / "sounds")
    real = next((e for e in voices() if e.name == "espeak-ng"), Engine("stand-in", "1", "none", standing_in))

    def speak(program: str, language: str, text: str, limit: float) -> bytes:
        made.spoken.append(text)
        return real.synthesize(program, language, text, limit)

    made.voices = (replace(real, synthesize=speak),)
    return made


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a shell script of that name on a PATH that holds nothing else; returns the directory it runs by."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", str(bin_))

    def put(name: str, script: str) -> Path:
        path = bin_ / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return bin_

    return put


needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
