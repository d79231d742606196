"""A calendar on the terminal: a year at a glance, and what decides at an instant.  Colour helps, and is not needed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

from rich.text import Text

from ivr.service.overrides import Standing
from ivr.values.calendar import Calendar, DayRule, Override, Period, Rank, State

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = 21  # columns of a month: seven days of two digits and a mark
_GAP = 3

# What a day is: its mark, its style, and what the legend says.
_OPEN = (" ", "green", "open as every week")
_CLOSED = (".", "dim", "closed as every week")
_HOLIDAY = ("H", "red", "public holiday")
_BRIDGE = ("B", "yellow", "bridging day")
_SHUT = ("X", "bold magenta", "exception: closed")
_OTHER = ("~", "cyan", "exception: other hours")
_LEGEND = (_OPEN, _CLOSED, _HOLIDAY, _BRIDGE, _SHUT, _OTHER)


def glance(calendar: Calendar, year: int, today: date, width: int) -> Iterator[Text]:
    """The twelve months, as many beside each other as ``width`` columns bear, and the legend.  Today is reversed."""
    beside = next(n for n in (6, 4, 3, 2, 1) if n == 1 or n * _MONTH + (n - 1) * _GAP <= width)
    months = [list(_month(calendar, year, month, today)) for month in range(1, 13)]
    for first in range(0, 12, beside):
        for lines in zip(*months[first : first + beside], strict=True):
            yield _trimmed(Text(" " * _GAP).join(lines))
        yield Text()
    shown = [Text.assemble((f"12{mark}" if mark.strip() else "12", style), f" {said}") for mark, style, said in _LEGEND]
    yield from _folded(shown, width)


def week(calendar: Calendar) -> Iterator[Text]:
    """The hours of each day of the week; days in a row with the same hours are one line."""
    for periods, days in groupby(range(7), key=lambda day: calendar.weekly.get(day, ())):
        named = [_DAYS[day] for day in days]
        name = named[0] if len(named) == 1 else f"{named[0]}-{named[-1]}"
        yield Text(f"  {name:8} {_hours(periods)}", style="" if periods else "dim")


def special(calendar: Calendar, year: int) -> Iterator[Text]:
    """Every holiday, bridging day and exception of a year, days in a row that have the same reason as one line."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
    ruled = ((day, calendar.rule(day)) for day in days)
    for rule, group in groupby(ruled, key=lambda one: one[1]):
        if rule.rank is Rank.WEEK:
            continue
        found = [day for day, _ in group]
        mark, style, _ = _kind(rule)
        said = f"{_hours(rule.periods)}  " if rule.rank is Rank.EXCEPTION else ""
        own = ", ".join(f"{what} {name}" for what, name in (("exit", rule.exit), ("prompt", rule.prompt)) if name)
        until = f" .. {_day(found[-1])}" if len(found) > 1 else ""
        yield Text.assemble("  ", (mark, style), f"  {_day(found[0])}{until}  {said}{rule.why}")
        if own:
            yield Text(f"     {own}", style="dim")


def standing(now: Standing) -> Iterator[Text]:
    """How a calendar stands at an instant, the next change, and each rule in the order in which they are asked."""
    opening, calendar = now.opening, now.calendar
    wall = now.at.astimezone(calendar.zone)
    how = "open" if opening.open else "closed" + (f" ({opening.state})" if opening.state is not State.CLOSED else "")
    yield Text.assemble(f"{instant(wall)}  ", (how, "bold green" if opening.open else "bold red"), f"  {opening.why}")
    if opening.until:
        changes = "closes" if opening.open else "opens"
        yield Text(f"{'':22}{changes} {instant(opening.until.astimezone(calendar.zone))}")
    else:
        yield Text(f"{'':22}no change within 400 days" if now.override is None else f"{'':22}until it is cleared")
    for row, (decides, rank, said) in enumerate(_asked(now, wall)):
        yield Text(f"  {'->' if decides else '  '} {row + 1}. {rank:10} {said}", style="bold" if decides else "dim")


def instant(wall: datetime) -> str:
    """``Thu 2026-12-24 15:00``."""
    return f"{_DAYS[wall.weekday()]} {wall:%Y-%m-%d %H:%M}"


def lasting(override: Override, calendar: Calendar) -> str:
    """``closed until Thu 2026-12-24 15:00: panne``, or ``for good``."""
    until = f"until {instant(override.until.astimezone(calendar.zone))}" if override.until else "for good"
    return f"{'open' if override.open else 'closed'} {until}: {override.why}"


def _asked(now: Standing, wall: datetime) -> Iterator[tuple[bool, str, str]]:
    """Whether it decides, what is asked, and what it says; most particular first."""
    calendar, override = now.calendar, now.override
    yield override is not None, "override", lasting(override, calendar) if override else "none"
    _, _, decided = calendar.deciding(now.at)
    if decided != wall.date():
        rule = calendar.rule(decided)
        yield override is None, "last night", f"{_day(decided)}: {_hours(rule.periods)}, {rule.why}"
    rules = {rule.rank: rule for rule in calendar.rules(wall.date())}
    first = next(iter(rules))
    for rank in Rank:
        said = "none"
        if found := rules.get(rank):
            hours = _hours(found.periods)
            what = _DAYS[wall.weekday()] if rank is Rank.WEEK else found.why.partition(": ")[2]
            said = f"{what}: {hours}"
        yield override is None and decided == wall.date() and rank is first, rank.value, said


def _month(calendar: Calendar, year: int, month: int, today: date) -> Iterator[Text]:
    yield Text(f"{_MONTHS[month - 1]} {year}".center(_MONTH), style="bold")
    yield Text("".join(f"{day[:2]} " for day in _DAYS), style="dim")
    first = date(year, month, 1)
    start = first - timedelta(days=first.weekday())
    for row in range(6):
        line = Text()
        for column in range(7):
            day = start + timedelta(days=row * 7 + column)
            if day.month != month:
                line.append("   ")
                continue
            mark, style, _ = _kind(calendar.rule(day))
            line.append(f"{day.day:2}{mark}", f"{style} reverse" if day == today else style)
        yield line


def _kind(rule: DayRule) -> tuple[str, str, str]:
    match rule.rank:
        case Rank.HOLIDAY:
            return _HOLIDAY
        case Rank.BRIDGE:
            return _BRIDGE
        case Rank.EXCEPTION:
            return _OTHER if rule.periods else _SHUT
        case Rank.WEEK:
            return _OPEN if rule.periods else _CLOSED


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.isoformat()}"


def _hours(periods: tuple[Period, ...]) -> str:
    return ", ".join(map(str, sorted(periods, key=lambda one: one.start))) or "closed"


def _folded(parts: list[Text], width: int) -> Iterator[Text]:
    line = Text()
    for part in parts:
        if line and len(line) + len(part) + _GAP > width:
            yield line
            line = Text()
        line.append(" " * _GAP if line else "").append_text(part)
    yield line


def _trimmed(line: Text) -> Text:
    line.rstrip()
    return line
