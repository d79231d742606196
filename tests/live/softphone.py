"""Debian's baresip as an agent's phone, set up from the code that `ivr agents qr` prints, as a camera reads it."""

import json
import math
import os
import re
import shutil
import socket
import struct
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.stack import Stack, until
from tests.scanned import scanned

TONE = 770.0
"""Hz; what it says."""

RATE = 8000
_FIRST = 16000 + 20 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
PORTS = range(_FIRST, _FIRST + 20)
"""Where its sound goes in and out; nobody else's: neither another worker's, nor of those that the system gives away."""

CONFIG = f"""
audio_player aubridge,nowhere
audio_source aufile,{{folder}}/said.wav
snd_path {{folder}}
sip_listen 127.0.0.1:0
sip_cafile {{folder}}/authority.crt
rtp_ports {PORTS[0]}-{PORTS[-1]}
module_path /usr/lib/baresip/modules
module g711.so
module srtp.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{{keys}}
"""


@contextmanager
def softphone(stack: Stack, name: str, folder: Path) -> Iterator[Path]:
    """The phone of an agent, registered, which takes every call; what it heard is in ``dump-*-dec.wav`` there."""
    assert shutil.which("baresip"), "tests/run installs it"
    asked = ("controller", "ivr", "agents", "qr", name, "--address", "127.0.0.1")
    line = account(scanned(stack.inside(*asked)))
    assert line == json.loads(stack.inside(*asked, "--json"))["baresip"]
    (folder / "authority.crt").write_text(stack.inside("controller", "ivr", "tls", "authority"), encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as free:
        keys = free.getsockname()[1]
    (folder / "config").write_text(CONFIG.format(folder=folder, keys=keys), encoding="utf-8")
    (folder / "keys").write_text(str(keys))
    (folder / "accounts").write_text(f"{line};answermode=auto\n", encoding="utf-8")
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
            try:
                phone.wait(5)
            except subprocess.TimeoutExpired:  # it waits for the answer to what it has asked for
                phone.kill()
                phone.wait()


def transfers(folder: Path, to: str) -> None:
    """When the phone has talked for a while, press its key for a transfer: it asks us to send the other elsewhere.

    REFER, RFC 3515; Debian's baresip hangs up where that is refused.
    """
    until(lambda: "\nACK sip:" in said(folder), "the phone talks")
    time.sleep(3)
    order = json.dumps({"command": "transfer", "params": to, "token": "1"})
    with socket.create_connection(("127.0.0.1", int((folder / "keys").read_text())), 5) as keys:
        keys.sendall(f"{len(order)}:{order},".encode())
        keys.recv(1000)


def account(code: str) -> str:
    """A line of baresip's file of accounts for what a code says; who comes by TLS talks SRTP."""
    found = re.fullmatch(r"sip:([^:]+):([^@]+)@(.+;transport=(udp|tls))", code)
    assert found, code
    name, password, way, transport = found.groups()
    return f"<sip:{name}@{way}>;auth_pass={password};regint=60{';mediaenc=srtp-mand' * (transport == 'tls')}"


def said(folder: Path) -> str:
    """What the phone has said of itself so far, with all that went over the wire of its signalling."""
    return (folder / "log").read_text(encoding="utf-8", errors="replace")
