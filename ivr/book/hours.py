"""The calendars of a book as people write them, the values they become, and what can be wrong beyond their types."""

import re
from collections.abc import Iterator, Mapping, Set
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from ivr.book.written import Written
from ivr.flow.check import Finding
from ivr.flow.flow import BACK, REPEAT, Flow
from ivr.flow.node import PromptName
from ivr.flow.nodes.hours import Hours
from ivr.flow.references import references
from ivr.values.calendar import Calendar, DayRule, Period, State
from ivr.values.holiday import SETS

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RANGE_LIMIT = 366  # days: a range longer than a year is a slip in its year

_PERIOD = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")


def _is_period(text: str) -> str:
    found = _PERIOD.fullmatch(text)
    if not found:
        raise ValueError("a period is written 09:00-12:00, hours and minutes with two digits")
    hours = [int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])]
    if int(found[2]) > 59 or int(found[4]) > 59 or hours[0] >= 1440 or hours[1] > 1440:
        raise ValueError("a period begins between 00:00 and 23:59 and ends at 24:00 at the latest")
    if hours[0] == hours[1]:
        raise ValueError("a period that ends when it begins is empty; a whole day is 00:00-24:00")
    return text


WrittenPeriod = Annotated[str, AfterValidator(_is_period)]


def _are_days(text: str) -> str:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?", text)
    if not found:
        raise ValueError("a date is written 2026-12-24, a range of dates 2026-12-24..2026-12-31")
    for day in filter(None, found.groups()):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"there is no day {day}") from None
    first, last = _first_and_last(text)
    if last < first:
        raise ValueError(f"the range ends before it begins; write {last}..{first}")
    if (last - first).days >= _RANGE_LIMIT:
        raise ValueError("the range is longer than a year; check the years, or change the week instead")
    return text


# A date or, both ends included, a range of dates.
WrittenDays = Annotated[str, AfterValidator(_are_days)]


def is_zone(text: str) -> str:
    """The same text, if it names a time zone.  Raises ``ValueError``."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'there is no time zone "{text}"; zones are named like Europe/Paris') from None
    return text


def _is_own_exit(text: str) -> str:
    if text in (*State, BACK, REPEAT):
        raise ValueError(f'"{text}" is an exit already; choose a name of your own, such as inventory')
    return text


class WrittenException(Written):
    """What one date, or each date of a range, does instead of its week."""

    why: str = Field(description="the reason, for people", min_length=1)
    hours: tuple[WrittenPeriod, ...] = Field(description="periods of that date; [] is closed all day")
    exit: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$"), AfterValidator(_is_own_exit)] | None = Field(
        default=None, description="an exit of its own, which `hours` nodes take while this exception keeps us closed"
    )
    prompt: PromptName | None = Field(
        default=None, description="what {why: …} in a sentence says while this exception keeps us closed"
    )


class WrittenCalendar(Written):
    """One calendar of calendars.yaml."""

    zone: Annotated[str, AfterValidator(is_zone)] = Field(description="IANA time zone, such as Europe/Paris")
    week: dict[
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        tuple[WrittenPeriod, ...],
    ] = Field(description="periods by day of the week; a day not named is closed")
    holidays: Literal[tuple(SETS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="public holidays on which the office is closed"
    )
    bridges: bool = Field(
        default=False,
        description="whether a weekday between a holiday and a weekend, or two holidays, is closed too (pont)",
    )
    exceptions: dict[WrittenDays, WrittenException] = Field(
        default_factory=dict, description="dates, and ranges of dates, with hours of their own"
    )

    def value(self, name: str) -> Calendar:
        return Calendar(
            name=name,
            zone=ZoneInfo(self.zone),
            weekly={_DAYS.index(day): _periods(periods) for day, periods in self.week.items()},
            exceptions=self._exceptions(),
            holidays=self.holidays,
            bridges=self.bridges,
        )

    def _exceptions(self) -> dict[date, DayRule]:
        """By date; where ranges overlap the shorter one holds, as the more particular."""
        found: dict[date, DayRule] = {}
        for days in sorted(self.exceptions, key=_length, reverse=True):
            written = self.exceptions[days]
            why = f"exception: {written.why}"
            rule = DayRule(_periods(written.hours), why, exit=written.exit, prompt=written.prompt)
            first, last = _first_and_last(days)
            found |= {first + timedelta(days=n): rule for n in range((last - first).days + 1)}
        return found


def wrong_calendars(
    calendars: Mapping[str, WrittenCalendar], flows: Mapping[str, Flow] | None, prompts: Set[str]
) -> Iterator[Finding]:
    """Everything wrong with calendars; the ways are from the top of calendars.yaml.

    ``flows`` is ``None`` while some of them make no sense: what they take of calendars is then not known.
    """
    if flows is not None:
        yield from _untaken(flows, calendars)
    for name, calendar in calendars.items():
        for to, prompt, way in references(calendar):
            if prompt not in prompts:
                message = f'there is no {to} "{prompt}"'
                yield Finding("IVR201", (name, *way), message, name=prompt, known=frozenset(prompts))
        for day, periods in calendar.week.items():
            yield from _overlaps(periods, (name, "week", day))
        for days, exception in calendar.exceptions.items():
            yield from _overlaps(exception.hours, (name, "exceptions", days, "hours"))
        yield from _twice(calendar, name)
        if calendar.bridges and calendar.holidays is None:
            yield Finding(
                "IVR263",
                (name, "bridges"),
                f'calendar "{name}" has no holidays to bridge',
                f"name its public holidays: holidays: {next(iter(SETS))}",
            )


def wrong_exits(flows: Mapping[str, Flow], calendars: Mapping[str, WrittenCalendar]) -> Iterator[tuple[str, Finding]]:
    """Exits of hours nodes that their calendar can never give, each with the name of its flow."""
    for flow in flows.values():
        for name, node in flow.nodes.items():
            if isinstance(node, Hours) and node.calendar in calendars:
                for finding in _never(node, name, calendars[node.calendar]):
                    yield flow.flow, finding


def _untaken(flows: Mapping[str, Flow], calendars: Mapping[str, WrittenCalendar]) -> Iterator[Finding]:
    """Exits that exceptions name and no hours node takes."""
    nodes = [node for flow in flows.values() for node in flow.nodes.values() if isinstance(node, Hours)]
    for name, calendar in calendars.items():
        taken = {leaf for node in nodes if node.calendar == name for leaf in node.exits}
        for days, exception in calendar.exceptions.items():
            if exception.exit and exception.exit not in taken:
                yield Finding(
                    "IVR265",
                    (name, "exceptions", days, "exit"),
                    f'no hours node that asks "{name}" has the exit "{exception.exit}"',
                    "such calls go by exception or closed; link the exit, or delete it here",
                    severity="warning",
                )


def _never(node: Hours, name: str, calendar: WrittenCalendar) -> Iterator[Finding]:
    own = {exception.exit for exception in calendar.exceptions.values() if exception.exit}
    days = [*calendar.week.values(), *(exception.hours for exception in calendar.exceptions.values())]
    for leaf in node.exits:
        way = ("nodes", name, "exits", leaf)
        if leaf not in node.leaves and leaf not in own:
            message = f'hours "{name}" has no exit "{leaf}", and no exception of calendar "{node.calendar}" names it'
            yield Finding("IVR264", way, message, name=leaf, known=frozenset({*node.leaves, *own}))
        impossible = {
            State.HOLIDAY: (calendar.holidays is None, "it has no holidays"),
            State.PAUSE: (all(len(periods) < 2 for periods in days), "no day of it has two periods"),
        }
        never, because = impossible.get(State(leaf), (False, "")) if leaf in node.leaves else (False, "")
        if never:
            message = f'calendar "{node.calendar}" never leads to the exit "{leaf}": {because}'
            yield Finding("IVR266", way, message, "delete the exit, or complete the calendar", severity="warning")


def _overlaps(periods: tuple[str, ...], way: tuple[str, ...]) -> Iterator[Finding]:
    numbered = sorted(enumerate(_periods(periods)), key=lambda one: (one[1].start, one[0]))
    for (first, one), (second, other) in pairwise(numbered):
        if other.start < one.end:
            yield Finding(
                "IVR260",
                (*way, max(first, second)),
                f"the periods {one} and {other} overlap",
                "write them as one, or let the first end before the other begins",
            )


def _twice(calendar: WrittenCalendar, name: str) -> Iterator[Finding]:
    """Exceptions of the same length that want the same day: none is the more particular."""
    spans = sorted((_length(days), *_first_and_last(days), at, days) for at, days in enumerate(calendar.exceptions))
    for one, other in pairwise(spans):
        if one[0] == other[0] and other[1] <= one[2]:
            _, later = sorted((one, other), key=lambda span: span[3])
            earlier = one if later is other else other
            yield Finding(
                "IVR261",
                (name, "exceptions", later[4]),
                f"the exceptions {earlier[4]} and {later[4]} want the same days, and neither is shorter",
                "end one before the other begins, or write the days that they share as an exception of their own",
            )


def _first_and_last(days: str) -> tuple[date, date]:
    first, _, last = days.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def _length(days: str) -> int:
    first, last = _first_and_last(days)
    return (last - first).days


def _periods(written: tuple[str, ...]) -> tuple[Period, ...]:
    return tuple(map(_period, written))


def _period(text: str) -> Period:
    found = _PERIOD.fullmatch(text)
    assert found is not None  # noqa: S101 - the model checked it
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return Period(start, end if end > start else end + 1440)
