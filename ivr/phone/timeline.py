"""A call as a person reads it, and what a call was expected to show but did not.  Pure.

Times are seconds since the INVITE, for events and sounds alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ivr.phone import ear, tone
from ivr.phone.ear import Heard
from ivr.phone.events import Event, first
from ivr.phone.report import CallReport, Samples
from ivr.phone.script import CallScript

SHORTEST = 10.0
"""Seconds that a tariff announcement must last (MGIT), silence before the beep included."""

EARLY = 0.05
"""Seconds by which the 200 may precede the end of the beep in the recording: what the jitter buffer holds back."""

ENOUGH = 0.5
"""Seconds of a menu that must be heard from its start (a key may cut the rest), and of a tone."""


@dataclass(frozen=True)
class Row:
    """One line of the timeline."""

    t: float
    text: str

    def __str__(self) -> str:
        """As printed."""
        return f"{self.t:7.2f} s  {self.text}"


@dataclass(frozen=True)
class Talk:
    """When each side of a conversation began to hear the other's tone; ``None``: it never did."""

    agent: str
    caller_heard: float | None
    agent_heard: float | None


@dataclass(frozen=True)
class Findings:
    """What the ear found in a report, on the call's own time axis."""

    heard: tuple[Heard, ...]
    talks: tuple[Talk, ...]


@dataclass(frozen=True)
class Expected:
    """What a call should show.  Names are those of the sounds; an empty one is not asked for.

    ``surcharged``: the announcement and the beep must come before the answer; otherwise neither may be heard at all.
    ``menus`` must be heard in that order (after the answer, if there is to be one); ``keys`` must have been pressed.
    """

    surcharged: bool
    announcement: str = ""
    beep: str = ""
    menus: tuple[str, ...] = ()
    keys: str = ""
    agent: str = ""
    answered: bool = True


def findings(report: CallReport, script: CallScript, sounds: Mapping[str, Samples]) -> Findings:
    """Listen to a report: which of the sounds (at the recording's rate) were heard, who heard whose tone."""
    side = report.recording
    shift = side.start_t
    found = ear.heard(side.samples, side.rate, sounds)
    talks = []
    for agent in script.agents:
        other = report.agent(agent.name).recording
        began = first((event for event in report.events if event.agent == agent.name), "agent_answered")
        if began is None:
            continue
        heard_agent = _since(tone.tones(side.samples, side.rate, agent.tone, ENOUGH), shift, began.t)
        heard_caller = _since(tone.tones(other.samples, other.rate, script.tone, ENOUGH), other.start_t, began.t)
        talks.append(Talk(agent.name, heard_agent, heard_caller if script.tone else None))
    timed = (replace(one, start=one.start + shift, end=one.end + shift) for one in found)
    return Findings(tuple(timed), tuple(talks))


def rows(events: Iterable[Event], found: Findings, owed: str = "") -> list[Row]:
    """The call, in order of time; ``owed`` is what to say about the price at the end (``you owe 0.12 €``)."""
    lines = [row for event in events if (row := _row(event)) is not None]
    lines += [Row(one.start, _sound(one)) for one in found.heard]
    for talk in found.talks:
        begun = [t for t in (talk.caller_heard, talk.agent_heard) if t is not None]
        if begun:
            ways = "both directions heard" if len(begun) == 2 else "heard in one direction only"
            lines.append(Row(max(begun), f"talking with {talk.agent} ({ways})"))
    lines.sort(key=lambda row: row.t)
    if owed:
        lines.append(Row(lines[-1].t if lines else 0.0, owed))
    return lines


def missing(events: Iterable[Event], found: Findings, expected: Expected) -> list[str]:
    """What was expected and not seen, each as a sentence; empty: the call is proved."""
    events = tuple(events)
    answered = first(events, "answered")
    sentences: list[str] = []
    if expected.surcharged:
        sentences += _announcement(events, found, expected, answered)
    else:
        for name in (expected.announcement, expected.beep):
            sentences += [
                f"{name} was heard, though this number is free of it." for one in found.heard if one.name == name
            ]
    if expected.answered and answered is None:
        sentences.append("The call was never answered (no 200).")
    if not expected.answered and answered is not None:
        sentences.append(f"The call was answered at {answered.t:.2f} s, though it should not have been.")
    sentences += _menus(found, expected, answered)
    pressed = "".join(event.keys for event in events if event.event == "key")
    if expected.keys not in pressed:
        sentences.append(f'Keys "{expected.keys}" were not pressed, only "{pressed}".')
    if expected.agent:
        sentences += _agent(events, found, expected.agent)
    if first(events, "ended") is None:
        sentences.append("The call did not end.")
    return sentences


def _announcement(events: tuple[Event, ...], found: Findings, expected: Expected, answered: Event | None) -> list[str]:
    sentences: list[str] = []
    if first(events, "early_media") is None:
        sentences.append("There was no early media (no 183 with sound).")
    until = answered.t if answered else float("inf")
    announced = [one for one in found.heard if one.name == expected.announcement and one.start < until]
    skip = next((e for e in events if e.event == "key" and e.keys == "#" and e.t < until), None)
    if not announced:
        sentences.append(f"The announcement {expected.announcement} was not heard before the answer.")
    elif skip is not None:
        if announced[0].from_start < min(skip.t - announced[0].start, announced[0].length) - 0.3:
            sentences.append(
                f"The announcement was heard for {announced[0].from_start:.1f} s only before it was skipped."
            )
    else:
        one = announced[0]
        if not one.whole:
            sentences.append(f"The announcement was not heard whole: {one.heard:.1f} s of {one.length:.1f} s.")
        if one.heard < SHORTEST:
            sentences.append(f"The announcement was heard for {one.heard:.1f} s, less than {SHORTEST:g} s.")
    beeps = [one for one in found.heard if one.name == expected.beep]
    if not beeps:
        sentences.append("The beep was not heard.")
    elif announced and beeps[0].start < announced[0].end - EARLY:
        sentences.append("The beep was heard before the end of the announcement.")
    elif answered is not None and answered.t < beeps[0].end - EARLY:
        sentences.append(f"The answer came at {answered.t:.2f} s, before the end of the beep at {beeps[0].end:.2f} s.")
    return sentences


def _menus(found: Findings, expected: Expected, answered: Event | None) -> list[str]:
    after = answered.t - EARLY if answered is not None and expected.answered else 0.0
    sentences = []
    for name in expected.menus:
        heard = [one for one in found.heard if one.name == name and one.start >= after]
        good = [one for one in heard if one.from_start >= min(ENOUGH, one.length - 0.1)]
        if good:
            after = good[0].end - EARLY
        elif heard:
            sentences.append(f"{name} was not heard from its start.")
        else:
            sentences.append(f"{name} was not heard where it was expected.")
    return sentences


def _agent(events: tuple[Event, ...], found: Findings, name: str) -> list[str]:
    its = [event for event in events if event.agent == name]
    if first(its, "agent_ringing") is None:
        return [f"{name}'s phone did not ring."]
    if first(its, "agent_answered") is None:
        return [f"{name} did not answer."]
    talk = next((talk for talk in found.talks if talk.agent == name), None)
    sentences = []
    if talk is None or talk.caller_heard is None:
        sentences.append(f"The caller did not hear {name}.")
    if talk is None or talk.agent_heard is None:
        sentences.append(f"{name} did not hear the caller.")
    return sentences


def _since(spans: list[tone.Span], shift: float, t: float) -> float | None:
    """When the first of the tones that last beyond ``t`` was heard, not before ``t``."""
    return next((max(span.start + shift, t) for span in spans if span.end + shift > t + ENOUGH), None)


def _sound(one: Heard) -> str:
    if one.whole:
        return f"heard {one.name}, {one.length:.1f} s of {one.length:.1f} s"
    onset = f", its first {one.offset:.1f} s missing" if one.offset > ear.ONSET else ""
    return f"heard {one.name}, {one.heard:.1f} s of {one.length:.1f} s{onset}"


def _row(event: Event) -> Row | None:
    """The line of an event; ``None`` where a person need not know."""
    hung_up = {"caller": "hung up by the caller", "far": "hung up by the other side"}
    match event.event:
        case "calling":
            text = "INVITE sent"
        case "early_media":
            text = f"{event.code} early media"
        case "ringing":
            text = f"{event.code} ringing"
        case "answered":
            text = f"{event.code} answered"
        case "key":
            text = f"key {event.keys}"
        case "agent_ringing":
            text = f"{event.agent}'s phone rang"
        case "agent_answered":
            text = f"{event.agent} answered"
        case "agent_ended":
            text = f"{event.agent}'s call ended"
        case "ended" if event.code >= 300 and event.by != "caller":
            text = f"refused: {event.code} {event.reason}"
        case "ended":
            text = (
                f"{hung_up.get(event.by, 'ended')} ({event.reason})" if event.reason else hung_up.get(event.by, "ended")
            )
        case "media_changed" | "hang_up":
            return None
    return Row(event.t, text)
