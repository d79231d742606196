"""Agents on and off duty: what may be ordered, what is kept, and when the exchange is told."""

from pathlib import Path

import pytest

from ivr.ledger.cabinet import Cabinet
from ivr.service.agents import Agents, NoAgent, Order, Refused
from ivr.values.duty import Duty
from ivr.values.phone import Phone

SERVED = {"parts": ("karim", "camille"), "sales": ("karim",)}


class House:
    """Agents over a real cabinet; ``told`` has what was kept whenever the exchange was told."""

    def __init__(self, path: Path) -> None:
        self.cabinet = Cabinet(path / "cabinet.sqlite", path / "ledger.sqlite")
        self.told: list[dict[str, Duty]] = []
        self.agents = Agents(
            lambda: dict.fromkeys(("camille", "karim"), Phone.PLAIN), lambda: SERVED, self.cabinet, self._tell
        )

    async def _tell(self) -> None:
        self.told.append(self.cabinet.duties())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_who_was_never_told_is_on_duty(house: House) -> None:
    """With the queues that he serves."""
    assert [one.plain() for one in await house.agents.all()] == [
        {"agent": "camille", "state": "on duty", "phone": "udp", "queues": ["parts"]},
        {"agent": "karim", "state": "on duty", "phone": "udp", "queues": ["parts", "sales"]},
    ]


@pytest.mark.parametrize(
    ("orders", "state"),
    [
        (["pause"], "paused"),
        (["pause", "unpause"], "on duty"),
        (["logout"], "logged out"),
        (["pause", "logout", "login"], "on duty"),
        (["pause", "pause"], "paused"),
    ],
)
async def test_an_order_is_kept_and_then_told(house: House, tmp_path: Path, orders: list[Order], state: str) -> None:
    """Also for whoever opens the cabinet next; a login ends a pause."""
    for order in orders:
        standing = await house.agents.order("camille", order)
    again = House(tmp_path)

    assert standing.plain()["state"] == state
    assert [one.plain()["state"] for one in await again.agents.all()] == [state, "on duty"]
    assert len(house.told) == len(orders)
    assert house.told[-1] == {"camille": standing.duty}


@pytest.mark.parametrize("order", ["pause", "unpause"])
async def test_who_is_logged_out_cannot_pause(house: House, order: Order) -> None:
    """He would be rung by nobody anyway, and come back paused without knowing."""
    await house.agents.order("camille", "logout")

    with pytest.raises(Refused, match="camille is logged out: log in first"):
        await house.agents.order("camille", order)


async def test_an_agent_whom_the_book_does_not_know_is_refused(house: House) -> None:
    """With those whom it knows."""
    with pytest.raises(NoAgent, match='there is no agent "camile"; the book has camille, karim'):
        await house.agents.order("camile", "login")
    assert house.told == []
