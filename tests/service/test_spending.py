"""What calls that go out cost, and the end of a day's money."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ivr.ledger.cabinet import Cabinet
from ivr.service.spending import Spending
from ivr.values.outside import Destination
from ivr.values.trunk import Spent, Trunk

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 28, 23, tzinfo=UTC)  # in Paris
TRUNKS = {"main": Trunk("main", "sip.carrier.example", per_minute=Decimal("0.06"), cost_a_day=Decimal("0.10"))}
ABROAD = {"abroad": Destination("abroad", "+32470123456", trunks=("main",), per_minute=Decimal("0.30"))}


@dataclass
class Exchange:
    """Keeps what it is told."""

    told: list[tuple[str, datetime | None]] = field(default_factory=list)

    async def shut(self, trunk: str, until: datetime | None) -> None:
        self.told.append((trunk, until))


@dataclass
class House:
    """A day of calls out."""

    cabinet: Cabinet
    exchange: Exchange = field(default_factory=Exchange)
    now: datetime = NOON

    def spending(self) -> Spending:
        book: Any = SimpleNamespace(trunks=TRUNKS, destinations=ABROAD)
        return Spending(lambda: book, self.cabinet, self.exchange, lambda: self.now)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite"))


def event(state: str, seconds: str = "", to: str = "zoe", leg: str = "1.1") -> dict[str, str]:
    return {"UserEvent": "IvrOutside", "Leg": leg, "Way": "main", "To": to, "State": state, "Seconds": seconds}


async def test_a_call_costs_by_the_second_and_is_kept_for_its_day(house: House) -> None:
    """At the price of the trunk, or of the destination; who was not reached costs nothing; a restart forgets none."""
    spending = house.spending()
    for headers in (
        event("began"),
        event("ended", "30"),
        event("began"),
        event("ended", "10", to="abroad"),
        event("ended", ""),
        event("ended", "-5"),
        {**event("ended", "600"), "Way": "nobody"},
        {"UserEvent": "IvrEnded", "Call": "1.1"},
    ):
        await spending.hear("UserEvent", headers)

    assert spending.today("main") == Spent(2, 40, Decimal("0.0800"))
    again = house.spending()
    await again.look()
    assert again.today("main") == Spent(2, 40, Decimal("0.0800"))
    assert house.cabinet.outgoing(date(2026, 11, 27)) == {}
    assert again.problems == ()


async def test_when_a_days_money_is_spent_nobody_calls_out_until_midnight(house: House) -> None:
    """A call in progress counts with what it has cost; the exchange is told anew at each look, until the next day."""
    spending = house.spending()
    await spending.hear("UserEvent", event("began"))
    await spending.look()
    assert house.exchange.told == [("main", None)]
    house.now = NOON + timedelta(seconds=100)
    await spending.look()
    await spending.look()

    assert house.exchange.told == [("main", None), *[("main", MIDNIGHT)] * 2]
    assert spending.problems == ("main: the 0.10 € of a day are spent, nobody calls out until midnight",)
    house.now = MIDNIGHT + timedelta(seconds=1)
    await spending.hear("UserEvent", event("ended", ""))
    await spending.look()
    assert house.exchange.told[-1] == ("main", None)
    assert spending.problems == ()


async def test_a_call_whose_end_was_missed_costs_nothing_for_ever(house: House) -> None:
    """The exchange died, or the link to it: what is alive afterwards counts on, and the rest shuts no trunk."""
    spending = house.spending()
    await spending.hear("UserEvent", event("began", leg="1.1"))
    await spending.hear("UserEvent", event("began", leg="1.2"))
    spending.still({"1.2", "9.9"})
    house.now = NOON + timedelta(seconds=60)
    await spending.look()
    assert spending.problems == ()
    spending.still(frozenset())
    house.now = NOON + timedelta(hours=8)
    await spending.look()
    assert spending.problems == ()


async def test_a_trunk_that_was_shut_before_a_restart_is_opened_when_a_day_may_cost_more(house: House) -> None:
    """The exchange still has what it was told; once is enough."""
    spending = house.spending()
    await spending.look()
    await spending.look()

    assert house.exchange.told == [("main", None)]


async def test_a_call_whose_end_nobody_told_does_not_shut_its_trunk_for_ever(house: House) -> None:
    """The exchange was killed, or the link to it was down: what it may have cost counts until it must be over."""
    spending = house.spending()
    await spending.hear("UserEvent", event("began"))
    house.now = NOON + timedelta(hours=4)
    await spending.look()
    assert house.exchange.told == [("main", MIDNIGHT)]
    house.now = NOON + timedelta(hours=5)
    await spending.look()

    assert house.exchange.told[-1] == ("main", None)
