"""Recordings looked at before a bake: which of them cannot be played.

IVR565  a recording that cannot be used      IVR566  a recording that is cut off, not mono, or of another rate
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr.book.problems import Mark, Problem
from ivr.values.music import MUSIC
from ivr.values.phrase import Utterance
from ivr.voice.audio import silent
from ivr.voice.recording import SILENCE, Unusable, as_delivered, decoded, recording


def examined(prompts: Path, utterances: Iterable[Utterance]) -> Iterator[Problem]:
    """One problem for each recording of these utterances with which something is wrong."""
    for one in utterances:
        rule, mark = "IVR565", Mark(f"{prompts.name}/{one.language}/{one.name}.wav")
        try:
            content = recording(prompts, one.language, one.name)
            if content is None:
                continue
            samples, _ = decoded(content)
            if silent(samples):
                raise Unusable(SILENCE)
            if one.language == MUSIC:
                continue
            rule = "IVR566"
            as_delivered(content)
        except Unusable as unusable:
            what, _, hint = str(unusable).partition(": ")
            yield Problem.at(
                mark, rule, f"the recording {what}", hint.replace("LANGUAGE/ID", f"{one.language}/{one.name}")
            )
