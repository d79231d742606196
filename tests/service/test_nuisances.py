"""The list of callers who trouble us: by key, by hand, for a time; and the calls that the ledger counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.ledger.cabinet import Cabinet
from ivr.service.live import Live
from ivr.service.nuisances import EVENT, NoCaller, Nuisances
from ivr.values.call import Call
from ivr.values.number import ANONYMOUS, Number, parse

TEN = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


class House:
    """The true cabinet, calls in progress, and a clock that can be put on."""

    def __init__(self, home: Path) -> None:
        self.cabinet = Cabinet(home / "cabinet.sqlite", home / "ledger.sqlite")
        self.live, self.now = Live(), TEN
        self.list = Nuisances(self.cabinet, self.live, lambda: self.now)

    def calls(self, identity: str, caller: Number) -> None:
        self.live.began(Call(identity, parse("0899000004"), caller, "fr", TEN))

    @property
    def callers(self) -> list[str]:
        return [one.plain()["caller"] for one in self.list.all()]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.cabinet.close()


async def test_an_agent_notes_the_caller_with_whom_he_talks(house: House) -> None:
    """By the caller's own channel; not who withholds his number, nor a channel that is not a caller's."""
    house.calls("1.1", parse("0612345678"))
    house.calls("1.2", ANONYMOUS)
    for call in ("1.2", "1.9", ""):
        await house.list.hear(EVENT, {"UserEvent": "IvrNuisance", "Call": call})
    await house.list.hear(EVENT, {"UserEvent": "IvrEnded", "Call": "1.1"})
    assert house.callers == []

    await house.list.hear(EVENT, {"UserEvent": "IvrNuisance", "Call": "1.1"})
    assert [one.plain() for one in house.list.all()] == [
        {
            "caller": "+33612345678",
            "since": "2026-06-03T10:00:00+00:00",
            "until": "2026-09-01T10:00:00+00:00",
            "why": "noted by an agent in the talk",
        }
    ]
    assert await house.cabinet.learnt("+33612345678", TEN)


async def test_nobody_is_noted_for_good(house: House) -> None:
    """When his time is over he is let through, and forgotten with the next who is noted, or by the daily round."""
    house.list.add("06 12 34 56 78", days=30)
    house.list.add("0639980001", days=1, why="insultes")
    house.now = TEN + timedelta(days=1)
    assert house.callers == ["+33612345678"]
    assert not await house.cabinet.learnt("+33639980001", house.now)

    house.list.add("0612345678", days=1)
    assert len(house.cabinet.noted(TEN)) == 1
    house.cabinet.throw_away(TEN, TEN + timedelta(days=3))
    assert house.cabinet.noted(TEN) == []


def test_what_cannot_be_noted_is_refused_in_one_sentence(house: House) -> None:
    for caller in ("nobody", "", "112"):
        with pytest.raises(NoCaller) as refused:
            house.list.add(caller, 9)
        assert str(refused.value) == f'"{caller}" is not a number that could call us: write it like 0612345678'
    for days in (0, 401):
        with pytest.raises(NoCaller) as refused:
            house.list.add("0612345678", days)
        assert str(refused.value) == f"a caller is kept from 1 to 400 days, not {days}"
    with pytest.raises(NoCaller, match="is not on the list"):
        house.list.remove("0612345678")
    house.list.add("0612345678")
    house.list.remove("+33 6 12 34 56 78")
    assert house.callers == []
