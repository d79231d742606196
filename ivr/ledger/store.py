"""The ledger: keeps each finished call once, for good, whatever the database does meanwhile.

Theory
------
A record is *safe* when it is committed, or when the spool has it on disk.  ``append`` returns when it is safe.

* One thread writes.  Whoever is cancelled while he waits for it loses nothing: the thread goes on.
* When the database refuses (locked, down, full), the record goes to the spool first; then the database is asked
  again, at growing intervals, for ``patience`` seconds in all.  After that it counts as down: for a while records
  go to the spool without asking, so that a hundred calls that end do not wait a hundred times.
* Every success takes in the spool, and so do :meth:`Store.open` and :meth:`Store.mend`.
* When not even the spool can be written, the record is held in memory, up to ``MOST_HELD``, and ``append`` raises:
  the caller's log is then the last place that has it.  What was held is written with the next success.
* Nothing is written twice or over: a record with a known id is dropped if it says the same, and otherwise set aside
  with a warning.  So taking in a spool twice does no harm.
* Each record is chained to the one before it when it comes into the database (``chain.py``, ``binding.py``).  The
  signed head of the chain is noted in a file beside it, too: a database that was put back to an earlier state is
  then found out.
"""

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from ivr.ledger.binding import bind, prepare, why
from ivr.ledger.engine import address, at, writing
from ivr.ledger.head import HEAD, note
from ivr.ledger.reading import BadLedger, Reader, unusable
from ivr.ledger.rows import Kept, row
from ivr.ledger.seal import NAME as KEY
from ivr.ledger.seal import Seal
from ivr.ledger.spool import Spool
from ivr.ledger.tables import Row
from ivr.service.record import Record

log = logging.getLogger(__name__)

MOST_HELD = 10_000
"""Records held in memory when neither the database nor the spool takes them."""
PATIENCE = 2.0
"""Seconds of asking again before the database counts as down; well below ``attend``'s limit for a record."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 30.0  # seconds between two askings, doubled each time

SPOOL = "spool.jsonl"


class Store:
    """A ledger in SQLite or PostgreSQL, with its spool; fulfils the service's port ``Ledger``."""

    def __init__(self, url: URL | str, spool: Path, patience: float = PATIENCE) -> None:
        self._url = address(url) if isinstance(url, str) else url
        self._engine = writing(self._url)
        self._reader = Reader(self._url)
        self._spool = Spool(spool)
        self._state = spool.parent
        self._seal: Seal | None = None
        self._held: deque[Row] = deque(maxlen=MOST_HELD)
        self._patience = patience
        self._ready = False  # the tables are there and of our version
        self._pause = _FIRST_PAUSE
        self._down_until = 0.0  # on the monotonic clock
        self._lock = Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self.lost = 0
        """Records that found place nowhere; the log has them."""

    @classmethod
    def at(cls, path: Path) -> "Store":
        """The SQLite ledger in the file ``path``, its spool beside it."""
        return cls(at(path), path.with_name(SPOOL))

    @property
    def waiting(self) -> int:
        """Records that are not in the database yet."""
        return self._spool.rows() + len(self._held)

    def open(self) -> None:
        """Make the ledger ready and take in what waits; blocks.

        Raises :class:`BadLedger` if it is of a newer version, or no ledger at all, or if nothing can be written.  A
        database that merely does not answer is no reason not to serve calls: that is logged, and records wait.
        """
        with self._lock:
            try:
                self._spool.check()
                self._take_in()
            except OSError as error:
                raise BadLedger(f"the ledger's spool cannot be written: {error}: give its owner the right") from error
            except OperationalError as error:
                log.warning("ledger does not answer, records will wait in the spool: %s", why(error))
            except DatabaseError as error:
                raise unusable(self._url, error) from error

    def close(self) -> None:
        """Finish what is being written; blocks."""
        self._writer.shutdown(wait=True)
        self._engine.dispose()

    async def append(self, record: Record) -> None:
        """Keep ``record`` for good; returns when it is safe, raises ``OSError`` if it found no place on disk."""
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._writer, self.keep, record))
        if time.monotonic() >= self._down_until and self._something_waits():
            self._writer.submit(self._try_to_take_in)

    async def last(self, count: int, number: str | None = None) -> list[Kept]:
        """See :meth:`Reader.last`."""
        return await asyncio.to_thread(self._reader.last, count, number)

    async def find(self, call_id: str) -> Kept | None:
        """See :meth:`Reader.find`."""
        return await asyncio.to_thread(self._reader.find, call_id)

    async def mend(self, every: float = 5.0) -> None:
        """For ever, take in what waits; a task for whoever runs the house.  ``every`` is in seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(every)
            if self._something_waits():
                await asyncio.shield(loop.run_in_executor(self._writer, self._try_to_take_in))

    def keep(self, record: Record) -> None:
        """:meth:`append` for whoever has no event loop; blocks for ``patience`` seconds and a little at most."""
        new = row(record)
        with self._lock:
            if time.monotonic() < self._down_until:
                self._wait_in_spool(new)
                return
            try:
                self._write([new])
            except (DBAPIError, BadLedger) as error:
                log.warning("ledger refuses, the record waits in the spool id=%s: %s", record.id, why(error))
                self._wait_in_spool(new)
                self._insist()

    def _something_waits(self) -> bool:
        return bool(self._held) or not self._spool.empty()

    # -- in the writer's thread, under the lock ------------------------------------------------------------------------

    def _wait_in_spool(self, new: Row) -> None:
        try:
            self._spool.add(new)
        except OSError:
            if len(self._held) == MOST_HELD:
                self.lost += 1
                log.error("ledger, spool and memory are full: the oldest record held is lost, lost=%d", self.lost)
            self._held.append(new)
            raise

    def _insist(self) -> None:
        """Ask again until it works or patience ends; then leave the database alone for a while."""
        until = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while time.monotonic() + pause < until:
            time.sleep(pause)
            pause *= 2
            try:
                self._take_in()
            except (DBAPIError, BadLedger, OSError):
                continue
            return
        self._leave_alone()

    def _leave_alone(self) -> None:
        self._pause = min(max(self._pause * 2, 1.0), _LONGEST_PAUSE)
        self._down_until = time.monotonic() + self._pause
        log.error("ledger counts as down for %gs, waiting=%d records", self._pause, self.waiting)

    def _try_to_take_in(self) -> None:
        with self._lock:
            if time.monotonic() < self._down_until:
                return
            try:
                self._take_in()
            except (DBAPIError, BadLedger, OSError) as error:
                log.warning("ledger still refuses: %s", why(error))
                self._leave_alone()

    def _take_in(self) -> None:
        """Write what waits.  Also the way to find out whether the database is there at all."""
        held = list(self._held)
        self._write(held)
        self._held.clear()
        taken = self._spool.drain(self._write) + len(held)
        if taken:
            log.info("ledger took in records=%d that had waited", taken)

    def _write(self, rows: list[Row]) -> None:
        """Have all rows in the database, in one transaction."""
        if not self._ready:
            self._seal = self._made_seal()
        with self._engine.begin() as connection:
            if not self._ready:
                prepare(connection, self._url, self._seal)
            end, refused = bind(connection, rows, self._seal)
        for one in refused:
            self._spool.set_aside(one)
        if rows:
            note(self._state / HEAD, end)
        self._ready = True
        self._pause, self._down_until = _FIRST_PAUSE, 0.0

    def _made_seal(self) -> Seal | None:
        try:
            return Seal.made(self._state / KEY)
        except OSError as error:
            log.warning("no key to sign the ledger's head with: %s", error)
            return None
