"""Access codes: given to one caller, good for a while, good for once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.flow.errands import Issue
from ivr.ledger import codes
from ivr.ledger.codes import Checked, CodeStore

from .records import NOON

HOUR = timedelta(hours=1)
MADE = Issue("guides", HOUR, 8)
POOLED = replace(MADE, pool="summer")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CodeStore]:
    opened = CodeStore(tmp_path / "cabinet.sqlite")
    yield opened
    opened.close()


async def issued(store: CodeStore, wanted: Issue = MADE) -> str:
    code = await store.issue(wanted, "17.1", NOON)
    assert code is not None
    return code


async def test_a_code_opens_the_door_once(store: CodeStore) -> None:
    """Then it is used up, and that is told."""
    code = await issued(store)

    assert await store.check(code, NOON) == Checked(True, False, NOON + HOUR, "guides")
    assert await store.check(code, NOON) == Checked(False, True, NOON + HOUR, "guides")


async def test_of_many_who_ask_at_once_one_is_let_in(store: CodeStore) -> None:
    """Looking and using up are one transaction."""
    code = await issued(store)
    found = await asyncio.gather(*(store.check(code, NOON) for _ in range(20)))

    assert [one.valid for one in found].count(True) == 1


async def test_a_code_runs_out(store: CodeStore) -> None:
    """At its instant; it was not used."""
    first, second = await issued(store), await issued(store)

    assert (await store.check(first, NOON + HOUR - timedelta(microseconds=1))).valid
    assert await store.check(second, NOON + HOUR) == Checked(False, False, NOON + HOUR, "guides")


@pytest.mark.parametrize("code", ["00000000", "", "' OR 1=1 --", "9" * 64])
async def test_what_nobody_bought_opens_nothing(store: CodeStore, code: str) -> None:
    """Nor does it tell anything."""
    await issued(store, replace(MADE, digits=6))

    assert await store.check(code, NOON) == Checked(valid=False)


async def test_codes_that_are_made_have_their_digits_and_differ(store: CodeStore) -> None:
    """Leading zeros are digits too."""
    found = {await issued(store, replace(MADE, digits=6)) for _ in range(200)}

    assert len(found) == 200
    assert all(len(code) == 6 and code.isdecimal() for code in found)


async def test_a_number_in_use_is_not_given_again_until_it_has_run_out(
    store: CodeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With chance against us there is no code rather than a second-hand one."""
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _: 1234567)
    assert await store.issue(MADE, "17.1", NOON) == "01234567"
    assert await store.issue(MADE, "17.2", NOON + HOUR - timedelta(seconds=1)) is None

    assert await store.issue(MADE, "17.3", NOON + HOUR) == "01234567"


async def test_a_pool_gives_each_code_once_and_then_none(store: CodeStore) -> None:
    """What lies in the pool unsold opens nothing."""
    assert store.load("summer", ["111111", "222222", "111111"]) == 2
    assert store.load("summer", ["222222", "333333"]) == 1
    assert not (await store.check("111111", NOON)).valid
    sold = [await store.issue(POOLED, "17.1", NOON) for _ in range(4)]
    assert sorted(filter(None, sold)) == ["111111", "222222", "333333"]
    assert sold[3] is None
    assert (await store.check("111111", NOON)).valid
    assert store.load("summer", ["111111"]) == 0

    assert store.pools() == {"summer": (0, 3)}


async def test_pools_are_apart(store: CodeStore) -> None:
    """And apart from what is made here."""
    store.load("summer", ["111111"])
    await issued(store)

    assert await store.issue(replace(MADE, pool="winter"), "17.1", NOON) is None
    assert store.pools() == {"": (0, 1), "summer": (1, 0)}


async def test_codes_outlive_a_restart(store: CodeStore, tmp_path: Path) -> None:
    """Who has paid is let in."""
    code = await issued(store)
    store.close()
    again = CodeStore(tmp_path / "cabinet.sqlite")

    assert (await again.check(code, NOON)).valid
    again.close()
