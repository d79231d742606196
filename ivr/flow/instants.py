"""Instants that stand for all others: one for each state in which calendars can really be in the coming 400 days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from ivr.values.calendar import Calendar, State

HORIZON = timedelta(days=400)
_LONG = timedelta(hours=1)  # a call that begins in the middle of a stretch so long ends in it

# What makes two instants alike for one calendar: open or how closed, and the exit and words of an exception.
Hours = tuple[State, str | None, str | None]


def hours(calendar: Calendar, at: datetime) -> Hours:
    """The class of an instant."""
    state, rule, *_ = calendar.deciding(at)
    return (state, rule.exit, rule.prompt) if state is State.EXCEPTION else (state, None, None)


def stretches(calendar: Calendar, since: datetime) -> Sequence[tuple[datetime, Hours]]:
    """Each instant from ``since`` on at which the class changes, and the class from there; those last asked for are
    kept, since all flows of a book are looked at from the same instant.
    """
    asked = since, since.tzinfo
    kept = calendar.noted.get("stretches")
    if kept is None or kept[0] != asked:
        kept = calendar.noted["stretches"] = asked, tuple(_stretches(calendar, since, HORIZON))
    found: Sequence[tuple[datetime, Hours]] = kept[1]
    return found


def _stretches(calendar: Calendar, since: datetime, lasts: timedelta) -> Iterator[tuple[datetime, Hours]]:
    last = hours(calendar, since)
    yield since, last
    first = since.astimezone(calendar.zone).date()
    for offset in range(lasts // timedelta(days=1) + 1):
        day = first + timedelta(days=offset)
        edges = {0}
        for rule, shift in ((calendar.rule(day), 0), (calendar.rule(day - timedelta(days=1)), 1440)):
            edges |= {edge - shift for period in rule.periods for edge in (period.start, period.end)}
        for edge in sorted(edge for edge in edges if 0 <= edge < 1440):
            at = datetime.combine(day, time(edge // 60, edge % 60), calendar.zone).astimezone(since.tzinfo)
            if since < at < since + lasts and (now := hours(calendar, at)) != last:
                yield at, now
                last = now


def together(calendars: Sequence[Calendar], since: datetime) -> Iterator[tuple[datetime, datetime, tuple[Hours, ...]]]:
    """Stretches in which no calendar changes: from, to, and the states of all."""
    changes: dict[datetime, dict[int, Hours]] = {since: {}}
    for place, calendar in enumerate(calendars):
        for at, now in stretches(calendar, since):
            changes.setdefault(at, {})[place] = now
    states: dict[int, Hours] = {}
    moments = sorted(changes)
    for at, after in zip(moments, [*moments[1:], since + HORIZON], strict=True):
        states |= changes[at]
        yield at, after, tuple(states[place] for place in range(len(calendars)))


def representatives(calendars: Sequence[Calendar], since: datetime) -> dict[tuple[Hours, ...], datetime]:
    """An instant for each state that the calendars can be in together: soon after its first long stretch begins."""
    found: dict[tuple[Hours, ...], tuple[timedelta, datetime]] = {}
    for at, after, states in together(calendars, since):
        length = after - at
        best = found.get(states)
        if best is None or (best[0] < _LONG and length > best[0]):
            middle = (at + min(length / 2, _LONG)).replace(second=0, microsecond=0)
            found[states] = length, max(at, middle)
    return {states: instant for states, (_, instant) in found.items()}


def before(
    calendars: Sequence[Calendar], change: datetime, seconds: Sequence[float]
) -> list[tuple[tuple[Hours, ...], datetime]]:
    """The instants so many whole seconds before a change, and the states of the calendars then."""
    each = [change - timedelta(seconds=max(1, round(one))) for one in seconds]
    return [(tuple(hours(calendar, at) for calendar in calendars), at) for at in each]


def lasting(calendars: Sequence[Calendar], since: datetime) -> dict[tuple[Hours, ...], timedelta]:
    """For how much of the coming 400 days the calendars are in each of these states."""
    found: dict[tuple[Hours, ...], timedelta] = {}
    for at, after, states in together(calendars, since):
        found[states] = found.get(states, timedelta()) + (after - at)
    return found
