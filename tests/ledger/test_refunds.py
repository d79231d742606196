"""Refunds are written once, add up to no more than the call, and show every change, hole and forgery."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.ledger.audit import audit
from ivr.ledger.certificate import BadCertificate, issue, verify, written
from ivr.ledger.certificate_page import html, pdf
from ivr.ledger.chain import canonical, digest
from ivr.ledger.engine import address, at
from ivr.ledger.head import REFUNDS
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.refunds import FACTS, BadRefund, refund, signed
from ivr.ledger.seal import NAME, Seal
from ivr.ledger.store import Store
from ivr.values.tariff import Money
from tests.ledger.records import NOON, made
from tests.ledger.test_chain import change


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, to be copied."""
    house = tmp_path_factory.mktemp("house")
    store = Store.at(house / "ledger.sqlite")
    for number in (1, 2, 3):
        store.keep(made(number))
    store.keep(made(4, amount=Money(Decimal("0.00"))))
    store.close()
    give(house / "ledger.sqlite", 2, "0.40")
    give(house / "ledger.sqlite", 2)
    give(house / "ledger.sqlite", 3)
    return house


@pytest.fixture
def ledger(house: Path, tmp_path: Path) -> Path:
    """Three calls of 0.81 €, and one that cost nothing; the second is given back in two parts, the third as a whole."""
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    return tmp_path / "ledger.sqlite"


def give(path: Path, call: int, amount: str | None = None) -> Money:
    seal = Seal.made(path.parent / NAME)
    return refund(at(path), made(call).id, "cut off", seal, Decimal(amount) if amount else None).amount


def fault(path: Path) -> str | None:
    return audit(at(path), Seal(path.parent / NAME).public).fault


def test_refunds_are_chained_and_signed(ledger: Path) -> None:
    """The chain of the calls is not touched."""
    back = Reader(at(ledger)).refunds_of(made(2).id)

    assert [(one["amount_cents"], one["reason"], one["number"]) for one in back] == [
        (40, "cut off", "0899000004"), (41, "cut off", "0899000004"),
    ]  # fmt: skip
    assert back[1]["previous"] == back[0]["hash"]
    assert fault(ledger) is None
    assert Reader(at(ledger)).refunds_of(made(1).id) == []


@pytest.mark.parametrize(
    ("call", "amount", "sentence"),
    [
        (1, "0.82", "of call 1795000000.1 0.81 € can be given back at most, not 0.82 €"),
        (1, "0.00", "of call 1795000000.1 0.81 € can be given back at most, not 0.00 €"),
        (2, None, "call 1795000000.2 was given back already, all 0.81 € of it"),
        (4, None, "call 1795000000.4 cost nothing: there is nothing to give back"),
        (9, None, 'there is no call "1795000000.9" in the ledger: ivr calls --json shows the ids'),
    ],
)
def test_no_more_is_given_back_than_was_charged(ledger: Path, call: int, amount: str | None, sentence: str) -> None:
    """In one sentence."""
    with pytest.raises(BadRefund) as bad:
        give(ledger, call, amount)

    assert str(bad.value) == sentence
    assert fault(ledger) is None


@pytest.mark.parametrize("cents", ["2400", "'x'", "x'ff'"])
def test_nothing_is_given_back_of_a_record_that_was_changed(tmp_path: Path, cents: str) -> None:
    """Else the house would sign an amount that somebody wrote into the ledger."""
    path = tmp_path / "ledger.sqlite"
    store = Store.at(path)
    store.keep(made(1))
    store.close()
    change(path, f"UPDATE calls SET amount_cents = {cents}")

    with pytest.raises(BadLedger, match="is not as it was written: run ivr ledger verify"):
        give(path, 1)
    with pytest.raises((BadCertificate, BadLedger), match="is not as it was written"):
        certified(path, 1)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE refunds SET amount_cents = 1 WHERE place = 1", "refund 1 (call 1795000000.2) was changed"),
        ("UPDATE refunds SET reason = 'x' WHERE place = 3", "refund 3 (call 1795000000.3) was changed"),
        ("DELETE FROM refunds WHERE place = 2", "refunds were removed or put in before refund 3 (call 1795000000.3)"),
        ("DELETE FROM refunds WHERE place = 3", "refunds were removed at the end: 3 were written, 2 are there"),
        ("DELETE FROM refunds", "refunds were removed at the end: 3 were written, 0 are there"),
        ("UPDATE refunds SET signature = 'AAAA' WHERE place = 1", "refund 1 (call 1795000000.2) does not bear the"),
        ("UPDATE refunds_head SET signature = 'AAAA'", "the head of the refunds does not bear the house's signature"),
        ("UPDATE refunds SET reason = x'fffe' WHERE place = 1", "refund 1 (call 1795000000.2) was changed"),
        ("UPDATE refunds_head SET at = x'fffe'", "the head of the refunds was changed"),
        ("DELETE FROM refunds_head", "refunds were removed at the end: 0 were written, 3 are there"),
    ],
)
def test_what_is_done_to_a_refund_shows(ledger: Path, statement: str, sentence: str) -> None:
    """Named by the walk over the ledger."""
    change(ledger, statement)

    assert (fault(ledger) or "").startswith(sentence)


def test_a_refund_put_back_to_a_copy_shows_against_a_head_kept_elsewhere(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where whoever did it holds the key: `ivr ledger head` has the end of both chains, and so has the state."""
    copy, head = sqlite3.connect(":memory:"), tmp_path / "head.json"
    with contextlib.closing(sqlite3.connect(ledger)) as now:
        now.backup(copy)
    monkeypatch.setenv("IVR_STATE", str(ledger.parent))
    ivr = CliRunner()
    assert ivr.invoke(main, ["refund", made(1).id, "--reason", "cut off"]).exit_code == 0
    head.write_text(ivr.invoke(main, ["ledger", "head"]).output, encoding="utf-8")
    assert ivr.invoke(main, ["ledger", "verify", "--against", str(head)]).exit_code == 0
    with contextlib.closing(sqlite3.connect(ledger)) as now:
        copy.backup(now)

    by_the_state = ivr.invoke(main, ["ledger", "verify"])
    (ledger.parent / REFUNDS).unlink()
    unseen, by_the_copy = (
        ivr.invoke(main, ["ledger", "verify"]),
        ivr.invoke(main, ["ledger", "verify", "--against", str(head)]),
    )

    assert (by_the_state.exit_code, unseen.exit_code, by_the_copy.exit_code) == (1, 0, 1)
    assert "saw 4 refunds at " in by_the_copy.output
    assert by_the_copy.output.endswith("of which the last is not there: 3 are there now.\n")


def test_a_refund_forged_with_right_hashes_lacks_the_signature(ledger: Path, tmp_path: Path) -> None:
    """Whoever can write the database can reckon hashes, not sign."""
    other = Seal.made(tmp_path / "other")
    refund(at(ledger), made(1).id, "forged", other)

    assert fault(ledger) == "refund 4 (call 1795000000.1) does not bear the house's signature"


def certified(ledger: Path, call: int) -> dict[str, Any]:
    reader = Reader(at(ledger))
    row = reader.row(made(call).id)
    assert row is not None
    return issue(
        row,
        reader.head(),
        Seal(ledger.parent / NAME),
        NOON,
        "Dépannage SA",
        with_caller=False,
        refunds=reader.refunds_of(made(call).id),
        refunds_head=reader.refunds_head(),
    )


def test_a_certificate_shows_what_was_given_back(ledger: Path) -> None:
    """On its pages too; and still one byte changed breaks it."""
    told, seal = certified(ledger, 2), Seal(ledger.parent / NAME)
    verdict = verify(written(told).encode(), seal.public)

    assert [one["amount_cents"] for one in told["refunds"]] == [40, 41]
    assert verdict.true
    assert verdict.why.startswith(
        "call 1795000000.2 is as it was recorded, and 0.81 € of it had been given back, signed"
    )
    assert not verify(written(told).replace('"amount_cents": 40', '"amount_cents": 41').encode(), seal.public).true
    assert "Remboursé" in html(told)
    assert "0,40 € le " in html(told)
    assert pdf(told).startswith(b"%PDF")


def test_a_certificate_from_before_refunds_were_bound_is_still_true(ledger: Path) -> None:
    """It named no head of theirs."""
    seal = Seal(ledger.parent / NAME)
    told = {name: what for name, what in certified(ledger, 2).items() if name not in ("refunds_head", "signature")}

    assert verify(written(told | {"signature": seal.sign(canonical(told))}).encode(), seal.public).true


FORGED: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], object], str]] = {
    "another call's": (lambda told, other: told["refunds"].extend(other["refunds"]), "not given back of this call"),
    "another amount": (lambda told, _: told["refunds"][0].update(amount_cents=1), "not given back of this call"),
    "unsigned": (lambda told, _: told["refunds"][0].update(signature="AAAA"), "a refund in it is not signed"),
    "twice": (lambda told, _: told["refunds"].append(told["refunds"][0]), "not those of the chain"),
    "after the end": (lambda told, _: told["refunds_head"].update(told["was"]), "not those of the chain"),
    "an end of our own": (lambda told, _: told["refunds_head"].update(records=9), "head of the refunds that it names"),
    "more than it cost": (
        lambda told, _: told["refunds"].append(told["more"]),
        "more was given back than the call cost",
    ),
    "no refund at all": (lambda told, _: told["refunds"].append({}), "what it says was given back cannot be read"),
}


@pytest.mark.parametrize("name", FORGED)
def test_who_signs_a_certificate_anew_with_refunds_that_were_none_is_found(name: str, tmp_path: Path) -> None:
    """Also by who holds it against the key that it names itself."""
    path = tmp_path / "ledger.sqlite"
    store = Store.at(path)
    for number in (1, 2):
        store.keep(made(number))
    store.close()
    give(path, 1, "0.10")
    was = asdict(Reader(at(path)).refunds_head())
    give(path, 1, "0.20")
    give(path, 2)
    told, other, seal = certified(path, 1), certified(path, 2), Seal(path.parent / NAME)
    more = {**{n: told["refunds"][0][n] for n in FACTS}, "place": 3, "amount_cents": 52}
    more |= {"hash": digest(more), "signature": seal.sign(signed(more))}
    if name == "more than it cost":
        head = replace(Reader(at(path)).refunds_head(), hash=more["hash"])
        told["refunds_head"] = asdict(replace(head, signature=seal.sign(head.content)))
    change_, why = FORGED[name]
    change_(told | {"was": was, "more": more}, other)
    del told["signature"]

    verdict = verify(written(told | {"signature": seal.sign(canonical(told))}).encode(), None)

    assert not verdict.true
    assert why in verdict.why


def test_a_ledger_that_forgot_a_refund_does_not_hold_against_a_certificate(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was given one has a witness of both chains."""
    paper = tmp_path / "call.json"
    paper.write_text(written(certified(ledger, 3)), encoding="utf-8")
    monkeypatch.setenv("IVR_STATE", str(ledger.parent))
    ivr = CliRunner()
    held = ivr.invoke(main, ["ledger", "verify", "--against", str(paper)])
    change(ledger, "DELETE FROM refunds")
    change(ledger, "DELETE FROM refunds_head")
    (ledger.parent / REFUNDS).unlink(missing_ok=True)
    found = ivr.invoke(main, ["ledger", "verify", "--against", str(paper)])

    assert (held.exit_code, found.exit_code) == (0, 1)
    assert "saw 3 refunds at " in found.output


def test_postgresql_keeps_the_same_refunds(postgres: str, tmp_path: Path) -> None:
    """The same statements, a database of its own."""
    from sqlalchemy import create_engine, text

    admin = create_engine(address(postgres), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE refunds"))
    admin.dispose()
    url = address(postgres.rsplit("/", 1)[0] + "/refunds")
    store = Store(url, tmp_path / "spool.jsonl")
    store.keep(made(1))
    store.close()
    seal = Seal.made(tmp_path / NAME)
    refund(url, made(1).id, "cut off", seal, Decimal("0.40"))
    refund(url, made(1).id, "cut off", seal)

    assert [one["amount_cents"] for one in Reader(url).refunds_of(made(1).id)] == [40, 41]
    assert audit(url, seal.public).fault is None
    with create_engine(url).begin() as inside:
        inside.execute(text("DELETE FROM refunds WHERE place = 1"))
    assert "refunds were removed or put in" in (audit(url, seal.public).fault or "")


def test_nothing_but_a_ledger_is_refunded_from(tmp_path: Path) -> None:
    """A ledger of before is brought up; what was never charged there is not given back."""
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as base:
        base.executescript((Path(__file__).parent / "version-2.sql").read_text(encoding="utf-8"))
    base.close()

    assert give(path, 1) == Money(Decimal("0.81"))
    assert audit(at(path), None).fault is None
