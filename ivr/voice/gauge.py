"""How long announcements last and when their parts are heard, before anything is baked: said by the voice that would be
asked, trimmed and laid out by the code that bakes (`ivr.voice.audio`), but neither levelled nor written.

A sound that is baked already is not said again; nor is one whose length was taken before, by its digest: then what
works on sound (`ivr.voice.lengths`), which takes a second to import, is not needed either.
"""

import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice.catalogue import Sound, replace
from ivr.voice.engines import Engine, EngineFailed
from ivr.voice.recipe import digest_of
from ivr.voice.roster import Roster

log = logging.getLogger(__name__)

Spans = tuple[tuple[str, float, float], ...]
_NOTES = TypeAdapter(dict[str, tuple[float, Spans]])


@dataclass
class Gauge:
    """``folders`` hold recordings, the first that has one wins; ``voices`` are those that may be asked here, and
    ``speech`` says in which order.  ``notes`` is the file of lengths that were taken.
    """

    folders: tuple[Path, ...]
    voices: Callable[[], tuple[Engine, ...]]
    speech: Speech
    notes: Path
    _used: dict[str, tuple[float, Spans]] = field(default_factory=dict)
    _lengths: dict[tuple[str, str, str], int] = field(default_factory=dict)  # of what voices said, in samples

    def sound(self, utterance: Utterance, baked: Sound | None = None) -> Sound | None:
        """What is heard of an utterance, without a file unless it is ``baked``; ``None``: nobody here can say it."""
        try:
            content = self._recorded(utterance)
            if content is not None:
                told = hashlib.sha256(content).hexdigest()
                return self._noted(utterance, told, "recording", baked, partial(self._as_recorded, utterance, content))
        except EngineFailed:
            return None  # which those say who look at recordings
        text = self.speech.spelled(" ".join(utterance.text.split()), utterance.language)
        if baked is not None and baked.path.endswith(f"-{digest_of(utterance, text, baked.source, self.speech)}"):
            return baked
        if self._elsewhere(utterance):
            return None
        for engine in self._roster.asked(utterance):
            try:
                return self._noted(utterance, text, str(engine), None, partial(self._said, utterance, text, engine))
            except EngineFailed as error:
                self._roster.failed(engine, utterance.name, str(error))
        return None

    def keep(self) -> None:
        """Note the lengths that were needed this time; where they cannot be, they are taken again."""
        if self._used == self._known:
            return
        try:
            replace(self.notes, _NOTES.dump_json(self._used))
        except OSError as error:
            log.debug("lengths of announcements not kept: %s", error)

    @cached_property
    def _known(self) -> dict[str, tuple[float, Spans]]:
        try:
            return _NOTES.validate_json(self.notes.read_bytes())
        except (OSError, ValidationError):
            return {}

    @cached_property
    def _roster(self) -> Roster:
        return Roster(self.voices(), self.speech)

    def _elsewhere(self, utterance: Utterance) -> bool:
        """Whether a service is asked first: a check sends nobody's texts to anybody."""
        first = next(iter(self.speech.asked(utterance.language, utterance.name)), "")
        return any(one.name == first and one.site for one in self.speech.speakers)

    def _recorded(self, utterance: Utterance) -> bytes | None:
        for folder in self.folders:
            if os.path.lexists(folder / utterance.language / f"{utterance.name}.wav"):
                from ivr.voice.lengths import recorded

                return recorded(folder, utterance)
        return None

    def _noted(
        self,
        utterance: Utterance,
        content: str,
        source: str,
        baked: Sound | None,
        take: Callable[[], tuple[float, Spans]],
    ) -> Sound:
        digest = digest_of(utterance, content, source, self.speech)
        if baked is not None and baked.path.endswith(f"-{digest}"):
            return baked
        self._used[digest] = found = self._known.get(digest) or take()
        return Sound("", found[0], utterance.text, source, found[1])

    def _as_recorded(self, utterance: Utterance, content: bytes) -> tuple[float, Spans]:
        from ivr.voice.lengths import laid_out, lasts

        return laid_out(utterance, [lasts(content)], ())

    def _said(self, utterance: Utterance, text: str, engine: Engine) -> tuple[float, Spans]:
        from ivr.voice.lengths import laid_out

        said = [(part.language, self.speech.spelled(part.text, part.language)) for part in utterance.parts]
        lengths = [self._length(engine, *one) for one in said or [(utterance.language, text)]]
        return laid_out(utterance, lengths, utterance.parts)

    def _length(self, engine: Engine, language: str, text: str) -> int:
        """How long a voice says something; the same words are said once."""
        from ivr.voice.lengths import lasts

        said = str(engine), language, text
        if said not in self._lengths:
            self._lengths[said] = lasts(engine.speak(language, text), any_kind=True)
        return self._lengths[said]
