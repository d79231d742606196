"""The cabinet keeps what must outlive the process: memory with its end, overrides, letters until they are delivered."""

import asyncio
import json
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.flow.commands import Ask, Dial, Dialled, Heard, Reached
from ivr.flow.tape import Entry
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.codes import CodeStore
from ivr.ledger.engine import at as address_of
from ivr.ledger.refunds import refund
from ivr.ledger.seal import Seal
from ivr.ledger.store import Store
from ivr.service.ports import Letter
from ivr.values.calendar import Override
from tests import forked

from .records import NOON, made

DAY = timedelta(days=1)
CALLER = "+33612345678"


def reopened(place: Path) -> Cabinet:
    return Cabinet(place, place.with_name("ledger.sqlite"))


def letter(kind: str = "notify", **facts: str) -> Letter:
    return Letter(kind, facts, "17.1", "0809000106", CALLER, NOON, "tracking", "missed", "shop", "/missed")


# -- memory ------------------------------------------------------------------------------------------------------


async def test_what_is_remembered_of_a_caller_is_his_alone_and_under_its_name(cabinet: Cabinet) -> None:
    """Nobody else's, nothing else's."""
    await cabinet.remember(CALLER, "language", "en", NOON + DAY)

    assert await cabinet.recall(CALLER, "language", NOON) == "en"
    assert await cabinet.recall("+33612345679", "language", NOON) is None
    assert await cabinet.recall(CALLER, "agent", NOON) is None


async def test_memory_ends_at_its_instant(cabinet: Cabinet) -> None:
    """Half-open, to the microsecond, in whatever zone it was said."""
    end = (NOON + DAY).astimezone(ZoneInfo("Europe/Paris"))
    await cabinet.remember(CALLER, "language", "en", end)

    assert await cabinet.recall(CALLER, "language", NOON + DAY - timedelta(microseconds=1)) == "en"
    assert await cabinet.recall(CALLER, "language", NOON + DAY) is None


async def test_the_last_word_is_remembered_and_forgetting_forgets(cabinet: Cabinet) -> None:
    """With its own end; forgetting what is not known is no fault."""
    await cabinet.remember(CALLER, "language", "en", NOON + 9 * DAY)
    await cabinet.remember(CALLER, "language", "fr", NOON + DAY)
    assert await cabinet.recall(CALLER, "language", NOON) == "fr"
    assert await cabinet.recall(CALLER, "language", NOON + 2 * DAY) is None
    await cabinet.remember(CALLER, "language", None, NOON)
    await cabinet.remember(CALLER, "never", None, NOON)

    assert await cabinet.recall(CALLER, "language", NOON) is None


async def test_memory_outlives_a_restart(cabinet: Cabinet, place: Path) -> None:
    """A caller meets the same programme the day after."""
    await cabinet.remember(CALLER, "language", "en", NOON + DAY)
    cabinet.close()
    again = reopened(place)

    assert await again.recall(CALLER, "language", NOON) == "en"
    again.close()


def test_the_cabinet_is_readable_by_its_owner_alone(cabinet: Cabinet, place: Path) -> None:
    """It holds callers' numbers."""
    cabinet.letters("notify")

    assert place.stat().st_mode & 0o777 == 0o600


async def test_calls_are_counted_in_the_ledger(cabinet: Cabinet, place: Path) -> None:
    """Of this caller, begun after the instant; a ledger that does not exist yet has none."""
    assert await cabinet.calls_since(CALLER, NOON - DAY) == 0
    ledger = Store.at(place.with_name("ledger.sqlite"))
    ledger.open()
    for number in (1, 2, 3):
        await ledger.append(made(number))
    await ledger.append(made(4, caller="+33698765432"))
    ledger.close()

    assert await cabinet.calls_since(CALLER, NOON) == 3
    assert await cabinet.calls_since(CALLER, NOON + timedelta(seconds=1)) == 2
    assert await cabinet.calls_since("+33698765432", NOON) == 1


async def test_calls_that_trouble_us_are_counted_in_the_ledger(cabinet: Cabinet, place: Path) -> None:
    """Short ones, and those in which nothing was pressed; not those that were kept from their flow for that."""
    ledger = Store.at(place.with_name("ledger.sqlite"))
    ledger.open()
    asked, silence = Ask(("menu",), ("1",)), Heard("")
    short = {"ended": NOON + timedelta(seconds=9)}
    talked = (Entry(0, 1, asked, silence), Entry(1, 1, Dial(("camille",), 25), Dialled(Reached.BUSY)))
    for number, changes in enumerate(
        (
            short,
            short | {"steps": ("check:repeated", "repeated:done")},
            short | {"caller": "+33698765432"},
            {"tape": (Entry(0, 1, asked, silence), Entry(1, 1, asked, silence))},
            {"tape": (Entry(0, 1, asked, silence), Entry(1, 1, asked, Heard("1")))},
            {"tape": talked},
            {"tape": ()},
        ),
        start=1,
    ):
        await ledger.append(made(number, **changes))
    ledger.close()

    assert await cabinet.bothers(CALLER, NOON, "short", 10) == 1
    assert await cabinet.bothers(CALLER, NOON, "short", 80) == 5
    assert await cabinet.bothers(CALLER, NOON, "silent", 0) == 1
    assert await cabinet.bothers(CALLER, NOON + DAY, "short", 80) == 0


async def test_what_a_caller_has_spent_is_summed_over_the_ledger(cabinet: Cabinet, place: Path) -> None:
    """Of all our numbers, from the answer on: a call that began before the month and was answered in it counts."""
    assert await cabinet.spent(CALLER, NOON) == 0
    ledger = Store.at(place.with_name("ledger.sqlite"))
    ledger.open()
    calls = [made(1), made(2, "0825000003"), made(3, caller="+33698765432"), made(4, answered=None)]
    for record in calls:
        await ledger.append(record)
    begins = max(record.answered for record in calls[:2] if record.answered)
    ledger.close()

    assert calls[1].started < begins
    assert await cabinet.spent(CALLER, NOON) == calls[0].amount.amount + calls[1].amount.amount
    assert await cabinet.spent(CALLER, begins) == calls[1].amount.amount
    assert await cabinet.spent(CALLER, begins + timedelta(microseconds=1)) == 0


async def test_what_was_given_back_may_be_spent_again(cabinet: Cabinet, place: Path) -> None:
    """A refund gives room back under the ceiling: of the caller's calls of the month, and of no others."""
    ledger = Store.at(place.with_name("ledger.sqlite"))
    ledger.open()
    calls = [made(1), made(2, caller="+33698765432")]
    for record in calls:
        await ledger.append(record)
    ledger.close()
    seal = Seal.made(place.with_name("secrets") / "key")
    for record, cents in zip(calls, ("0.02", "0.01"), strict=True):
        refund(address_of(place.with_name("ledger.sqlite")), record.id, "coupé", seal, Decimal(cents))

    assert await cabinet.spent(CALLER, NOON) == calls[0].amount.amount - Decimal("0.02")
    assert await cabinet.spent(CALLER, NOON + DAY) == 0


# -- overrides ---------------------------------------------------------------------------------------------------

SHUT = Override(open=False, why="neige", until=NOON + DAY)


async def test_an_override_is_in_force_until_its_end(cabinet: Cabinet) -> None:
    """Half-open; of its calendar alone."""
    cabinet.set_override("office", SHUT)

    assert await cabinet.override("office", NOON) == SHUT
    assert await cabinet.override("always", NOON) is None
    assert await cabinet.override("office", NOON + DAY) is None
    assert cabinet.overrides(NOON) == {"office": SHUT}
    assert cabinet.overrides(NOON + DAY) == {}


async def test_an_override_for_good_lasts_until_it_is_taken_away_and_outlives_a_restart(
    cabinet: Cabinet, place: Path
) -> None:
    """The last one counts."""
    for_good = Override(open=True, why="essai")
    cabinet.set_override("office", SHUT)
    assert await cabinet.overrule("office", for_good)
    cabinet.close()
    again = reopened(place)
    assert await again.override("office", NOON + 1000 * DAY) == for_good
    assert again.overrides(NOON) == {"office": for_good}
    again.set_override("office", None)

    assert await again.override("office", NOON) is None
    again.close()


# -- letters -----------------------------------------------------------------------------------------------------


async def test_a_letter_waits_with_all_that_it_says_until_it_is_delivered(cabinet: Cabinet, place: Path) -> None:
    """Its id and its text are the same at every look, also after a restart."""
    await cabinet.post(letter(order="123456", who="Éloïse"))
    now = datetime.now(UTC)
    (waits,) = await cabinet.waiting("notify", now)
    cabinet.close()
    again = reopened(place)

    assert await again.waiting("notify", now) == [waits]
    assert json.loads(waits.body) == {
        "kind": "notify",
        "facts": {"order": "123456", "who": "Éloïse"},
        "call": "17.1",
        "number": "0809000106",
        "caller": CALLER,
        "at": NOON.isoformat(),
        "flow": "tracking",
        "node": "missed",
        "remote": "shop",
        "path": "/missed",
    }
    assert await again.count("notify") == 1
    await again.delivered(waits.id, now)
    assert await again.waiting("notify", now) == []
    assert await again.count("notify") == 0
    assert again.letters("notify") == []
    assert [kept.id for kept in again.letters("notify", done=True)] == [waits.id]
    again.close()


async def test_letters_come_oldest_first_and_of_one_kind(cabinet: Cabinet) -> None:
    """And no more than wanted."""
    for number in range(5):
        await cabinet.post(letter(number=str(number)))
        await cabinet.post(letter("survey", number=str(number)))
    found = await cabinet.waiting("notify", datetime.now(UTC), most=3)

    assert [json.loads(one.body)["facts"]["number"] for one in found] == ["0", "1", "2"]
    assert {one.kind for one in found} == {"notify"}


async def test_a_letter_put_off_comes_back_when_it_is_due_and_counts_its_attempts(cabinet: Cabinet) -> None:
    """It waits all the same."""
    await cabinet.post(letter())
    now = datetime.now(UTC)
    (waits,) = await cabinet.waiting("notify", now)
    await cabinet.put_off(waits.id, now + DAY)

    assert await cabinet.waiting("notify", now + DAY - timedelta(seconds=1)) == []
    assert [one.attempts for one in await cabinet.waiting("notify", now + DAY)] == [1]
    assert await cabinet.count("notify") == 1


async def test_what_waits_once_is_not_added_twice(cabinet: Cabinet) -> None:
    """The same phone, of the same kind, as long as it waits."""
    for phone in ("+33612345678", "+33612345678", "+33612345679"):
        await cabinet.post(letter("callback", phone=phone), once="phone")
    await cabinet.post(letter("survey", phone="+33612345678"), once="phone")
    first, _ = cabinet.letters("callback")
    assert await cabinet.count("callback") == 2
    assert await cabinet.count("survey") == 1
    cabinet.done(first.id, NOON)
    await cabinet.post(letter("callback", phone="+33612345678"), once="phone")

    assert await cabinet.count("callback") == 2


async def test_many_calls_at_once_add_one(cabinet: Cabinet) -> None:
    """Looking and adding are one transaction."""
    await asyncio.gather(*(cabinet.post(letter("callback", phone="+331"), once="phone") for _ in range(20)))

    assert await cabinet.count("callback") == 1


async def test_a_letter_is_withdrawn_unless_it_was_dealt_with(cabinet: Cabinet) -> None:
    """The one that has the value, and no other."""
    for name in ("message/1-1", "message/1-2", "message/1-3"):
        await cabinet.post(letter("message", name=name))
    third = cabinet.letters("message")[2]
    cabinet.done(third.id, NOON)
    await cabinet.withdraw("message", "name", "message/1-1")
    await cabinet.withdraw("message", "name", "message/1-3")
    await cabinet.withdraw("callback", "name", "message/1-2")

    assert [json.loads(one.body)["facts"]["name"] for one in cabinet.letters("message")] == ["message/1-2"]
    assert len(cabinet.letters("message", done=True)) == 1


async def test_a_letter_that_cannot_be_kept_is_told(cabinet: Cabinet, place: Path) -> None:
    """Whoever posts knows whether it is safe."""
    await cabinet.count("notify")
    holder = sqlite3.connect(place, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Exception, match="locked"):
        await cabinet.post(letter())
    holder.close()
    await cabinet.post(letter())

    assert await cabinet.count("notify") == 1


OTHER_PROCESS = """
import sys
from pathlib import Path
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.codes import CodeStore
place = Path(sys.argv[1])
cabinet = Cabinet(place, place.with_name("ledger.sqlite"))
print(len(cabinet.letters("notify")))
cabinet.close()
"""


async def test_a_command_that_looks_into_the_cabinet_costs_no_letter(cabinet: Cabinet, place: Path) -> None:
    """The codes are in the same file; whoever opens and closes it by hand takes SQLite's locks away (POSIX), and the
    next process to leave throws away the journal that this one goes on writing to.
    """

    def looked() -> int:
        command = [sys.executable, "-c", OTHER_PROCESS, str(place)]
        imports = ("ivr.ledger.cabinet", "ivr.ledger.codes")
        return int(forked.run(command, imports=imports, check=True, capture_output=True, text=True, timeout=30).stdout)

    codes = CodeStore(place)
    seen = []
    for _ in range(3):
        await cabinet.post(letter())
        codes.load("summer", [str(len(seen))])
        seen.append(await asyncio.to_thread(looked))

    assert seen == [1, 2, 3]
    assert codes.pools() == {"summer": (3, 0)}
    codes.close()
