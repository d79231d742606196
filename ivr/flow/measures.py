"""What paths are measured by: seconds, keys, euros; in all, or until an agent first rings."""

from collections.abc import Callable

from ivr.flow.passages import Passage
from ivr.values.tariff import Mode, Tariff

# What a passage adds to a measure, and whether the measure is complete with it.
Measure = Callable[[Passage], tuple[float, bool]]
Better = Callable[[float, float], bool]


def until_human(place: int) -> Measure:
    """Seconds (0) or keys (1) until an agent first rings."""

    def measure(passage: Passage) -> tuple[float, bool]:
        if passage.human:
            return passage.human[place], True
        return (passage.seconds, passage.keys)[place], False

    return measure


def owed(tariff: Tariff) -> Measure:
    """Euros, neither rounded nor cut at a limit; ``tariff`` is that of calls in which none begins."""

    def measure(passage: Passage) -> tuple[float, bool]:
        return _rate(passage, tariff) * (
            passage.charged if _by_the_minute(passage, tariff) else passage.answered
        ), False

    return measure


def owed_until_human(tariff: Tariff) -> Measure:
    """Euros until an agent first rings."""

    def measure(passage: Passage) -> tuple[float, bool]:
        charged = passage.human[2] if passage.human else passage.charged
        counts = charged if _by_the_minute(passage, tariff) else passage.answered
        return _rate(passage, tariff) * counts, passage.human is not None

    return measure


def _by_the_minute(passage: Passage, tariff: Tariff) -> bool:
    return (passage.changed or tariff).mode is Mode.PER_MINUTE


def _rate(passage: Passage, tariff: Tariff) -> float:
    """Euros for a second, or for the call."""
    price = float((passage.changed or tariff).price)
    return price / 60 if _by_the_minute(passage, tariff) else price
