"""What callers are told of how long it takes: near the truth, in whole sentences, in their language."""

import pytest

from ivr.values.estimate import LONGER, STEPS, estimates, names, place, step, tongue


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
    assert tongue("fr-BE", None) == "fr-BE"
