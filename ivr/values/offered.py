"""What a directory says between the names: which key takes whom."""

from ivr.values.numerals import base
from ivr.values.phrase import Utterance

MOST = 8  # names that are offered at once


def press(key: int) -> str:
    """The name of what says a key after a name."""
    return f"directory/press-{key}"


def presses(language: str) -> list[Utterance]:
    """All of them."""
    word = "press" if base(language) == "en" else "tapez"
    return [Utterance(language, press(key), f"{word} {key}.") for key in range(1, MOST + 1)]
