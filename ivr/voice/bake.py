"""Baking: utterances become sound files ahead of all calls, each once.

A file's name carries a digest of everything that shapes it, so that a file that is there needs no second look:
an unchanged text costs no synthesis, a changed text gets a new file beside the old one (calls in progress keep
playing that), and two bakes at once write the same bytes under the same name.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from functools import partial
from pathlib import Path

from ivr.values.music import DEFAULT, HOUSE, MUSIC
from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice import music as house
from ivr.voice.audio import Master, Silent, Spans, beep, joined, master
from ivr.voice.catalogue import SPANS, Catalogue, Sound, copied, locked, replace, seconds_of, spans_of
from ivr.voice.engines import LONGEST_TEXT, Engine, EngineFailed, engines
from ivr.voice.recipe import digest_of
from ivr.voice.recording import SILENCE, Unusable, as_delivered, decoded, recording
from ivr.voice.roster import Roster
from ivr.voice.samples import encode
from ivr.voice.wav import RATES, frames

BEEP = "beep"
"""The tone's name in the catalogue, in every language; nobody speaks or records it."""
FALLBACK = "fallback"
"""The apology that Asterisk plays by itself: it has a copy without digest, ``<language>/fallback``."""

Made = tuple[Master, Spans]
"""A finished sound, and where its parts are heard if it has some."""

Unfit = Callable[[Utterance, Sound], Iterable[str]]
"""Says what is wrong with a finished sound, one sentence each."""

Progress = Callable[[int, int, str], None]
"""Told, in the caller's thread, after each utterance: how many are done, of how many, and which one."""


@dataclass(frozen=True)
class Baked:
    """What a bake came to. ``made`` and ``kept`` name utterances as ``fr/welcome``.

    With ``problems`` (one sentence each) the catalogue holds only what is good, and has not been saved.
    ``fallen`` has a sentence for each engine in whose place another one spoke.
    """

    catalogue: Catalogue
    problems: tuple[str, ...]
    made: tuple[str, ...]
    kept: tuple[str, ...]
    fallen: tuple[str, ...] = ()


def bake(
    utterances: Iterable[Utterance],
    prompts: Path,
    sounds: Path,
    progress: Progress | None = None,
    *,
    voices: Sequence[Engine] | None = None,
    speech: Speech | None = None,
    unfit: Unfit | None = None,
    recordings: Path | None = None,
) -> Baked:
    """Make every sound that is missing, for the utterances and a beep for each of their languages.

    ``unfit`` may find problems in a finished sound.  ``recordings`` made by phone win over those of ``prompts``.

    Without problems the catalogue is saved as the latest and each ``fallback`` gets its stable copy; with
    problems nothing that calls use is changed. ``voices`` None means the engines of this machine; ``speech`` says
    in which order they are asked. Blocks for as long as it takes (some 0.1 s a text); raises OSError where the
    sounds directory cannot be written.
    """
    wanted, problems = _distinct(utterances)
    roster = Roster(engines() if voices is None else voices, speech or Speech())
    phoned = recordings.absolute() if recordings is not None and recordings.is_dir() else None
    oven = _Oven(prompts.absolute(), sounds.absolute(), roster, phoned)
    cold = dataclass_replace(oven, cold=True)
    done: dict[tuple[str, str], _Loaf] = {}
    with locked(oven.sounds, alone=False):
        with ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="bake") as pool:
            try:
                # What is there is found here: threads would only wait for one another.
                tasks = {
                    _found(cold, utterance) or pool.submit(oven.bake, utterance): utterance for utterance in wanted
                }
                for task in as_completed(tasks):
                    utterance = tasks[task]
                    try:
                        done[_key(utterance)] = loaf = task.result()
                        if unfit and (faults := "; ".join(unfit(utterance, loaf.sound))):
                            del done[_key(utterance)]
                            problems[_key(utterance)] = f"{_called(utterance)}: {faults}"
                    except _Spoilt as spoilt:
                        problems[_key(utterance)] = str(spoilt)
                    if progress:
                        progress(len(done) + len(problems), len(tasks), _called(utterance))
            finally:
                pool.shutdown(cancel_futures=True)
        catalogue = Catalogue(oven.sounds, {key: done[key].sound for key in sorted(done)})
        if not problems:
            for (language, name), loaf in done.items():
                if name == FALLBACK:
                    copied(Path(loaf.sound.path), oven.sounds / language / FALLBACK)
            catalogue.save()
    return Baked(
        catalogue,
        tuple(problems[key] for key in sorted(problems)),
        tuple("/".join(key) for key in sorted(done) if done[key].fresh),
        tuple("/".join(key) for key in sorted(done) if not done[key].fresh),
        oven.roster.told(),
    )


class _Spoilt(Exception):
    """An utterance that came to nothing; the text is the problem's sentence."""


class _Cold(Exception):
    """A sound that is not there, and an oven that makes none."""


@dataclass(frozen=True)
class _Loaf:
    sound: Sound
    fresh: bool


@dataclass(frozen=True)
class _Oven:
    """What all utterances of one bake share."""

    prompts: Path
    sounds: Path
    roster: Roster
    recordings: Path | None = None
    cold: bool = False  # makes nothing: raises _Cold for what is not there

    def bake(self, utterance: Utterance) -> _Loaf:
        """The finished sound, made or found; raises _Spoilt."""
        where, content = f"{self.prompts.name}/{_called(utterance)}.wav", None
        try:
            if self.recordings is not None:
                content = recording(self.recordings, utterance.language, utterance.name)
            if content is not None and self.recordings is not None:
                where = f"{self.recordings.name}/{_called(utterance)}.wav"
            else:
                content = recording(self.prompts, utterance.language, utterance.name)
            if utterance.name == BEEP:
                if content is not None or utterance.text:
                    raise _Spoilt(f"{where}: the beep is a made tone: remove the recording or the text of this name")
                tone = partial(beep, tail=utterance.tail, at_least=utterance.at_least)
                return self._found_or_made(utterance, "", "tone", "tone", lambda: (tone(), ()))
            if content is not None:
                if utterance.language != MUSIC:
                    as_delivered(content)
                digest, make = hashlib.sha256(content).hexdigest(), partial(_mastered, utterance, content)
                return self._found_or_made(utterance, digest, "recording", where, make)
            if utterance.language == MUSIC:
                if utterance.name != f"{DEFAULT}/{HOUSE}":
                    raise _Spoilt(f"{where} is gone: bring it back")
                return self._found_or_made(
                    utterance, house.VERSION, "house", where, lambda: (master(house.piece(), house.RATE), ())
                )
        except Unusable as unusable:
            raise _Spoilt(f"{where} {unusable}".replace("LANGUAGE/ID", _called(utterance))) from unusable
        return self._spoken(utterance)

    def _spoken(self, utterance: Utterance) -> _Loaf:
        """By the best engine that manages; each failure is worth a warning, the last one is a problem."""
        called = _called(utterance)
        text = self.roster.speech.spelled(" ".join(utterance.text.split()), utterance.language)
        remedy = f"or record {self.prompts.name}/{called}.wav"
        if not any(character.isalnum() for character in text):
            raise _Spoilt(f"{called} has no words to say: give it a text {remedy}")
        if not text.isprintable() or len(text) > LONGEST_TEXT:
            raise _Spoilt(
                f"{called} has a text that cannot be spoken (unprintable or over {LONGEST_TEXT} characters):"
                f" mend it {remedy}"
            )
        failures: list[str] = []
        for engine in self.roster.asked(utterance):
            try:
                loaf = self._found_or_made(
                    utterance, text, str(engine), called, partial(_speech, utterance, engine, text, self.roster.speech)
                )
                self.roster.spoke(engine)
                return loaf
            except (EngineFailed, Unusable) as error:
                why = str(error) if isinstance(error, EngineFailed) else f"the sound of {engine.name} {error}"
                self.roster.failed(engine, called, why)
                failures.append(why)
        if failures:
            raise _Spoilt(f"{called} cannot be spoken ({'; '.join(failures)}): change its text {remedy}")
        raise _Spoilt(
            f"{called} cannot be spoken, no speech engine for this language is installed: install espeak-ng {remedy}"
        )

    def _found_or_made(
        self, utterance: Utterance, content: str, source: str, where: str, make: Callable[[], Made]
    ) -> _Loaf:
        parts = utterance.parts if source != "recording" else ()
        digest = digest_of(utterance, content, source, self.roster.speech)
        stem = self.sounds / utterance.language / f"{utterance.name}-{digest}"
        spans = spans_of(stem, parts)
        seconds = seconds_of(stem) if spans is not None else None
        if fresh := seconds is None:
            if self.cold:
                raise _Cold
            made, measured = make()
            spans = tuple((part.what, *span) for part, span in zip(parts, measured, strict=True))
            for suffix in RATES:
                replace(stem.with_name(stem.name + suffix), encode(made.at(suffix), suffix))
            if parts:
                replace(stem.with_name(stem.name + SPANS), json.dumps(spans).encode())
            seconds = frames(stem.with_name(stem.name + ".wav")) / RATES[".wav"]
        for part, (_, begin, end) in zip(parts, spans or (), strict=True):
            if part.at_most is not None and end - begin > part.at_most:
                raise _Spoilt(
                    f"{where}: its {part.what} «{_start(part.text)}» lasts {end - begin:.2f} s,"
                    f" at most {part.at_most:g} s are allowed: shorten it"
                )
        if utterance.at_most is not None and seconds > utterance.at_most:
            mend = "record it shorter" if source == "recording" else f"shorten its text «{_start(utterance.text)}»"
            raise _Spoilt(f"{where} lasts {seconds:.2f} s, at most {utterance.at_most:g} s are allowed: {mend}")
        return _Loaf(Sound(str(stem), seconds, utterance.text, source, spans or ()), fresh)


def _found(cold: _Oven, utterance: Utterance) -> "Future[_Loaf] | None":
    """What is there, or wrong, without anything being made; ``None``: it has to be made."""
    found: Future[_Loaf] = Future()
    try:
        found.set_result(cold.bake(utterance))
    except _Cold:
        return None
    except _Spoilt as spoilt:
        found.set_exception(spoilt)
    return found


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
    return _master(content, utterance.tail, utterance.at_least, any_kind=any_kind), ()


def _master(content: bytes, tail: float = 0.0, at_least: float = 0.0, *, any_kind: bool = False) -> Master:
    samples, rate = decoded(content, any_kind=any_kind)
    try:
        return master(samples, rate, tail=tail, at_least=at_least)
    except Silent as silent:
        raise Unusable(SILENCE) from silent


def _distinct(utterances: Iterable[Utterance]) -> tuple[list[Utterance], dict[tuple[str, str], str]]:
    """Each utterance once, a beep for each language, and a problem for each name that stands for two."""
    wanted: dict[tuple[str, str], Utterance] = {}
    problems: dict[tuple[str, str], str] = {}
    for utterance in utterances:
        if wanted.setdefault(_key(utterance), utterance) != utterance:
            problems[_key(utterance)] = f"{_called(utterance)} is asked for twice with different texts: rename one"
    for language in {language for language, _ in wanted} - {MUSIC}:
        wanted.setdefault((language, BEEP), Utterance(language, BEEP, ""))
    return [utterance for key, utterance in wanted.items() if key not in problems], problems


def _key(utterance: Utterance) -> tuple[str, str]:
    return utterance.language, utterance.name


def _called(utterance: Utterance) -> str:
    return f"{utterance.language}/{utterance.name}"


def _start(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
