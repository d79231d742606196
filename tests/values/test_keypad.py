"""Names on the keypad: accents folded, small words and hyphens in nobody's way."""

import pytest

from ivr.values.keypad import folded, parts, person_name, spelt


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Éloïse", "356473"),
        ("Jean-Pierre", "5326743773"),
        ("D'Arc", "3272"),
        ("Çelik", "23545"),
        ("Œuvrard", "63887273"),
        ("Strauß", "7872877"),
        ("wxyz pqrs", "99997777"),
        ("Łukasz", "585279"),
        ("42", ""),
    ],
)
def test_a_name_is_spelt_by_the_keys_of_its_letters(name: str, keys: str) -> None:
    """ITU-T E.161; what is no letter is left out."""
    assert spelt(name) == keys


def test_a_last_name_may_begin_at_any_of_its_words() -> None:
    """Nobody knows how `de la Tour` is filed."""
    assert parts("Zoé de la Tour") == ("963", ("33528687", "528687", "8687"))
    assert parts("Madonna") == ("6236662", ())


def test_what_is_said_has_a_name_that_a_file_can_have() -> None:
    """Two who are called alike are said alike."""
    assert folded("  Zoé  D'ANGE ") == "zoe dange"
    assert person_name("Zoé D'Ange") == person_name("Zoe Dange") == "person/zoe-dange"
