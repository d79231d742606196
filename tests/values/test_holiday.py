"""Public holidays in France, where they differ."""

from datetime import date

import pytest

from ivr.values.holiday import SETS, bridge, holiday

NATIONAL_2026 = {
    date(2026, 1, 1),
    date(2026, 4, 6),  # Easter Monday
    date(2026, 5, 1),
    date(2026, 5, 8),
    date(2026, 5, 14),  # Ascension
    date(2026, 5, 25),  # Whit Monday
    date(2026, 7, 14),
    date(2026, 8, 15),
    date(2026, 11, 1),
    date(2026, 11, 11),
    date(2026, 12, 25),
}
GOOD_FRIDAY, SAINT_STEPHEN = date(2026, 4, 3), date(2026, 12, 26)


def days_of(name: str, year: int) -> dict[date, str]:
    days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
    return {day: found for day in days if (found := holiday(name, day))}


def test_eleven_national_holidays() -> None:
    """None more: the book of a firm in Paris is open on Good Friday."""
    assert days_of("fr", 2026).keys() == NATIONAL_2026


@pytest.mark.parametrize("year", range(2024, 2032))
def test_alsace_and_moselle_have_thirteen(year: int) -> None:
    """Good Friday and Saint Stephen's besides, whichever of the two subdivisions."""
    more = days_of("fr-alsace-moselle", year).items() - days_of("fr", year).items()

    assert {name for _, name in more} == {"Vendredi saint", "Saint-Étienne"}
    assert len(days_of("fr-alsace-moselle", year)) == len(days_of("fr", year)) + 2


def test_alsace_and_moselle_in_2026() -> None:
    """By date."""
    assert days_of("fr-alsace-moselle", 2026).keys() == NATIONAL_2026 | {GOOD_FRIDAY, SAINT_STEPHEN}
    assert (holiday("fr-alsace-moselle", GOOD_FRIDAY), holiday("fr", GOOD_FRIDAY)) == ("Vendredi saint", None)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("fr-guadeloupe", date(2026, 5, 27)),
        ("fr-martinique", date(2026, 5, 22)),
        ("fr-guyane", date(2026, 6, 10)),
        ("fr-reunion", date(2026, 12, 20)),
        ("fr-mayotte", date(2026, 4, 27)),
    ],
)
def test_overseas_keep_the_day_slavery_ended(name: str, day: date) -> None:
    """Each its own; the rest of France works."""
    assert "abolition" in (holiday(name, day) or "").lower()
    assert holiday("fr", day) is None
    assert days_of(name, 2026).keys() >= NATIONAL_2026


def test_every_set_can_be_asked() -> None:
    """A name that the library no longer knows would be found during a call."""
    assert all(holiday(name, date(2030, 1, 1)) for name in SETS)


def test_holidays_are_named_in_french() -> None:
    """The reason of a closed day is read by people in France."""
    assert (holiday("fr", date(2026, 12, 25)), holiday("fr", date(2026, 12, 24))) == ("Noël", None)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("fr-nouvelle-caledonie", date(2026, 9, 24)),
        ("fr-polynesie", date(2026, 11, 20)),
        ("fr-saint-barthelemy", date(2026, 10, 9)),
        ("fr-saint-martin", date(2026, 5, 28)),
        ("fr-wallis-et-futuna", date(2026, 4, 28)),
    ],
)
def test_the_far_islands_have_days_of_their_own(name: str, day: date) -> None:
    """Besides those of the Republic."""
    assert holiday(name, day)
    assert holiday("fr", day) is None
    assert days_of(name, 2026).keys() >= NATIONAL_2026


def test_saint_pierre_et_miquelon_keeps_those_of_the_republic() -> None:
    """No more."""
    assert days_of("fr-saint-pierre-et-miquelon", 2026).keys() == NATIONAL_2026


# -- bridges -----------------------------------------------------------------------------------------------------


def bridges(name: str, year: int) -> dict[date, str]:
    days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
    return {day: found for day in days if (found := bridge(name, day))}


def test_the_bridges_of_2026() -> None:
    """As every French calendar of 2026 has them; the one of New Year's Day too."""
    assert bridges("fr", 2026) == {
        date(2026, 1, 2): "Jour de l'an",
        date(2026, 5, 15): "Ascension",
        date(2026, 7, 13): "Fête nationale",
    }


@pytest.mark.parametrize(
    ("name", "day", "found"),
    [
        ("fr", date(2025, 5, 2), "Fête du Travail"),  # Friday after a Thursday
        ("fr", date(2025, 5, 9), "Fête de la Victoire"),
        ("fr", date(2025, 11, 10), "Armistice"),  # Monday before a Tuesday
        ("fr", date(2024, 12, 31), None),  # Tuesday before a Wednesday: not free on its other side
        ("fr", date(2026, 11, 2), None),  # Monday after a Sunday holiday, then an ordinary Tuesday
        ("fr", date(2026, 11, 10), None),  # Tuesday before a Wednesday
        ("fr", date(2026, 5, 16), None),  # a Saturday is no weekday
        ("fr", date(2026, 5, 14), None),  # the holiday itself
        ("fr", date(2025, 12, 26), "Noël"),
        ("fr-alsace-moselle", date(2025, 12, 26), None),  # a holiday there
        ("fr-wallis-et-futuna", date(2026, 4, 27), "Saint Pierre Chanel"),
    ],
)
def test_a_bridge_joins_a_holiday_to_a_weekend(name: str, day: date, found: str | None) -> None:
    """One weekday, free on both sides, once by a holiday."""
    assert bridge(name, day) == found


def test_a_day_between_two_holidays_is_a_bridge() -> None:
    """Once in a while Ascension and a day of May leave one day between them."""
    two = [day for year in range(1980, 2060) for day in bridges("fr", year) if 0 < day.weekday() < 4]

    assert two
    assert all(holiday("fr", day - date.resolution) and holiday("fr", day + date.resolution) for day in two)
