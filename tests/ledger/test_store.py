"""The ledger keeps each record once, exactly, whatever becomes of the database or of us."""

import asyncio
import json
import logging
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from dataclasses import asdict, fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.ledger.audit import audit
from ivr.ledger.engine import at
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.rows import _json, row
from ivr.ledger.seal import NAME, Seal
from ivr.ledger.spool import Spool
from ivr.ledger.store import Store
from ivr.service.ports import Ledger
from ivr.values.call import Ending
from ivr.values.tariff import Money
from tests import forked
from tests.ledger.records import NOON, made

IMPORTS = ("ivr.ledger.store", "ivr.ledger.reading", "tests.ledger.records")


async def test_a_record_comes_back_as_it_went_in(store: Store) -> None:
    """Every fact survives: instants to the microsecond, money to the cent, the tape as plain data."""
    port: Ledger = store
    record = made()
    await port.append(record)

    kept = await store.find(record.id)

    assert kept is not None
    for field in fields(record):
        if field.name != "tape":
            assert getattr(record, field.name) == getattr(kept, field.name), field.name
    assert [name for name in kept.tape[1] if name not in ("at", "took")] == ["play", "result"]
    assert kept.tape[1]["play"] == {"phrase": ["announcement/per-minute-0-80"], "until": "#"}
    talked = {"reached": "talked", "agent": "camille", "answered": None, "cut": False, "past_limit": False}
    talked |= {"held": [], "parked": "", "news": False}
    assert kept.tape[5]["result"] == talked
    assert kept.tape[6]["done"] is False


async def test_a_record_is_told_with_all_its_facts(store: Store) -> None:
    """Whatever fields records have; what is nested in them is plain data, too."""
    await store.append(made())
    (kept,) = await store.last(1)

    told = kept.plain()
    assert told == asdict(kept)
    assert list(told) == [field.name for field in fields(kept)]
    assert json.dumps(told, default=str) == json.dumps(asdict(kept), default=str)
    told.clear()
    assert kept.number == made().number


async def test_a_call_never_answered_is_kept_with_its_absences(store: Store) -> None:
    """Nothing announced, nothing answered, nothing owed: ``None`` and zero, not an empty text."""
    record = made(
        announced_from=None, announced_to=None, skipped=False, answered=None, billed_seconds=0,
        amount=Money(Decimal("0.00")), ending=Ending.SHUTDOWN, steps=(), tape=(),
    )  # fmt: skip
    await store.append(record)

    kept = await store.find(record.id)

    assert kept is not None
    assert (None, None, None, Money(Decimal("0.00")), (), ()) == (
        kept.announced_from, kept.announced_to, kept.answered, kept.amount, kept.steps, kept.tape,
    )  # fmt: skip
    assert kept.ending is Ending.SHUTDOWN


async def test_the_last_calls_come_newest_first(store: Store) -> None:
    """In the order in which the calls began, whatever the order in which they were written."""
    for number in (3, 1, 2, 4):
        await store.append(made(number, "0800000001" if number == 4 else "0899000004"))

    assert [kept.id for kept in await store.last(2)] == ["1795000000.4", "1795000000.3"]
    assert [kept.id for kept in await store.last(2, "0899000004")] == ["1795000000.3", "1795000000.2"]
    assert await store.last(5, "0806000002") == []
    assert await store.find("1795000000.5") is None


async def test_the_same_record_twice_is_kept_once_without_a_word(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A repetition is no mistake: that is how a spool is taken in safely."""
    await store.append(made())
    with caplog.at_level(logging.WARNING):
        await store.append(made())

    assert len(await store.last(10)) == 1
    assert caplog.records == []


async def test_another_record_with_the_same_id_overwrites_nothing(
    store: Store, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """What was written stays; the other is set aside, and an operator is told."""
    await store.append(made())
    await store.append(made(amount=Money(Decimal("24.00"))))

    assert [Money(Decimal("0.81"))] == [kept.amount for kept in await store.last(10)]
    assert [record.args[0] for record in caplog.records if record.args] == ["1795000000.1"]  # type: ignore[index]
    assert '"amount_cents": 2400' in (tmp_path / "refused.jsonl").read_text()


async def test_hostile_text_is_kept_as_text(store: Store) -> None:
    """Callers choose some of it: quotes, NUL and halves of surrogate pairs neither run nor fail."""
    await store.append(made(1, caller="'); DROP TABLE calls; --"))
    await store.append(made(2, caller="a\0b\ud800c"))

    assert [kept.caller for kept in await store.last(2)] == ["a\ufffdb?c", "'); DROP TABLE calls; --"]


async def test_calls_that_end_at_once_are_all_kept(store: Store) -> None:
    """One thread writes, however many calls wait for it."""
    await asyncio.gather(*(store.append(made(number)) for number in range(200)))

    assert len(await store.last(1000)) == 200


async def test_a_cancelled_wait_does_not_cancel_the_record(store: Store) -> None:
    """A controller that is stopped stops waiting; the record is written all the same."""
    waits = [asyncio.create_task(store.append(made(number))) for number in range(20)]
    await asyncio.sleep(0)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    store.close()

    assert len(await store.last(100)) == 20


async def test_a_reader_in_another_process_sees_what_is_committed(store: Store, tmp_path: Path) -> None:
    """`ivr calls` reads while the controller writes; neither waits for the other."""
    ask = (
        "import sys; from pathlib import Path; from ivr.ledger.engine import at; from ivr.ledger.reading import Reader;"
        "print(len(Reader(at(Path(sys.argv[1]))).last(1000)))"
    )
    seen = []
    for number in range(3):
        await store.append(made(number))
        other = await forked.create(
            sys.executable, "-c", ask, tmp_path / "ledger.sqlite", imports=IMPORTS, stdout=subprocess.PIPE
        )
        seen.append(int((await other.communicate())[0]))

    assert seen == [1, 2, 3]


def test_reading_makes_no_ledger(tmp_path: Path) -> None:
    """Before the first call there is nothing to read, and nothing is made."""
    assert Reader(at(tmp_path / "ledger.sqlite")).last(5) == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_the_files(store: Store, tmp_path: Path) -> None:
    """They hold callers' numbers."""
    store.keep(made())
    Spool(tmp_path / "spool.jsonl").add(row(made(2)))

    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {"ledger.sqlite", "ledger.sqlite-wal", "spool.jsonl"} < {path.name for path in tmp_path.iterdir()}


async def test_what_is_committed_is_committed_to_the_disk(store: Store) -> None:
    """WAL, and a wait for the disk at each commit."""
    await store.append(made())
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_newer_ledger_is_refused_in_one_sentence(tmp_path: Path, store: Store) -> None:
    """An old programme must not write into what it does not understand; nor read it."""
    store.open()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as database:
        database.execute("UPDATE ledger_schema SET version = 99")

    again = Store.at(tmp_path / "ledger.sqlite")
    for use in (again.open, lambda: Reader(at(tmp_path / "ledger.sqlite")).last(1)):
        with pytest.raises(BadLedger, match=r"ledger\.sqlite has version 99 .* knows version 5: update the programme"):
            use()
    again.keep(made())

    assert again.waiting == 1
    again.close()


def test_a_file_that_is_no_ledger_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Whatever lies there is left as it is."""
    (tmp_path / "ledger.sqlite").write_text("not a database\n" * 100)
    store = Store.at(tmp_path / "ledger.sqlite")

    with pytest.raises(BadLedger, match="file is not a database"):
        store.open()
    with pytest.raises(BadLedger, match="file is not a database"):
        Reader(at(tmp_path / "ledger.sqlite")).last(1)
    assert (tmp_path / "ledger.sqlite").read_text().startswith("not a database")
    store.close()


WRITER = """
    import sys
    from pathlib import Path
    from ivr.ledger.store import Store
    from tests.ledger.records import made
    store = Store.at(Path(sys.argv[1]))
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        store.keep(made(number))
        print(number, flush=True)
"""


def test_two_writers_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """The controller and a plain AGI script; each begins the ledger, and some records are the same."""
    path = tmp_path / "ledger.sqlite"
    writers = [
        forked.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), path, str(first), str(first + 100)],
            imports=IMPORTS,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for first in (0, 50, 100)
    ]
    told = [line for writer in writers for line in writer.communicate()[1].decode().splitlines()]
    # On a machine with much else to do a writer may wait too long for the others: then its record waits in the spool.
    store = Store.at(path)
    store.open()

    assert [line for line in told if "the record waits in the spool" not in line] == []
    assert [f"1795000000.{number}" for number in reversed(range(200))] == [
        kept.id for kept in Reader(at(path)).last(1000)
    ]
    assert store.waiting == 0
    store.close()
    found = audit(at(path), Seal(tmp_path / NAME).public)
    assert (found.end.records, found.fault) == (200, None)


def test_nothing_that_was_said_to_be_safe_is_lost_by_a_kill(tmp_path: Path) -> None:
    """A writer killed in the middle, five times: each record that it told of is there, whole, once."""
    path = tmp_path / "ledger.sqlite"
    for turn in range(5):
        writer = forked.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), path, str(turn * 10_000), str(turn * 10_000 + 10_000)],
            imports=IMPORTS,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(30)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait()

        kept = {kept.id: kept for kept in Reader(at(path)).last(100_000)}
        assert {made(number).id for number in said} <= kept.keys()
        assert all(row(made(number))["tape"] == _json(kept[made(number).id].tape) for number in said)
        store = Store.at(path)
        store.open()
        assert store.waiting == 0
        store.close()


async def test_postgresql_keeps_the_same_ledger(
    postgres: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same statements, the same answers."""
    store = Store(postgres, tmp_path / "spool.jsonl")
    await asyncio.to_thread(store.open)
    await asyncio.gather(*(store.append(made(number)) for number in range(20)))
    await store.append(made(3))
    await store.append(made(3, ended=NOON + timedelta(hours=1)))
    await store.append(made(20, caller="a\0b\ud800c"))
    Spool(tmp_path / "spool.jsonl").add(row(made(21)))
    await asyncio.to_thread(store.open)

    kept = await store.last(100)

    assert [f"1795000000.{number}" for number in reversed(range(22))] == [one.id for one in kept]
    assert (made(3).ended, made(3).amount, True) == (kept[18].ended, kept[18].amount, kept[18].skipped)
    assert store.waiting == 0
    assert sum("other facts" in record.getMessage() for record in caplog.records) == 1
    store.close()


async def test_a_postgresql_that_is_away_costs_no_record(tmp_path: Path) -> None:
    """Nobody listens: calls go on, their records wait on the disk."""
    pytest.importorskip("psycopg")
    store = Store("postgresql://ivr@127.0.0.1:1/ivr", tmp_path / "state" / "spool.jsonl", patience=0.2)
    await asyncio.to_thread(store.open)
    for number in range(5):
        await store.append(made(number))

    assert store.waiting == 5
    store.close()
