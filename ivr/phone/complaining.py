"""What the caller of a real call would complain of, as far as that is certain.  Pure.

`hearing` knows which prompts a recording should hold, one after the other.  A call to a number holds more: ringing,
music, talks, the caller's own silences.  So only the prompts that the book says in this call are judged, each by
itself; and a silence is one to complain of only where the line had the word: before all sound, or after a prompt
that neither asks the caller for something nor hands him on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.phone.hearing import DEAD_AIR, Told, complaints, told
from ivr.phone.report import CallReport, Samples
from ivr.phone.timeline import Findings
from ivr.phone.tone import quiet_end, silences

STALLED = 0.2
"""Seconds by which the phone's clock may fall behind in a call whose sound is judged: more tears holes by itself."""

BESIDE = 0.5
"""Seconds between the end of a prompt and the silence after it: what a voice fades in."""


@dataclass(frozen=True)
class Due:
    """The prompts that a call says by its book; after ``turns`` it is not for the line to go on."""

    said: frozenset[str]
    turns: frozenset[str]


def complained(report: CallReport, found: Findings, sounds: Mapping[str, Samples], due: Due) -> list[str]:
    """A sentence for each; ``found`` is what the ear found, on the call's time axis."""
    if report.drift > STALLED:
        return [f"no judgement of the sound: the phone's own machine stalled for {report.drift:.1f} s"]
    side = report.recording
    shift = side.start_t
    own = [replace(one, start=one.start - shift, end=one.end - shift) for one in found.heard if one.name in due.said]
    prompts = told(own, side.samples, side.rate, sounds)
    # Who answers, or leaves, cuts what is said, as a key does.
    cuts = [event.t - shift for event in report.events if event.event in ("key", "hang_up", "agent_answered", "ended")]
    names = [one.name for one in prompts]
    said = complaints(
        prompts, side.samples, side.rate, names, pause=float("inf"), dead_air=float("inf"), keys=sorted(cuts)
    )
    return said + _silent(report, prompts, sounds, due)


def _silent(report: CallReport, prompts: list[Told], sounds: Mapping[str, Samples], due: Due) -> list[str]:
    """Where the line had the word and said nothing for too long; not as a prompt itself does: after a price some laws
    want seconds without a word.
    """
    side = report.recording
    sentences = []
    for one in silences(side.samples, side.rate, DEAD_AIR):
        before = [prompt for prompt in prompts if prompt.start < one.start]
        if before:
            last = before[-1]
            rest = quiet_end(sounds[last.name], side.rate)
            near = -rest - BESIDE < one.start - last.end - last.after < BESIDE
            owed = last.name not in due.turns and near and one.seconds - rest >= DEAD_AIR
        else:
            owed = one.start < BESIDE
        if owed and one.end < side.seconds - BESIDE:
            sentences.append(f"no sound for {one.seconds:.1f} s from {one.start + side.start_t:.1f} s on")
    return sentences
