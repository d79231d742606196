"""What an agent is told of a call before he talks, as utterances that are baked ahead: never heard by a caller."""

from collections.abc import Iterable

from ivr.values import saying
from ivr.values.numerals import cardinal
from ivr.values.phrase import Utterance
from ivr.values.tariff import Mode, Tariff

NUMBER, MENU = "whisper/number", "whisper/option"
PRICE = "whisper/price"  # whatever the call costs when somebody picks up: the line puts the name of that in its place
LONGEST = 30  # minutes that are told one by one
WAITED = "whisper/waits-"
BY_THEN = f"{WAITED}@"
"""How long a caller of a queue has been in the line is known when somebody picks up: the exchange puts it there."""


def waited(seconds: float) -> str:
    """The name of what tells how long a caller has been in the line."""
    return f"{WAITED}{min(LONGEST + 1, max(0, int(seconds // 60)))}"


def tariff_name(tariff: Tariff) -> str:
    """The name of what tells what a call costs its caller; empty where it costs nothing of ours."""
    return f"whisper/tariff-{tariff.mode.value.replace('_', '-')}-{tariff.price * 100:.0f}" if tariff.surcharged else ""


def whispers(tariffs: Iterable[Tariff], language: str) -> list[Utterance]:
    """All of them."""
    texts = {NUMBER: "Appel pour le", MENU: "choix", "whisper/waits-0": "attend depuis moins d'une minute"}
    for minutes in range(1, LONGEST + 1):
        many = "minute" if minutes == 1 else "minutes"
        texts[f"whisper/waits-{minutes}"] = f"attend depuis {_feminine(minutes)} {many}"
    texts[f"whisper/waits-{LONGEST + 1}"] = "attend depuis plus d'une demi-heure"
    for tariff in tariffs:
        if name := tariff_name(tariff):
            each = "la minute" if tariff.mode is Mode.PER_MINUTE else "l'appel"
            texts[name] = f"appel surtaxé, {saying.amount(tariff.price)} {each}"
    return [Utterance(language, name, text) for name, text in sorted(texts.items())]


def _feminine(number: int) -> str:
    """``un`` agrees with minutes: ``vingt et une minutes``."""
    words = cardinal(number)
    return words + "e" if words.endswith("un") else words
