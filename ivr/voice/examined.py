"""Recordings looked at before a bake: which of them cannot be played.  And where to mend what a bake could not make.

IVR565  a recording that cannot be used      IVR566  a recording that is cut off, not mono, or of another rate
IVR642  a recording that was overdriven      IVR643  a recording that begins or ends in the middle of a sound
IVR301  what cannot be baked
IVR700  a recorded announcement with a tone of its own      IVR701  one with music or noise under its words
IVR702  one in whose time nobody can say its price
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr.book.book import Book
from ivr.book.places import mark, text_mark
from ivr.book.problems import Mark, Problem
from ivr.book.source import read
from ivr.values.music import MUSIC
from ivr.values.phrase import Utterance
from ivr.values.wording import week_name
from ivr.voice.audio import silent
from ivr.voice.bake import Fault
from ivr.voice.plain import alone, announces, long_enough, toneless
from ivr.voice.recording import SILENCE, Unusable, abrupt, as_delivered, decoded, recording, undistorted


def examined(prompts: Path, utterances: Iterable[Utterance]) -> Iterator[Problem]:
    """One problem for each recording of these utterances with which something is wrong, or may be."""
    for one in utterances:
        rule, where = "IVR565", Mark(f"{prompts.name}/{one.language}/{one.name}.wav")
        try:
            content = recording(prompts, one.language, one.name)
            if content is None:
                continue
            samples, rate = decoded(content)
            if silent(samples):
                raise Unusable(SILENCE)
            if one.language == MUSIC:
                continue
            rule = "IVR566"
            as_delivered(content)
            rule = "IVR642"
            undistorted(samples, rate)
            cut = abrupt(samples, rate)
            if announces(one):
                rule = "IVR700"
                toneless(samples, rate)
                rule = "IVR701"
                alone(samples, rate)
                rule = "IVR702"
                long_enough(samples, rate, one)
        except Unusable as unusable:
            what, _, hint = str(unusable).partition(": ")
            yield Problem.at(
                where, rule, f"the recording {what}", hint.replace("LANGUAGE/ID", f"{one.language}/{one.name}")
            )
            continue
        if cut:
            what, pause = f"the recording {cut} in the middle of a sound", "before" if cut == "begins" else "after"
            hint = f"listen to it, a syllable may be missing; if none is, leave a moment of silence {pause} it"
            yield Problem.at(where, "IVR643", what, hint, severity="warning")


def unbaked(faults: Iterable[Fault], book: Book, directory: Path) -> Iterator[Problem]:
    """A problem for each fault of a bake: at the recording that is to blame, else where its words are written."""
    numbers = {said.name: number for said, number in book.announcements.items()}
    weeks = {week_name(name): name for name in book.calendars}
    for one in faults:
        if one.recording:
            what, _, hint = one.sentence.removeprefix(f"{one.recording} ").partition(": ")
            yield Problem.at(Mark(one.recording), "IVR301", f"the recording {what}", hint)
            continue
        if number := numbers.get(one.name):
            where = mark(read(directory / "dialplans/numbers.yaml", directory, []), (book.services[number].written,))
        elif one.name in weeks:
            where = mark(read(directory / "dialplans/calendars.yaml", directory, []), (weeks[one.name],))
        else:
            where = text_mark(directory, one.language, one.name)
        yield Problem.at(where, "IVR301", one.sentence)
