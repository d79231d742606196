"""What a caller hears, as he would complain of it: in two codecs, on a good network and on a bad one."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soxr

from ivr.phone import ear, hearing
from ivr.phone.report import Samples
from tests.live import opus
from tests.live.containers import SOUNDS, run
from tests.live.fairness import hold
from tests.live.lossy import Lossy
from tests.live.sip import OPUS, Wire
from tests.live.stack import Placed, Stack

NUMBER = "0805000065"
SAID = ("welcome-orders", "closed-inventory", "welcome-parts", "goodbye")
"""The prompts of the flow `ear-said`, in its order."""

OTHERS = ("welcome-repair", "welcome-tracking", "nobody", "fallback")
"""Prompts of the same voice, which are not heard."""

NETWORKS = [("alaw", 0), ("alaw", 3), ("g722", 0), ("g722", 3)]
SUFFIX = {"alaw": ".wav", "g722": ".wav16"}
"""The file that Asterisk should play to callers of each codec."""

LOUDER = "dB too loud"
"""Not held against G.722: this phone shifts what it decodes by two bits, up to the first sample that would clip
(pjmedia/src/pjmedia-codec/g722.c, PJMEDIA_G722_STOP_PCM_SHIFT_ON_CLIPPING)."""

ABOVE = 4300.0
"""Hertz that no narrow band can carry."""


AT_ONCE = 10
GOOD = int(os.environ.get("IVR_TEST_GOOD_CALLS", "0"))
"""More calls than the four: `IVR_TEST_GOOD_CALLS=50 bash tests/run -k nothing_to_complain_of` places fifty."""

CALLS = [NETWORKS[number % 4] for number in range(max(4, GOOD))]


@pytest.fixture(scope="module")
def placed(stack: Stack) -> list[Placed]:
    """Calls in each codec and network, ten at the same time."""
    found: list[Placed] = []
    for codec, lost in CALLS:
        for earlier in found[-AT_ONCE : -AT_ONCE + 1]:
            _ = earlier.report
        found.append(stack.call(NUMBER, codec=codec, lost=lost))
    return found


def high(samples: Samples, rate: int, above: float = ABOVE) -> float:
    """The share of the sound that no narrow band can carry."""
    power = np.abs(np.fft.rfft(samples.astype(float))) ** 2
    return float(power[np.fft.rfftfreq(len(samples), 1 / rate) > above].sum() / power.sum())


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_a_caller_has_nothing_to_complain_of(stack, placed, number):
    """Every prompt in its order, each at once after the other, none clipped by 50 ms, none into another, as loud as
    baked, and never two seconds of nothing; in G.722 from the file of 16 kHz.
    """
    codec, lost = CALLS[number]

    def check(call: Placed) -> None:
        side, rate = call.report.recording, call.script.rate
        sounds = {
            name: ear.sound(Path(f"{stack.sounds.sounds['fr', name].path}{SUFFIX[codec]}"), rate)
            for name in (*SAID, *OTHERS)
        }
        heard = hearing.told(ear.heard(side.samples, rate, sounds), side.samples, rate, sounds)
        assert next(one.reason for one in call.events if one.event == "media_changed").startswith(
            {"alaw": "PCMA", "g722": "G722"}[codec]
        )
        complaints = hearing.complaints(heard, side.samples, rate, SAID)
        assert [one for one in complaints if codec == "alaw" or not one.endswith(LOUDER)] == []
        if codec == "g722":
            baked = np.concatenate([sounds[name] for name in SAID])
            assert high(side.samples, rate) > 0.5 * high(baked, rate) > 0

    hold(check, placed[number], lambda: stack.call(NUMBER, codec=codec, lost=lost))


def test_a_caller_with_opus_hears_the_widest_of_all(stack):
    """Every prompt in its order, whole, by a good path and by one that loses 3 % of the packets; and above 8 kHz, where
    G.722 ends.
    """
    lasts = sum(stack.sounds.sounds["fr", name].seconds for name in SAID)

    def called(share: float) -> tuple[str, list[tuple[int, bytes]], int]:
        """What the answer says, the packets that came, and how many were lost."""
        caller = stack.caller()
        with Lossy(share) as path, Wire(stack.settings.sip_port, NUMBER, caller, codec=OPUS, path=path.towards) as wire:
            wire.invite()
            answer = wire.final()
            packets = opus.listen(wire.sound, lasts + 1.0)
            wire.expect(lambda message: message.method == "BYE", "BYE")
            return answer.text, packets, path.lost

    with ThreadPoolExecutor(2) as both:
        calls = list(both.map(called, (0.0, 0.03)))
    names = {name: stack.sounds.sounds["fr", name].path for name in (*SAID, *OTHERS)}
    known = {name: ear.sound(Path(f"{path}.wav16"), 16000) for name, path in names.items()}
    assert [bool(lost) for *_, lost in calls] == [False, True]
    for answer, packets, _ in calls:
        assert "opus/48000/2" in answer
        heard = opus.decoded(packets)
        samples = np.asarray(soxr.resample(heard, opus.RATE, 16000), dtype=np.float32)
        told = hearing.told(ear.heard(samples, 16000, known), samples, 16000, known)
        assert hearing.complaints(told, samples, 16000, SAID) == []
    for name in SAID:
        baked = Path(f"{names[name]}.sln48").relative_to(stack.settings.sounds)
        run("docker", "cp", f"{stack.container('controller')}:{SOUNDS}/{baked}", f"{names[name]}.sln48")
    wide = np.concatenate([np.fromfile(f"{names[name]}.sln48", "<i2").astype(np.float32) for name in SAID])
    assert high(heard, opus.RATE, 8500.0) > 0.1 * high(wide, opus.RATE, 8500.0) > 0
