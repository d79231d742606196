"""Speech for tests, made by espeak-ng, and what a telephone line does to it."""

import functools
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from tests.kept import kept, program
from tests.phone.sip_server import alaw, from_alaw

RATE = 8000

ANNOUNCEMENT = (
    "Ce service est facturé quatre-vingts centimes par minute, plus le prix de l'appel. "
    "Le tarif commence après le signal sonore. Si vous ne souhaitez pas poursuivre, raccrochez maintenant. "
    "Pour passer cette annonce, appuyez sur la touche dièse."
)
WELCOME = (
    "Bienvenue chez Lumelec, le spécialiste de l'éclairage. Pour une commande, tapez un. Pour un conseil, tapez deux."
)
CLOSED = "Nos bureaux sont fermés. Nous vous accueillons du lundi au vendredi, de neuf heures à dix-huit heures."
SORRY = "Bienvenue chez Lumelec, le spécialiste de l'éclairage. Nous n'avons pas compris votre choix, recommencez."


@functools.cache
def _spoken(text: str, voice: str) -> bytes:
    return kept(functools.partial(_said, text, voice), *_by(), text, voice)


@functools.cache
def _by() -> tuple[object, ...]:
    """What makes it, us among it."""
    espeak = shutil.which("espeak-ng")
    assert espeak, "no speech engine is installed: apt-get install espeak-ng"
    return Path(__file__).read_bytes(), program(espeak), version("soxr"), version("numpy")


def _said(text: str, voice: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "165", "-w", str(wav), text], check=True)
        samples, rate = soundfile.read(str(wav), dtype="float32")
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = soxr.resample(samples[loud[0] : loud[-1]], rate, RATE)
    return np.asarray(0.7 * samples / np.abs(samples).max(), dtype=np.float32).tobytes()


def spoken(text: str, voice: str = "fr") -> npt.NDArray[np.float32]:
    """A text as speech at 8 kHz, without silence around it."""
    return np.frombuffer(_spoken(text, voice), dtype=np.float32)


def beep(seconds: float = 0.5) -> npt.NDArray[np.float32]:
    """The 1000 Hz tone before the answer."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.4 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)


def silence(seconds: float) -> npt.NDArray[np.float32]:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def line(*parts: npt.NDArray[np.float32], gain: float = 1.0, noise: float = 0.001) -> npt.NDArray[np.float32]:
    """What arrives when the parts go through a telephone line: level, noise, G.711 A-law."""
    sent = np.concatenate(parts) * gain
    hiss = noise * np.random.default_rng(8).standard_normal(len(sent))
    return from_alaw(alaw((sent + hiss).astype(np.float32)))
