"""A softphone of Debian's, set up from what `ivr agents qr` prints, registers and takes a call."""

import json
import math
import shutil
import struct
import subprocess
import wave
from pathlib import Path

import pytest

from ivr.phone import tone
from ivr.phone.report import load
from tests.live.stack import CALLER_TONE, Stack, until

NUMBER = "0805000064"
SOFTPHONE_TONE = 770.0
RATE = 8000
MODULES = Path("/usr/lib/baresip/modules")
CONFIG = f"""
audio_player aubridge,nowhere
audio_source aufile,{{folder}}/said.wav
snd_path {{folder}}
sip_listen 127.0.0.1:0
module_path {MODULES}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
"""


@pytest.fixture
def baresip(stack: Stack, tmp_path: Path):
    """Agent hortense's phone, which takes every call; its folder."""
    assert shutil.which("baresip"), "tests/run installs it"
    printed = stack.inside("controller", "ivr", "agents", "qr", "hortense", "--address", "127.0.0.1", "--json")
    (tmp_path / "config").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "accounts").write_text(f"{json.loads(printed)['baresip']};answermode=auto\n", encoding="utf-8")
    (tmp_path / "contacts").touch()
    with wave.open(str(tmp_path / "said.wav"), "wb") as said:
        said.setparams((1, 2, RATE, 0, "NONE", ""))
        waves = (8000 * math.sin(2 * math.pi * SOFTPHONE_TONE * place / RATE) for place in range(20 * RATE))
        said.writeframes(b"".join(struct.pack("<h", int(one)) for one in waves))
    with (tmp_path / "log").open("wb") as log:
        phone = subprocess.Popen(["baresip", "-f", str(tmp_path)], stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            until(lambda: "hortense" in stack.asterisk("pjsip show contacts"), "it has registered")
            yield tmp_path
        finally:
            phone.terminate()
            phone.wait(10)


def test_a_softphone_set_up_from_what_qr_prints_takes_a_call(stack: Stack, baresip: Path):
    """Both directions of audio, each by a tone of its own: 770 Hz is what it says, 660 Hz what the caller says."""
    placed = stack.call(NUMBER, hang_up_after=8.0, tone=CALLER_TONE)
    report = placed.report
    caller = report.recording

    assert report.answered_t is not None, (baresip / "log").read_text(errors="replace")[-2000:]
    assert tone.tones(caller.samples, caller.rate, SOFTPHONE_TONE, 0.5), "the caller heard no softphone"
    (heard,) = baresip.glob("dump-*-dec.wav")
    assert tone.tones(*load(heard), CALLER_TONE, 0.5), "the softphone heard no caller"
    rung = [entry["dial"]["agents"] for entry in stack.call_record(placed)["tape"] if "dial" in entry]
    assert rung == [["hortense"]]
