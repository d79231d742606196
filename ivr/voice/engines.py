"""Speech engines: programs of this machine that turn a text into a WAV file. One function for each.

An engine runs as a process of its own, without a shell, with a time limit, with nothing of our environment,
in a directory that is thrown away. A text is never read as an option: espeak-ng gets it on standard input,
pico2wave (popt) after `--`.
"""

import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ivr.values.numerals import base

log = logging.getLogger(__name__)

TIME_LIMIT = 30.0
"""Seconds for one text; pico2wave needs 0.06 s for 6 s of speech, espeak-ng less."""
LONGEST_TEXT = 5000
"""Characters; some six minutes of speech."""

_PICO_VOICES = {"fr": "fr-FR", "en": "en-GB", "en-US": "en-US", "de": "de-DE", "es": "es-ES", "it": "it-IT"}
_PICO_DATA = Path("/usr/share/pico/lang")
_ESPEAK_SPEED = 155  # words a minute; its default of 175 is too fast for prices on the telephone


class EngineFailed(RuntimeError):
    """An engine gave no sound for a text; the text says why."""


@dataclass(frozen=True)
class Engine:
    """A speech engine found on this machine.

    ``version`` changes whenever the same text could sound different; ``languages`` None means: ask and see.
    espeak-ng has voices of many variants, and knows which one is nearest; what a service does with one is its own.
    """

    name: str
    version: str
    program: str
    synthesize: Callable[[str, str, str, float], bytes]
    languages: frozenset[str] | None = None

    def speak(self, language: str, text: str, limit: float = TIME_LIMIT) -> bytes:
        """The text as a WAV file's bytes; raises EngineFailed, at the latest after ``limit`` seconds."""
        return self.synthesize(self.program, language, text, limit)

    def speaks(self, languages: Set[str]) -> bool:
        """Whether it speaks all of these; of a variant (``fr-BE``) the language is enough."""
        known = self.languages
        return known is None or all(one in known or base(one) in known for one in languages)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def engines() -> tuple[Engine, ...]:
    """The engines of this machine, the best first; empty where there is none."""
    found: list[Engine] = []
    if program := shutil.which("pico2wave"):
        found.append(Engine("pico2wave", _pico_version(program), program, pico, frozenset(_PICO_VOICES)))
    if program := shutil.which("espeak-ng"):
        try:
            found.append(Engine("espeak-ng", _espeak_version(program), program, espeak))
        except EngineFailed as error:
            log.warning("engine=espeak-ng unusable=%s", error)
    return tuple(found)


def piper(model: Path, name: str = "piper", version: str = "1") -> Engine | None:
    """The engine that speaks with a voice file for piper (``….onnx``); ``None`` where file or program is missing.

    Its noise is turned off, else the same text would never sound twice the same.
    """
    program = shutil.which("piper")
    if program is None or not model.is_file():
        return None
    digest = hashlib.sha256(model.read_bytes()).hexdigest()[:12]

    def speak(program: str, language: str, text: str, limit: float) -> bytes:
        quiet = ("--noise-scale", "0", "--noise-w-scale", "0")
        return _run([program, "-m", str(model.absolute()), "-f", "speech.wav", *quiet], text.encode(), limit)

    return Engine(name, f"{version} {model.name} {digest}", program, speak)


def pico(program: str, language: str, text: str, limit: float) -> bytes:
    """SVOX Pico (Debian non-free: libttspico-utils): the better French.

    Its markup has tags that read and write files (`<play>`, `<genfile>`), so no angle bracket reaches it.
    """
    plain = text.replace("<", " ").replace(">", " ")
    voice = _PICO_VOICES.get(language) or _PICO_VOICES[base(language)]
    return _run([program, "-l", voice, "-w", "speech.wav", "--", plain], b"", limit)


def espeak(program: str, language: str, text: str, limit: float) -> bytes:
    """eSpeak NG (Debian main): robotic, but everywhere and in every language.

    Double square brackets would be read as phonemes, so they are widened.
    """
    plain = text.replace("[[", "[ [")
    arguments = [program, "-v", language, "-s", str(_ESPEAK_SPEED), "-b", "1", "-w", "speech.wav", "--stdin"]
    return _run(arguments, plain.encode(), limit)


def _run(arguments: Sequence[str], heard: bytes, limit: float) -> bytes:
    """Run an engine and take the file it wrote.

    Files instead of pipes: a grandchild that keeps a pipe open would outlive the time limit. The whole
    process group is killed at the limit for the same reason.
    """
    name = Path(arguments[0]).name
    with tempfile.TemporaryDirectory(prefix="ivr-speech-") as place:
        spoken, said, complaint = Path(place, "speech.wav"), Path(place, "text"), Path(place, "complaint")
        said.write_bytes(heard)
        with said.open("rb") as stdin, complaint.open("wb") as output:
            try:
                process = subprocess.Popen(  # noqa: S603 - the program was found by us, no shell, text is data
                    arguments,
                    stdin=stdin,
                    stdout=output,
                    stderr=output,
                    cwd=place,
                    env={"LC_ALL": "C.UTF-8"},
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise EngineFailed(f"{name} cannot be started ({error})") from error
            try:
                status = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                raise EngineFailed(f"{name} took more than {limit:g} s") from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        words = " ".join(complaint.read_bytes()[:300].decode(errors="replace").split())
        if status:
            raise EngineFailed(f"{name} ended with status {status}: {words or 'no message'}")
        if not spoken.is_file() or not spoken.stat().st_size:
            raise EngineFailed(f"{name} wrote no sound: {words or 'no message'}")
        return spoken.read_bytes()


def _pico_version(program: str) -> str:
    """pico2wave tells no version: a digest of the program and of its voices stands for it."""
    digest = hashlib.sha256(Path(program).read_bytes())
    for voice in sorted(_PICO_DATA.glob("*.bin")):
        digest.update(voice.read_bytes())
    return digest.hexdigest()[:12]


def _espeak_version(program: str) -> str:
    """Such as `1.51 at 155`: the version, and our speed, which shapes the sound too."""
    try:
        told = subprocess.run(  # noqa: S603 - the program was found by us
            [program, "--version"], capture_output=True, timeout=TIME_LIMIT, check=True, text=True
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeError) as error:
        raise EngineFailed(f"espeak-ng tells no version ({error})") from error
    version = told.partition("Data at:")[0].rpartition(":")[2].strip()
    return f"{version or 'unknown'} at {_ESPEAK_SPEED}"
