"""Plays a script against a flow: what it asks must be what the script says, and it is told what the script says."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.book.book import Service
from ivr.flow.commands import Command, Talk
from ivr.flow.flow import Drawing, Flow
from ivr.flow.line import Line
from ivr.flow.node import Scene
from ivr.flow.walk import Step, walk
from ivr.values.calendar import Calendar, Period
from ivr.values.call import Call
from ivr.values.number import ANONYMOUS, parse

Script = Sequence[tuple[Command[Any], Any]]

PARIS = ZoneInfo("Europe/Paris")

# Open on weekdays from nine to six, on the wall clock of Paris.
OFFICE = Calendar("office", PARIS, {day: (Period(540, 1080),) for day in range(5)})
NOON = datetime(2026, 6, 3, 12, 0, tzinfo=PARIS)  # a Wednesday: open
NIGHT = datetime(2026, 6, 3, 22, 0, tzinfo=PARIS)  # the same day: closed until Thursday, nine o'clock
CALENDARS = {"office": OFFICE}

CALL = Call("1764000000.1", parse("0899000004"), ANONYMOUS, "fr", datetime(2026, 6, 3, 10, 0, tzinfo=UTC))


class OffScript(AssertionError):
    """The flow asked for something else than the script says."""


def flow_of(nodes: Mapping[str, Mapping[str, Any]], start: str | None = None, name: str = "tried") -> Flow:
    """A flow as people write it; it starts at the first node unless told otherwise."""
    return Flow.model_validate({"flow": name, "start": start or next(iter(nodes)), "nodes": nodes})


def play(
    played: Flow | Service,
    script: Script,
    calendars: Mapping[str, Calendar] = CALENDARS,
    *,
    scene: Scene | None = None,
    others: Sequence[Flow] = (),
) -> list[str]:
    """The trail of a call that goes as ``script`` says, which must be the whole call.

    A flow is played bare, without its line; a service with the line and the terms of its number.  ``scene`` is what
    is known of the call; ``others`` are the flows that may be entered.
    """
    trail: list[Step] = []
    scene = scene or Scene(CALL, calendars)
    flow = played.flow if isinstance(played, Service) else played
    talk: Talk[None] = walk(flow, scene, trail, Drawing({one.flow: one for one in (flow, *others)}))
    perform(Line(played.terms).carry(talk) if isinstance(played, Service) else talk, script)
    return [str(step) for step in trail]


def perform(talk: Talk[Any], script: Script) -> Any:
    """What a talk returns that goes as ``script`` says."""
    result: Any = None
    for place, (expected, told) in enumerate(script):
        try:
            asked = talk.send(result)
        except StopIteration as stop:
            raise OffScript(f"{place}: the talk ended where the script has {expected}") from stop
        if asked != expected:
            raise OffScript(f"{place}: expected {expected}, was asked {asked}")
        result = told
    try:
        asked = talk.send(result)
    except StopIteration as stop:
        return stop.value
    raise OffScript(f"{len(script)}: the script ended, but the talk asks {asked}")
