"""What programs and libraries of others make of the same, kept from one run of the tests to the next.

It is made by nothing of ours, and takes longer to make than to read: a speech engine's sounds, a codec's packets.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from ivr.voice import engines as made_by
from ivr.voice.engines import Engine, engines

UNUSED = 7 * 86400
"""Seconds after which nobody wants a thing any more."""

_places: list[Path] = []


def keep_in(folder: Path) -> None:
    """From now on, in this process; before that nothing is kept.  What nobody has used for long is dropped."""
    _places[:] = [folder]
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another worker was faster
            if path.stat().st_mtime < time.time() - UNUSED:
                path.unlink()


def kept(make: Callable[[], bytes], *on: object) -> bytes:
    """What ``make`` makes, or made when it depended ``on`` the same: all of it, the versions of programs too."""
    if not _places:
        return make()
    path = _places[0] / hashlib.sha256(repr(on).encode()).hexdigest()
    try:
        found = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        found = make()
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(found)
        os.replace(file.name, path)
    return found


def program(path: str) -> tuple[str, int, int]:
    """Which program that is: another one, be it of the same version, was installed at another time."""
    found = Path(path).stat()
    return path, found.st_size, found.st_mtime_ns


def voices() -> tuple[Engine, ...]:
    """The engines of this machine; what they said before they need not say again."""
    return _voices(os.environ["PATH"])


@cache
def _voices(_: str) -> tuple[Engine, ...]:
    return tuple(_remembering(engine) for engine in engines())


def _remembering(engine: Engine) -> Engine:
    ours = hashlib.sha256(Path(made_by.__file__).read_bytes()).hexdigest()

    def speak(path: str, language: str, text: str, limit: float) -> bytes:
        say = partial(engine.synthesize, path, language, text, limit)
        return kept(say, ours, str(engine), program(path), language, text)

    return replace(engine, synthesize=speak)
