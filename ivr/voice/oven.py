"""One utterance in, one sound out: its recording's, else the best voice's; found where it was made before.

A file's name carries a digest of everything that shapes it, so that a file that is there needs no second look.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ivr.values.music import DEFAULT, HOUSE, MUSIC
from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice import music as house
from ivr.voice.audio import Master, Silent, Spans, beep, joined, master, silent
from ivr.voice.catalogue import SPANS, Sound, replace, seconds_of, spans_of
from ivr.voice.engines import LONGEST_TEXT, Engine, EngineFailed
from ivr.voice.plain import alone, announces, long_enough, toneless
from ivr.voice.recipe import digest_of
from ivr.voice.recording import SILENCE, Unusable, as_delivered, decoded, recording, undistorted
from ivr.voice.roster import Roster
from ivr.voice.samples import encode
from ivr.voice.variants import RATES

BEEP = "beep"
"""The tone's name in the catalogue, in every language; nobody speaks or records it."""

Made = tuple[Master, Spans]
"""A finished sound, and where its parts are heard if it has some."""


class Spoilt(Exception):
    """An utterance that came to nothing; the text is the problem's sentence.  ``recording`` is the file to blame."""

    def __init__(self, sentence: str, recording: str = "") -> None:
        super().__init__(sentence)
        self.recording = recording


class Cold(Exception):
    """A sound that is not there, and an oven that makes none."""


@dataclass(frozen=True)
class Loaf:
    sound: Sound
    fresh: bool


@dataclass(frozen=True)
class Oven:
    """What all utterances of one bake share."""

    prompts: Path
    sounds: Path
    roster: Roster
    recordings: Path | None = None
    cold: bool = False  # makes nothing: raises Cold for what is not there

    def bake(self, utterance: Utterance) -> Loaf:
        """The finished sound, made or found; raises Spoilt."""
        where, content = self._recorded(utterance)
        try:
            if utterance.name == BEEP:
                if content is not None or utterance.text:
                    remedy = "remove the recording or the text of this name"
                    raise Spoilt(f"{where}: the beep is a made tone: {remedy}", where if content is not None else "")
                tone = partial(beep, tail=utterance.tail, at_least=utterance.at_least)
                return self._found_or_made(utterance, "", "tone", "tone", lambda: (tone(), ()))
            if content is not None:
                if utterance.language != MUSIC:
                    as_delivered(content)
                digest, make = hashlib.sha256(content).hexdigest(), partial(_mastered, utterance, content)
                return self._found_or_made(utterance, digest, "recording", where, make)
            if utterance.language == MUSIC:
                if utterance.name != f"{DEFAULT}/{HOUSE}":
                    raise Spoilt(f"{where} is gone: bring it back", where)
                return self._found_or_made(
                    utterance, house.VERSION, "house", where, lambda: (master(house.piece(), house.RATE), ())
                )
        except Unusable as unusable:
            raise _unusable(where, unusable) from unusable
        return self._spoken(utterance)

    def _recorded(self, utterance: Utterance) -> tuple[str, bytes | None]:
        """Its recording: where it is or would be, and what is in it.  One made by phone comes before that of the book,
        its own before that of the language that it is like.  Raises Spoilt.
        """
        folders = [one for one in (self.recordings, self.prompts) if one is not None]
        for language in (utterance.language, utterance.like) if utterance.like else (utterance.language,):
            for folder in folders:
                where = f"{folder.name}/{language}/{utterance.name}.wav"
                try:
                    content = recording(folder, language, utterance.name)
                except Unusable as unusable:
                    raise _unusable(where, unusable) from unusable
                if content is not None:
                    return where, content
        return f"{self.prompts.name}/{called(utterance)}.wav", None

    def _spoken(self, utterance: Utterance) -> Loaf:
        """By the best engine that manages; each failure is worth a warning, the last one is a problem."""
        prompt = called(utterance)
        text = self.roster.speech.spelled(" ".join(utterance.text.split()), utterance.language)
        remedy = f"or record {self.prompts.name}/{prompt}.wav"
        if not any(character.isalnum() for character in text):
            raise Spoilt(f"{prompt} has no words to say: give it a text {remedy}")
        if not text.isprintable() or len(text) > LONGEST_TEXT:
            raise Spoilt(
                f"{prompt} has a text that cannot be spoken (unprintable or over {LONGEST_TEXT} characters):"
                f" mend it {remedy}"
            )
        failures: list[str] = []
        for engine in self.roster.asked(utterance):
            try:
                loaf = self._found_or_made(
                    utterance, text, str(engine), prompt, partial(_speech, utterance, engine, text, self.roster.speech)
                )
                self.roster.spoke(engine)
                return loaf
            except (EngineFailed, Unusable) as error:
                why = str(error) if isinstance(error, EngineFailed) else f"the sound of {engine.name} {error}"
                self.roster.failed(engine, prompt, why)
                failures.append(why)
        if failures:
            raise Spoilt(f"{prompt} cannot be spoken ({'; '.join(failures)}): change its text {remedy}")
        raise Spoilt(
            f"{prompt} cannot be spoken, no speech engine for this language is installed: install espeak-ng {remedy}"
        )

    def _found_or_made(
        self, utterance: Utterance, content: str, source: str, where: str, make: Callable[[], Made]
    ) -> Loaf:
        parts = utterance.parts if source != "recording" else ()
        digest = digest_of(utterance, content, source, self.roster.speech)
        stem = self.sounds / utterance.language / f"{utterance.name}-{digest}"
        spans = spans_of(stem, parts)
        seconds = seconds_of(stem) if spans is not None else None
        if fresh := seconds is None:
            if self.cold:
                raise Cold
            made, measured = make()
            spans = tuple((part.what, *span) for part, span in zip(parts, measured, strict=True))
            for suffix in RATES:
                replace(stem.with_name(stem.name + suffix), encode(made.at(suffix), suffix))
            if parts:
                replace(stem.with_name(stem.name + SPANS), json.dumps(spans).encode())
            seconds = made.seconds
        for part, (_, begin, end) in zip(parts, spans or (), strict=True):
            if part.at_most is not None and end - begin > part.at_most:
                raise Spoilt(
                    f"{where}: its {part.what} «{_start(part.text)}» lasts {end - begin:.2f} s,"
                    f" at most {part.at_most:g} s are allowed: shorten it"
                )
        if utterance.at_most is not None and seconds > utterance.at_most:
            mend = "record it shorter" if source == "recording" else f"shorten its text «{_start(utterance.text)}»"
            most = f"at most {utterance.at_most:g} s are allowed: {mend}"
            raise Spoilt(f"{where} lasts {seconds:.2f} s, {most}", where if source == "recording" else "")
        return Loaf(Sound(str(stem), seconds, utterance.text, source, spans or ()), fresh)


def _speech(utterance: Utterance, engine: Engine, text: str, speech: Speech) -> Made:
    if not utterance.parts:
        return _mastered(utterance, engine.speak(utterance.language, text), any_kind=True)
    pieces = [
        _master(engine.speak(part.language, speech.spelled(part.text, part.language)), any_kind=True)
        for part in utterance.parts
    ]
    pauses = [part.pause for part in utterance.parts]
    return joined(pieces, pauses, tail=utterance.tail, at_least=utterance.at_least)


def _mastered(utterance: Utterance, content: bytes, *, any_kind: bool = False) -> Made:
    if not any_kind and utterance.language != MUSIC:
        samples, rate = decoded(content)
        undistorted(samples, rate)
        if announces(utterance) and not silent(samples):
            toneless(samples, rate)
            alone(samples, rate)
            long_enough(samples, rate, utterance)
    return _master(content, utterance.tail, utterance.at_least, any_kind=any_kind), ()


def _master(content: bytes, tail: float = 0.0, at_least: float = 0.0, *, any_kind: bool = False) -> Master:
    samples, rate = decoded(content, any_kind=any_kind)
    try:
        return master(samples, rate, tail=tail, at_least=at_least)
    except Silent as silent:
        raise Unusable(str(silent) or SILENCE) from silent


def _unusable(where: str, unusable: Unusable) -> Spoilt:
    prompt = where.partition("/")[2].removesuffix(".wav")
    return Spoilt(f"{where} {unusable}".replace("LANGUAGE/ID", prompt), where)


def called(utterance: Utterance) -> str:
    """``fr/welcome``."""
    return f"{utterance.language}/{utterance.name}"


def _start(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
