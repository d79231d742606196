"""Opening and closing calendars by hand: what may be ordered, and how a calendar stands then.

Whoever takes orders (the command line, HTTP) comes here.  The phone's own way is the node `switch`, which asks the
desk: a call keeps to its own release and never waits long.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ivr.service.ports import Drawer
from ivr.values.calendar import Calendar, Opening, Override

log = logging.getLogger(__name__)

# How long an override holds: until the hours change next, for good, or until an instant (aware).
Lasting = Literal["next", "good"] | datetime


class NoCalendar(LookupError):
    """There is no such calendar; the text says which there are."""


class Refused(ValueError):
    """An override that makes no sense; the text says why."""


@dataclass(frozen=True)
class Standing:
    """How a calendar stands at ``at``; ``override`` is ``None`` while its hours decide."""

    calendar: Calendar
    at: datetime
    opening: Opening
    override: Override | None

    def plain(self) -> dict[str, Any]:
        """As JSON wants it; instants on the calendar's wall clock."""
        zone, opening, override = self.calendar.zone, self.opening, self.override

        def wall(instant: datetime | None) -> str | None:
            return instant.astimezone(zone).isoformat(timespec="seconds") if instant else None

        by_hand = {"open": override.open, "until": wall(override.until), "why": override.why} if override else None
        return {
            "calendar": self.calendar.name,
            "state": opening.state.value,
            "open": opening.open,
            "until": wall(opening.until),
            "why": opening.why,
            "override": by_hand,
        }


class Overrides:
    """The overrides of the calendars in force now; ``calendars`` gives those of the current book."""

    def __init__(
        self, calendars: Callable[[], Mapping[str, Calendar]], drawer: Drawer, now: Callable[[], datetime]
    ) -> None:
        self._calendars = calendars
        self._drawer = drawer
        self._now = now

    def all(self) -> list[Standing]:
        """How every calendar of the book stands."""
        now = self._now()
        overrides = self._drawer.overrides(now)
        return [_standing(calendar, now, overrides.get(name)) for name, calendar in self._calendars().items()]

    def standing(self, name: str) -> Standing:
        """How one stands.  Raises :class:`NoCalendar`."""
        calendar, now = self._calendar(name), self._now()
        return _standing(calendar, now, self._drawer.overrides(now).get(name))

    def put(self, name: str, is_open: bool, lasting: Lasting, why: str) -> Standing:
        """Open or close a calendar.  Raises :class:`NoCalendar` and :class:`Refused`."""
        calendar, now = self._calendar(name), self._now()
        match lasting:
            case "good":
                until = None
            case "next":
                until = calendar.opening(now).until
                if until is None:
                    raise Refused(f'the hours of "{name}" do not change within 400 days: say until when, or for good')
            case datetime():
                until = lasting
                if until <= now:
                    raise Refused(f"{until.astimezone(calendar.zone):%Y-%m-%d %H:%M} is over already")
        override = Override(is_open, why, until)
        self._drawer.set_override(name, override)
        log.info("override calendar=%s open=%s until=%s why=%.80r", name, is_open, until or "for good", why)
        return _standing(calendar, now, override)

    def clear(self, name: str) -> Standing:
        """Back to the hours, whatever is in force.  Raises :class:`NoCalendar`."""
        calendar = self._calendar(name)
        self._drawer.set_override(name, None)
        log.info("override calendar=%s cleared", name)
        return _standing(calendar, self._now(), None)

    def _calendar(self, name: str) -> Calendar:
        calendars = self._calendars()
        if name not in calendars:
            raise NoCalendar(f'there is no calendar "{name}"; the book has {", ".join(calendars)}')
        return calendars[name]


def _standing(calendar: Calendar, at: datetime, override: Override | None) -> Standing:
    return Standing(calendar, at, calendar.opening(at, override), override)
