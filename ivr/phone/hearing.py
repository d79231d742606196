"""A call as its caller heard it, held against the prompts that should have been heard.  Pure.

Where `timeline` proves a call (announcement before charge, menus in order), this listens like a caller who complains:
about a prompt that is missing, out of order, late, without its first or last syllable, with a hole in it, too quiet,
spoken into another one, and about a line on which nothing is heard for too long.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.phone import ear
from ivr.phone.closely import GRAIN, PACKET, Placed, hole, missing
from ivr.phone.ear import Heard
from ivr.phone.report import Samples
from ivr.phone.tone import Span, silences

CLIPPED = 0.05
"""Seconds of a first syllable from which on its absence is heard."""

CUT = 0.1
"""The same at the end of a prompt, where voices fade and phones lose a packet as their line falls quiet."""

LEFT = 0.1
"""Seconds that a phone still holds back, unheard, at the moment the other side hangs up."""

HOLE = 0.12
"""Seconds of sound that may be missing at one place within a prompt: what a stalled machine delays too long, not the
service; lost packets are concealed by the phone."""

ACTED = 1.0
"""Seconds after a key in which a prompt that it cuts falls silent, and the next one begins."""

RELEASED = 0.4
"""Seconds by which a key may be told after the prompt fell silent: when it is released, and heard at once."""

CLOSE = 0.5
"""Seconds of a prompt, beyond what the ear missed at an end of it, that are looked at closely there."""

DEAD_AIR = 2.0
"""Seconds after which a caller says "hello?"."""

PAUSE = 0.25
"""Seconds between two prompts that belong together; Asterisk needs some 50 ms for the next order."""

OVERLAP = 0.1
"""Seconds by which two prompts may seem to overlap: what a jitter buffer slips."""

UNSURE = 0.2
"""Seconds at its end by which a lost packet may keep the ear from recognising a prompt; more was cut off."""

FAINT = 6.0
"""Decibels by which a prompt may be quieter or louder than it was baked."""


@dataclass(frozen=True)
class Told:
    """One prompt as it was heard.

    ``clipped`` and ``cut`` are how much of its first and last sound is missing, ``hole`` how much within it; ``over``
    for how long it sounded together with ``into``, which began before it (all in seconds); ``gain`` is how much louder
    than baked (dB); ``unsure`` and ``after`` how much before ``start`` and after ``end`` belongs to it and was not
    recognised.
    """

    name: str
    start: float
    end: float
    clipped: float
    cut: float
    hole: float
    over: float
    into: str
    gain: float
    unsure: float
    after: float

    def __str__(self) -> str:
        """As printed."""
        return f"{self.start:6.2f}-{self.end:.2f} s  {self.name} ({self.gain:+.0f} dB)"


def told(found: Sequence[Heard], recording: Samples, rate: int, sounds: Mapping[str, Samples]) -> list[Told]:
    """What `ear.heard` found, measured as callers would judge it."""
    whole = _joined(found)
    prompts: list[Told] = []
    for at, (one, gap) in enumerate(whole):
        sound = sounds[one.name]
        gain = ear.louder(recording, rate, sound, one)
        others = [other for other, _ in (*whole[:at], *whole[at + 1 :])]
        overs = [(ear.through(recording, rate, sounds, one, other), other.name) for other, _ in whole[:at]]
        over, into = max(overs, default=(0.0, ""))
        prompts.append(
            Told(
                one.name,
                one.start,
                one.end,
                _clipped(recording, rate, sound, one, gain, others),
                _cut(recording, rate, sound, one, gain, others),
                # What comes after a key has cut it is no part of it, though a syllable be alike by chance.
                max(
                    gap,
                    hole(recording, rate, *ear.placed(recording, rate, sound[: round(one.until * rate)], one, gain)),
                ),
                over,
                into,
                gain,
                one.offset,
                min(one.length - one.until, UNSURE),
            )
        )
    return prompts


def complaints(
    heard: Sequence[Told],
    recording: Samples,
    rate: int,
    expected: Sequence[str],
    *,
    pause: float = PAUSE,
    dead_air: float = DEAD_AIR,
    keys: Sequence[float] = (),
) -> list[str]:
    """What a caller would complain about, a sentence each; ``expected`` are the prompts in the order of the book.

    ``pause`` is how long after the other one prompt may follow at most, and the first after the beginning of the
    recording.  ``keys`` are the moments at which the caller pressed a key, or hung up: a prompt may fall silent then.
    """
    names = [one.name for one in heard]
    said = [f"{name} was not heard" for name in expected if name not in names]
    said += [f"{name} was heard, and nobody expected it" for name in names if name not in expected]
    order = [name for name in expected if name in names]
    if not said and names != order:
        said.append(f"heard in another order: {', '.join(names)}")
    for one in heard:
        if one.clipped > CLIPPED - GRAIN / 2:
            said.append(f"{one.name} lacks its first {one.clipped * 1000:.0f} ms")
        if one.cut > CUT - GRAIN / 2 and not _falls_silent(one, keys):
            said.append(f"{one.name} lacks its last {one.cut * 1000:.0f} ms")
        if one.hole > HOLE + GRAIN / 2:
            said.append(f"{one.name} has a hole of {one.hole * 1000:.0f} ms")
        if one.over > OVERLAP and not after_key(one, heard, keys):
            said.append(f"{one.name} began before {one.into} was over: {one.over:.2f} s of both")
        if abs(one.gain) > FAINT:
            said.append(f"{one.name} is {abs(one.gain):.0f} dB too {'quiet' if one.gain < 0 else 'loud'}")
    ends = [0.0, *(one.end + one.after for one in heard)]
    for one, before in zip(heard, ends, strict=False):
        begins = one.start - one.unsure
        pressed = max((key + ACTED - pause for key in keys if key < begins), default=0.0)
        late = begins - max(before, pressed)
        if late > pause:
            said.append(f"{one.name} began {late * 1000:.0f} ms late")
    said += dead(recording, rate, dead_air)
    return said


def after_key(one: Told, heard: Iterable[Told], keys: Sequence[float]) -> bool:
    """Whether a key had cut the prompt that it seems to sound together with: the rest of that was never sent, though
    syllables of the same voice be alike by chance.
    """
    return any(other.name == one.into and other.end <= one.start and _falls_silent(other, keys) for other in heard)


def _falls_silent(one: Told, keys: Sequence[float]) -> bool:
    return any(-RELEASED < one.end - key < ACTED for key in keys)


def dead(recording: Samples, rate: int, at_least: float = DEAD_AIR) -> list[str]:
    """Where nothing was heard for too long, a sentence each; not at the end, where the call is over."""
    length = len(recording) / rate
    return [
        f"nothing was heard from {one.start:.2f} to {one.end:.2f} s"
        for one in silences(recording, rate, at_least)
        if one.end < length - 0.1
    ]


def _joined(found: Sequence[Heard]) -> list[tuple[Heard, float]]:
    """Pieces of one prompt as the one that it is, and for how long it stopped, or what it lacks, in between."""
    whole: list[tuple[Heard, float]] = []
    for one in found:
        last, gap = whole[-1] if whole else (one, 0.0)
        if last is not one and last.name == one.name and one.offset > max(last.until - CUT, CUT):
            gap = max(gap, one.start - last.end, one.offset - last.until)
            whole[-1] = replace(last, end=one.end, until=one.until, heard=last.heard + one.heard), gap
        else:
            whole.append((one, 0.0))
    return whole


def _clipped(
    recording: Samples, rate: int, sound: Samples, one: Heard, gain: float, others: Iterable[Span], left: float = 0.0
) -> float:
    """Seconds of its beginning, from its first sound on, that are missing; but for ``left`` before the recording."""
    first = sound[: round((one.offset + CLOSE) * rate)]
    # Where it is as it begins, or as it ends: the ear may take what sounds beside a short prompt for a slip.
    places = {round(begins * rate) for begins in (one.begins, one.end - one.until)}
    lacks = min(missing(recording, rate, Placed(first, place, 10 ** (gain / 20)), others) for place in places)
    if lacks > CLIPPED - GRAIN / 2:
        # A jitter buffer that slips within the first syllable has it a packet away from the rest; to be taken for a
        # slip, it must surely be there, since a voice is like itself a few of its periods later.
        aside = {place + slip for place in places for slip in (-round(PACKET * rate), round(PACKET * rate))}
        every = [Span(0.0, len(recording) / rate)]
        slipped = (missing(recording, rate, Placed(first, place, 10 ** (gain / 20)), every) for place in aside)
        lacks = min(lacks, *slipped)
    return max(0.0, lacks - min(max(0.0, -one.begins), left))


def _cut(recording: Samples, rate: int, sound: Samples, one: Heard, gain: float, others: Iterable[Span]) -> float:
    """Seconds of its end that are missing: what its beginning would lack if all were played backwards."""
    length = len(recording) / rate
    turned = replace(
        one,
        start=length - one.end,
        end=length - one.start,
        offset=one.length - one.until,
        until=one.length - one.offset,
    )
    before = [Span(length - other.end, length - other.start) for other in others]
    return _clipped(recording[::-1], rate, sound[::-1], turned, gain, before, LEFT)
