"""A tiny SIP server for one caller at a time: early media with sound, an answer, key presses, a BYE.

It does on the wire what Asterisk does (183 with SDP, RTP in A-law, 200, BYE) and writes down when, on the machine's
monotonic clock, so that the phone's own report can be compared with the truth.
"""

import asyncio
import functools
import re
import struct
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tests.phone.ahead import fall_back, go_ahead

FRAME = 160
"""Samples of a 20 ms packet at 8 kHz."""


def alaw(samples: npt.NDArray[np.float32]) -> bytes:
    """G.711 A-law of samples with full scale ±1 (ITU-T G.711, table 1a, even bits inverted)."""
    return _codes()[np.clip(np.round(samples * 4096), -4096, 4095).astype(np.int32) + 4096].tobytes()


@functools.cache
def _codes() -> npt.NDArray[np.uint8]:
    """Of each of the 8192 steps, the lowest first."""
    linear = np.arange(-4096, 4096, dtype=np.int32)
    size = np.minimum(np.where(linear < 0, -linear - 1, linear), 4095)
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    low = np.where(segment == 0, size >> 1, size >> segment) & 15
    code = (segment << 4) | low
    return ((code | np.where(linear >= 0, 0x80, 0)) ^ 0x55).astype(np.uint8)


def from_alaw(code: bytes) -> npt.NDArray[np.float32]:
    """Samples with full scale ±1 from G.711 A-law."""
    return _steps()[np.frombuffer(code, dtype=np.uint8)]


@functools.cache
def _steps() -> npt.NDArray[np.float32]:
    """Of each of the 256 codes."""
    byte = np.arange(256, dtype=np.int32) ^ 0x55
    segment, low = (byte >> 4) & 7, byte & 15
    size = np.where(segment == 0, (low << 1) + 1, ((low << 1) + 33) << np.maximum(segment - 1, 0))
    return (np.where(byte & 0x80, size, -size) / 4096).astype(np.float32)


class _Rtp(asyncio.DatagramProtocol):
    def __init__(self, server: "Uas") -> None:
        self.server = server
        self.ended: set[bytes] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, packet: bytes, _: tuple[str, int]) -> None:
        kind, stamp, load = packet[1] & 0x7F, packet[4:8], packet[12:]
        if kind == 101 and load[1] & 0x80 and stamp not in self.ended:
            self.ended.add(stamp)
            self.server.keys.append((time.monotonic(), "0123456789*#ABCD"[load[0]]))
        elif kind == 8:
            self.server.heard.append(from_alaw(load))


@dataclass
class Uas(asyncio.DatagramProtocol):
    """What to do with a call, and what was seen of it.

    ``early``: sound sent between 183 and 200; ``talk``: sound sent after 200; ``answer``: else the call is refused
    with ``refuse`` after the early sound; ``ring``: 180 without SDP before; ``moves``: a second 183 from another RTP
    port half-way through the early sound, as after ``Dial`` with music; ``bye``: hang up after the talk.
    ``late`` is by how much the latest packet missed its moment: a busy machine may stall the sender.
    """

    early: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    talk: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    answer: bool = True
    refuse: str = "603 Decline"
    ring: bool = False
    moves: bool = False
    bye: bool = True
    deaf: bool = False
    late: float = 0.0
    times: dict[str, float] = field(default_factory=dict)
    keys: list[tuple[float, str]] = field(default_factory=list)
    heard: list[npt.NDArray[np.float32]] = field(default_factory=list)
    wire: list[str] = field(default_factory=list)

    async def __aenter__(self) -> "Uas":
        loop = asyncio.get_running_loop()
        go_ahead(id(self))
        self._sip, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self._rtp = [
            (await loop.create_datagram_endpoint(lambda: _Rtp(self), local_addr=("127.0.0.1", 0)))[0] for _ in range(2)
        ]
        self._task: asyncio.Task[None] | None = None
        self._sequence = 0
        return self

    async def __aexit__(self, *_: object) -> None:
        fall_back(id(self))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for transport in (self._sip, *self._rtp):
            transport.close()

    @property
    def port(self) -> int:
        """The UDP port that listens for SIP."""
        return int(self._sip.get_extra_info("sockname")[1])

    def datagram_received(self, packet: bytes, peer: tuple[str, int]) -> None:
        text = packet.decode()
        self.wire.append(text)
        method = text.split(" ", 1)[0]
        if method == "INVITE" and self._task is None and not self.deaf:
            self.times["invite"] = time.monotonic()
            self._invite, self._peer = text, peer
            self._task = asyncio.get_running_loop().create_task(self._attend())
        elif method in ("BYE", "CANCEL"):
            self.times[method.lower()] = time.monotonic()
            self._sip.sendto(self._reply(text, "200 OK"), peer)
            if self._task is not None:
                self._task.cancel()
            if method == "CANCEL":
                self._say("487 Request Terminated")

    async def _attend(self) -> None:
        sdp = self._invite.split("\r\n\r\n", 1)[1]
        found = re.search(r"m=audio (\d+)", sdp)
        assert found is not None
        self._target = ("127.0.0.1", int(found[1]))
        if self.ring:
            self._say("180 Ringing")
            await asyncio.sleep(0.2)
        if self.early.size:
            self._say("183 Session Progress", self._offer(0))
            half = len(self.early) // 2 // FRAME * FRAME if self.moves else len(self.early)
            await self._stream(self.early[:half], 0)
            if self.moves:
                self._say("183 Session Progress", self._offer(1))
                await self._stream(self.early[half:], 1)
        if not self.answer:
            self._say(self.refuse)
            return
        self._say("200 OK", self._offer(1 if self.moves else 0))
        await asyncio.sleep(0.15)  # as a real server, which lets media settle after its answer
        await self._stream(self.talk, 1 if self.moves else 0)
        self.times["talked"] = time.monotonic()
        if self.bye:
            self._bye()

    async def _stream(self, samples: npt.NDArray[np.float32], port: int) -> None:
        code = alaw(samples)
        began = time.monotonic()
        self.times.setdefault("sound", began)
        for number, at in enumerate(range(0, len(code), FRAME)):
            self._sequence += 1
            head = struct.pack("!BBHII", 0x80, 8, self._sequence, self._sequence * FRAME, 7 + port)
            self.late = max(self.late, time.monotonic() - began - number * 0.02)
            self._rtp[port].sendto(head + code[at : at + FRAME], self._target)
            await asyncio.sleep(max(began + (number + 1) * 0.02 - time.monotonic(), 0))

    def _offer(self, port: int) -> str:
        rtp = self._rtp[port].get_extra_info("sockname")[1]
        return (
            f"v=0\r\no=- 1 {1 + port} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {rtp} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def _say(self, status: str, sdp: str = "") -> None:
        self.times.setdefault(status[:3], time.monotonic())
        self._sip.sendto(self._reply(self._invite, status, sdp), self._peer)

    def _reply(self, request: str, status: str, sdp: str = "") -> bytes:
        head = request.split("\r\n\r\n", 1)[0].split("\r\n")
        kept = [line for line in head if re.match(r"(Via|From|Call-ID|CSeq):", line, re.IGNORECASE)]
        to = next(line for line in head if line.lower().startswith("to:"))
        kept.append(to if "tag=" in to else to + ";tag=uas")
        kept.append(f"Contact: <sip:uas@127.0.0.1:{self.port}>")
        if sdp:
            kept.append("Content-Type: application/sdp")
        return "\r\n".join([f"SIP/2.0 {status}", *kept, f"Content-Length: {len(sdp)}", "", sdp]).encode()

    def _bye(self) -> None:
        def of(name: str) -> str:
            found = re.search(rf"^{name}:\s*(.+?)\r$", self._invite, re.MULTILINE | re.IGNORECASE)
            assert found is not None
            return found[1]

        contact = re.search(r"<([^>]+)>", of("Contact"))
        assert contact is not None
        lines = [
            f"BYE {contact[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKbye",
            f"From: {of('To')};tag=uas",
            f"To: {of('From')}",
            f"Call-ID: {of('Call-ID')}",
            "CSeq: 1 BYE",
            "Max-Forwards: 70",
            "Reason: Q.850;cause=16",
            "Content-Length: 0",
            "",
            "",
        ]
        self.times["bye_sent"] = time.monotonic()
        self._sip.sendto("\r\n".join(lines).encode(), self._peer)
