"""What changes for callers: twenty faults put into the demonstration are each told, and what nobody notices is not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.book.compare import changes
from tests.book.faults import CALENDARS, DEMO, FAULTS, NUMBERS, ORDERS, REPAIR, Edit, edited, faulty

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> Book:
    return read_book(DEMO)


def told(demo: Book, to: Path, *edits: Edit) -> list[str]:
    return list(changes(demo, edited(to, *edits), MONDAY))


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_put_into_the_book_is_told(demo: Book, fault: str) -> None:
    """In a sentence that says where in a call it is met."""
    sentences = list(changes(demo, faulty(fault), MONDAY))

    assert [one for one in sentences if FAULTS[fault].differs in one], sentences


def test_a_renamed_node_and_another_order_are_no_change(demo: Book, tmp_path: Path) -> None:
    """Callers hear no names."""
    text = (DEMO / REPAIR).read_text(encoding="utf-8")
    head, _, nodes = text.partition("nodes:\n")
    boiler = nodes.index("  boiler:")
    contract = nodes.index("  contract:")
    moved = nodes[:boiler] + nodes[contract:] + nodes[boiler:contract]
    book = edited(tmp_path)
    renamed = (head + "nodes:\n" + moved).replace("boiler", "furnace")
    (tmp_path / REPAIR).write_text(renamed, encoding="utf-8")

    assert list(changes(demo, book, MONDAY)) == []
    assert renamed != text
    assert list(changes(demo, read_book(tmp_path), MONDAY)) == []


def test_numbers_that_come_and_go(demo: Book, tmp_path: Path) -> None:
    """A new one with its label."""
    book = edited(tmp_path, (NUMBERS, '"0805000026":', '"0805000029":'))
    sentences = list(changes(demo, book, MONDAY))

    assert "0805000026 is no longer ours" in sentences
    assert "0805000029 is new: Chaleur & Cie, atelier" in sentences


def test_hours_of_single_dates_are_told_by_date(demo: Book, tmp_path: Path) -> None:
    """A rule is told by weekday, an exception by its date."""
    sentences = told(demo, tmp_path, (CALENDARS, "hours: [09:00-12:00]", "hours: [09:00-11:00]"))

    assert [one for one in sentences if "on 2026-12-24 from 11:00 to 12:00: exception instead of open" in one], (
        sentences
    )


def test_what_depends_on_the_hour_is_told_with_its_hours(tmp_path: Path) -> None:
    """Of calls that come to the same key, only some notice: those of Mondays from 18:00."""
    late = "\nshop:\n  zone: Europe/Paris\n  week: {monday: [09:00-19:00], tuesday: [09:00-18:00]}\nalways:\n"
    daily = late.replace("[09:00-19:00]", "[09:00-18:00]").replace("shop", "daily")[: -len("always:\n")]
    evening = (
        "  evening:\n    kind: hours\n    calendar: {}\n    exits: {{open: invoice, closed: nobody}}\n  invoice:\n"
    )

    def book(to: Path, calendar: str) -> Book:
        return edited(
            to,
            (CALENDARS, "\nalways:\n", daily + late),
            (ORDERS, '"2": invoice', '"2": evening'),
            (ORDERS, "calendar: office", "calendar: always"),
            (ORDERS, "  invoice:\n", evening.format(calendar)),
        )

    sentences = list(changes(book(tmp_path / "old", "shop"), book(tmp_path / "new", "daily"), MONDAY))

    assert len(sentences) == 2, sentences
    assert sentences[0].startswith("0806000002, on Mondays from 18:00 to 19:00, menu, key 2: goes to nobody (says")
    assert " instead of invoice (says" in sentences[0]
    assert sentences[1].startswith("0806000002, when daily is opened by hand, menu, key 2: goes to invoice (says")
