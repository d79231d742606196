"""Baking: utterances become sound files ahead of all calls, each once.

A file's name carries a digest of everything that shapes it, so that a file that is there needs no second look:
an unchanged text costs no synthesis, a changed text gets a new file beside the old one (calls in progress keep
playing that), and two bakes at once write the same bytes under the same name.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from dataclasses import replace as dataclass_replace
from pathlib import Path

from ivr.values.music import MUSIC
from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice.catalogue import Catalogue, Sound, copied, locked
from ivr.voice.engines import Engine, engines
from ivr.voice.oven import BEEP, Cold, Loaf, Oven, Spoilt, called
from ivr.voice.roster import Roster

FALLBACK = "fallback"
"""The apology that Asterisk plays by itself: it has a copy without digest, ``<language>/fallback``."""

Unfit = Callable[[Utterance, Sound], Iterable[str]]
"""Says what is wrong with a finished sound, one sentence each."""

Progress = Callable[[int, int, str], None]
"""Told, in the caller's thread, after each utterance: how many are done, of how many, and which one."""


@dataclass(frozen=True)
class Baked:
    """What a bake came to. ``made`` and ``kept`` name utterances as ``fr/welcome``.

    With ``faults`` the catalogue holds only what is good, and has not been saved.  ``fallen`` has a sentence for each
    engine in whose place another one spoke.
    """

    catalogue: Catalogue
    faults: tuple["Fault", ...]
    made: tuple[str, ...]
    kept: tuple[str, ...]
    fallen: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each fault."""
        return tuple(fault.sentence for fault in self.faults)


@dataclass(frozen=True)
class Fault:
    """An utterance that cannot be heard as it must be; the file of its ``recording`` where that is to blame."""

    language: str
    name: str
    sentence: str
    recording: str = ""


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
    oven = Oven(prompts.absolute(), sounds.absolute(), roster, phoned)
    cold = dataclass_replace(oven, cold=True)
    done: dict[tuple[str, str], Loaf] = {}
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
                            problems[_key(utterance)] = Fault(*_key(utterance), f"{called(utterance)}: {faults}")
                    except Spoilt as spoilt:
                        problems[_key(utterance)] = Fault(*_key(utterance), str(spoilt), spoilt.recording)
                    if progress:
                        progress(len(done) + len(problems), len(tasks), called(utterance))
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


def _found(cold: Oven, utterance: Utterance) -> "Future[Loaf] | None":
    """What is there, or wrong, without anything being made; ``None``: it has to be made."""
    found: Future[Loaf] = Future()
    try:
        found.set_result(cold.bake(utterance))
    except Cold:
        return None
    except Spoilt as spoilt:
        found.set_exception(spoilt)
    return found


def _distinct(utterances: Iterable[Utterance]) -> tuple[list[Utterance], dict[tuple[str, str], Fault]]:
    """Each utterance once, a beep for each language, and a problem for each name that stands for two."""
    wanted: dict[tuple[str, str], Utterance] = {}
    problems: dict[tuple[str, str], Fault] = {}
    for utterance in utterances:
        if wanted.setdefault(_key(utterance), utterance) != utterance:
            twice = f"{called(utterance)} is asked for twice with different texts: rename one"
            problems[_key(utterance)] = Fault(*_key(utterance), twice)
    for language in {language for language, _ in wanted} - {MUSIC}:
        wanted.setdefault((language, BEEP), Utterance(language, BEEP, ""))
    return [utterance for key, utterance in wanted.items() if key not in problems], problems


def _key(utterance: Utterance) -> tuple[str, str]:
    return utterance.language, utterance.name
