"""The caller's ear: every seeded fault is found, and fifty good calls raise no alarm."""

import functools
import hashlib
import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import yaml

from ivr.phone import ear
from ivr.phone.closely import Placed, together
from ivr.phone.hearing import Told, complaints, told
from ivr.voice.audio import master
from tests.kept import kept
from tests.phone.sip_server import alaw, from_alaw
from tests.phone.speech import RATE, silence, spoken

TEXTS = {
    "welcome": "Bienvenue chez Lumelec, le spécialiste de l'éclairage.",
    "menu": "Pour une commande, tapez un. Pour un conseil, tapez deux.",
    "closed": "Nos bureaux sont fermés pour le moment.",
    "goodbye": "Merci de votre appel, et au revoir.",
}
PACKET = RATE // 50


@functools.cache
def baked(text: str) -> np.ndarray:
    return np.asarray(master(spoken(text).astype(np.float64), RATE).at(".alaw"), dtype=np.float32)


class Sounds(Mapping[str, np.ndarray]):
    """Texts as they are baked, once one is heard: each worker reads this module, the phones' own, too."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, name: str) -> np.ndarray:
        return baked(self._texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


SOUNDS = Sounds(TEXTS)


def through(sent: np.ndarray, *, codec: str, loss: float, dice: np.random.Generator) -> np.ndarray:
    """What a phone records: the codec's noise, and for lost packets the one before, fading, as phones conceal them."""
    return lossy(coded(sent, codec, dice), loss, dice)


def coded(sent: np.ndarray, codec: str, dice: np.random.Generator) -> np.ndarray:
    """What arrives where no packet is lost.

    G.722 at 8 kHz is as good as 13 bits: its noise is some 45 dB below the voice.  Opus is the true one, of libsndfile.
    """
    noisy = sent + 0.0005 * dice.standard_normal(len(sent))
    if codec == "g711":
        line = from_alaw(alaw(noisy.astype(np.float32)))
    elif codec == "opus":
        by = soundfile.__libsndfile_version__, version("soundfile"), version("soxr")
        arrived = kept(functools.partial(opus, noisy), "opus", RATE, by, hashlib.sha256(noisy.tobytes()).hexdigest())
        line = np.frombuffer(arrived, dtype=np.float32)
    else:
        level = np.sqrt(np.convolve(noisy**2, np.ones(80) / 80, mode="same"))
        line = (noisy + 0.006 * level * dice.standard_normal(len(sent))).astype(np.float32)
    return np.asarray(line, dtype=np.float32)


def opus(samples: np.ndarray) -> bytes:
    """What arrives of samples at 8 kHz, as 32-bit floats at the same."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="OGG", subtype="OPUS")
    file.seek(0)
    line, rate = soundfile.read(file, dtype="float32")
    return np.asarray(line if rate == RATE else soxr.resample(line, rate, RATE), dtype=np.float32).tobytes()


def lossy(line: np.ndarray, loss: float, dice: np.random.Generator) -> np.ndarray:
    """The same with packets lost."""
    packets = line[: len(line) // PACKET * PACKET].reshape(-1, PACKET).copy()
    concealed = 0
    for number in np.flatnonzero(dice.random(len(packets)) < loss):
        concealed = concealed + 1 if number and dice.random() < loss else 1
        packets[number] = packets[number - 1] * 0.6 if number else 0
    return packets.reshape(-1).astype(np.float32)


def call(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate([silence(0.06), *parts, silence(0.3)])


def heard(recording: np.ndarray, expected: list[str], *keys: float) -> list[str]:
    measured = told(ear.heard(recording, RATE, SOUNDS), recording, RATE, SOUNDS)
    return complaints(measured, recording, RATE, expected, keys=keys)


ORDER = ["welcome", "menu", "goodbye"]
GAP = silence(0.06)


def good() -> list[np.ndarray]:
    return [SOUNDS["welcome"], GAP, SOUNDS["menu"], GAP, SOUNDS["goodbye"]]


def holed(sound: np.ndarray) -> np.ndarray:
    """Silence for 300 ms in the middle of its words."""
    return np.concatenate([sound[:RATE], silence(0.3), sound[RATE + round(0.3 * RATE) :]])


def mixed(first: np.ndarray, second: np.ndarray, early: float) -> np.ndarray:
    """The second begins before the last sound of the first is over, and both are heard."""
    at = len(first) - round((0.05 + early) * RATE)
    both = np.zeros(max(len(first), at + len(second)), np.float32)
    both[: len(first)] += first
    both[at : at + len(second)] += second
    return both


FAULTS = {
    "300 ms late": (lambda p: [*p[:2], silence(0.3), *p[2:]], "menu began "),
    "missing": (lambda p: [*p[:2], *p[4:]], "menu was not heard"),
    "swapped": (lambda p: [p[2], GAP, p[0], GAP, p[4]], "heard in another order: menu, welcome, goodbye"),
    "clipped onset": (lambda p: [*p[:2], p[2][round(0.09 * RATE) :], *p[3:]], "menu lacks its first "),
    "cut off": (lambda p: [*p[:2], p[2][: round(-0.2 * RATE)], *p[3:]], "menu lacks its last "),
    "cut in half": (lambda p: [*p[:2], p[2][: len(p[2]) // 2], *p[3:]], "menu lacks its last "),
    "a hole": (lambda p: [*p[:2], holed(p[2]), *p[3:]], "menu has a hole of "),
    "stopped for a while": (
        lambda p: [*p[:2], p[2][: round(1.1 * RATE)], silence(0.4), p[2][round(1.1 * RATE) :], *p[3:]],
        "menu has a hole of ",
    ),
    "something left out": (
        lambda p: [*p[:2], p[2][: round(1.1 * RATE)], p[2][round(1.6 * RATE) :], *p[3:]],
        "menu has a hole of ",
    ),
    "one through the other": (
        lambda p: [*p[:2], mixed(p[2], p[4], 0.2)],
        "goodbye began before menu was over: 0.",
    ),
    "all of one through the other": (
        lambda p: [*p[:2], mixed(p[2], p[4], len(p[4]) / RATE)],
        "goodbye began before menu was over: ",
    ),
    "another prompt": (lambda p: [*p[:2], SOUNDS["closed"], *p[3:]], "closed was heard, and nobody expected it"),
    "too quiet": (lambda p: [*p[:2], p[2] * 0.25, *p[3:]], "menu is 12 dB too quiet"),
    "dead air": (lambda p: [*p[:4], silence(2.5), p[4]], "nothing was heard from "),
    "twice": (lambda p: [*p[:3], GAP, *p[2:]], "heard in another order: welcome, menu, menu, goodbye"),
}


@pytest.mark.parametrize(("codec", "losses"), [("g711", (0.0, 0.03)), ("g722", (0.03,)), ("opus", (0.0, 0.03))])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_seeded_fault_is_found(fault: str, codec: str, losses: tuple[float, ...]) -> None:
    """In each codec, with and without loss; Opus is coded once for both, for that takes longer than listening."""
    seed, sentence = FAULTS[fault]
    dice = np.random.default_rng(5)
    line = coded(call(*seed(good())), codec, dice)
    said = {loss: heard(lossy(line, loss, deepcopy(dice)), ORDER) for loss in losses}

    assert [loss for loss in losses if any(one.startswith(sentence) for one in said[loss])] == list(losses)


def test_fifty_good_calls_raise_no_alarm() -> None:
    """Any prompts in any order, a line that is louder or softer, up to 120 ms between them, 0 or 3 % of loss; no two
    of them alike.
    """
    dice = np.random.default_rng(20)
    alarms, calls = [], set[bytes]()
    for number in range(50):
        order = [str(name) for name in dice.permutation(list(SOUNDS))[: int(dice.integers(2, 4))]]
        parts = [part for name in order for part in (SOUNDS[name], silence(float(dice.uniform(0.02, 0.12))))]
        sent = call(*parts) * dice.uniform(0.6, 1.2)
        recording = through(
            sent, codec=("g711", "g722", "opus")[number % 3], loss=(0.0, 0.03)[number // 3 % 2], dice=dice
        )
        alarms += [(number, order, one) for one in heard(recording, order)]
        calls.add(recording.tobytes())

    assert alarms == []
    assert len(calls) == 50


def test_a_slip_that_was_none_clips_no_prompt() -> None:
    """The ear takes a prompt to end, or to begin, a packet from where it does: what is there is not missing."""
    recording = call(*good())
    (welcome, menu, goodbye) = ear.heard(recording, RATE, SOUNDS)
    slipped = [welcome, replace(menu, end=menu.end - 0.02), replace(goodbye, start=goodbye.start + 0.02)]

    assert complaints(told(slipped, recording, RATE, SOUNDS), recording, RATE, ORDER) == []


def grown(sound: np.ndarray, packet: int) -> np.ndarray:
    """The jitter buffer waits for a packet, and says the one before once more."""
    at = packet * PACKET
    return np.concatenate([sound[:at], 0.8 * sound[at - PACKET : at], sound[at:]])


def shrunk(sound: np.ndarray, packet: int) -> np.ndarray:
    """It catches up by leaving a packet out."""
    return np.concatenate([sound[: packet * PACKET], sound[(packet + 1) * PACKET :]])


SLIPPING = Sounds(
    {
        "wrong": "Ce choix n'existe pas.",
        "wait": "Nous consultons votre dossier, merci de patienter.",
        "parts": "Chaleur et Compagnie, service des pièces détachées, bonjour.",
    }
)


@pytest.mark.parametrize("slip", [grown, shrunk])
@pytest.mark.parametrize("name", SLIPPING)
def test_a_packet_that_slips_in_the_first_words_is_no_complaint(name: str, slip) -> None:
    """Wherever in them it slips: a phone does so now and then, and nobody hears it.  A clip beside it is heard."""
    start, wrong = silence(0.06), []
    for packet in range(2, 26):
        recording = through(
            np.concatenate([start, slip(SLIPPING[name], packet), start]),
            codec=("g711", "g722")[packet % 2],
            loss=0.0,
            dice=np.random.default_rng(packet),
        )
        said = complaints(
            told(ear.heard(recording, RATE, SLIPPING), recording, RATE, SLIPPING), recording, RATE, [name]
        )
        wrong += [(packet, one) for one in said]
    clipped = np.concatenate([start, slip(SLIPPING[name], 15)[round(0.11 * RATE) :], start])
    said = complaints(told(ear.heard(clipped, RATE, SLIPPING), clipped, RATE, SLIPPING), clipped, RATE, [name])

    assert wrong == []
    assert [one for one in said if one.startswith(f"{name} lacks its first ")]


def test_a_short_first_word_a_packet_early_belongs_to_its_prompt() -> None:
    """A pause follows it, in which nothing else sounds: only its own last packet, said twice."""
    word, rest = SOUNDS["welcome"][: 8 * PACKET], SOUNDS["goodbye"]
    sound = np.concatenate([word, silence(0.24), rest[PACKET * 2 :]])
    recording = np.concatenate([silence(0.06), grown(sound, 8), silence(0.3)])

    assert [(one.name, one.offset <= ear.ONSET) for one in ear.heard(recording, RATE, {"goodbye": sound})] == [
        ("goodbye", True)
    ]


def test_a_slip_is_not_taken_for_two_prompts_that_sound_alike() -> None:
    """Where a sound is a packet early, something like it seems to be needed beside it: it is there alone."""
    menu, welcome = SOUNDS["menu"], SOUNDS["welcome"]
    recording = grown(menu, 20)
    late = np.concatenate([silence(0.02), menu])[: RATE // 2]
    alike = Placed(menu[: RATE // 2] - 0.6 * late, 0, 1.0)
    both = menu[: len(welcome)] + welcome[: len(menu)]

    assert together(recording, RATE, Placed(menu, PACKET, 1.0), alike) == 0.0
    assert together(both, RATE, Placed(menu, 0, 1.0), Placed(welcome, 0, 1.0)) > 0.3


def test_a_key_may_cut_a_prompt_and_only_then() -> None:
    """Whoever knows the menu presses his key in it: it falls silent, and the next prompt takes a moment."""
    menu = SOUNDS["menu"][: round(1.3 * RATE)]
    recording = through(
        call(SOUNDS["welcome"], GAP, menu, silence(0.5), SOUNDS["goodbye"]),
        codec="g711",
        loss=0.03,
        dice=np.random.default_rng(2),
    )
    key = 0.06 + len(SOUNDS["welcome"]) / RATE + 0.06 + 1.2
    said = heard(recording, ORDER)

    assert heard(recording, ORDER, key) == []
    assert [one.rpartition(" lacks its last ")[0] for one in said if "lacks" in one] == ["menu"]
    assert [one.rpartition(" lacks its last ")[0] for one in heard(recording, ORDER, key - 1.5)][:1] == ["menu"]


LEAD, DECAY = silence(0.03), silence(0.05)
"""What a bake leaves before and after a voice."""

ROOT = Path(__file__).parents[2]
VOICES = {"fr": "fr", "en": "en-gb"}


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize(
    ("codec", "losses", "every"),
    [("g711", (0.03,), 1), ("g711", (0.0,), 3), ("g722", (0.03,), 9), ("opus", (0.0, 0.03), 9)],
)
def test_no_prompt_of_the_demo_is_clipped_unheard(
    language: str, codec: str, losses: tuple[float, ...], every: int
) -> None:
    """Each prompt of the demo: whole; then, each time after itself, whose voice has hardly ended, without the first
    60 ms from where it can be heard (not 26 dB below the voice; 50 ms and a grain), without 100, 150 or 300 ms, and
    without its last 300 ms.

    Ten seconds of the processor's time over the network on which all are tried, for there are 110 in a language.
    """
    texts = yaml.load((ROOT / "prompts" / f"{language}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    dice = np.random.default_rng(11)
    wrong = []
    for number, (name, text) in enumerate(list(texts.items())[::every]):
        voice = spoken(text, VOICES[language])
        level = np.sqrt(np.mean(voice[: len(voice) // 80 * 80].reshape(-1, 80) ** 2, axis=1) / np.mean(voice**2))
        first = int(np.flatnonzero(level > 10 ** (-26 / 20))[0]) * 80
        clips = [clip for clip in (0.06, (0.1, 0.15, 0.3)[number % 3]) if clip < len(voice) / RATE / 4]
        clipped = [part for clip in clips for part in (voice[first + round(clip * RATE) :], DECAY, GAP)]
        cut = [LEAD, voice[: round(-0.3 * RATE)], GAP] if len(voice) > 1.2 * RATE else []
        sound = np.concatenate([LEAD, voice, DECAY])
        line = coded(call(sound, GAP, *clipped, *cut, sound), codec, dice)
        for recording in [lossy(line, loss, dice) for loss in losses]:
            measured = told(ear.heard(recording, RATE, {name: sound}), recording, RATE, {name: sound})
            said = [complaints([one], recording, RATE, [name], pause=np.inf) for one in measured]
            lacks = [[one.partition(" lacks its ")[2].partition(" ")[0] for one in sentences[:1]] for sentences in said]
            if lacks != [[], *[["first"]] * len(clips), *[["last"]] * bool(cut), []]:
                wrong.append((name, said))

    assert wrong == []


def test_what_a_key_has_cut_sounds_through_nothing() -> None:
    """Its rest was never sent: that syllables of the same voice are alike is chance.  Without the key it is a fault."""
    first = Told("menu", 0.0, 1.1, 0.0, 2.0, 0.0, 0.0, "", 0.0, 0.0, 0.0)
    then = Told("goodbye", 1.6, 3.0, 0.0, 0.0, 0.0, 0.21, "menu", 0.0, 0.0, 0.0)
    noise = 0.1 * np.random.default_rng(1).standard_normal(3 * RATE).astype(np.float32)

    assert complaints([first, then], noise, RATE, ["menu", "goodbye"], keys=[1.0]) == []
    assert "goodbye began before menu was over: 0.21 s of both" in complaints(
        [first, then], noise, RATE, ["menu", "goodbye"]
    )
