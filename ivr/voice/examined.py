"""Recordings looked at before a bake: what cannot be played, and what will be converted.

IVR565  a recording that cannot be used (error)      IVR566  a recording that is converted
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr.book.problems import Mark, Problem
from ivr.values.phrase import Utterance
from ivr.voice.recording import Unusable, converted, decoded, recording


def examined(prompts: Path, utterances: Iterable[Utterance]) -> Iterator[Problem]:
    """One problem for each recording of these utterances with which something is wrong."""
    for one in utterances:
        mark = Mark(f"{prompts.name}/{one.language}/{one.name}.wav")
        try:
            content = recording(prompts, one.language, one.name)
            if content is None:
                continue
            decoded(content)
            if told := converted(content):
                what, _, hint = told.partition(": ")
                yield Problem.at(mark, "IVR566", f"the recording {what}", hint, severity="warning")
        except Unusable as unusable:
            what, _, hint = str(unusable).partition(": ")
            yield Problem.at(mark, "IVR565", f"the recording {what}", hint)
