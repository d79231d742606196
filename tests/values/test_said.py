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
    ("ordinal", "1", "premier", "first"),
    ("ordinal", "21", "vingt et unième", "twenty-first"),
    ("amount", "12.50", "douze euros cinquante", "twelve euros and fifty cents"),
    ("amount", "1 250,00 €", "mille deux cent cinquante euros", "one thousand two hundred and fifty euros"),
    ("amount", "0.80", "quatre-vingts centimes", "eighty cents"),
    ("amount", "-3", "moins trois euros", "minus three euros"),
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
        ("ordinal", "-1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_said(manner: Manner, value: str) -> None:
    """The flow says something else in its place."""
    assert said(manner, value) is None


def test_each_manner_is_tried() -> None:
    assert {manner for manner, *_ in GOLDEN} == set(get_args(Manner))


def test_other_names_have_no_words() -> None:
    assert words("goodbye", "fr") is None
    assert words("said/nothing/12", "fr") is None
