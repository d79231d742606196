"""Which keys a text tells callers to press: what people really write, in two languages."""

import pytest

from ivr.book.spoken import spoken


@pytest.mark.parametrize(
    ("language", "text", "keys"),
    [
        ("fr", "Pour une panne, tapez 1. Pour une pièce, tapez 2.", ["1", "2"]),
        ("fr", "Pour une panne, faites le 1 ; pour une pièce, appuyez sur la touche 2.", ["1", "2"]),
        ("fr", "Pour les ventes, tapez un. Pour le reste, tapez zéro.", ["1", "0"]),
        ("fr", "Pour réécouter, appuyez sur étoile ; pour terminer, sur dièse.", ["*", "#"]),
        ("fr", "Pour un conseiller, faites le 0 ou la touche étoile.", ["0", "*"]),
        ("fr", "Tapez 1, 2 ou 3.", ["1", "2", "3"]),
        ("fr", "Pour les devis, composez le 12.", ["12"]),
        ("en", "For sales, press 1. For support, press two or the star key.", ["1", "2", "*"]),
        ("en", "To hear this again, press pound.", ["#"]),
        ("en", "For the operator, dial 0.", ["0"]),
    ],
)
def test_keys_as_people_write_them(language: str, text: str, keys: list[str]) -> None:
    """Digits, words and signs, after any of the usual verbs."""
    assert [key for one in spoken(text, language) for key in one.keys] == keys


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Tapez votre numéro de client, qui a huit chiffres."),
        ("fr", "Tapez 4 chiffres, puis attendez."),
        ("fr", "Faites un choix dans la liste."),
        ("fr", "En cas d'urgence, composez le 15 ou le 112."),
        ("fr", "Composez le 0800000001 pour le service après-vente."),
        ("fr", "Nous fermons à 18 heures le 24 décembre."),
        ("en", "Press one of the keys."),
        ("en", "Enter 6 digits."),
        ("de", "Drücken Sie die 1."),
    ],
)
def test_numbers_that_are_no_keys(language: str, text: str) -> None:
    """Counts, times, telephone numbers, and languages whose verbs we do not know."""
    assert spoken(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "early"),
    [
        ("fr", "Tapez 1 pour les ventes.", True),
        ("fr", "Pour les ventes, tapez 1 pour aller plus vite.", False),
        ("fr", "Pour les ventes, tapez 1.", False),
        ("en", "Press 1 for sales.", True),
        ("en", "For sales, press 1.", False),
    ],
)
def test_the_key_before_what_it_is_for(language: str, text: str, early: bool) -> None:
    """Who hears the key first has forgotten it when he hears that it is his."""
    (option,) = spoken(text, language)

    assert option.early is early
