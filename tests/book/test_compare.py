"""What changes for callers: twenty faults put into the demonstration are each told, and what nobody notices is not."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.book.compare import changes

DEMO = Path(__file__).parents[2]
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)

# file, what stands there once, what is written instead
Edit = tuple[str, str, str]

REPAIR, ADVICE, ORDERS = (f"dialplans/flows/{name}.yaml" for name in ("repair", "advice", "orders"))
AFTER_SALES, WORKSHOP = "dialplans/flows/after-sales.yaml", "dialplans/flows/workshop.yaml"
TRACKING, CUSTOMERS = "dialplans/flows/tracking.yaml", "dialplans/flows/customers.yaml"
CALENDARS, NUMBERS, TARIFFS = (f"dialplans/{name}.yaml" for name in ("calendars", "numbers", "tariffs"))
BOILER = "  boiler:\n    kind: transfer\n    prompt: transfer\n    to: "


@pytest.fixture(scope="module")
def demo() -> Book:
    return read_book(DEMO)


def edited(to: Path, *edits: Edit) -> Book:
    """The demonstration with these edits; the properties that they may break are left out."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, to / part, ignore=shutil.ignore_patterns("tests"))
    (to / "dialplans" / "properties.yaml").unlink()
    for file, old, new in edits:
        text = (to / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
        (to / file).write_text(text.replace(old, new), encoding="utf-8")
    return read_book(to)


def told(demo: Book, to: Path, *edits: Edit) -> list[str]:
    return list(changes(demo, edited(to, *edits), MONDAY))


FAULTS: dict[str, tuple[Edit, str]] = {
    "two options swapped": (
        (REPAIR, '"1": heating, "2": boiler', '"1": boiler, "2": heating'),
        "0899000004, menu, key 1: rings camille instead of camille, karim",
    ),
    "an option that leads elsewhere": (
        (REPAIR, '"2": boiler', '"2": contract'),
        "0899000004, menu, key 2: goes to contract (says",
    ),
    "an option more": (
        (ORDERS, '"3": address', '"3": address, "7": address'),
        "0806000002, when office is open: menu, key 7 is new",
    ),
    "another cause at the end": (
        (CUSTOMERS, "cause: rejected", "cause: busy"),
        "ends the call as busy instead of rejected",
    ),
    "a wrong agent": (
        (REPAIR, f"{BOILER}camille", f"{BOILER}karim"),
        "0899000004, menu, key 2: rings karim instead of camille",
    ),
    "a wrong calendar": (
        (ADVICE, "calendar: office", "calendar: always"),
        "0825000003, when",
    ),
    "closed where open": (
        (ORDERS, "{open: welcome, closed: closed}", "{open: closed, closed: welcome}"),
        "0806000002, when office is open",
    ),
    "silence that ends the call": (
        (ADVICE, "exits: {silence: operator, wrong: operator}", "exits: {silence: bye, wrong: operator}"),
        "0825000003, menu, silence: goes to bye (says “Merci de votre appel. Au revoir.”) instead of operator",
    ),
    "a wrong key that ends the call": (
        (ADVICE, "exits: {silence: operator, wrong: operator}", "exits: {silence: operator, wrong: bye}"),
        "0825000003, menu, a wrong key: goes to bye",
    ),
    "another prompt": (
        (ORDERS, "prompt: welcome-orders", "prompt: welcome-advice"),
        "says “Bienvenue au conseil chauffage de Chaleur et Compagnie.” instead of “Bienvenue au suivi",
    ),
    "another text": (
        ("prompts/fr.yaml", "goodbye: Merci de votre appel. Au revoir.", "goodbye: Au revoir et merci."),
        "the prompt goodbye says “Au revoir et merci.” instead of “Merci de votre appel. Au revoir.”",
    ),
    "a welcome lost": (
        (ADVICE, "open: welcome", "open: menu"),
        "0825000003, when office is open: no longer says “Bienvenue au conseil chauffage",
    ),
    "fewer attempts": (
        (REPAIR, "    prompt: menu-repair\n", "    prompt: menu-repair\n    silences: 1\n"),
        "0899000004, menu, silence: goes to operator",
    ),
    "a shorter ring": (
        (REPAIR, f"{BOILER}camille\n", f"{BOILER}camille\n    ring: 10\n"),
        "0899000004, menu, key 2: rings camille for 10 s instead of 25 s",
    ),
    "less time for a key": (
        (REPAIR, "    prompt: menu-repair\n", "    prompt: menu-repair\n    first_key: 2\n"),
        "waits 2 s instead of 5 s for a key",
    ),
    "another exit of a ring": (
        (
            REPAIR,
            f"{BOILER}camille\n    exits: {{busy: busy, no_answer: nobody",
            f"{BOILER}camille\n    exits: {{busy: nobody, no_answer: nobody",
        ),
        "0899000004, menu, key 2, camille busy: goes to nobody (says",
    ),
    "a question left out": (
        (ORDERS, "exits: {done: menu}\n  menu", "exits: {done: operator}\n  menu"),
        "0806000002, when office is open: goes to operator",
    ),
    "open an hour longer": (
        (CALENDARS, "monday: [09:00-12:00, 14:00-18:00]", "monday: [09:00-12:00, 14:00-19:00]"),
        "on Mondays from 18:00 to 19:00: open instead of closed",
    ),
    "a price": (
        (TARIFFS, "price: 0.15", "price: 0.18"),
        "0825000003: costs 0.18 € a minute instead of 0.15 € a minute",
    ),
    "another flow": (
        (NUMBERS, "tariff: plain\n  flow: orders", "tariff: plain\n  flow: after-sales"),
        "0806000002, ",
    ),
    "a look-up that fails": (
        (TRACKING, "not_found: unknown, failed: missed", "not_found: missed, failed: unknown"),
        "look-up: not found",
    ),
    "a list turned round": (
        (CUSTOMERS, "exits: {allowed: often, blocked: blocked}", "exits: {allowed: blocked, blocked: often}"),
        "0805000024, ",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_put_into_the_book_is_told(demo: Book, tmp_path: Path, fault: str) -> None:
    """In a sentence that says where in a call it is met."""
    edit, sentence = FAULTS[fault]
    sentences = told(demo, tmp_path, edit)

    assert [one for one in sentences if sentence in one], sentences


def test_there_are_twenty_faults() -> None:
    """Fewer would show less."""
    assert len(FAULTS) >= 20


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
