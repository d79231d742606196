"""What an agent is told, in words; whom a transfer rings stands in tests/flow/test_nodes.py."""

from decimal import Decimal

import pytest

from ivr.values.tariff import Mode, Tariff
from ivr.values.whisper import tariff_name, waited, whispers

DEAR = Tariff("dear", Mode.PER_MINUTE, Decimal("0.80"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "attend depuis moins d'une minute"),
        (59.9, "attend depuis moins d'une minute"),
        (60, "attend depuis une minute"),
        (21 * 60 + 59, "attend depuis vingt et une minutes"),
        (31 * 60, "attend depuis plus d'une demi-heure"),
        (86400, "attend depuis plus d'une demi-heure"),
    ],
)
def test_a_wait_is_told_in_whole_minutes(seconds: float, text: str) -> None:
    """And each has a sound."""
    assert {one.name: one.text for one in whispers((), "fr")}[waited(seconds)] == text


def test_a_tariff_is_told_where_callers_pay() -> None:
    """Once for each price, however many numbers have it."""
    once = Tariff("once", Mode.PER_CALL, Decimal("2.50"))
    said = {one.name: one.text for one in whispers((DEAR, DEAR, once, Tariff("free", Mode.FREE)), "fr")}

    assert said[tariff_name(DEAR)] == "appel surtaxé, quatre-vingts centimes la minute"
    assert said[tariff_name(once)] == "appel surtaxé, deux euros cinquante l'appel"
    assert not tariff_name(Tariff("free", Mode.FREE))
    assert sum("tariff" in name for name in said) == 2
