"""What a file answered is remembered while nobody has written to it, and not a moment longer."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.ledger.answers import Answers
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.service.attempts import Outcome
from ivr.service.ports import Letter
from ivr.values.calendar import Override
from ivr.values.crisis import Declared
from ivr.values.duty import Duty
from tests import forked

from .records import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def elsewhere(place: Path, cabinet: Cabinet) -> Iterator[Cabinet]:
    """The same cabinet as another process has it; its connections know nothing of ours."""
    opened = Cabinet(place, place.with_name("ledger.sqlite"))
    yield opened
    opened.close()


def counted(place: Path) -> tuple[Answers, Callable[[], int], list[int]]:
    """Answers of a file, a question that takes note of being asked, and these notes."""
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    return Answers(place), ask, asked


def letter() -> Letter:
    return Letter("notify", {}, "17.1", "0809000106", "+33612345678", NOON, "tracking", "missed", "shop", "/missed")


def test_what_nobody_changed_is_asked_once(place: Path, cabinet: Cabinet) -> None:
    """However often, each question by its name."""
    answers, ask, asked = counted(place)

    assert [answers.of("one", ask) for _ in range(3)] == [1, 1, 1]
    assert answers.of("another", ask) == 2
    assert len(asked) == 2
    answers.close()


def test_what_was_written_is_asked_anew(place: Path, cabinet: Cabinet, elsewhere: Cabinet) -> None:
    """By whichever connection, each time; once."""
    answers, ask, _ = counted(place)
    answers.of("one", ask)

    cabinet.set_crisis("flood", Declared(NOON, "water"))
    assert [answers.of("one", ask) for _ in range(2)] == [2, 2]
    elsewhere.set_crisis("flood", None)
    assert [answers.of("one", ask) for _ in range(2)] == [3, 3]
    answers.close()


def test_what_another_process_wrote_is_asked_anew(place: Path, cabinet: Cabinet) -> None:
    """One that has opened the file, written and closed it again."""
    answers, ask, _ = counted(place)
    answers.of("one", ask)
    write = f"import sqlite3; sqlite3.connect({str(place)!r}).execute('CREATE TABLE more (x)').connection.commit()"
    forked.run([sys.executable, "-c", write], check=True)

    assert answers.of("one", ask) == 2
    answers.close()


def test_what_is_written_while_it_is_asked_has_it_asked_again(place: Path, cabinet: Cabinet) -> None:
    """The answer may be of before."""
    answers, ask, _ = counted(place)

    def late() -> int:
        told = ask()
        cabinet.set_crisis("flood", Declared(NOON, "water"))
        return told

    assert answers.of("one", late) == 1
    assert answers.of("one", ask) == 2
    answers.close()


def test_nothing_is_remembered_of_a_file_that_cannot_be_looked_at(tmp_path: Path) -> None:
    """Rather than told wrong."""
    answers, ask, _ = counted(tmp_path / "none.sqlite")

    assert [answers.of("one", ask) for _ in range(2)] == [1, 2]


def test_what_was_known_before_it_was_closed_is_asked_anew(place: Path, cabinet: Cabinet) -> None:
    """Two connections count from different numbers."""
    answers, ask, _ = counted(place)
    answers.of("one", ask)
    answers.close()

    assert answers.of("one", ask) == 2
    answers.close()


async def test_who_writes_is_not_waited_for(place: Path, cabinet: Cabinet) -> None:
    """What was known holds until he is done, and is not asked in between."""
    answers, ask, _ = counted(place)
    await answers.aside("one", ask)
    writer = sqlite3.connect(place, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE more (x)")

    assert await answers.aside("one", ask) == 1
    writer.execute("COMMIT")
    assert await answers.aside("one", ask) == 2
    writer.close()
    answers.close()


async def test_the_cabinet_tells_at_once_what_another_has_written(cabinet: Cabinet, elsewhere: Cabinet) -> None:
    """Of each thing that it remembers: letters by how many wait and which are due, overrides, crises, duties."""
    ours, theirs = cabinet, elsewhere
    assert [await ours.count("notify"), list(await ours.waiting("notify", NOON))] == [0, []]
    assert [await ours.override("shop", NOON), ours.overrides(NOON)] == [None, {}]
    assert [await ours.crisis(["flood"]), ours.declared(), ours.duties()] == [None, {}, {}]

    await theirs.post(letter())
    theirs.set_override("shop", Override(False, "inventory", NOON + HOUR))
    theirs.set_crisis("flood", Declared(NOON, "water"))
    theirs.set_duty("camille", Duty(present=False))

    later = NOON.replace(year=2100)
    assert [await ours.count("notify"), await ours.count("email")] == [1, 0]
    (waits,) = await ours.waiting("notify", later)
    assert await ours.override("shop", NOON) == Override(False, "inventory", NOON + HOUR)
    assert ours.overrides(NOON).keys() == {"shop"}
    assert await ours.crisis(["flood"]) == "flood"
    assert ours.declared().keys() == {"flood"}
    assert ours.duties() == {"camille": Duty(present=False)}

    await theirs.put_off(waits.id, later + HOUR)
    assert [await ours.count("notify"), list(await ours.waiting("notify", later))] == [1, []]
    theirs.reopen(waits.id, later)
    assert [one.id for one in await ours.waiting("notify", later)] == [waits.id]
    await theirs.delivered(waits.id, later)
    assert [await ours.count("notify"), list(await ours.waiting("notify", later))] == [0, []]


async def test_time_passes_for_what_is_remembered(cabinet: Cabinet) -> None:
    """A letter becomes due, and an override ends, without anything being written."""
    await cabinet.post(letter())
    (waits,) = await cabinet.waiting("notify", NOON.replace(year=2100))
    due = NOON.replace(year=2101)
    await cabinet.put_off(waits.id, due)
    cabinet.set_override("shop", Override(False, "inventory", due))
    moment = timedelta(microseconds=1)

    assert not await cabinet.waiting("notify", due - moment)
    assert len(await cabinet.waiting("notify", due)) == 1
    assert await cabinet.override("shop", due - moment) is not None
    assert await cabinet.override("shop", due) is None
    assert cabinet.overrides(due) == {}


def test_what_was_told_may_be_changed_by_who_was_told(cabinet: Cabinet) -> None:
    """The next is told the truth."""
    cabinet.set_crisis("flood", Declared(NOON, "water"))
    cabinet.set_duty("camille", Duty())
    cabinet.set_override("shop", Override(True, "", None))
    for told in (cabinet.declared(), cabinet.duties(), cabinet.overrides(NOON)):
        told.clear()

    assert [len(cabinet.declared()), len(cabinet.duties()), len(cabinet.overrides(NOON))] == [1, 1, 1]


async def test_attempts_are_told_at_once(place: Path, cabinet: Cabinet) -> None:
    """That one has begun, and that it is over, whichever store wrote it."""
    ours, theirs = CallbackStore(place), CallbackStore(place)
    assert await ours.under_way() == []

    begun = await theirs.begin("a" * 32, "+33612345678", NOON)
    assert begun is not None
    told = await ours.under_way()
    assert told == [begun]
    told.clear()
    assert await ours.under_way() == [begun]

    await theirs.end(begun.id, Outcome.TALKED, "camille", NOON)
    assert await ours.under_way() == []
    ours.close()
    theirs.close()
