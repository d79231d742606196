"""What may be ordered of a crisis, and how it stands then; kept by the true cabinet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.ledger.cabinet import Cabinet
from ivr.service.crises import Crises, NoCrisis
from ivr.values.crisis import Crisis, Declared

TEN = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
PREPARED = {
    "flood": Crisis("flood", "inondation", ("0899000004",), "go_on"),
    "fire": Crisis("fire", "incendie", ("0899000004", "0800000001"), "hang_up"),
}


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[Cabinet]:
    found = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    yield found
    found.close()


@pytest.fixture
def crises(cabinet: Cabinet) -> Crises:
    return Crises(lambda: PREPARED, cabinet, lambda: TEN)


async def test_one_is_on_from_the_order_until_the_next(crises: Crises, cabinet: Cabinet) -> None:
    """For calls, and for whoever looks."""
    assert crises.on() == ()
    assert crises.put("flood", "rue de la Gare").plain() == {
        "crisis": "flood",
        "label": "inondation",
        "on": True,
        "since": "2026-06-03T10:00:00+00:00",
        "why": "rue de la Gare",
        "numbers": ["0899000004"],
        "then": "go_on",
    }
    assert crises.on() == ("flood",)
    assert await cabinet.crisis(("flood", "fire")) == "flood"
    assert await cabinet.crisis(("fire",)) is None
    assert crises.clear("flood").declared is None
    assert await cabinet.crisis(("flood",)) is None


async def test_of_two_the_one_put_on_last_is_heard(cabinet: Cabinet) -> None:
    """And when it is taken away the other is, until it is too."""
    cabinet.set_crisis("flood", Declared(TEN, ""))
    await cabinet.declare("fire", True, TEN + timedelta(minutes=1))
    assert await cabinet.crisis(("flood", "fire")) == "fire"

    cabinet.set_crisis("flood", Declared(TEN + timedelta(minutes=2), "again"))
    assert await cabinet.crisis(("flood", "fire")) == "flood"

    await cabinet.declare("flood", False, TEN)
    assert await cabinet.crisis(("flood", "fire")) == "fire"


def test_it_survives_a_restart(tmp_path: Path, crises: Crises, cabinet: Cabinet) -> None:
    crises.put("fire", "")
    cabinet.close()
    again = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")

    assert list(again.declared()) == ["fire"]
    again.close()


def test_one_that_is_not_prepared_is_told_with_those_that_are(crises: Crises) -> None:
    for order in (lambda: crises.put("food", ""), lambda: crises.clear("food")):
        with pytest.raises(NoCrisis, match=r'there is no crisis "food"; crises\.yaml has flood, fire'):
            order()
