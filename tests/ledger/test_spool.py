"""When the database will not have a record it waits on the disk, and is taken in later, once."""

import asyncio
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

from ivr.ledger.rows import row
from ivr.ledger.spool import Spool
from ivr.ledger.store import Store
from ivr.ledger.tables import Row
from tests.ledger.records import made


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger that is there already, with one record in it."""
    store = Store.at(tmp_path / "ledger.sqlite")
    store.keep(made(0))
    store.close()
    return tmp_path / "ledger.sqlite"


HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
"""


class Holder:
    """Another process that holds the database until it is told to let go."""

    def __init__(self, ledger: Path) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", HOLDER, ledger], stdin=PIPE, stdout=PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"held\n"

    def let_go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture
def holder(ledger: Path) -> Iterator[Holder]:
    """Holds the ledger."""
    other = Holder(ledger)
    yield other
    other.let_go()


async def until(true: Callable[[], bool]) -> None:
    """Other processes and threads have it done in 5 seconds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  (what is waited for happens outside of the loop)
            await asyncio.sleep(0.01)


async def test_a_lock_held_by_another_process_costs_no_record(
    ledger: Path, holder: Holder, caplog: pytest.LogCaptureFixture
) -> None:
    """Records wait in the spool, quickly once the database counts as down; the next success takes all in."""
    store = Store.at(ledger)
    store._patience = 0.2
    began = time.monotonic()
    for number in range(1, 21):
        await store.append(made(number))
    took = time.monotonic() - began

    assert store.waiting == 20
    assert took < 5, "only the first may wait for the lock"
    assert "counts as down" in caplog.text
    assert len(await store.last(100)) == 1, "a reader is not held up"

    holder.let_go()
    store._down_until = 0.0
    await store.append(made(21))
    store.close()

    assert len(await store.last(100)) == 22
    assert store.waiting == 0


async def test_a_short_lock_is_waited_for(ledger: Path, holder: Holder) -> None:
    """One that is given back within our patience leaves nothing waiting."""
    store = Store.at(ledger)
    wait = asyncio.create_task(store.append(made(1)))
    await until(lambda: store.waiting == 1)
    await asyncio.to_thread(holder.let_go)
    await wait

    assert len(await store.last(100)) == 2
    assert store.waiting == 0
    store.close()


async def test_records_that_wait_are_taken_in_without_another_call(ledger: Path) -> None:
    """`mend` looks after them, for as long as the house stands."""
    Spool(ledger.with_name("spool.jsonl")).add(row(made(1)))
    store = Store.at(ledger)
    mending = asyncio.create_task(store.mend(every=0.01))
    await until(lambda: store.waiting == 0)
    mending.cancel()
    store.close()

    assert len(await store.last(100)) == 2


def test_records_that_wait_are_taken_in_at_the_start(ledger: Path) -> None:
    """Also when they were written already: a crash may come between the two."""
    spool = Spool(ledger.with_name("spool.jsonl"))
    for number in (0, 1, 2, 1):
        spool.add(row(made(number)))
    store = Store.at(ledger)
    store.open()

    assert [kept.id for kept in store._reader.last(10)] == ["1795000000.2", "1795000000.1", "1795000000.0"]
    assert (store.waiting, ledger.with_name("spool.jsonl").stat().st_size) == (0, 0)
    assert not ledger.with_name("refused.jsonl").exists()
    store.close()


def test_a_torn_line_takes_no_whole_one_with_it(tmp_path: Path) -> None:
    """A crash while a line was written leaves a piece of it; lines before and after are taken in."""
    path = tmp_path / "spool.jsonl"
    spool = Spool(path)
    spool.add(row(made(1)))
    with path.open("ab") as file:
        file.write(b'{"id": "17950')
    spool.add(row(made(2)))
    taken: list[Row] = []

    assert spool.drain(taken.extend) == 2
    assert [row(made(1)), row(made(2))] == taken
    assert (tmp_path / "refused.jsonl").read_text() == '{"id": "17950\n'
    assert spool.drain(taken.extend) == 0


def test_what_could_not_be_taken_in_stays(tmp_path: Path) -> None:
    """The database fails again while the spool is handed over."""
    spool = Spool(tmp_path / "spool.jsonl")
    spool.add(row(made(1)))

    def fail(_: list[Row]) -> None:
        raise sqlite3.OperationalError("database is locked")

    with pytest.raises(sqlite3.OperationalError):
        spool.drain(fail)
    assert spool.rows() == 1


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    place = tmp_path / "tiny"
    place.mkdir()
    if os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


async def test_a_full_disk_is_never_silent_and_loses_nothing_that_memory_holds(
    tiny: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither database nor spool has room: `append` raises, and with room again everything is written."""
    store = Store.at(tiny / "ledger.sqlite")
    store._patience = 0.1
    store.open()
    (tiny / "ballast").write_bytes(b"\0" * 100_000)
    failed = 0
    with caplog.at_level(logging.CRITICAL):
        for number in range(200):
            try:
                await store.append(made(number))
            except OSError:
                failed += 1
    assert failed > 10
    assert store.waiting >= failed

    (tiny / "ballast").unlink()
    await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,size=4m", tiny], check=True)
    store._down_until = 0.0
    await store.append(made(200))
    store.close()

    assert len(await store.last(1000)) == 201
    assert (store.waiting, store.lost) == (0, 0)
