"""Directories that cannot find everybody are told of, and the names of those who can be found are baked."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import Book, read_book

DEMO = Path(__file__).parents[2]
FLOW = "dialplans/flows/names.yaml"
KARIM = "      - {to: karim, name: Karim Benali}\n"


def edited(book: Path, more: str, then: str = "") -> Book:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, book / part)
    flow = book / FLOW
    text = flow.read_text(encoding="utf-8")
    assert KARIM in text
    flow.write_text(text.replace(KARIM, KARIM + more).replace("    exits:", then + "    exits:", 1), encoding="utf-8")
    return read_book(book)


def told(book: Book) -> list[str]:
    return [f"{one.rule} {one.message}" for one in book.warnings if one.file == FLOW]


@pytest.mark.parametrize(("many", "letters", "warned"), [(8, 3, False), (9, 3, True), (9, 8, False)])
def test_more_names_than_can_be_offered_are_told(tmp_path: Path, many: int, letters: int, warned: bool) -> None:
    """Unless more letters tell them apart."""
    more = "".join(f"      - {{to: karim, name: Zoé Namur{'abcdghjmp'[place] * 3}}}\n" for place in range(many))
    found = told(edited(tmp_path, more, f"    letters: {letters}\n    by: last\n"))

    assert bool(found) is warned, found
    last = 'IVR593 "directory" has 9 names that are spelt 626, and offers 8: not Zoé Namurppp'
    assert all(one == last for one in found)


def test_somebody_listed_twice_is_told(tmp_path: Path) -> None:
    """Not two of one name."""
    book = edited(tmp_path, "      - {to: karim, name: Karim BÉNALI}\n      - {to: camille, name: Karim Benali}\n")

    assert told(book) == ['IVR594 "directory" has Karim BÉNALI twice, who is offered twice']


def test_a_good_one_is_not_told_and_its_names_are_baked() -> None:
    """And what is said between them, in every language."""
    book = read_book(DEMO)
    said = {(one.language, one.name): one.text for one in book.utterances()}

    assert told(book) == []
    assert said["fr", "person/camille-lefevre"] == "Camille Lefèvre"
    assert (said["fr", "directory/press-8"], said["en", "directory/press-1"]) == ("tapez 8.", "press 1.")
