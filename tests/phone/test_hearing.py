"""The caller's ear: every seeded fault is found, and fifty good calls raise no alarm."""

import numpy as np
import pytest

from ivr.phone import ear
from ivr.phone.hearing import complaints, told
from ivr.voice.audio import master
from tests.phone.sip_server import alaw, from_alaw
from tests.phone.speech import RATE, silence, spoken

TEXTS = {
    "welcome": "Bienvenue chez Lumelec, le spécialiste de l'éclairage.",
    "menu": "Pour une commande, tapez un. Pour un conseil, tapez deux.",
    "closed": "Nos bureaux sont fermés pour le moment.",
    "goodbye": "Merci de votre appel, et au revoir.",
}
PACKET = RATE // 50


def baked(text: str) -> np.ndarray:
    return np.asarray(master(spoken(text).astype(np.float64), RATE).at(".wav"), dtype=np.float32)


SOUNDS = {name: baked(text) for name, text in TEXTS.items()}


def through(sent: np.ndarray, *, codec: str, loss: float, dice: np.random.Generator) -> np.ndarray:
    """What a phone records: the codec's noise, and for lost packets the one before, fading, as phones conceal them.

    G.722 at 8 kHz is as good as 13 bits: its noise is some 45 dB below the voice.
    """
    noisy = sent + 0.0005 * dice.standard_normal(len(sent))
    if codec == "g711":
        line = from_alaw(alaw(noisy.astype(np.float32)))
    else:
        level = np.sqrt(np.convolve(noisy**2, np.ones(80) / 80, mode="same"))
        line = (noisy + 0.006 * level * dice.standard_normal(len(sent))).astype(np.float32)
    packets = line[: len(line) // PACKET * PACKET].reshape(-1, PACKET).copy()
    concealed = 0
    for number in np.flatnonzero(dice.random(len(packets)) < loss):
        concealed = concealed + 1 if number and dice.random() < loss else 1
        packets[number] = packets[number - 1] * 0.6 if number else 0
    return packets.reshape(-1).astype(np.float32)


def call(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate([silence(0.06), *parts, silence(0.3)])


def heard(recording: np.ndarray, expected: list[str]) -> list[str]:
    measured = told(ear.heard(recording, RATE, SOUNDS), recording, RATE, SOUNDS)
    return complaints(measured, recording, RATE, expected)


ORDER = ["welcome", "menu", "goodbye"]
GAP = silence(0.06)


def good() -> list[np.ndarray]:
    return [SOUNDS["welcome"], GAP, SOUNDS["menu"], GAP, SOUNDS["goodbye"]]


FAULTS = {
    "300 ms late": (lambda p: [*p[:2], silence(0.3), *p[2:]], "menu began "),
    "missing": (lambda p: [*p[:2], *p[4:]], "menu was not heard"),
    "swapped": (lambda p: [p[2], GAP, p[0], GAP, p[4]], "heard in another order: menu, welcome, goodbye"),
    "clipped onset": (lambda p: [*p[:2], p[2][round(0.13 * RATE) :], *p[3:]], "menu lacks its first "),
    "another prompt": (lambda p: [*p[:2], SOUNDS["closed"], *p[3:]], "closed was heard, and nobody expected it"),
    "too quiet": (lambda p: [*p[:2], p[2] * 0.25, *p[3:]], "menu is 12 dB too quiet"),
    "dead air": (lambda p: [*p[:4], silence(2.5), p[4]], "nothing was heard from "),
    "twice": (lambda p: [*p[:3], GAP, *p[2:]], "heard in another order: welcome, menu, menu, goodbye"),
}


@pytest.mark.parametrize(("codec", "loss"), [("g711", 0.03), ("g722", 0.0)])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_seeded_fault_is_found(fault: str, codec: str, loss: float) -> None:
    """In both codecs, with and without loss."""
    seed, sentence = FAULTS[fault]
    recording = through(call(*seed(good())), codec=codec, loss=loss, dice=np.random.default_rng(5))

    assert any(one.startswith(sentence) for one in heard(recording, ORDER))


def test_fifty_good_calls_raise_no_alarm() -> None:
    """Any prompts in any order, a line that is louder or softer, up to 120 ms between them, 0 or 3 % of loss."""
    dice = np.random.default_rng(20)
    alarms = []
    for number in range(50):
        order = [str(name) for name in dice.permutation(list(SOUNDS))[: int(dice.integers(2, 4))]]
        parts = [part for name in order for part in (SOUNDS[name], silence(float(dice.uniform(0.02, 0.12))))]
        sent = call(*parts) * dice.uniform(0.6, 1.2)
        recording = through(sent, codec=("g711", "g722")[number % 2], loss=(0.0, 0.03)[number // 2 % 2], dice=dice)
        alarms += [(number, order, one) for one in heard(recording, order)]

    assert alarms == []
