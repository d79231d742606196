"""Softphones of Debian's, set up from what `ivr agents qr` prints, take calls; by TLS nothing of these is plain."""

import re
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ivr import tls
from ivr.phone import tone
from ivr.phone.report import load
from ivr.phone.script import Agent
from tests.live.edited import ivr, reload, written
from tests.live.softphone import PORTS, RATE, TONE, said, softphone, transfers
from tests.live.stack import CALLER_TONE, ROOT, Placed, Stack, until
from tests.live.talks import hear_each_other

# In the book by an edit while the stack is up, so that Asterisk opens TLS for it.
ONDINE = {
    "agents": "\nondine:\n  label: Ondine, au softphone chiffré\n  secure: yes\n",
    "numbers": '\n"0805000650":\n  label: un softphone chiffré\n  tariff: free\n  flow: softphone-ondine\n',
    "flows_softphone-ondine": """
flow: softphone-ondine
start: agent
nodes:
  agent: {kind: transfer, to: ondine, exits: {busy: nobody, no_answer: nobody, unavailable: nobody}}
  nobody: {kind: bye, prompt: nobody}
""",
}
PLAIN, SECURE = "0805000064", "0805000650"


def talks(stack: Stack, placed: Placed, folder: Path, name: str) -> None:
    """Both directions of audio, each by a tone of its own."""
    report = placed.report
    caller = report.recording

    assert report.answered_t is not None, said(folder)[-2000:]
    assert tone.tones(caller.samples, caller.rate, TONE, 0.5), "the caller heard no softphone"
    (heard,) = folder.glob("dump-*-dec.wav")
    assert tone.tones(*load(heard), CALLER_TONE, 0.5), "the softphone heard no caller"
    rung = [entry["dial"]["agents"] for entry in stack.call_record(placed)["tape"] if "dial" in entry]
    assert rung == [[name]]


class Wiretap:
    """All sound that goes over the wire to and from ports, as who hears it without a key."""

    def __init__(self, ports: range) -> None:
        self._ports = ports
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.2)
        self._over = threading.Event()
        self._payloads: dict[tuple[int, int], list[bytes]] = {}
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def sounds(self) -> "list[np.ndarray]":
        """What was said in each direction, taken for A-law."""
        self._over.set()
        self._thread.join()
        self._socket.close()
        return [_alaw(b"".join(parts)) for parts in self._payloads.values() if len(parts) > 50]

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                packet, where = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            length = (packet[0] & 15) * 4
            if where[2] == socket.PACKET_OUTGOING or packet[9] != socket.IPPROTO_UDP:
                continue  # loopback shows each packet twice
            from_, to = struct.unpack("!HH", packet[length : length + 4])
            rtp = packet[length + 8 :]
            if (from_ in self._ports or to in self._ports) and len(rtp) > 100 and rtp[1] & 0x7F == 8:
                self._payloads.setdefault((from_, to), []).append(rtp[12:172])


def _alaw(coded: bytes) -> "np.ndarray":
    """ITU-T G.711."""
    flipped = np.frombuffer(coded, np.uint8) ^ 0x55
    exponent, mantissa = (flipped >> 4) & 7, (flipped & 15).astype(np.int32)
    size = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent.astype(int) - 1, 0)
    )
    return (np.where(flipped & 0x80, size, -size) / 32768).astype(np.float32)


def refused(stack: Stack, method: str) -> str:
    """The first line of the answer to what the secure agent's phone sends by UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.connect(("127.0.0.1", stack.settings.sip_port))
        phone.settimeout(5)
        here = f"127.0.0.1:{phone.getsockname()[1]}"
        to = "sip:127.0.0.1" if method == "REGISTER" else f"sip:{SECURE}@127.0.0.1"
        phone.send(
            (
                f"{method} {to} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{method};rport\r\nMax-Forwards: 9\r\n"
                f"From: <sip:ondine@udp>;tag=a\r\nTo: <sip:ondine@127.0.0.1>\r\nCall-ID: {here}{method}\r\n"
                f"CSeq: 1 {method}\r\nContact: <sip:ondine@{here}>\r\nContent-Length: 0\r\n\r\n"
            ).encode()
        )
        return until(lambda: next(iter(re.findall(rb"^SIP/2.0 ([2-6].*)\r", phone.recv(4096))), b"").decode(), method)


def test_softphones_set_up_from_what_qr_prints_take_calls_and_one_that_must_be_encrypted_is(
    stack: Stack, tmp_path: Path
) -> None:
    """770 Hz is what they say, 660 Hz what the caller says; the wire of the plain one has both, the other's neither.

    Their key for a transfer is refused: it could send callers anywhere, past flow, limit and record.
    """
    heard = {}
    with written(stack, **ONDINE):
        assert refused(stack, "REGISTER") == "403 Forbidden"
        assert refused(stack, "INVITE") == "403 Forbidden"
        told = ivr(stack, "agents", "list")[1]
        assert re.search(r"^ondine +on duty +tls", told, re.MULTILINE)
        assert "127.0.0.1" in ivr(stack, "tls", "show")[1]
        for name, number in (("hortense", PLAIN), ("ondine", SECURE)):
            folder = tmp_path / name
            folder.mkdir()
            with softphone(stack, name, folder):
                tap = Wiretap(PORTS)
                elsewhere = f"sip:0899000004@127.0.0.1:{stack.settings.sip_port}"
                key = threading.Thread(target=transfers, args=(folder, elsewhere), daemon=True)
                key.start()
                talks(stack, stack.call(number, hang_up_after=10.0, tone=CALLER_TONE), folder, name)
                heard[name] = tap.sounds()
                key.join(5)
            log = said(folder)
            assert re.search(r"^REFER sip:", log, re.MULTILINE), "the key for a transfer was not pressed"
            answers = [one for one in re.split(r"\r?\n\r?\n", log) if re.search(r"^CSeq: \d+ REFER", one, re.MULTILINE)]
            codes = [int(code) for one in answers for code in re.findall(r"^SIP/2.0 (\d+)", one, re.MULTILINE)]
            assert codes, answers
            assert codes[-1] == 603, answers
    for name, is_plain in (("hortense", True), ("ondine", False)):
        assert len(heard[name]) == 2, "a direction is missing"
        for hertz in (TONE, CALLER_TONE):
            assert any(tone.tones(one, RATE, hertz, 0.5) for one in heard[name]) is is_plain
    log = said(tmp_path / "ondine")
    assert re.search(r"^m=audio \d+ RTP/SAVP ", log, re.MULTILINE)
    assert not re.search(r"^m=audio \d+ RTP/AVP ", log, re.MULTILINE)


@contextmanager
def stranger(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """The port of a server that shows a certificate of an authority that nobody knows; how who came found it."""
    tls.made(folder, ("127.0.0.1",), datetime.now(UTC))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(folder / tls.OURS)
    found: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    there, _ = server.accept()
                except OSError:
                    return
                try:
                    with shown.wrap_socket(there, server_side=True) as talk:
                        found.append(talk.recv(4096).decode(errors="replace"))
                except OSError as error:
                    found.append(str(error))

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], found
        server.shutdown(socket.SHUT_RDWR)


NUMBERS = """
"0805000652":
  label: transfert dehors, chiffré
  tariff: free
  flow: outside-secure
"""
FLOW = """
flow: outside-secure
start: agent
nodes:
  agent:
    kind: transfer
    to: zoe
    exits: {busy: nobody, no_answer: nobody, unavailable: nobody}
  nobody: {kind: bye, prompt: nobody}
"""


def test_a_trunk_is_called_by_tls_if_its_certificate_is_trusted(stack: Stack, tmp_path: Path) -> None:
    """One whose certificate nobody knows is passed over without a word; behind the other SRTP is talked."""
    tls.made(stack.settings.tls, ("127.0.0.1",), datetime.now(UTC))  # in our copy: signed by the stack's authority
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with stranger(tmp_path) as (strange, found):
        told = "  label: a\n  host: 127.0.0.1\n  encrypted: yes\n  probed: no\n  shows: '0320000001'\n"
        trunks = f"\nodd:\n{told}  port: {strange}\nsealed:\n{told}  port: {port}\n"
        zoe = "zoe:\n  label: Zoé\n  number: '0612345678'\n  trunks: [odd, sealed]\n"
        with written(stack, trunks=trunks, destinations=zoe, numbers=NUMBERS, **{"flows_outside-secure": FLOW}):
            mobile = Agent("mobile", "", registers=False, secure=True, hang_up_after=4.0, tone=TONE)
            pem = str(stack.settings.tls / tls.OURS)
            placed = stack.call("0805000652", "", mobile, listen=port, certificate=pem, hang_up_after=20.0)

            assert stack.call_record(placed)["steps"] == ["agent:talked"], found
            hear_each_other(placed, placed, "mobile", TONE)
    assert found
    assert not [text for text in found if "SIP/2.0" in text]


def test_an_agent_who_is_added_can_register_at_once(stack: Stack) -> None:
    """The controller only reads the book: `docker/ivr` writes it, and inside one is told what to do."""
    file = stack.settings.book / "dialplans" / "agents.yaml"
    before = file.read_text("utf-8")
    words = ("agents", "add", "gontran", "--label", "Gontran, ajouté")
    code, told = ivr(stack, *words)
    assert (code, file.read_text("utf-8")) == (1, before)
    assert "agents.yaml cannot be written here (Read-only file system): call docker/ivr agents add where" in told
    assert 'gontran:\n  label: "Gontran, ajouté"' in told
    try:
        done = subprocess.run(
            ["bash", ROOT / "docker" / "ivr", *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"gontran is in {file}; have a queue, a group or a transfer ring him.\n"
        assert file.read_text("utf-8").startswith(before.rstrip())
        until(lambda: "gontran" in stack.asterisk("pjsip show aors"), "the stack has taken him up")
        host = stack.call("0806000009", "", stack.agent("gontran"), hang_up_after=15.0)
        until(lambda: "gontran" in stack.asterisk("pjsip show contacts"), "his phone is there")
        host.leave()
    finally:
        file.write_text(before, encoding="utf-8")
        reload(stack)
