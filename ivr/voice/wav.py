"""Sound files of the kinds that Asterisk opens: 16 bits, mono; RIFF at 8 and 16 kHz, bare samples at 48 kHz.

Asterisk reads `.wav` as 8 kHz and `.wav16` as 16 kHz, both RIFF; it refuses every other header while a call
is up and counts its seeks from a header of exactly 44 bytes (formats/format_wav.c: check_header, wav_seek).
So exactly that header is written, and any other is called broken before a call needs the file.  `.sln48` has no
header at all (formats/format_sln.c).  Of a sound's files Asterisk opens the one from which the way to the channel's
own codec is cheapest (main/file.c, main/translate.c): `.wav` for G.711, `.wav16` for G.722, `.sln48` for Opus, so
that no rate is ever changed during a call.
"""

import struct
from pathlib import Path

RATES = {".wav": 8000, ".wav16": 16000, ".sln48": 48000}
"""Samples per second, by the suffix from which Asterisk tells them."""

BARE = ".sln48"
"""The suffix of files without a header."""

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class BadWav(ValueError):
    """A file that Asterisk would refuse or play wrongly; the text says why."""


def frames(path: Path) -> int:
    """How many samples the file holds; raises BadWav if Asterisk could not play it to its end."""
    rate = RATES[path.suffix]
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
    except FileNotFoundError:
        raise BadWav("is missing") from None
    except OSError as error:
        raise BadWav(f"cannot be read ({error.strerror})") from error
    if path.suffix == BARE:
        if size % 2 or not size:
            raise BadWav("is cut off or empty")
        return size // 2
    if len(head) < _HEADER.size:
        raise BadWav("is too short to be a WAV file")
    riff, length, kind, fmt, fmt_size, code, channels, hertz, _, _, bits, mark, held = _HEADER.unpack(head)
    if (riff, kind, fmt, fmt_size, mark) != (b"RIFF", b"WAVE", b"fmt ", 16, b"data"):
        raise BadWav("does not have the plain WAV header of 44 bytes")
    if (code, channels, bits) != (1, 1, 16):
        raise BadWav(f"is not PCM, mono, 16 bits (format {code}, {channels} channels, {bits} bits)")
    if hertz != rate:
        raise BadWav(f"has {hertz} samples per second instead of {rate}")
    if held != size - _HEADER.size or length != size - 8 or held % 2 or not held:
        raise BadWav("is cut off or empty")
    return int(held) // 2
