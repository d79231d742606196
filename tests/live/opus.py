"""A caller's ear for Opus, which PJSUA2's wheel lacks: RTP packets into an Ogg stream, which libsndfile decodes.

Sources: RFC 7587 (RTP), RFC 7845 (Ogg: headers, granule positions), RFC 3533 (pages and their checksum).
"""

import io
import socket
import struct
import time

import numpy as np
import soundfile

from ivr.phone.report import Samples

RATE = 48_000
FRAME = 960  # samples of a packet of 20 ms
_SERIAL = 1


def listen(sound: socket.socket, seconds: float, codec: int) -> list[tuple[int, bytes]]:
    """The packets of a codec (its payload type) that come in that time: timestamp and payload, in order, each once."""
    found: dict[int, tuple[int, bytes]] = {}
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        sound.settimeout(left)
        try:
            packet = sound.recv(2048)
        except TimeoutError:
            break
        first, kind, number, stamp, _ = struct.unpack(">BBHII", packet[:12])
        if kind & 0x7F == codec:
            found.setdefault(number, (stamp, packet[12 + 4 * (first & 0x0F) :]))
    return sorted(found.values())


def decoded(packets: list[tuple[int, bytes]]) -> Samples:
    """What was heard, each packet at its time, at 48 kHz; nothing where no packet was."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = [_page(head, 0, 0, 2), _page(tags, 0, 1, 0)]
    for at, (_, payload) in enumerate(packets):
        last = at == len(packets) - 1
        pages.append(_page(payload, (at + 1) * FRAME, at + 2, 4 * last))
    samples, rate = soundfile.read(io.BytesIO(b"".join(pages)), dtype="float32", always_2d=True)
    assert rate == RATE
    first = packets[0][0]
    heard = np.zeros(packets[-1][0] - first + FRAME, dtype=np.float32)
    for at, (stamp, _) in enumerate(packets):
        part = samples[at * FRAME : (at + 1) * FRAME].mean(axis=1)
        heard[stamp - first : stamp - first + len(part)] = part
    return heard


def _page(packet: bytes, granule: int, number: int, kind: int) -> bytes:
    lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, _SERIAL, number, 0) + bytes([len(lacing)]) + lacing
    page = bytearray(head + packet)
    page[22:26] = struct.pack("<I", _checksum(bytes(page)))
    return bytes(page)


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value
