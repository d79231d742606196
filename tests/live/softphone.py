"""Debian's baresip as an agent's phone, set up from what `ivr agents qr` prints."""

import json
import math
import shutil
import struct
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.stack import Stack, until

TONE = 770.0
"""Hz; what it says."""

RATE = 8000
PORTS = range(34000, 34020)
"""Where its sound goes in and out."""

CONFIG = f"""
audio_player aubridge,nowhere
audio_source aufile,{{folder}}/said.wav
snd_path {{folder}}
sip_listen 127.0.0.1:0
sip_cafile {{folder}}/authority.crt
rtp_ports {PORTS.start}-{PORTS.stop}
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
"""


@contextmanager
def softphone(stack: Stack, name: str, folder: Path) -> Iterator[Path]:
    """The phone of an agent, registered, which takes every call; what it heard is in ``dump-*-dec.wav`` there."""
    assert shutil.which("baresip"), "tests/run installs it"
    printed = stack.inside("controller", "ivr", "agents", "qr", name, "--address", "127.0.0.1", "--json")
    (folder / "authority.crt").write_text(stack.inside("controller", "ivr", "tls", "authority"), encoding="ascii")
    (folder / "config").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    (folder / "accounts").write_text(f"{json.loads(printed)['baresip']};answermode=auto\n", encoding="utf-8")
    (folder / "contacts").touch()
    with wave.open(str(folder / "said.wav"), "wb") as said:
        said.setparams((1, 2, RATE, 0, "NONE", ""))
        waves = (8000 * math.sin(2 * math.pi * TONE * place / RATE) for place in range(20 * RATE))
        said.writeframes(b"".join(struct.pack("<h", int(one)) for one in waves))
    with (folder / "log").open("wb") as log:
        phone = subprocess.Popen(["baresip", "-s", "-f", str(folder)], stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            until(lambda: name in stack.asterisk("pjsip show contacts"), f"registered: {folder / 'log'}")
            yield folder
        finally:
            phone.terminate()
            phone.wait(10)


def said(folder: Path) -> str:
    """What the phone has said of itself so far, with all that went over the wire of its signalling."""
    return (folder / "log").read_text(encoding="utf-8", errors="replace")
