"""What a caller hears, as he would complain of it: in two codecs, on a good network and on a bad one."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soxr

from ivr.phone import ear, hearing
from ivr.phone.report import Samples
from ivr.voice.samples import decode
from tests.live import opus
from tests.live.codecs import played_to
from tests.live.containers import SOUNDS, run
from tests.live.fairness import hold
from tests.live.lossy import Lossy
from tests.live.sip import OPUS, PCMU, Wire
from tests.live.stack import Placed, Stack, until

NUMBER = "0805000065"
SAID = ("welcome-orders", "closed-inventory", "welcome-parts", "goodbye")
"""The prompts of the flow `ear-said`, in its order."""

OTHERS = ("welcome-repair", "welcome-tracking", "nobody", "fallback")
"""Prompts of the same voice, which are not heard."""

NETWORKS = [("alaw", 0), ("g722", 0), ("alaw", 3), ("g722", 3)]

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
def earliest(stack: Stack) -> list[Placed]:
    """A call in each codec, on a good network."""
    return [stack.call(NUMBER, codec=codec, lost=lost) for codec, lost in CALLS[:2]]


@pytest.fixture(scope="module")
def written(stack: Stack, earliest: list[Placed]) -> dict[str, tuple[str, ...]]:
    """By codec, how Asterisk writes to its only caller of that codec while it plays a file of just that codec."""
    found: dict[str, tuple[str, ...]] = {}

    def look() -> bool:
        for codec, call in zip((codec for codec, _ in CALLS[:2]), earliest, strict=True):
            if codec not in found and (how := played_to(stack, call.script.from_, f".{codec}")):
                found[codec] = how
        return len(found) == 2

    until(look, "a prompt is played to each from the file of his codec", 30.0)
    return found


@pytest.fixture(scope="module")
def placed(stack: Stack, earliest: list[Placed], written: object) -> list[Placed]:
    """Calls in each codec and network, ten at the same time."""
    found = list(earliest)
    for codec, lost in CALLS[2:]:
        for earlier in found[-AT_ONCE : -AT_ONCE + 1]:
            _ = earlier.report
        found.append(stack.call(NUMBER, codec=codec, lost=lost))
    return found


def high(samples: Samples, rate: int, above: float = ABOVE) -> float:
    """The share of the sound that no narrow band can carry."""
    power = np.abs(np.fft.rfft(samples.astype(float))) ** 2
    return float(power[np.fft.rfftfreq(len(samples), 1 / rate) > above].sum() / power.sum())


def sound(path: str) -> Samples:
    """One of a sound's files as it is heard."""
    return np.asarray(decode(Path(path))[0], dtype=np.float32)


def test_nothing_is_computed_for_callers_in_the_codecs_of_the_files(written):
    """Asterisk has the file of the caller's codec open, and sends what is in it; for Opus it must encode."""
    assert written == {codec: (f"({codec})", codec, "No") for codec in ("alaw", "g722")}


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_a_caller_has_nothing_to_complain_of(stack, placed, number):
    """Every prompt in its order, each at once after the other, none clipped by 50 ms, none into another, as loud as
    baked, and never two seconds of nothing; in G.722 what no narrow band carries, too.
    """
    codec, lost = CALLS[number]

    def check(call: Placed) -> None:
        side, rate = call.report.recording, call.script.rate
        sounds = {name: sound(f"{stack.sounds.sounds['fr', name].path}.{codec}") for name in (*SAID, *OTHERS)}
        heard = hearing.told(ear.heard(side.samples, rate, sounds), side.samples, rate, sounds)
        assert next(one.reason for one in call.events if one.event == "media_changed").startswith(
            {"alaw": "PCMA", "g722": "G722"}[codec]
        )
        complaints = hearing.complaints(heard, side.samples, rate, SAID)
        assert [one for one in complaints if codec == "alaw" or not one.endswith(LOUDER)] == []
        if codec == "g722":
            baked = np.concatenate([sounds[name] for name in SAID])
            assert high(side.samples, rate) > 0.5 * high(baked, rate) > 0

    # G.722 knows a sound by those before it: a packet lost at its beginning takes more of it than that packet.
    torn = codec == "g722" and lost > 0
    hold(check, placed[number], lambda: stack.call(NUMBER, codec=codec, lost=lost), torn=torn)


def test_a_caller_with_opus_hears_the_widest_of_all(stack, tmp_path):
    """Every prompt in its order, whole, by a good path and by one that loses 3 % of the packets; and above 8 kHz, where
    G.722 ends.  That is computed for him, and nothing for a third caller, who has µ-law and hears as much as others do.
    """
    lasts = sum(stack.sounds.sounds["fr", name].seconds for name in SAID)

    def called(caller: str, codec: str, share: float) -> tuple[str, list[tuple[int, bytes]], int]:
        """What the answer says, the packets that came, and how many were lost."""
        with (
            Lossy(share) as path,
            Wire(stack.settings.sip_port, NUMBER, caller, codec=codec, path=path.towards) as wire,
        ):
            wire.invite()
            answer = wire.final()
            packets = opus.listen(wire.sound, lasts + 1.0, int(codec.split()[0]))
            wire.expect(lambda message: message.method == "BYE", "BYE")
            return answer.text, packets, path.lost

    callers = [stack.caller() for _ in range(3)]
    with ThreadPoolExecutor(3) as all_:
        placed = all_.map(called, callers, (OPUS, OPUS, PCMU), (0.0, 0.03, 0.0))
        how = until(lambda: played_to(stack, callers[2], ".ulaw"), "a prompt is played in µ-law", 30.0)
        until(lambda: played_to(stack, callers[0], ".sln48") == ("(opus)", "slin48", "Yes"), "one is encoded", 30.0)
        *calls, (_, narrow, _) = placed
    assert how == ("(ulaw)", "ulaw", "No")
    line = bytearray(b"\xff" * (narrow[-1][0] - narrow[0][0] + 160))
    for stamp, payload in narrow:
        line[stamp - narrow[0][0] : stamp - narrow[0][0] + len(payload)] = payload
    names = {name: stack.sounds.sounds["fr", name].path for name in (*SAID, *OTHERS)}
    (tmp_path / "line.ulaw").write_bytes(line)
    heard, known = sound(str(tmp_path / "line.ulaw")), {name: sound(f"{path}.alaw") for name, path in names.items()}
    told = hearing.told(ear.heard(heard, 8000, known), heard, 8000, known)
    assert hearing.complaints(told, heard, 8000, SAID) == []
    known = {name: sound(f"{path}.g722") for name, path in names.items()}
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
    wide = np.concatenate([sound(f"{names[name]}.sln48") for name in SAID])
    assert high(heard, opus.RATE, 8500.0) > 0.1 * high(wide, opus.RATE, 8500.0) > 0
