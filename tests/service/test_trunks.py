"""How trunks are, of what the exchange says, and what an operator is told."""

import logging
from collections.abc import Iterable, Mapping

import pytest

from ivr.service.trunks import Seen, Trunks
from ivr.values.trunk import Standing, State, Trunk

MAIN = Trunk("main", "sip.carrier.example", user="us", registers=True)
SECOND = Trunk("second", "192.0.2.10")


class Exchange:
    """Says what it is told to, and keeps who was asked for."""

    def __init__(self, seen: Mapping[str, Seen]) -> None:
        self.seen: Mapping[str, Seen] | None = seen
        self.asked: list[str] = []

    async def look(self, names: Iterable[str]) -> Mapping[str, Seen]:
        self.asked = list(names)
        if self.seen is None:
            raise ConnectionError("gone")
        return self.seen


def trunks(exchange: Exchange, *, stored: bool = True) -> Trunks:
    return Trunks(lambda: {"main": MAIN, "second": SECOND}, lambda trunk: stored or not trunk.user, exchange)


@pytest.mark.parametrize(
    ("seen", "state", "why"),
    [
        (Seen(True, "registered"), State.UP, ""),
        (Seen(True, "not yet"), State.REGISTERING, ""),
        (Seen(True, "rejected"), State.REFUSED, "main: sip.carrier.example does not let us register as us; check"),
        (Seen(False, "not yet"), State.DOWN, "main: sip.carrier.example:5060 does not answer"),
        (None, State.UNKNOWN, ""),
    ],
)
async def test_a_line_is_as_the_exchange_says(seen: Seen | None, state: State, why: str) -> None:
    """And what should be done about it is one sentence."""
    exchange = Exchange({"second": Seen(True)} | ({"main": seen} if seen else {}))
    looked = trunks(exchange)
    main, second = await looked.look()

    assert (main.state, main.why[: len(why)], bool(main.why)) == (state, why, bool(why))
    assert second == Standing("second", State.UP)
    assert looked.problems == ((main.why,) if why else ())


async def test_a_line_without_its_password_is_not_asked_for() -> None:
    """Asterisk was not told of it."""
    exchange = Exchange({"second": Seen(True)})
    main, _ = await trunks(exchange, stored=False).look()

    assert exchange.asked == ["second"]
    assert main == Standing("main", State.KEYLESS, "main has no password: ivr trunks password main")


async def test_a_change_is_logged_once_and_an_exchange_that_is_away_changes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is known stays told."""
    caplog.set_level(logging.INFO)
    exchange = Exchange({"main": Seen(False, "not yet"), "second": Seen(True)})
    looked = trunks(exchange)
    for _ in range(2):
        await looked.look()
    exchange.seen = None

    assert [one.state for one in await looked.look()] == [State.UNKNOWN, State.UNKNOWN]
    assert looked.problems == ("main: sip.carrier.example:5060 does not answer",)
    assert [record.getMessage() for record in caplog.records] == [
        "trunk name=main main: sip.carrier.example:5060 does not answer",
        "trunk name=second up",
    ]
