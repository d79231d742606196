"""Reading the ledger, from any process, while another one writes it."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, Select, and_, func, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError

from ivr.ledger.chain import EMPTY, Head
from ivr.ledger.engine import is_sqlite, reading, shown
from ivr.ledger.rows import Kept, kept
from ivr.ledger.tables import VERSION, calls, head, of_version, refunds, refunds_head, schema

FIGURES = (
    *("id", "number", "caller", "started", "answered", "ended", "billed_seconds", "amount_cents", "currency"),
    *("mode", "payout", "territory", "vat"),
)
"""What statements want of a call: not its tape, which is most of it."""

CHANGED = "a record is not as it was written: run ivr ledger verify, which names it"

OURS = 4
"""The first version of the ledger that has calls which we made, too."""

LONGEST_RING = timedelta(minutes=10)  # before an answer; carriers bear three minutes


class BadLedger(Exception):
    """This ledger cannot be used; the text is one sentence with what to do."""


class Reader:
    """Answers from a ledger; creates and changes nothing.  Its methods block, for milliseconds."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine: Engine = reading(url)

    def last(self, count: int, number: str | None = None) -> list[Kept]:
        """The ``count`` latest calls, ours too, newest first, of all numbers or of ``number`` (national form).

        A ledger that does not exist yet is empty.  Raises :class:`BadLedger`.
        """
        found = select(calls).order_by(calls.c.started.desc(), calls.c.place.desc()).limit(count)
        return self._ask(found if number is None else found.where(calls.c.number == number))

    def since(self, instant: datetime, number: str | None = None, before: datetime | None = None) -> list[Kept]:
        """The calls, ours too, that began at ``instant`` or later, newest first, of all numbers or of ``number``
        (national form).

        ``before``: only those that began before that.  Raises :class:`BadLedger`.
        """
        began = written(instant)
        found = select(calls).where(calls.c.started >= began).order_by(calls.c.started.desc(), calls.c.place.desc())
        if before is not None:
            found = found.where(calls.c.started < written(before))
        return self._ask(found if number is None else found.where(calls.c.number == number))

    def find(self, call_id: str) -> Kept | None:
        """The record of one call, ``None`` if there is none (yet).  Raises :class:`BadLedger`."""
        return next(iter(self._ask(select(calls).where(calls.c.id == call_id))), None)

    def row(self, call_id: str) -> Mapping[Any, Any] | None:
        """A call's row with its link in the chain, as it stands; ``None`` if there is none.  Raises `BadLedger`."""
        return next(iter(self._rows(select(calls).where(calls.c.id == call_id))), None)

    def head(self) -> Head:
        """The signed end of the chain.  Raises :class:`BadLedger`."""
        if self.last(1):
            columns = (head.c.records, head.c.place, head.c.hash, head.c.at, head.c.signature)
            try:
                with self._engine.connect() as connection:
                    if found := connection.execute(select(*columns)).one_or_none():
                        return Head(*found)
            except DBAPIError as error:
                raise unusable(self._url, error) from error
        return EMPTY

    def refunds_head(self) -> Head:
        """The signed end of the chain of refunds.  Raises :class:`BadLedger`."""
        if self.last(1):
            names = ("records", "place", "hash", "at", "signature")
            try:
                with self._engine.connect() as connection:
                    if (version(connection, self._url) or 0) >= 3:
                        found = connection.execute(select(*(refunds_head.c[name] for name in names))).one_or_none()
                        return Head(*found) if found else EMPTY
            except DBAPIError as error:
                raise unusable(self._url, error) from error
        return EMPTY

    def count(self, caller: str, since: datetime) -> int:
        """How many calls of ``caller`` (as the ledger has it) began after ``since``.  Raises :class:`BadLedger`."""
        began = written(since)
        return len(self._ask(select(calls).where(calls.c.caller == caller, calls.c.started > began), ours=False))

    def bothers(self, caller: str, since: datetime, shorter_than: timedelta | None) -> int:
        """How many calls of ``caller`` that began after ``since`` were shorter than that; ``None``: in how many he was
        asked and pressed no key.  Calls that were kept from their flow for that do not count again: who tries once
        more after a while is let in.  Raises :class:`BadLedger`.
        """
        called = select(calls).where(calls.c.caller == caller, calls.c.started > written(since))
        every = self._ask(called, ours=False)
        found = [one for one in every if not any(step.endswith((":repeated", ":silent")) for step in one.steps)]
        if shorter_than is not None:
            return sum(one.ended - one.started < shorter_than for one in found)
        return sum(_silent(one) for one in found)

    def spent(self, caller: str, since: datetime) -> Decimal:
        """What the calls of ``caller`` that were answered at ``since`` or later have cost him, less what of them was
        given back, in whole cents.

        Raises :class:`BadLedger`.
        """
        # A call that began before may have been answered since; none rings for hours.
        began = written(since - LONGEST_RING)
        answered = written(since)
        which = (calls.c.caller == caller, calls.c.started >= began, calls.c.answered >= answered)
        rows = self._rows(select(func.sum(calls.c.amount_cents).label("cents")).where(*which), summed=True)
        back = sum(int(one["amount_cents"]) for one in self._refunds(and_(*which)))
        return Decimal(int(rows[0]["cents"] or 0) - back if rows else 0) / 100

    def figures(self, begin: datetime, end: datetime, number: str | None = None) -> Sequence[Mapping[Any, Any]]:
        """:data:`FIGURES` of the calls that began from ``begin`` to before ``end``, in that order.

        Of all numbers or of ``number`` (national form).  Raises :class:`BadLedger`.
        """
        found = select(calls).where(calls.c.started >= written(begin), calls.c.started < written(end))
        found = found.order_by(calls.c.started, calls.c.place)
        return _sound(
            self._rows(found if number is None else found.where(calls.c.number == number), FIGURES, ours=False)
        )

    def refunds(self, begin: datetime, end: datetime) -> Sequence[Mapping[Any, Any]]:
        """What was given back from ``begin`` to before ``end``, each with number, territory and rate of its call.

        Raises :class:`BadLedger`.
        """
        when = (refunds.c.at >= written(begin)) & (refunds.c.at < written(end))
        return self._refunds(when)

    def refunds_of(self, call_id: str) -> Sequence[Mapping[Any, Any]]:
        """What was given back of one call, in order.  Raises :class:`BadLedger`."""
        return self._refunds(refunds.c.call == call_id)

    def _refunds(self, which: ColumnElement[bool]) -> Sequence[Mapping[Any, Any]]:
        if is_sqlite(self._url) and not Path(str(self._url.database)).exists():
            return []
        of_call = (calls.c.number, calls.c.territory, calls.c.vat)
        found = select(refunds, *of_call).outerjoin(calls, calls.c.id == refunds.c.call).where(which)
        try:
            with self._engine.connect() as connection:
                if (version(connection, self._url) or 0) < 3:
                    return []
                return _sound(connection.execute(found.order_by(refunds.c.place)).mappings().all())
        except DBAPIError as error:
            raise unusable(self._url, error) from error

    def _ask(self, question: Select[*tuple[object, ...]], *, ours: bool = True) -> list[Kept]:
        try:
            return [kept(row) for row in self._rows(question, ours=ours)]
        except (ValueError, TypeError, ArithmeticError):
            raise BadLedger(CHANGED) from None

    def _rows(
        self,
        question: Select[*tuple[object, ...]],
        names: Sequence[str] = (),
        *,
        summed: bool = False,
        ours: bool = True,
    ) -> Sequence[Mapping[Any, Any]]:
        """The rows that answer; ``names``: only these columns; ``summed``: the question names its own; ``ours``: also
        of calls that we made.
        """
        if is_sqlite(self._url) and not Path(str(self._url.database)).exists():
            return []
        try:
            with self._engine.connect() as connection:
                found = version(connection, self._url)
                if found is None:
                    return []
                # A ledger that nobody has opened for writing since an update is still of the version before.
                # Sums are over columns that all have.
                columns = [column for column in of_version(found) if not names or column.name in names]
                if not ours and found >= OURS:
                    question = question.where(calls.c.kind.is_(None))
                whole = question.with_only_columns(*columns, maintain_column_froms=True)
                asked = question if summed else whole
                return connection.execute(asked).mappings().all()
        except DBAPIError as error:
            raise unusable(self._url, error) from error


def _silent(call: Kept) -> bool:
    """Whether the caller was asked something, pressed nothing, and talked with nobody."""
    asked = [entry for entry in call.tape if "ask" in entry or "gather" in entry]
    pressed = any((entry.get("result") or {}).get("keys") for entry in asked)
    return bool(asked) and not pressed and not any("dial" in entry or "enqueue" in entry for entry in call.tape)


_READ: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(("started", "answered", "ended", "at"), datetime.fromisoformat),
    **dict.fromkeys(("billed_seconds", "amount_cents"), operator.index),
    **dict.fromkeys(("payout", "vat"), Decimal),
}
"""How what money is reckoned from must read; SQLite takes words for a number."""


def _sound(rows: Sequence[Mapping[Any, Any]]) -> Sequence[Mapping[Any, Any]]:
    """The same rows; raises :class:`BadLedger` where one does not read as it was written."""
    try:
        for row in rows:
            for name, read in _READ.items():
                if (value := row.get(name)) is not None:
                    read(value)
    except (ValueError, TypeError, ArithmeticError):
        raise BadLedger(CHANGED) from None
    return rows


def written(instant: datetime) -> str:
    """An instant as the ledger has it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def version(connection: Connection, url: URL) -> int | None:
    """The schema of the ledger, ``None`` if there is none yet; raises :class:`BadLedger` for a newer one than ours."""
    if not inspect(connection).has_table(schema.name):
        return None
    found = connection.execute(select(schema.c.version)).scalar()
    if found is not None and found > VERSION:
        raise BadLedger(
            f"the ledger {shown(url)} has version {found} and this programme knows version {VERSION}:"
            " update the programme, or give it another ledger"
        )
    return found


def unusable(url: URL, error: DBAPIError) -> BadLedger:
    """Why the database refuses, in one sentence."""
    why = str(error.orig).strip().partition("\n")[0]
    what = (
        "try again, or look who holds it"
        if isinstance(error, OperationalError)
        else "move it away, and restore it from a backup if there is one"
    )
    return BadLedger(f"the ledger {shown(url)} cannot be read ({why}): {what}")
