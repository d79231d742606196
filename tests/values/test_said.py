"""Values that only the call knows, in words: whatever people type and systems answer."""

from typing import get_args

import pytest

from ivr.values.said import Manner, said, words

GOLDEN: list[tuple[Manner, str, str, str]] = [
    ("text", "Camille  Dupont", "Camille Dupont", "Camille Dupont"),
    ("digits", "0612", "zéro six un deux", "zero six one two"),
    ("digits", "06 12", "zéro six un deux", "zero six one two"),
    ("number", "80", "quatre-vingts", "eighty"),
    ("number", "1250", "mille deux cent cinquante", "one thousand two hundred and fifty"),
    ("number", "12,5", "douze virgule cinq", "twelve point five"),
    ("number", "1'250", "mille deux cent cinquante", "one thousand two hundred and fifty"),
    ("feminine-number", "1", "une", "one"),
    ("feminine-number", "21", "vingt et une", "twenty-one"),
    ("feminine-number", "22", "vingt-deux", "twenty-two"),
    ("feminine-number", "81", "quatre-vingt-une", "eighty-one"),
    ("ordinal", "1", "premier", "first"),
    ("feminine-ordinal", "1", "première", "first"),
    ("feminine-ordinal", "2", "deuxième", "second"),
    ("feminine-ordinal", "21", "vingt et unième", "twenty-first"),
    ("ordinal", "21", "vingt et unième", "twenty-first"),
    ("amount", "12.50", "douze euros cinquante", "twelve euros and fifty cents"),
    ("amount", "1 250,00 €", "mille deux cent cinquante euros", "one thousand two hundred and fifty euros"),
    ("amount", "0.80", "quatre-vingts centimes", "eighty cents"),
    ("amount", "-3", "moins trois euros", "minus three euros"),
    ("amount", "12.50 EUR", "douze euros cinquante", "twelve euros and fifty cents"),
    ("amount", "12.50 CHF", "douze francs cinquante", "twelve francs and fifty centimes"),
    ("amount", "CHF 1'250.00", "mille deux cent cinquante francs", "one thousand two hundred and fifty francs"),
    ("amount", "Fr. 5", "cinq francs", "five francs"),
    ("francs", "1", "un franc", "one franc"),
    ("francs", "0.80", "quatre-vingts centimes", "eighty centimes"),
    ("francs", "85.90 CHF", "quatre-vingt-cinq francs quatre-vingt-dix", "eighty-five francs and ninety centimes"),
    ("francs", "2000000", "deux millions de francs", "two million francs"),
    ("date", "2026-12-24", "le jeudi vingt-quatre décembre deux mille vingt-six",
     "Thursday the twenty-fourth of December twenty twenty-six"),
    ("date", "24122026", "le jeudi vingt-quatre décembre deux mille vingt-six",
     "Thursday the twenty-fourth of December twenty twenty-six"),
    ("date", "2026-12-24T09:30:00+01:00", "le jeudi vingt-quatre décembre deux mille vingt-six",
     "Thursday the twenty-fourth of December twenty twenty-six"),
    ("time", "14:30", "quatorze heures trente", "two thirty in the afternoon"),
    ("time", "2026-12-24T09:30:00+01:00", "neuf heures trente", "nine thirty in the morning"),
    ("duration", "5400", "une heure et trente minutes", "one hour and thirty minutes"),
    ("wait", "550", "environ dix minutes", "about ten minutes"),
    ("phone", "0320123456", "zéro trois, vingt, douze, trente-quatre, cinquante-six",
     "zero three, two zero, one two, three four, five six"),
    ("phone", "+33320123456", "zéro trois, vingt, douze, trente-quatre, cinquante-six",
     "zero three, two zero, one two, three four, five six"),
    ("phone", "06.12-34 56(78)", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
     "zero six, one two, three four, five six, seven eight"),
    ("phone", "36-30", "trente-six, trente", "three six, three zero"),
]  # fmt: skip


@pytest.mark.parametrize(("manner", "value", "french", "english"), GOLDEN)
def test_a_value_has_its_words(manner: Manner, value: str, french: str, english: str) -> None:
    """The name holds the value, so a tape tells what was said."""
    name = said(manner, value)

    assert name is not None
    assert name.startswith(f"said/{manner}/")
    assert words(name, "fr") == french
    assert words(name, "en") == english


@pytest.mark.parametrize(
    ("manner", "value"),
    [
        ("text", ""), ("text", "…"), ("text", "a\x00b"), ("text", "x" * 300), ("digits", "12a"), ("digits", "²"),
        ("number", "many"), ("number", "nan"), ("amount", "Infinity"), ("amount", "1e30"), ("amount", "12.5.0"),
        ("date", "31022026"), ("date", "demain"), ("time", "25:00"), ("duration", "x"), ("phone", "06-x"),
        ("ordinal", "-1"), ("feminine-ordinal", "-1"), ("feminine-number", "x"), ("francs", "12.50 €"),
        ("francs", "CHF"), ("phone", "+"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_said(manner: Manner, value: str) -> None:
    """The flow says something else in its place."""
    assert said(manner, value) is None


@pytest.mark.parametrize(
    ("manner", "value", "belgian", "swiss"),
    [
        ("number", "75", "septante-cinq", "septante-cinq"),
        ("feminine-number", "81", "quatre-vingt-une", "huitante et une"),
        ("ordinal", "90", "nonantième", "nonantième"),
        ("feminine-ordinal", "71", "septante et unième", "septante et unième"),
        ("amount", "91.80", "nonante et un euros quatre-vingts", "nonante et un euros huitante"),
        ("francs", "0.80", "quatre-vingts centimes", "huitante centimes"),
        ("francs", "79.95", "septante-neuf francs nonante-cinq", "septante-neuf francs nonante-cinq"),
        ("phone", "+41 (0)21 624 80 90",
         "plus quarante et un, vingt et un, six cent vingt-quatre, quatre-vingts, nonante",
         "zéro vingt et un, six cent vingt-quatre, huitante, nonante"),
    ],
)  # fmt: skip
def test_a_value_is_said_as_its_country_says_it(manner: Manner, value: str, belgian: str, swiss: str) -> None:
    """One name, the words of each variant."""
    name = said(manner, value) or ""

    assert (words(name, "fr-BE"), words(name, "fr-CH")) == (belgian, swiss)


def test_each_manner_is_tried() -> None:
    assert {manner for manner, *_ in GOLDEN} == set(get_args(Manner))


def test_other_names_have_no_words() -> None:
    assert words("goodbye", "fr") is None
    assert words("said/nothing/12", "fr") is None
