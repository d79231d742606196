"""Tariffs over time: what is refused and warned of, what each instant gets, and that nothing is left to bake.

The lines are golden: they are what the writer of a book sees.  Who changes one should like the new one better.
"""

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.book.book import Book, Period, Service, read_book
from ivr.book.compare import changes
from ivr.book.dates import NUMBERS, due
from ivr.book.lawful import unlawful
from ivr.book.problems import BadBook
from ivr.book.promises import told as promises_told
from ivr.book.source import read
from ivr.book.uses import uses
from ivr.flow.flow import Flow
from ivr.flow.terms import Terms
from ivr.values.tariff import Mode, Tariff

DEMO = Path(__file__).parents[2]
PARIS = ZoneInfo("Europe/Paris")
ADVICE = "  tariff: advice\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The demonstration, to write in."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    with (tmp_path / "dialplans" / "tariffs.yaml").open("a", encoding="utf-8") as tariffs:
        tariffs.write("\ndear: {mode: per_minute, price: 0.20}\ntoo-dear: {mode: per_minute, price: 0.50}\n")
    return tmp_path


def dated(book: Path, *periods: str) -> None:
    """Give 0825000003, on lines 24 on, these tariffs."""
    path = book / "dialplans" / "numbers.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(ADVICE) == 1
    lines = "".join(f"    - {{{period}}}\n" for period in periods)
    path.write_text(text.replace(ADVICE, f"  tariff:\n{lines}"), encoding="utf-8")


def told(book: Path) -> list[str]:
    """All that is told of the number's tariffs, without the file."""
    try:
        problems = read_book(book).warnings
    except BadBook as bad:
        problems = tuple(bad.problems)
    return [str(one).removeprefix("dialplans/numbers.yaml:") for one in problems if "numbers.yaml" in one.file]


# -- what is written ---------------------------------------------------------------------------------------------


def test_a_tariff_has_a_first_day(book: Path) -> None:
    """Entered in time, on the first of a month: not a word; and the plain form stays as it was."""
    dated(book, "tariff: advice", "from: 2027-01-01, tariff: dear, entered: 2026-12-20")
    service = read_book(book).services["0825000003"]

    assert told(book) == []
    assert [(one.since, one.tariff.name) for one in service.periods] == [(None, "advice"), (date(2027, 1, 1), "dear")]
    assert [one.since for one in read_book(DEMO).services["0899000004"].periods] == [None]


@pytest.mark.parametrize(
    ("periods", "line"),
    [
        (
            ("tariff: advice", "tariff: dear"),
            '28:7: nothing says from when on "dear" holds; write from: with its first day, or leave it out of the '
            "first tariff only",
        ),
        (
            ("from: 2027-02-01, tariff: advice", "from: 2027-01-01, tariff: dear"),
            '28:8: "dear" begins before the tariff above it; write the tariffs in the order of their first days',
        ),
        (
            ("from: 2027-02-01, tariff: advice", "from: 2027-02-01, tariff: dear"),
            '28:8: "dear" begins on the same day as the tariff above it; write the tariffs in the order of their '
            "first days",
        ),
        (("tariff: advice", "from: 2027-01-01, tariff: too-dear"), "28:26: 0825000003 may cost 0.20 € a minute at "
         "most, not 0.50 €; nobody read that cap in a text that binds: who has, corrects it in dialplans/caps.yaml"),
        (("tariff: advice", "from: 2027-01-01, tariff: free"), "28:26: 0825000003 is a surcharged number and cannot "
         "be free"),
        (("tariff: advice", "from: 2027-01-01, tariff: deer"), '28:26: there is no tariff "deer"; did you mean '
         '"dear"?'),
        (
            ("tariff: advice", "from: 2027-01-15, tariff: dear"),
            "28:8: 0825000003 has the tariff dear from 2027-01-15 on, and operators change prices on the first of a "
            "month only; write from: 2027-02-01",
        ),
        (
            ("tariff: advice", "from: 2027-01-01, tariff: dear, entered: 2026-12-25"),
            "28:40: 0825000003 has the tariff dear from 2027-01-01 on, but that was entered on 2026-12-25: later than "
            "2026-12-24, the last day for it; ask the operator; otherwise it begins on 2027-02-01",
        ),
        (("tariff: advice", "from: 1.1.2027, tariff: dear"), None),
        (("tariff: advice", "from: 2027-01-01, tarif: dear"), None),
    ],
)  # fmt: skip
def test_each_mistake_is_told_where_it_is(book: Path, periods: tuple[str, ...], line: str | None) -> None:
    """Caps and families are looked at for every tariff that is to come."""
    dated(book, *periods)
    lines = told(book)

    assert lines
    assert all(one.startswith("28:") for one in lines)
    if line is not None:
        assert line in lines


def test_a_change_that_nobody_noted_is_asked_for_when_it_is_due(book: Path) -> None:
    """Two weeks before it begins; not earlier, not once it has begun, not when it was noted."""
    dated(book, "tariff: advice", "from: 2027-01-01, tariff: dear")
    made, numbers = read_book(book), read(book / NUMBERS, book, [])

    def lines(*day: int) -> list[str]:
        return [f"{one.line}: {one.rule} {one.message}" for one in due(made, numbers, date(*day))]

    assert lines(2026, 12, 10) == lines(2027, 1, 1) == []
    assert lines(2026, 12, 20) == [
        "28: IVR423 nobody noted that the operator entered the tariff dear of 0825000003; it begins on 2027-01-01, "
        "and has to be entered until 2026-12-24"
    ]
    assert "since 2026-12-24, the last day for it" in lines(2026, 12, 30)[0]


def test_a_first_tariff_that_is_to_come_holds_already(book: Path) -> None:
    """And that is said."""
    dated(book, "from: 2027-01-01, tariff: dear")
    made = read_book(book)

    assert made.services["0825000003"].at(datetime(2026, 1, 1, tzinfo=UTC)).tariff.name == "dear"
    assert [f"{one.rule} {one.message}" for one in due(made, read(book / NUMBERS, book, []), date(2026, 11, 28))] == [
        "IVR424 nothing says what 0825000003 costs before 2027-01-01: it has that tariff already"
    ]


# -- what holds when ---------------------------------------------------------------------------------------------


def made_of(*firsts: date) -> Service:
    """A number whose n-th tariff costs n cents, from the n-th day on."""
    days = [None, *firsts]
    periods = tuple(
        Period(day, Tariff(f"t{cents}", Mode.PER_MINUTE, Decimal(cents) / 100), Terms(str(cents), None, None, 30))
        for cents, day in enumerate(days, 1)
    )
    flow = Flow.model_validate({"flow": "f", "start": "b", "nodes": {"b": {"kind": "bye", "prompt": "x"}}})
    return Service("0899000004", "x", periods[0].tariff, flow, periods[0].terms, periods=periods)


def slow(firsts: list[date], instant: datetime) -> int:
    """The cents in force: go through all days from the first change on, and count what has begun."""
    today = instant.astimezone(PARIS).date()
    if not firsts:
        return 1
    day, cents = min(firsts) - timedelta(days=1), 1
    while day < today:
        day += timedelta(days=1)
        cents += sum(first == day for first in firsts)
    return cents


MONTHS = st.lists(st.dates(date(2024, 1, 1), date(2029, 12, 31)), max_size=5, unique=True).map(sorted)
ODD = [
    date(2028, 2, 29), date(2028, 3, 1), date(2027, 3, 1), date(2026, 12, 31), date(2027, 1, 1), date(2026, 10, 25),
    date(2027, 3, 28), date(2026, 4, 30),
]  # fmt: skip
BEGIN = datetime(2023, 12, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 6 * 366 * 86400).map(lambda seconds: BEGIN + timedelta(seconds=seconds)) | st.builds(
    # around midnight in Paris of odd days: leap days, month ends, both changes of the clocks
    lambda day, seconds: (
        datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC) + timedelta(seconds=seconds)
    ),
    st.sampled_from(ODD),
    st.integers(-7300, 7300),
)  # fmt: skip


@given(MONTHS | st.lists(st.sampled_from(ODD), unique=True).map(sorted), INSTANTS)
def test_the_tariff_of_an_instant_is_the_obvious_one(firsts: list[date], instant: datetime) -> None:
    """Month ends, leap days, the hours that clocks skip and repeat; terms and tariff change together."""
    held = made_of(*firsts).at(instant)
    cents = slow(firsts, instant)

    assert (f"t{cents}", str(cents)) == (held.tariff.name, held.terms.announcement)


def test_it_changes_at_midnight_in_paris() -> None:
    """In winter that is 23:00 UTC, in summer 22:00."""
    service = made_of(date(2027, 1, 1), date(2027, 7, 1))

    def cents(*instant: int) -> str:
        return service.at(datetime(*instant, tzinfo=UTC)).tariff.name  # type: ignore[arg-type, misc]

    assert [
        cents(2026, 12, 31, 22, 59, 59), cents(2026, 12, 31, 23),
        cents(2027, 6, 30, 21, 59, 59), cents(2027, 6, 30, 22),
    ] == ["t1", "t2", "t2", "t3"]  # fmt: skip


# -- what else looks at it ---------------------------------------------------------------------------------------


def names(book: Book) -> set[str]:
    return {one.name for one in book.utterances() if one.name.startswith("announcement/")}


def test_what_is_to_come_is_baked_already(book: Path) -> None:
    """At midnight nobody bakes."""
    dated(book, "tariff: advice", "from: 2027-01-01, tariff: dear")
    made = read_book(book)

    assert {period.terms.announcement for one in made.services.values() for period in one.periods} - {None} <= names(
        made
    )
    assert "announcement/per-minute-0-20" in names(made)


def test_the_message_of_a_ceiling_to_come_is_used(book: Path) -> None:
    """Of a short number that is free today and surcharged tomorrow, and the only one with a ceiling."""
    numbers = book / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8")
    kept = "".join(part for part in re.split(r'(?m)^(?=")', text)[1:] if re.match(r'"080[0-9]', part))
    numbers.write_text(
        kept + '"3615":\n  label: x\n  flow: repair\n  tariff:\n    - tariff: free\n'
        "    - {from: 2027-01-01, tariff: dear}\n",
        encoding="utf-8",
    )  # fmt: skip
    (book / "dialplans" / "properties.yaml").unlink()
    crises = book / "dialplans" / "crises.yaml"
    crises.write_text(crises.read_text(encoding="utf-8").replace('"0825000003", ', ""), encoding="utf-8")
    made = read_book(book)

    assert "limits" in uses(made)["ceiling"]
    assert not [one for one in made.warnings if one.rule == "IVR285" and '"ceiling"' in one.message]


def test_diff_tells_what_is_to_come(book: Path) -> None:
    """With its day; and what will come no longer."""
    old = read_book(book)
    dated(book, "tariff: advice", "from: 2027-01-01, tariff: dear, entered: 2026-12-01")
    new = read_book(book)
    before, after = datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)

    assert list(changes(old, new, before)) == ["0825000003: will cost 0.20 € a minute from 2027-01-01 on"]
    assert list(changes(new, old, before)) == ["0825000003: will no longer change to 0.20 € a minute on 2027-01-01"]
    assert list(changes(old, new, after)) == ["0825000003: costs 0.20 € a minute instead of 0.15 € a minute"]


def test_a_property_is_held_against_what_is_to_come(book: Path) -> None:
    """A price that a coming tariff breaks is told today, with a call of then."""
    now = datetime(2026, 11, 28, tzinfo=UTC)
    properties = book / "dialplans" / "properties.yaml"
    properties.write_text('- never: costs more than 4 euros\n  numbers: ["0891000107"]\n', encoding="utf-8")
    edit(book, "tariffs.yaml", "", "\nmore: {mode: per_call, price: 2.99}\nmost: {mode: per_call, price: 3.00}\n")
    assert promises_told(read_book(book), now) == []
    properties.write_text('- never: costs more than 2.99 euros\n  numbers: ["0891000107"]\n', encoding="utf-8")
    assert promises_told(read_book(book), now) == []
    edit(
        book, "numbers.yaml", "  tariff: guide-code\n",
        "  tariff:\n    - tariff: guide-code\n    - {from: 2027-01-01, tariff: more}\n"
        "    - {from: 2027-02-01, tariff: most}\n",
    )  # fmt: skip

    (problem,) = promises_told(read_book(book), now)
    assert "0891000107 breaks" in problem.message
    assert "--at=2027-02" in problem.hint


def test_the_law_is_held_against_what_is_to_come(book: Path) -> None:
    """A connection service is per call only: a price a minute breaks the law from its first day on."""
    edit(
        book, "numbers.yaml", "",
        '\n"0899000199":\n  label: x\n  owner: chaleur\n  purpose: connection\n  connects: "0145000000"\n'
        "  description: Mise en relation avec un confrère.\n  flow: repair\n"
        "  tariff:\n    - tariff: guide-code\n    - {from: 2027-01-01, tariff: dear}\n",
    )  # fmt: skip
    made = read_book(book)

    def lines(*day: int) -> list[str]:
        return [one.message for one in unlawful(made, book, date(*day)) if one.rule == "IVR507"]

    (today,), (then,) = lines(2026, 11, 28), lines(2027, 1, 1)
    assert today == f"from 2027-01-01 on: {then}"


def edit(book: Path, file: str, old: str, new: str) -> None:
    """Write in a file; what is to be replaced stands there once ("": at the end)."""
    path = book / "dialplans" / file
    text = path.read_text(encoding="utf-8")
    assert not old or text.count(old) == 1
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
