"""Who is asked to speak a prompt, in which order, and who has failed so often that this bake leaves him alone."""

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice.engines import Engine, engines, piper

log = logging.getLogger(__name__)

PATIENCE = 5
"""Failures without a sound between them after which an engine is not asked again: two thousand prompts would each
wait for a service that is down."""


def local(speech: Speech, directory: Path) -> tuple[Engine, ...]:
    """The voices of this machine: those that the book in ``directory`` brings as files for piper, and the engines.

    One whose file is missing is left out.
    """
    files = (piper(directory / one.voice, one.name, one.version) for one in speech.speakers if not one.site)
    return (*(engine for engine in files if engine), *engines())


@dataclass
class Roster:
    """The engines there are, as the book wants them asked; told of failures by several threads at once."""

    engines: Sequence[Engine]
    speech: Speech
    _failed: Counter[str] = field(default_factory=Counter)
    _first: dict[str, str] = field(default_factory=dict)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, utterance: Utterance) -> list[Engine]:
        """Whom to ask for this prompt, the first first: those named for it, those named for its language, the rest
        of the machine.  Who speaks not all of its languages is left out.
        """
        languages = {part.language for part in utterance.parts} or {utterance.language}
        named = self.speech.asked(utterance.language, utterance.name)
        brought = {speaker.name for speaker in self.speech.speakers}
        known = {engine.name: engine for engine in self.engines}
        order = (*named, *(name for name in known if name not in brought))
        fit = [known[name] for name in dict.fromkeys(order) if name in known]
        return [engine for engine in fit if engine.speaks(languages) and self._in_a_row[engine.name] < PATIENCE]

    def spoke(self, engine: Engine) -> None:
        with self._lock:
            self._in_a_row[engine.name] = 0

    def failed(self, engine: Engine, called: str, why: str) -> None:
        """An engine gave no sound for the prompt ``called``; the next one is asked."""
        log.info("prompt=%s engine=%s failed=%s", called, engine.name, why)
        with self._lock:
            self._failed[engine.name] += 1
            self._in_a_row[engine.name] += 1
            self._first.setdefault(engine.name, f"{called}: {why}")

    def told(self) -> tuple[str, ...]:
        """A sentence for each engine that failed, and one for each that a book names and that is not here."""
        here = {engine.name for engine in self.engines}
        wanted = {name for names in (*self.speech.languages.values(), *self.speech.prompts.values()) for name in names}
        missing = [f"{name} is not here: the next voice spoke in its place" for name in sorted(wanted - here)]
        return (*missing, *(self._told(name) for name in sorted(self._failed)))

    def _told(self, name: str) -> str:
        count = self._failed[name]
        times = "one prompt" if count == 1 else f"{count} prompts"
        end = ", and was not asked again" if self._in_a_row[name] >= PATIENCE else ""
        return f"{name} failed for {times}{end}; the next voice was asked ({self._first[name]})"
