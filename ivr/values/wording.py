"""Amounts, days and hours in spoken French; the tariff announcement is in ``announcement.py``.

Everything that can be known ahead has a *name* here (``slot/monday``) and a text, so that all of it is baked ahead of
the call.  Values that only the call knows are said as in ``saying.py``.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from ivr.values import saying
from ivr.values.calendar import Calendar
from ivr.values.number import parse
from ivr.values.numerals import base, cardinal, ordinal
from ivr.values.phrase import Utterance
from ivr.values.week import opening_hours

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def number_words(number: int) -> str:
    """``80`` -> ``quatre-vingts``."""
    return cardinal(number)


def amount_words(amount: Decimal) -> str:
    """``0.80`` -> ``quatre-vingts centimes``; ``1.50`` -> ``un euro cinquante``; ``2`` -> ``deux euros``."""
    return saying.amount(amount)


def reopening(at: datetime, opens: datetime) -> tuple[str, ...]:
    """The names to be said for "we open again …": a day and an hour, as someone speaking at ``at`` would put it.

    Both instants are on the wall clock of the same zone, ``opens`` one that is :func:`sayable`.  Within a week the
    weekday is enough; later, the date is said too.
    """
    days = (opens.date() - at.date()) // timedelta(days=1)
    hour = _hour_name(opens)
    if days == 0:
        return ("slot/today", hour)
    if days == 1:
        return ("slot/tomorrow", hour)
    weekday = f"slot/{_DAYS[opens.weekday()]}"
    if days < 7:
        return (weekday, hour)
    return (weekday, f"slot/day-{opens.day:02}", f"slot/month-{opens.month:02}", hour)


def week_name(calendar: str) -> str:
    """The name under which the weekly hours of a calendar are said."""
    return f"slot/hours-{calendar}"


def spelled(digits: str) -> tuple[str, ...]:
    """The names to be said for digits one by one; what is no digit is left out."""
    return tuple(f"slot/digit-{digit}" for digit in digits if digit in "0123456789")


def dialled(number: str) -> tuple[str, ...]:
    """The names to be said for a phone number in any spelling, digit by digit, as one dials it in France."""
    return spelled(parse(number).dialled)


def slots(calendars: Iterable[Calendar], language: str = "fr") -> list[Utterance]:
    """All that :func:`spelled` can name, and :func:`reopening` and :func:`week_name` for these calendars."""
    spoken = "en" if base(language) == "en" else "fr"
    texts = _english_days() if spoken == "en" else _french_days()
    texts |= {f"slot/digit-{digit}": cardinal(digit, spoken) for digit in range(10)}
    hour = english_hour if spoken == "en" else hour_words
    for calendar in calendars:
        texts[week_name(calendar.name)] = opening_hours(calendar.weekly, language)
        for minute in _edges(calendar):
            at, past = divmod(minute, 60)
            texts[f"slot/at-{at:02}{past:02}"] = hour(at, past)
    return [Utterance(language, name, text) for name, text in sorted(texts.items())]


def _french_days() -> dict[str, str]:
    texts = {"slot/today": "aujourd'hui", "slot/tomorrow": "demain"}
    texts |= {f"slot/{day}": jour for day, jour in zip(_DAYS, saying.JOURS, strict=True)}
    texts |= {f"slot/day-{day:02}": "premier" if day == 1 else number_words(day) for day in range(1, 32)}
    return texts | {f"slot/month-{number:02}": mois for number, mois in enumerate(saying.MOIS, start=1)}


def _english_days() -> dict[str, str]:
    texts = {"slot/today": "today", "slot/tomorrow": "tomorrow"}
    texts |= {f"slot/{day}": f"on {day.capitalize()}" for day in _DAYS}
    texts |= {f"slot/day-{day:02}": f"the {ordinal(day, 'en')}" for day in range(1, 32)}
    return texts | {f"slot/month-{number:02}": f"of {month}" for number, month in enumerate(saying.MONTHS, start=1)}


@cache  # there are 1440, and a book says dozens of them in each of its languages
def english_hour(hour: int, minute: int) -> str:
    """``at nine in the morning``, ``at two thirty in the afternoon``, ``at noon``."""
    return f"at {saying.clock(time(hour, minute), 'en')}"


@cache
def hour_words(hour: int, minute: int) -> str:
    """``à neuf heures trente``, ``à midi``, ``à minuit quinze``, ``à une heure``."""
    return f"à {saying.clock(time(hour, minute))}"


def _edges(calendar: Calendar) -> set[int]:
    """Minutes of the day that have a sound of their own: those at which this calendar opens or closes, and each half
    hour: the clock can jump to it, in spring over a start and in autumn back into a period that had just ended, and
    a manual override can end wherever it likes.
    """
    rules = [*calendar.weekly.values(), *(rule.periods for rule in calendar.exceptions.values())]
    edges = {edge % 1440 for periods in rules for period in periods for edge in (period.start, period.end)}
    return edges | set(range(0, 1440, 30))


def sayable(instant: datetime, calendar: Calendar) -> datetime:
    """``instant`` on the calendar's wall clock, or the next half hour after it if its minute has no sound."""
    wall = instant.astimezone(calendar.zone)
    if wall.hour * 60 + wall.minute in _edges(calendar):
        return wall
    late = (instant.astimezone(UTC) + timedelta(minutes=30)).astimezone(calendar.zone)
    return late.replace(minute=late.minute // 30 * 30, second=0, microsecond=0)


def _hour_name(opens: datetime) -> str:
    return f"slot/at-{opens.hour:02}{opens.minute:02}"
