"""The golden lists: what is said for several hundred values, a line each, to be read by who speaks the language."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.values.numerals import cardinal, decimal, ordinal
from ivr.values.saying import amount, phone
from tests.values.golden_kinds import say

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.tsv"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_value_of_the_golden_list_is_said_as_written(path: Path) -> None:
    """One line a case: kind, value, words."""
    cases = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    said = {(kind, value): say(kind, value, path.stem) for kind, value, _ in cases}

    assert said == {(kind, value): words for kind, value, words in cases}


def test_the_golden_lists_are_several_hundred_cases() -> None:
    """In every language and variant."""
    lines = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in GOLDEN}

    assert set(lines) == {"fr", "fr-BE", "fr-CH", "en"}
    assert sum(lines.values()) > 600


def test_no_country_says_the_tens_of_another() -> None:
    """From 0 to 999 in each variant, and each number has words of its own."""
    said = {language: [cardinal(number, language) for number in range(1000)] for language in ("fr", "fr-BE", "fr-CH")}

    assert all(len(set(words)) == 1000 for words in said.values())
    assert not re.search("septante|huitante|nonante", " ".join(said["fr"]))
    assert not re.search("soixante-dix|soixante et onze|soixante-quinze|huitante|vingt-dix", " ".join(said["fr-BE"]))
    assert not re.search("soixante-dix|soixante et onze|quatre-vingt", " ".join(said["fr-CH"]))


@given(st.integers(0, 10**12 - 1), st.sampled_from(["fr", "fr-BE", "fr-CH"]))
@settings(max_examples=150, deadline=None)
def test_a_plural_s_stands_only_at_the_end_or_before_a_million(number: int, language: str) -> None:
    """`deux cents`, `deux cents millions`; but `deux cent mille`, `deux cent un`."""
    words = cardinal(number, language)

    assert not re.search(r"(?:cents|vingts)(?! million| milliard|$)", words)


@given(st.decimals(0, 10**6, places=2))
@settings(max_examples=150, deadline=None)
def test_an_amount_has_its_euros_and_its_cents(value: Decimal) -> None:
    """And one of anything is said in the singular."""
    words = amount(value)
    euros, cents = divmod(int(value * 100), 100)

    assert ("centime" in words) == (euros == 0 and cents > 0)
    assert ("euro" in words) == (euros > 0 or cents == 0)
    assert ("euros" in words) == (euros > 1)


@given(st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True), st.sampled_from(["fr", "fr-BE", "fr-CH", "en"]))
@settings(max_examples=150, deadline=None)
def test_any_phone_number_can_be_said(number: str, language: str) -> None:
    """Whatever callers type."""
    assert phone(number, language)


def test_what_is_too_large_to_be_said_is_spelled() -> None:
    """Nobody says a billion of billions, and no library is asked to."""
    assert cardinal(10**12).startswith("un zéro zéro")
    assert decimal(Decimal(10**12)) == cardinal(10**12)
    assert ordinal(10**12) == cardinal(10**12)
    assert ordinal(0) == "zéro"
