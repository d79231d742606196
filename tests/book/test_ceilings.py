"""``ceilings.yaml``: what one caller may spend a month, and what of it can be wrong."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook

DEMO = Path(__file__).parents[2]
NUMBER = "0899000004"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, text: str) -> None:
    (book / "dialplans" / "ceilings.yaml").write_text(text, encoding="utf-8")


def test_only_numbers_that_cost_something_have_one() -> None:
    """300 € in the demonstration, with its message."""
    services = read_book(DEMO).services.values()

    assert all((service.terms.ceiling is not None) is service.tariff.surcharged for service in services)
    assert {service.terms.ceiling.most for service in services if service.terms.ceiling} == {Decimal(300)}
    assert {service.terms.ceiling.prompt for service in services if service.terms.ceiling} == {"ceiling"}


def test_without_the_file_the_law_holds(book: Path) -> None:
    """300 €; the message is the prompt `ceiling`, and in a book that has none the apology."""
    (book / "dialplans" / "ceilings.yaml").unlink()
    ceiling = read_book(book).services[NUMBER].terms.ceiling
    texts = book / "prompts" / "fr.yaml"
    texts.write_text(texts.read_text(encoding="utf-8").replace("\nceiling:", "\nother:"), encoding="utf-8")
    without = read_book(book).services[NUMBER].terms.ceiling

    assert ceiling is not None
    assert without is not None
    assert (ceiling.most, ceiling.prompt, ceiling.zone.key) == (Decimal(300), "ceiling", "Europe/Paris")
    assert without.prompt == "fallback"


def test_a_number_may_have_its_own(book: Path) -> None:
    """With its own month and message."""
    write(book, "default: {most: 300}\nreunion: {most: 50.50, zone: Indian/Reunion, prompt: nobody}\n")
    numbers = book / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8").replace("  flow: repair\n", "  flow: repair\n  ceiling: reunion\n")
    numbers.write_text(text, encoding="utf-8")
    ceiling = read_book(book).services[NUMBER].terms.ceiling

    assert ceiling is not None
    assert (ceiling.most, ceiling.prompt, ceiling.zone.key) == (Decimal("50.50"), "nobody", "Indian/Reunion")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("default: {prompt: cieling}\n", 'IVR201 there is no prompt "cieling"'),
        ("default: {zone: Europe/Lille}\n", 'there is no time zone "Europe/Lille"'),
        ("default: {most: 2}\n", "default.most"),
        ("Default: {most: 20}\n", 'IVR222 "Default" cannot be a name'),
    ],
)
def test_what_is_wrong_in_it_is_told(book: Path, text: str, told: str) -> None:
    """A message nobody wrote, a zone that does not exist, less than the dearest call, a name that is none."""
    write(book, text)
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert any(told in f"{problem.rule} {problem.message} {problem.where}" for problem in bad.value.problems)
    assert any(problem.file == "dialplans/ceilings.yaml" for problem in bad.value.problems)


def test_a_ceiling_that_nobody_wrote_is_told(book: Path) -> None:
    """At the number."""
    numbers = book / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8").replace("  flow: repair\n", "  flow: repair\n  ceiling: reunion\n")
    numbers.write_text(text, encoding="utf-8")
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [(one.rule, one.message) for one in bad.value.problems] == [("IVR201", 'there is no ceiling "reunion"')]
