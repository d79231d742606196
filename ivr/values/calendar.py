"""Opening hours: what a calendar says at an instant, until when, and why.

Theory
------
People write hours on the wall clock ("9:00 to 18:00"), callers come at instants, and twice a year the two do not
agree.  So:

* Whether we are open is asked of the *wall clock* of the calendar's zone.  A wall time that happens twice (the
  night summer time ends) is open both times; one that does not happen (the night it begins) is simply never
  asked, and a period that would begin in the gap begins at the jump.
* Periods are half-open, ``[start, end)``.  ``24:00`` is the end of the day.  An end that is not after its start
  lies on the next day; such a period belongs to the day it starts on, so Saturday's 22:00-02:00 still holds on a
  holiday Sunday at 01:00.
* What decides, most particular first: a manual override in force; then the rules of the day: exception for that
  date, public holiday, bridging day, day of the week.  The first that speaks decides the whole day.  No rule: closed.
* Open is open, whatever made it so.  Closed has a *state* that tells what closed it: a pause between two periods
  of the day, a holiday or bridging day, an exception, an override, or simply the hours.
* The *changes*, from open to closed and back, are instants: we collect every instant at which the answer could
  change (each start and end, in both readings of a double hour, and the clock's own jumps) and take the first at
  which it does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ivr.values.holiday import bridge, holiday

_DAY = timedelta(days=1)
_HORIZON = 400  # days; a calendar that does not change for longer is said never to change


class State(StrEnum):
    """Open, or what closed us; every state is the name of an exit of an `hours` node."""

    OPEN = "open"
    CLOSED = "closed"  # as every week
    PAUSE = "pause"  # between two periods of the day
    HOLIDAY = "holiday"  # a public holiday, or a day that bridges one
    EXCEPTION = "exception"
    OVERRIDE = "override"


class Rank(StrEnum):
    """Which rule of a calendar decides a day, most particular first."""

    EXCEPTION = "exception"
    HOLIDAY = "holiday"
    BRIDGE = "bridge"
    WEEK = "week"


_CLOSED_BY = {
    Rank.EXCEPTION: State.EXCEPTION,
    Rank.HOLIDAY: State.HOLIDAY,
    Rank.BRIDGE: State.HOLIDAY,
    Rank.WEEK: State.CLOSED,
}


@dataclass(frozen=True)
class Period:
    """``[start, end)`` in minutes after midnight of the day it starts on; ``end`` may pass 1440."""

    start: int
    end: int

    def holds(self, minute: float) -> bool:
        return self.start <= minute < self.end

    def __str__(self) -> str:
        end = self.end if self.end <= 1440 else self.end - 1440
        return f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"


@dataclass(frozen=True)
class DayRule:
    """What holds on one date: its periods (none: closed all day) and, in words, why.

    ``exit`` is an exit of its own for callers whom an exception finds closed, ``prompt`` what they are told.
    """

    periods: tuple[Period, ...]
    why: str
    rank: Rank = Rank.EXCEPTION
    exit: str | None = None
    prompt: str | None = None

    def state(self, minute: float) -> State:
        """What a caller meets ``minute`` minutes after midnight, by the periods that begin on this day."""
        if any(period.holds(minute) for period in self.periods):
            return State.OPEN
        over = any(period.end <= minute for period in self.periods)
        to_come = any(period.start > minute for period in self.periods)
        return State.PAUSE if over and to_come else _CLOSED_BY[self.rank]


@dataclass(frozen=True)
class Override:
    """A calendar's manual override: open or closed whatever its hours say, ``until`` then (``None``: for good)."""

    open: bool
    why: str
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True)
class Opening:
    """What a calendar says at an instant; ``until`` is when we open or close next, ``None``: not within 400 days.

    ``exit`` and ``prompt`` are those of the exception that keeps us closed, if it has its own.
    """

    state: State
    until: datetime | None
    why: str
    exit: str | None = None
    prompt: str | None = None

    @property
    def open(self) -> bool:
        return self.state is State.OPEN

    @property
    def exits(self) -> tuple[str, ...]:
        """The exits by which such a call may go on, most particular first."""
        own = (self.exit,) if self.exit else ()
        general = () if self.state in (State.OPEN, State.CLOSED) else (State.CLOSED.value,)
        return (*own, self.state.value, *general)


@dataclass(frozen=True)
class Calendar:
    """Rules of hours.  ``weekly`` maps 0 (Monday) to 6; ``holidays`` names a set of public holidays or is ``None``;
    with ``bridges`` a weekday between a holiday and a weekend or another holiday is closed too.
    """

    name: str
    zone: ZoneInfo
    weekly: Mapping[int, tuple[Period, ...]]
    exceptions: Mapping[date, DayRule] = field(default_factory=dict)
    holidays: str | None = None
    bridges: bool = False
    _decided: dict[date, DayRule] = field(default_factory=dict, init=False, repr=False, compare=False)
    _open_from: dict[date, tuple[tuple[datetime, bool], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    noted: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What others found out by asking it a thousand times, and may want to know again."""

    def rules(self, day: date) -> Iterator[DayRule]:
        """Every rule that has something to say of ``day``; the first decides."""
        if day in self.exceptions:
            yield self.exceptions[day]
        if self.holidays and (name := holiday(self.holidays, day)):
            yield DayRule((), f"public holiday: {name}", Rank.HOLIDAY)
        if self.holidays and self.bridges and (name := bridge(self.holidays, day)):
            yield DayRule((), f"bridging day: pont, {name}", Rank.BRIDGE)
        yield DayRule(self.weekly.get(day.weekday(), ()), "weekly hours", Rank.WEEK)

    def rule(self, day: date) -> DayRule:
        """The rule that decides ``day``: exception, then holiday, then bridge, then day of the week."""
        if day not in self._decided:  # to know when it changes next, a calendar is asked for a whole year
            self._decided[day] = next(self.rules(day))
        return self._decided[day]

    def opening(self, at: datetime, override: Override | None = None) -> Opening:
        """What holds at ``at`` (any zone): open or how closed, until when, and why."""
        if override is None or not override.holds(at):
            state, rule, _ = self.deciding(at)
            own = (rule.exit, rule.prompt) if state is State.EXCEPTION else (None, None)
            return Opening(state, self._change(at, state is State.OPEN), rule.why, *own)
        until = override.until
        if until is not None and (self.deciding(until)[0] is State.OPEN) is override.open:
            until = self._change(until, override.open)
        return Opening(State.OPEN if override.open else State.OVERRIDE, until, f"override: {override.why}")

    def reopens(self, at: datetime, override: Override | None = None) -> datetime | None:
        """When a caller at ``at`` will next find us open, on the wall clock; ``at`` itself if open now."""
        now = self.opening(at, override)
        found = at if now.open else now.until
        return found.astimezone(self.zone) if found else None

    def deciding(self, at: datetime) -> tuple[State, DayRule, date]:
        """The state by the rules alone, the rule that decides it, and its day: the day before while its night lasts."""
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        day, minute = wall.date(), wall.hour * 60 + wall.minute  # periods begin and end with whole minutes
        today = self.rule(day)
        state = today.state(minute)
        if state is not State.OPEN:
            yesterday = self.rule(day - _DAY)
            if any(period.holds(minute + 1440) for period in yesterday.periods):
                return State.OPEN, yesterday, day - _DAY
        return state, today, day

    def _change(self, after: datetime, is_open: bool) -> datetime | None:
        """The first instant after ``after`` at which we are no longer ``is_open``."""
        first = after.astimezone(self.zone).date()
        for offset in range(-1, self._horizon(first)):
            for moment, opens in self._moments(first + offset * _DAY):
                if opens is not is_open and moment > after:
                    return moment
        return None

    def _horizon(self, first: date) -> int:
        """Days to look ahead: two weeks show all where the week alone decides, even if one loses an hour to summer."""
        special = self.holidays or any(day >= first - 2 * _DAY for day in self.exceptions)
        return _HORIZON if special else 2 * 7 + 1

    def _moments(self, day: date) -> tuple[tuple[datetime, bool], ...]:
        """Every instant of a day at which the answer could change, in order, and whether it is open from then on."""
        if day not in self._open_from:
            edges = {edge for period in self.rule(day).periods for edge in (period.start, period.end) if edge <= 1440}
            edges |= {period.end - 1440 for period in self.rule(day - _DAY).periods if period.end > 1440}
            found = {moment for edge in edges for moment in self._instants(day, edge)}
            moments = sorted(found | {jump for jump in (_jump(self.zone, day),) if jump})
            self._open_from[day] = tuple((one, self.deciding(one)[0] is State.OPEN) for one in moments)
        return self._open_from[day]

    def _instants(self, day: date, minute: int) -> Iterator[datetime]:
        wall = datetime.combine(day, time(), self.zone) + timedelta(minutes=minute)
        for fold in (0, 1):
            yield wall.replace(fold=fold).astimezone(UTC)


@lru_cache(maxsize=8192)
def _jump(zone: ZoneInfo, day: date) -> datetime | None:
    """When the clocks of a zone are put forward or back on a day."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
    if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
        return None
    while high - low > timedelta(minutes=1):
        middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
        same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return high
