"""The opening hours of a week in words: ``du lundi au vendredi, de neuf heures à midi et de quatorze heures à …``."""

from collections.abc import Mapping
from datetime import time

from ivr.values.calendar import Period
from ivr.values.numerals import base
from ivr.values.saying import DAYS, JOURS, clock, listed

_DAY = 1440
_Hours = tuple[tuple[int, int], ...]


def opening_hours(weekly: Mapping[int, tuple[Period, ...]], language: str = "fr") -> str:
    """What the week is like, Monday first; days with the same hours are said together.

    Exceptions and public holidays are not part of it: they are told where they matter, by ``hours`` and its slots.
    """
    french = base(language) == "fr"
    hours: dict[int, _Hours] = {
        number: tuple((period.start, period.end) for period in sorted(weekly[number], key=lambda one: one.start))
        for number in range(7)
        if weekly.get(number)
    }
    if not hours:
        return "fermé" if french else "closed"
    alike: dict[_Hours, list[int]] = {}
    for number, periods in sorted(hours.items()):
        alike.setdefault(periods, []).append(number)
    said = [f"{_days(numbers, french)}{_periods(periods, language, french)}" for periods, numbers in alike.items()]
    between, last = (" ; ", ", et ") if french else ("; ", ", and ")
    return last.join(filter(None, (between.join(said[:-1]), said[-1])))


def _days(numbers: list[int], french: bool) -> str:
    if len(numbers) == 7:
        return "tous les jours" if french else "every day"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said: list[str] = []
    for run in runs:
        first, last = run[0], run[-1]
        if len(run) > 2:
            said.append(f"du {JOURS[first]} au {JOURS[last]}" if french else f"{DAYS[first]} to {DAYS[last]}")
        else:
            said += [f"le {JOURS[number]}" if french else DAYS[number] for number in run]
    return listed(said, "fr" if french else "en")


def _periods(periods: _Hours, language: str, french: bool) -> str:
    if periods == ((0, _DAY),):
        return ", jour et nuit" if french else ", day and night"
    said = [_period(start, end, language, french) for start, end in periods]
    return f", {listed(said, language)}"


def _period(start: int, end: int, language: str, french: bool) -> str:
    first, last = _clock(start, language), _clock(end, language)
    if not french:
        return f"from {first} to {last}"
    of = "d'" if first.startswith("une ") else "de "  # no elision before onze and huit
    return f"{of}{first} à {last}"


def _clock(minute: int, language: str) -> str:
    return clock(time(*divmod(minute % _DAY, 60)), language)
