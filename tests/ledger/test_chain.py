"""The chain over the records: whatever is changed, taken out, put in, moved or cut off is found, and named."""

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from ivr.ledger.audit import audit
from ivr.ledger.chain import canonical, digest, link
from ivr.ledger.engine import at
from ivr.ledger.head import HEAD, BadHead, read
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.rows import row
from ivr.ledger.seal import NAME, PublicKey, Seal
from ivr.ledger.spool import SINCE, Spool
from ivr.ledger.store import Store
from ivr.ledger.tables import COLUMNS, calls
from tests.ledger.records import made

OLD = Path(__file__).parent / "version-1.sql"
"""A ledger as the programme wrote it before there was a chain: three calls."""


NAMES = [column.name for column in calls.columns]


def written(state: Path, count: int = 6) -> Path:
    """That many records, written into the ledger of a house."""
    path = state / "ledger.sqlite"
    store = Store.at(path)
    for number in range(1, count + 1):
        store.keep(made(number))
    store.close()
    return path


@cache
def _house(count: int) -> TemporaryDirectory[str]:
    house = TemporaryDirectory()
    written(Path(house.name), count)
    return house


def filled(state: Path, count: int = 6) -> Path:
    """A house of its own with that many records in its ledger: a copy of one that was written once."""
    shutil.copytree(_house(count).name, state, dirs_exist_ok=True)
    return state / "ledger.sqlite"


def fault(path: Path, *witnesses: Path) -> str | None:
    """What an audit finds."""
    heads = [(witness.name, read(witness)[0]) for witness in witnesses]
    return audit(at(path), Seal(path.with_name("secrets") / "signing-key").public, heads).fault


def change(path: Path, *statements: str) -> None:
    """What somebody does to the file who can write it."""
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()


def test_a_chain_that_nobody_touched_holds(tmp_path: Path) -> None:
    """Every record, and the head that is signed, in the ledger and beside it."""
    path = filled(tmp_path)

    assert fault(path, tmp_path / HEAD) is None
    assert read(tmp_path / HEAD)[0].records == 6


def test_a_change_of_any_column_of_any_record_is_found(tmp_path: Path) -> None:
    """One after the other, each undone before the next; the record is named."""
    path = filled(tmp_path, 3)
    base = sqlite3.connect(path, isolation_level=None)
    base.row_factory = sqlite3.Row
    unnoticed = []
    for place in (1, 2, 3):
        old = dict(base.execute("SELECT * FROM calls WHERE place = ?", (place,)).fetchone())
        for column in NAMES:
            value = old[column]
            other = _other(value)
            if column == "place":
                other = value + 100
            base.execute(f"UPDATE calls SET {column} = ? WHERE place = ?", (other, place))
            try:
                found = fault(path)
            except ValueError as error:  # an instant, an ending that is none
                found = str(error)
            if not found:
                unnoticed.append((place, column, value, other))
            key = place + 100 if column == "place" else place
            base.execute(f"UPDATE calls SET {column} = ? WHERE place = ?", (value, key))
    base.close()

    # `erasure` says nothing as long as `erased` is null.
    assert [(place, column) for place, column, _, _ in unnoticed] == [(place, "erasure") for place in (1, 2, 3)]
    assert fault(path) is None


def _other(value: object) -> object:
    match value:
        case int():
            return 1 - value if value in (0, 1) else value + 1
        case str():
            return value[:-1] + ("1" if value.endswith("0") else "0")
    return "2026-11-23T11:00:00.000000+00:00"


def remade(path: Path, place: int, **changes: object) -> None:
    """A change by somebody who knows how hashes are made, but has no key."""
    base = sqlite3.connect(path)
    base.row_factory = sqlite3.Row
    old = dict(base.execute("SELECT * FROM calls WHERE place = ?", (place,)).fetchone())
    new = old | changes | {"skipped": bool(old["skipped"])}
    base.execute("DELETE FROM calls WHERE place = ?", (place,))
    new["hash"] = digest(link(new))
    base.execute(f"INSERT INTO calls ({','.join(new)}) VALUES ({','.join('?' * len(new))})", list(new.values()))
    base.commit()
    base.close()


def sql(*statements: str) -> Callable[[Path], None]:
    return lambda path: change(path, *statements)


def moved(place: int, to: int) -> str:
    return f"UPDATE calls SET place = {to} WHERE place = {place}"


def copied(place: int) -> str:
    """What puts in the first record once more, as a programme would that knows no chain."""
    columns = ", ".join("NULL" if name in SINCE[2] else name for name in NAMES[2:])
    return f"INSERT INTO calls SELECT {place}, 'x', {columns} FROM calls WHERE place = 1"


TAMPERED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a price": (
        sql("UPDATE calls SET amount_cents = 1 WHERE place = 3"),
        r"record 3 \(call 1795000000.3\) was changed",
    ),
    "a caller": (
        sql("UPDATE calls SET caller = '+33600000000' WHERE place = 3"),
        "record 3 .* its caller is not what was written",
    ),
    "one removed": (sql("DELETE FROM calls WHERE place = 3"), "removed between record 2 .* and record 4 "),
    "the first removed": (sql("DELETE FROM calls WHERE place = 1"), "records were removed before record 2 "),
    "the last removed": (sql("DELETE FROM calls WHERE place = 6"), "removed at the end: 6 were written, 5 are"),
    "all removed": (sql("DELETE FROM calls"), "removed at the end: 6 were written, 0 are there"),
    "two swapped": (sql(moved(3, 99), moved(4, 3), moved(99, 4)), r"record 3 \(call 1795000000.4\) was changed"),
    "one put in": (sql(copied(7)), r"record 7 \(call x\) was inserted: it is not in the chain"),
    "the head removed": (sql("DELETE FROM ledger_head"), "the head of the ledger was removed"),
    "the head's count": (sql("UPDATE ledger_head SET records = 5"), "record 6 .* was inserted at the end"),
    "the head's instant": (sql("UPDATE ledger_head SET at = '2027'"), "does not bear the house's signature"),
    "bytes for a text": (sql("UPDATE calls SET tariff = x'fffe' WHERE place = 3"), r"record 3 \(.*\) was changed"),
    "bytes for a salt": (sql("UPDATE calls SET salt = x'fffe' WHERE place = 3"), r"record 3 \(.*\) was changed"),
    "no number for the head's count": (sql("UPDATE ledger_head SET records = 'six'"), "head of the ledger was changed"),
    "bytes for the head's instant": (sql("UPDATE ledger_head SET at = x'ff'"), "head of the ledger was changed"),
    "one remade": (lambda path: remade(path, 3, amount_cents=1), "removed between record 3 .* and record 4 "),
    "the last remade": (lambda path: remade(path, 6, amount_cents=1), "record 6 .* is not the last that was written"),
    "an erasure not signed": (
        sql("UPDATE calls SET erased = '2026', caller = 'erased', tape = '[]' WHERE place = 2"),
        "record 2 .* erased without the house's signature",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found_and_named(tmp_path: Path, what: str) -> None:
    """The first record that is not as it was written, or where one is missing."""
    tamper, said = TAMPERED[what]
    path = filled(tmp_path)
    tamper(path)

    found = fault(path)

    assert found is not None
    assert re.search(said, found), found


@pytest.mark.parametrize("change_", ["answered = 'yesterday'", "amount_cents = 'x'", "steps = '['", "ending = 'x'"])
def test_a_record_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, change_: str) -> None:
    """By whoever reads records, with what to do."""
    path = filled(tmp_path, 2)
    change(path, f"UPDATE calls SET {change_} WHERE place = 1")

    with pytest.raises(BadLedger, match="a record is not as it was written: run ivr ledger verify, which names it"):
        Reader(at(path)).last(9)
    assert fault(path) == "record 1 (call 1795000000.1) was changed"


@pytest.mark.parametrize(
    "change_", ["answered = 'yesterday'", "amount_cents = 'x'", "vat = 'x'", "billed_seconds = 'x'"]
)
def test_no_money_is_reckoned_from_words(tmp_path: Path, change_: str) -> None:
    """What statements and reconciliations are made of is told in the same sentence."""
    path = filled(tmp_path, 2)
    begin, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    assert len(Reader(at(path)).figures(begin, end)) == 2
    change(path, f"UPDATE calls SET {change_} WHERE place = 1")

    with pytest.raises(BadLedger, match="a record is not as it was written: run ivr ledger verify, which names it"):
        Reader(at(path)).figures(begin, end)


def test_a_record_put_in_between_is_named(tmp_path: Path) -> None:
    """Even if its own hash is right: the next one follows the record before it."""
    path = filled(tmp_path, 2)
    change(path, "UPDATE calls SET place = 5 WHERE place = 2")  # room for it
    remade(path, 5)
    base = sqlite3.connect(path)
    base.row_factory = sqlite3.Row
    first = dict(base.execute("SELECT * FROM calls WHERE place = 1").fetchone())
    new = first | {"place": 3, "id": "x", "previous": first["hash"], "skipped": bool(first["skipped"])}
    new["hash"] = digest(link(new))
    base.execute(f"INSERT INTO calls ({','.join(new)}) VALUES ({','.join('?' * len(new))})", list(new.values()))
    base.commit()
    base.close()

    assert fault(path) == "record 3 (call x) was inserted: record 5 (call 1795000000.2) follows the record before it"


def test_a_ledger_put_back_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    """A whole state of yesterday is in order by itself: only what was kept out of its reach tells."""
    path = filled(tmp_path, 4)
    (tmp_path / "then").write_bytes(path.read_bytes())
    store = Store.at(path)
    for number in range(5, 8):
        store.keep(made(number))
    store.close()
    path.write_bytes((tmp_path / "then").read_bytes())

    assert fault(path) is None
    assert "removed at the end: ledger.head saw 7" in (fault(path, tmp_path / HEAD) or "")


def test_who_makes_the_chain_anew_is_found_by_a_head_kept_elsewhere(tmp_path: Path) -> None:
    """With the key in his hands, and as many records as there were."""
    written(tmp_path, 3)
    (tmp_path / HEAD).rename(tmp_path / "kept")
    (tmp_path / "ledger.sqlite").unlink()
    path = written(tmp_path, 5)

    assert fault(path) is None
    assert fault(path, tmp_path / "kept") == "record 3 is not the one that kept saw: the chain was made anew"


def test_a_file_that_is_no_head_is_told_so(tmp_path: Path) -> None:
    """Whatever was given."""
    for content in ("", "[]", "{}", '{"records": "1"}'):
        (tmp_path / "head").write_text(content)
        with pytest.raises(BadHead, match="holds no head of a ledger"):
            read(tmp_path / "head")


def test_what_waited_in_the_spool_is_chained_when_it_comes_in(tmp_path: Path) -> None:
    """Late, and in the order of its coming; a line that an older version spooled, too."""
    path = filled(tmp_path, 2)
    spool = Spool(tmp_path / "spool.jsonl")
    spool.add(row(made(3)))
    later = {name for names in SINCE.values() for name in names}
    old = {name: value for name, value in row(made(4)).items() if name not in later}
    spool.add(old)
    store = Store.at(path)
    store.open()
    store.keep(made(5))
    store.close()

    assert fault(path) is None
    assert [kept.place for kept in Reader(at(path)).last(9)] == [5, 4, 3, 2, 1]
    assert [kept.price for kept in Reader(at(path)).last(2)][1] is None
    assert (tmp_path / "refused.jsonl").exists() is False


def test_records_put_beyond_the_head_keep_no_later_one_out(tmp_path: Path) -> None:
    """Somebody else's record in our place: ours goes behind it, and the audit names his."""
    path = filled(tmp_path, 2)
    change(path, copied(3))
    store = Store.at(path)
    store.keep(made(3))
    store.close()

    assert Reader(at(path)).find(made(3).id) is not None
    assert fault(path) == "record 3 (call x) was inserted: it is not in the chain"


def test_a_ledger_of_version_1_is_read_as_it_is_and_brought_up_in_place(tmp_path: Path) -> None:
    """Nothing is lost, what was not noted then is unknown, and from now on the chain guards it."""
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as base:
        base.executescript(OLD.read_text(encoding="utf-8"))
    base.close()
    before = Reader(at(path)).last(10)
    with pytest.raises(BadLedger, match="has version 1, without a chain: ivr serve brings it up"):
        audit(at(path), None)
    store = Store.at(path)
    store.open()
    store.keep(made(9))
    store.close()

    after = Reader(at(path)).last(10)
    assert [kept.id for kept in before] == ["1795000000.3", "1795000000.2", "1795000000.1"]
    assert [(kept.amount, kept.steps, kept.tape, kept.price, kept.mode) for kept in before] == [
        (kept.amount, kept.steps, kept.tape, None, None) for kept in after[1:]
    ]
    assert fault(path) is None
    assert audit(at(path), None).end.records == 4
    change(path, "UPDATE calls SET amount_cents = 1 WHERE place = 2")
    assert fault(path) == "record 2 (call 1795000000.2) was changed"


def test_a_ledger_of_version_2_keeps_its_chain_when_it_is_brought_up(tmp_path: Path) -> None:
    """Not one old hash is made anew: what was certified stays true, and later facts are guarded like the old ones."""
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as base:
        base.executescript(OLD.with_name("version-2.sql").read_text(encoding="utf-8"))
    base.close()
    before = Reader(at(path)).last(10)
    assert audit(at(path), None).fault is None
    assert Reader(at(path)).refunds_of(made(1).id) == []
    store = Store.at(path)
    store.open()
    store.keep(made(9))
    store.close()

    after = Reader(at(path)).last(10)
    assert [(kept.id, kept.hash, kept.price, None, None, None) for kept in before] == [
        (kept.id, kept.hash, kept.price, kept.payout, kept.territory, kept.vat) for kept in after[1:]
    ]
    assert (after[0].payout, after[0].territory, after[0].vat) == (Decimal("0.4321"), "metropole", Decimal(20))
    assert audit(at(path), None).fault is None
    change(path, "UPDATE calls SET payout = '9.0000' WHERE place = 4")
    assert fault(path) == "record 4 (call 1795000000.9) was changed"


def test_a_ledger_of_version_3_takes_calls_of_ours_when_it_is_brought_up(tmp_path: Path) -> None:
    """Until then it is read as it is; no old hash is made anew, and what is added is guarded."""
    path, started = tmp_path / "ledger.sqlite", made(1).started
    with sqlite3.connect(path) as base:
        base.executescript(OLD.with_name("version-3.sql").read_text(encoding="utf-8"))
    base.close()
    before = Reader(at(path)).last(10)
    assert len(Reader(at(path)).figures(started, started + timedelta(hours=1))) == len(before) == 2
    assert audit(at(path), None).fault is None
    store = Store.at(path)
    store.open()
    store.keep(made(9, kind="callback", agent="karim", waited=1.5, talked=2.0))
    store.close()

    after = Reader(at(path)).last(10)
    assert [(one.id, one.hash, one.kind) for one in before] == [(one.id, one.hash, one.kind) for one in after[1:]]
    assert (after[0].kind, after[0].agent, after[0].waited, after[0].talked) == ("callback", "karim", 1.5, 2.0)
    assert audit(at(path), None).fault is None
    change(path, "UPDATE calls SET agent = 'zoe' WHERE place = 3")
    assert fault(path) == "record 3 (call 1795000000.9) was changed"


# What is done to PostgreSQL, undone, and found of it.
DONE = (
    ("UPDATE calls SET caller = 'x' WHERE place = 4", "record 4 .* its caller is not what was written"),
    ("UPDATE calls SET tape = '[]' WHERE place = 4", "record 4 .* its tape is not what was written"),
    ("UPDATE calls SET skipped = NOT skipped WHERE place = 4", "record 4 .* was changed"),
    ("UPDATE calls SET amount_cents = amount_cents + 1 WHERE place = 4", "record 4 .* was changed"),
    ("UPDATE calls SET answered = NULL WHERE place = 4", "record 4 .* was changed"),
    ("UPDATE calls SET announced_audio = 'wav:0' WHERE place = 4", "record 4 .* was changed"),
    ("DELETE FROM calls WHERE place = 4", "records were removed between record 3 .* and record 5"),
    ("DELETE FROM calls WHERE place = 5", "removed at the end: 5 were written, 4 are there"),
    ("UPDATE calls SET place = -place WHERE place > 3", r"record -5 .* was changed"),
    ("UPDATE ledger_head SET at = '2027'", "does not bear the house's signature"),
    ("UPDATE ledger_head SET place = 4", "record 5 .* is not the last that was written"),
)


def _tampered(engine: Engine, key: PublicKey) -> None:
    for statement, said in DONE:
        with engine.begin() as inside:
            inside.exec_driver_sql("CREATE TABLE was AS SELECT * FROM calls")
            inside.exec_driver_sql("CREATE TABLE head_was AS SELECT * FROM ledger_head")
            inside.exec_driver_sql(statement)
        found = audit(engine.url, key).fault
        with engine.begin() as inside:
            for name, copy in (("calls", "was"), ("ledger_head", "head_was")):
                inside.exec_driver_sql(f"DELETE FROM {name}")
                inside.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {copy}")
                inside.exec_driver_sql(f"DROP TABLE {copy}")
        assert re.search(said, found or ""), (statement, found)
    assert audit(engine.url, key).fault is None
    engine.dispose()


def test_postgresql_keeps_the_same_chain_and_is_brought_up_too(postgres: str, tmp_path: Path) -> None:
    """The same statements; a schema of its own for each."""
    from sqlalchemy import create_engine, text

    from ivr.ledger.engine import address

    admin = create_engine(address(postgres), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE chain"))
    url = postgres.rsplit("/", 1)[0] + "/chain"
    old = create_engine(address(url))
    with old.begin() as connection:
        for statement in OLD.read_text(encoding="utf-8").split(";\n"):
            if statement.startswith(("CREATE", "INSERT")):
                connection.exec_driver_sql(_postgresql(statement))
    old.dispose()
    store = Store(url, tmp_path / "spool.jsonl")
    store.open()
    for number in (7, 8, 7):
        store.keep(made(number))
    store.close()
    key = Seal(tmp_path / NAME).public

    found = audit(address(url), key, [("head", read(tmp_path / HEAD)[0])])
    assert (found.end.records, found.fault) == (5, None)
    _tampered(create_engine(address(url)), key)
    with admin.connect() as connection, create_engine(address(url)).begin() as inside:
        inside.execute(text("DELETE FROM calls WHERE place = 2"))
    assert "removed between record 1 (call 1795000000.1) and record 3" in (audit(address(url), key).fault or "")
    admin.dispose()


def _postgresql(statement: str) -> str:
    """SQLite's dump in PostgreSQL's words."""
    head, paren, values = statement.partition(" VALUES(")
    if not paren:
        return statement.replace("place INTEGER NOT NULL", "place BIGSERIAL NOT NULL")
    if "calls" not in head:
        return statement.replace('"', "")
    fields = values.split(",", 8)
    fields[7] = "true" if fields[7] == "1" else "false"
    return head.replace('"', "") + paren + ",".join(fields).replace("%", "%%")


def test_canonical_json_is_one_text_for_one_fact() -> None:
    """Names sorted, no space, letters as they are; what is unknown is left out."""
    assert canonical({"b": "é", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"é"}'.encode()
    facts = dict.fromkeys((*COLUMNS, "previous", "chained", "caller_digest", "tape_digest"))
    assert link(facts | {"place": 1, "number": "0899"}) == {"place": 1, "number": "0899"}


def test_the_chain_does_not_keep_a_thousand_records_a_second_out(tmp_path: Path) -> None:
    """A thousand records that come in at once, chained, signed and committed: processor time, not the disk's."""
    store = Store.at(tmp_path / "ledger.sqlite")
    store.open()
    rows = [row(made(number)) for number in range(1000)]
    began = time.process_time()
    store._write(rows)
    spent = time.process_time() - began
    store.close()

    assert spent < 1.0
    assert json.loads((tmp_path / HEAD).read_text())["records"] == 1000
