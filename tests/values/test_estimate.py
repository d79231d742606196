"""What callers are told of how long it takes: near the truth, in whole sentences, in their language."""

import pytest

from ivr.values.estimate import LONGER, STEPS, estimates, names, place, retold, step, tongue


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, None), (0.0, None), (7.9, None), (8.0, 10), (32.0, 30), (38.0, 40), (67.0, 60), (69.0, 75), (3600.0, 3600),
     (5000.0, 3600), (9000.0, LONGER)],
)  # fmt: skip
def test_a_wait_is_told_by_the_nearest_step(seconds: float | None, told: int | None) -> None:
    """Nothing is said where it is not known, nor of a moment."""
    assert step(seconds) == told


def test_no_wait_of_up_to_an_hour_is_told_a_sixth_wrong() -> None:
    """Of the thirty hundredths by which it may be wrong, rounding has about half."""
    for wait in (13.0 * 1.01**power for power in range(565)):
        told = step(wait)
        assert told is not None
        assert told == pytest.approx(wait, rel=1 / 6), wait


def test_each_step_is_a_sentence_in_each_language_that_has_numbers() -> None:
    """And a file of its own, in a language that is a style of the caller's."""
    texts = {(one.language, one.name): one.text for one in estimates(("fr", "en", "de"))}

    assert {name for _, name in texts} == set(names())
    assert len(texts) == 2 * (len(STEPS) + 1)
    assert texts["fr", "waits/90"] == "Votre attente est estimée à environ une minute et trente secondes."
    assert texts["en", "waits/40"] == "Your estimated waiting time is about forty seconds."
    assert texts["fr", f"waits/{LONGER}"] == "Votre attente est estimée à plus d'une heure."
    assert place("en", "waits/40") == (tongue("en", 40), "wait") == ("en_40", "wait")
    assert place("en", "wait-online") == ("en", "wait-online")
    assert place("en-GB", "wait-online") == ("en_en-GB", "wait-online")


@pytest.mark.parametrize(
    ("language", "plain", "told"),
    [("fr", "fr", "fr_40"), ("en", "en", "en_40"), ("fr-BE", "fr_fr-BE", "fr_fr-BE_40"),
     ("en-GB", "en_en-GB", "en_en-GB_40"), ("de", "fr_de", "fr_de_40"), ("de-CH", "fr_de-CH", "fr_de-CH_40")],
)  # fmt: skip
def test_what_a_variant_lacks_asterisk_says_in_its_language(language: str, plain: str, told: str) -> None:
    """All styles of one in which it has places; a wait is told by a style of that, and taken away again."""
    assert (tongue(language, None), tongue(language, 40)) == (plain, told)
    assert (retold(plain, 40), retold(told, 40), retold(told, None)) == (told, told, plain)
