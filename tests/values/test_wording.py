"""What is said from values: every amount, every hour, every announcement, every reopening that there can be."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.values.calendar import Calendar, DayRule, Period
from ivr.values.wording import (
    amount_words,
    hour_words,
    number_words,
    reopening,
    sayable,
    slots,
    week_name,
)

# Written by hand, as a French dictionary has them: the oracle of everything below.
ONES = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
]
ONES += ["dix-sept", "dix-huit", "dix-neuf"]
TENS = ["vingt", "trente", "quarante", "cinquante", "soixante"]


def joined(ten: str, one: int) -> str:
    return f"{ten} et {ONES[one]}" if one in (1, 11) else f"{ten}-{ONES[one]}" if one else ten


WORDS = [
    *ONES,
    *(joined(ten, one) for ten in TENS for one in range(10)),
    *(joined("soixante", one) for one in range(10, 20)),
    "quatre-vingts",
    *(f"quatre-vingt-{ONES[one]}" for one in range(1, 20)),
]


def test_the_oracle_counts_to_ninety_nine() -> None:
    """A word for each number, the odd ones as everybody knows them."""
    odd = {16: "seize", 21: "vingt et un", 70: "soixante-dix", 71: "soixante et onze", 80: "quatre-vingts"}
    odd |= {81: "quatre-vingt-un", 91: "quatre-vingt-onze", 99: "quatre-vingt-dix-neuf", 61: "soixante et un"}

    assert len(WORDS) == len(set(WORDS)) == 100
    assert odd == {number: WORDS[number] for number in odd}


def test_numbers_are_said_as_in_france() -> None:
    """Not as in Belgium or Switzerland, and with the hyphens of before 1990, which voices know."""
    assert [number_words(number) for number in range(100)] == WORDS


def amount(cents: int) -> str:
    euros, rest = divmod(cents, 100)
    if not euros:
        return f"{WORDS[rest]} {'centime' if rest == 1 else 'centimes'}"
    return f"{'un euro' if euros == 1 else WORDS[euros] + ' euros'}{' ' + WORDS[rest] if rest else ''}"


def test_every_amount_that_the_law_allows() -> None:
    """From one cent to three euros, singular and plural."""
    every = range(1, 301)

    assert {cents: amount(cents) for cents in every} == {cents: amount_words(Decimal(cents) / 100) for cents in every}


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("0.01", "un centime"),
        ("0.15", "quinze centimes"),
        ("0.80", "quatre-vingts centimes"),
        ("0.8", "quatre-vingts centimes"),
        ("0.99", "quatre-vingt-dix-neuf centimes"),
        ("1", "un euro"),
        ("1.50", "un euro cinquante"),
        ("1.80", "un euro quatre-vingts"),
        ("2.00", "deux euros"),
        ("2.99", "deux euros quatre-vingt-dix-neuf"),
        ("3", "trois euros"),
    ],
)
def test_amounts_as_a_cashier_says_them(price: str, words: str) -> None:
    """To read aloud."""
    assert words == amount_words(Decimal(price))


# -- hours -------------------------------------------------------------------------------------------------------


def feminine(number: int) -> str:
    return WORDS[number] + ("e" if number % 10 == 1 and number not in (11, 71, 91) else "")


def test_every_minute_of_the_day_has_words_of_its_own() -> None:
    """1440 of them; hours and minutes are feminine, noon and midnight have names."""
    said = {(hour, minute): hour_words(hour, minute) for hour in range(24) for minute in range(60)}

    assert len(set(said.values())) == 1440
    for (hour, minute), words in said.items():
        name = {0: "minuit", 1: "une heure", 12: "midi"}.get(hour, f"{feminine(hour)} heures")
        assert words == f"à {name}{' ' + feminine(minute) if minute else ''}"


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "à minuit"),
        (0, 15, "à minuit quinze"),
        (1, 0, "à une heure"),
        (1, 1, "à une heure une"),
        (9, 0, "à neuf heures"),
        (9, 30, "à neuf heures trente"),
        (12, 0, "à midi"),
        (12, 21, "à midi vingt et une"),
        (13, 45, "à treize heures quarante-cinq"),
        (21, 0, "à vingt et une heures"),
        (21, 31, "à vingt et une heures trente et une"),
        (23, 59, "à vingt-trois heures cinquante-neuf"),
    ],
)
def test_hours_as_a_person_says_them(hour: int, minute: int, words: str) -> None:
    """To read aloud."""
    assert words == hour_words(hour, minute)


# -- reopening ---------------------------------------------------------------------------------------------------

PARIS = ZoneInfo("Europe/Paris")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("at", "opens", "names"),
    [
        ("2026-06-03 08:00", "2026-06-03 09:00", "today at-0900"),
        ("2026-06-03 00:01", "2026-06-03 23:59", "today at-2359"),
        ("2026-06-03 22:00", "2026-06-04 09:00", "tomorrow at-0900"),
        ("2026-06-03 23:59", "2026-06-04 00:00", "tomorrow at-0000"),
        ("2026-06-05 18:00", "2026-06-08 09:00", "monday at-0900"),
        ("2026-06-03 18:00", "2026-06-09 09:30", "tuesday at-0930"),  # six days
        ("2026-06-03 18:00", "2026-06-10 09:00", "wednesday day-10 month-06 at-0900"),  # seven: which Wednesday?
        ("2026-06-03 18:00", "2026-09-01 14:00", "tuesday day-01 month-09 at-1400"),
        ("2026-10-24 23:00", "2026-10-25 02:30", "tomorrow at-0230"),  # summer time ends
        ("2026-03-28 20:00", "2026-03-29 03:00", "tomorrow at-0300"),  # summer time begins
        ("2026-03-27 20:00", "2026-03-30 09:00", "monday at-0900"),
        ("2026-12-31 18:00", "2027-01-01 09:00", "tomorrow at-0900"),
        ("2026-12-31 18:00", "2027-01-04 09:00", "monday at-0900"),
        ("2026-12-31 18:00", "2027-01-07 09:00", "thursday day-07 month-01 at-0900"),
        ("2028-02-28 18:00", "2028-02-29 09:00", "tomorrow at-0900"),
        ("2028-02-28 18:00", "2028-03-01 09:00", "wednesday at-0900"),
    ],
)
def test_a_reopening_is_said_as_a_person_would(at: str, opens: str, names: str) -> None:
    """Today, tomorrow, the weekday, and from a week on the date too."""
    assert tuple(f"slot/{name}" for name in names.split()) == reopening(wall(at), wall(opens))


def test_what_the_slots_sound_like() -> None:
    """Good French: the first of the month is `premier`."""
    text = {one.name: one.text for one in slots([Calendar("tried", PARIS, {0: (Period(570, 720),)})])}
    said = " ".join(text[name] for name in ("slot/monday", "slot/day-01", "slot/month-02", "slot/at-0930"))

    assert said == "lundi premier février à neuf heures trente"
    assert (text["slot/today"], text["slot/tomorrow"]) == ("aujourd'hui", "demain")
    assert (text["slot/day-21"], text["slot/day-31"]) == ("vingt et un", "trente et un")
    assert (text["slot/sunday"], text["slot/month-08"], text["slot/month-12"]) == ("dimanche", "août", "décembre")


# The zones of France's territories.  Where clocks jump, they jump by an hour, in the night, to a whole hour.
ZONES = ["Europe/Paris", "Indian/Reunion", "America/Miquelon", "America/Cayenne", "Pacific/Noumea", "Pacific/Tahiti"]
NIGHTS = [date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2026, 12, 31)]
a_start = st.sampled_from([0, 60, 90, 120, 150, 1320]) | st.integers(0, 1439)
a_length = st.sampled_from([30, 90, 150, 240, 1440]) | st.integers(1, 1440)
some_periods = st.lists(st.builds(lambda s, n: Period(s, s + n), a_start, a_length), max_size=2).map(tuple)


@given(
    st.sampled_from(ZONES),
    st.dictionaries(st.integers(0, 6), some_periods),
    st.sampled_from(NIGHTS),
    st.dictionaries(st.integers(0, 3), some_periods, max_size=2),
    st.integers(0, 3 * 1440),
)
@settings(max_examples=200, deadline=None)
def test_every_name_that_a_reopening_can_give_has_a_sound(
    zone: str,
    weekly: dict[int, tuple[Period, ...]],
    night: date,
    exceptions: dict[int, tuple[Period, ...]],
    minute: int,
) -> None:
    """For any calendar, also in the nights when the clock jumps."""
    rules = {night + timedelta(days=n): DayRule(made, "exception") for n, made in exceptions.items()}
    calendar = Calendar("tried", ZoneInfo(zone), weekly, rules)
    known = {one.name for one in slots([calendar])}
    midnight = datetime.combine(night, datetime.min.time(), UTC)
    for at in (midnight + timedelta(minutes=minute), midnight + timedelta(hours=24, minutes=31)):
        opens = calendar.reopens(at)
        if opens is not None and opens > at:
            assert set(reopening(at.astimezone(calendar.zone), opens)) <= known


@pytest.mark.parametrize(
    ("hours", "at", "opens"),
    [
        (Period(0, 150), "2026-10-25 00:45", "at-0200"),  # closed at half past two, the clock goes back to two
        (Period(1320, 1590), "2026-10-25 00:45", "at-0200"),
        (Period(150, 240), "2026-03-29 00:30", "at-0300"),  # half past two does not happen
    ],
)
def test_the_hour_to_which_the_clock_jumps_has_a_sound(hours: Period, at: str, opens: str) -> None:
    """Twice a year someone calls just then; instants are in UTC."""
    calendar = Calendar("tried", PARIS, dict.fromkeys(range(7), (hours,)))
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    reopens = calendar.reopens(instant)
    assert reopens is not None

    assert reopening(instant.astimezone(PARIS), reopens) == ("slot/today", f"slot/{opens}")
    assert f"slot/{opens}" in {one.name for one in slots([calendar])}


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ("2026-06-03 15:30", "2026-06-03 15:30"),
        ("2026-06-03 15:31", "2026-06-03 16:00"),
        ("2026-06-03 15:01", "2026-06-03 15:30"),
        ("2026-06-03 09:10", "2026-06-03 09:10"),  # we open then, and so there is a sound
        ("2026-06-03 12:05", "2026-06-03 12:05"),  # we close then
        ("2026-06-03 09:11", "2026-06-03 09:30"),
        ("2026-06-03 23:31", "2026-06-04 00:00"),
        ("2026-12-31 23:45", "2027-01-01 00:00"),
        ("2026-03-29 01:31", "2026-03-29 03:00"),  # summer time begins
        ("2026-10-25 02:45", "2026-10-25 02:00"),  # summer time ends: two o'clock comes again
    ],
)
def test_an_end_that_has_no_sound_is_said_as_the_next_half_hour(ends: str, said: str) -> None:
    """Nobody calls in vain: what is said is never before the end; and it has a sound."""
    calendar = Calendar("tried", PARIS, {0: (Period(550, 725),)})
    found = sayable(wall(ends), calendar)

    assert f"{found:%Y-%m-%d %H:%M}" == said
    assert found.astimezone(UTC) >= wall(ends).astimezone(UTC)
    assert reopening(wall("2026-01-01 00:00"), found)[-1] in {one.name for one in slots([calendar])}


@given(st.integers(0, 3 * 1440), st.sampled_from(ZONES), st.sampled_from(NIGHTS), some_periods)
@settings(max_examples=200, deadline=None)
def test_whenever_an_override_ends_there_is_a_sound(
    minute: int, zone: str, night: date, periods: tuple[Period, ...]
) -> None:
    """Within half an hour after it."""
    calendar = Calendar("tried", ZoneInfo(zone), {0: periods})
    ends = datetime.combine(night, datetime.min.time(), UTC) + timedelta(minutes=minute)
    found = sayable(ends, calendar)

    assert timedelta(0) <= found.astimezone(UTC) - ends < timedelta(minutes=30)
    assert f"slot/at-{found:%H%M}" in {one.name for one in slots([calendar])}


def test_the_hours_of_a_week_are_baked_for_each_calendar() -> None:
    """A flow says them by `{hours: office}`, in each language."""
    week = {day: (Period(540, 720), Period(840, 1080)) for day in range(5)}
    said = {
        language: {one.name: one.text for one in slots([Calendar("office", PARIS, week)], language)}[
            week_name("office")
        ]
        for language in ("fr", "en")
    }

    assert said == {
        "fr": "du lundi au vendredi, de neuf heures à midi et de quatorze heures à dix-huit heures",
        "en": "Monday to Friday, from nine in the morning to noon and from two in the afternoon to six in the evening",
    }
