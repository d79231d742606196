"""The files of a sound, one for each codec that callers have: A-law, µ-law and G.722 as they go out, and for Opus the
samples.

Asterisk opens of a sound's files the one from which the way to the channel's codec is cheapest (main/file.c:
`ast_openstream_full`; main/translate.c: `ast_translator_best_choice`), so callers in G.711 and G.722 hear what lies
there byte for byte, and nothing is computed for them (`core show channel`: WriteTranscode: No).  Opus it reads from no
file without decoding it (format_ogg_opus hands on `slin48`), so it encodes what is in `.sln48`.

No file has a header (formats/format_pcm.c, formats/format_sln.c): its size says how long it lasts.
"""

from pathlib import Path
from stat import S_ISREG

RATES = {".alaw": 8000, ".ulaw": 8000, ".g722": 16000, ".sln48": 48000}
"""Samples per second, by the suffix from which Asterisk tells them."""

FORMER = (".wav", ".wav16")
"""What sounds were kept in before; Asterisk would still open them."""

_BYTES = {".alaw": 8000, ".ulaw": 8000, ".g722": 8000, ".sln48": 96000}
"""A second."""


class BadFile(ValueError):
    """A file that Asterisk could not play to its end; the text says why."""


def seconds(path: Path) -> float:
    """How long the sound of a file lasts; raises BadFile."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise BadFile("is missing") from None
    except OSError as error:
        raise BadFile(f"cannot be read ({error.strerror})") from error
    size, second = found.st_size, _BYTES[path.suffix]
    if not S_ISREG(found.st_mode):
        raise BadFile("is no file")
    if not size or size % (second // 8000):
        raise BadFile("is cut off or empty")
    return size / second
