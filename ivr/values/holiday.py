"""French public holidays, by date, and the days that bridge them; the only file that asks the ``holidays`` library."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

# Name in the book -> subdivisions whose holidays count together.  Alsace and Moselle are two subdivisions in the
# library: its alias "Alsace-Moselle" was found to lose Moselle's days (vacanza/holidays, pull request 2642).
SETS: dict[str, tuple[str | None, ...]] = {
    "fr": (None,),
    "fr-alsace-moselle": ("6AE", "57"),
    "fr-guadeloupe": ("971",),
    "fr-martinique": ("972",),
    "fr-guyane": ("973",),
    "fr-reunion": ("974",),
    "fr-mayotte": ("976",),
    "fr-nouvelle-caledonie": ("NC",),
    "fr-polynesie": ("PF",),
    "fr-saint-barthelemy": ("BL",),
    "fr-saint-martin": ("MF",),
    "fr-saint-pierre-et-miquelon": ("PM",),
    "fr-wallis-et-futuna": ("WF",),
}

_WEEKEND = (5, 6)


@lru_cache(maxsize=256)
def _year(name: str, year: int) -> dict[date, str]:
    found: dict[date, str] = {}
    for subdivision in SETS[name]:
        found.update(holidays.country_holidays("FR", subdiv=subdivision, years=year, language="fr"))
    return found


def holiday(name: str, day: date) -> str | None:
    """The French name of the public holiday on ``day`` in the set ``name``, or ``None``."""
    return _year(name, day.year).get(day)


@lru_cache(maxsize=8192)
def bridge(name: str, day: date) -> str | None:
    """The holiday that ``day`` bridges (`faire le pont`), or ``None``.

    A bridge is one weekday, Monday to Friday and no holiday itself, between a holiday and a weekend, or between two
    holidays: the Friday after Ascension, the Monday before a 14 July on a Tuesday.
    """
    if day.weekday() in _WEEKEND or holiday(name, day):
        return None
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    names = [holiday(name, one) for one in (before, after)]
    free = all(found or one.weekday() in _WEEKEND for found, one in zip(names, (before, after), strict=True))
    return next(filter(None, names), None) if free else None
