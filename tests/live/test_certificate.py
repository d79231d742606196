"""The dynamic proof: what a call's certificate says, held against the phone's own clock, ear and purse."""

import json
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ivr.ledger.certificate import verify
from ivr.phone.events import first
from ivr.values.tariff import Mode
from tests.live.stack import Placed, Stack

TRUE_TO = 0.5
"""Seconds by which the certificate and the phone may disagree."""

ANNOUNCED = ("announcement/*", "beep")
"""What is listened for: every announcement of the book."""


def certified(stack: Stack, placed: Placed) -> dict[str, Any]:
    """The certificate of a call, which must be true."""
    call = stack.call_record(placed)["id"]
    content = stack.inside("controller", "ivr", "certificate", call)
    verdict = verify(content.encode(), None)
    assert verdict.true, verdict.why
    found: dict[str, Any] = json.loads(content)
    return found


def owed(mode: Mode, price: Decimal, answered: bool, seconds: int) -> int:
    """Cents, worked out the slow way: every second begun costs its sixtieth, and half a cent is a cent."""
    if not answered or mode in (Mode.FREE, Mode.PLAIN):
        return 0
    if mode is Mode.PER_CALL:
        return int(price * 100)
    sum_ = Fraction(0)
    for _ in range(seconds):
        sum_ += Fraction(price) * 100 / 60
    cents = 0
    while sum_ >= cents + Fraction(1, 2):
        cents += 1
    return cents


def agree(stack: Stack, placed: Placed) -> None:
    """Raises where the certificate, the phone and the purse do not agree: half a second, and to the cent."""
    report, told = placed.report, certified(stack, placed)
    record, tariff = told["record"], stack.book.services[placed.script.number].tariff

    def on_wire(instant: str) -> float:
        return datetime.fromisoformat(record[instant]).timestamp() - report.invited_at

    early = first(report.events, "early_media")
    if "progress" in record and early is not None:
        assert on_wire("progress") == pytest.approx(early.t, abs=TRUE_TO)
    assert ("answered" in record) == (report.answered_t is not None)
    if report.answered_t is not None:
        assert on_wire("answered") == pytest.approx(report.answered_t, abs=TRUE_TO)
    assert on_wire("ended") == pytest.approx(report.ended.t, abs=TRUE_TO)
    if tariff.surcharged and "announced_from" in record:
        heard = {one.name: one for one in reversed(stack.heard(placed, *ANNOUNCED).heard)}
        spoken = next(one for one_name, one in heard.items() if one_name.startswith("announcement/"))
        assert on_wire("announced_from") == pytest.approx(spoken.start, abs=TRUE_TO)
        # A second of speech is too little for the ear to find its end: there the key's own time counts.
        key = first(report.events, "key")
        over = key.t if record["skipped"] and key is not None else spoken.end
        assert on_wire("announced_to") == pytest.approx(over, abs=TRUE_TO)
        assert on_wire("beep_from") == pytest.approx(heard["beep"].start, abs=TRUE_TO)
        assert on_wire("beep_to") == pytest.approx(heard["beep"].end, abs=TRUE_TO)
        assert record["announced_text"]
        assert record["announced_audio"].startswith("alaw:")
    assert (record["mode"], Decimal(record["price"])) == (tariff.mode.value, tariff.price)
    # To the cent: the phone's own time with the second on each side that its clock leaves open.
    by_phone = {
        owed(tariff.mode, tariff.price, report.answered_t is not None, max(0, -int(-(report.spoken + off) // 1)))
        for off in (-TRUE_TO, 0, TRUE_TO)
    }
    assert record["amount_cents"] in by_phone


@pytest.mark.parametrize("name", ["free", "0806000002", "0825000003", "skip", "once", "waiting", "long", "whole"])
def test_certificate_phone_and_purse_agree(stack, calls, name):
    """Answered or not: every instant within half a second, the price to the cent."""
    calls.hold(name, lambda placed: agree(stack, placed))


def test_the_chain_over_all_these_calls_holds(stack, calls):
    """`ivr ledger verify` in the running controller."""
    calls.finish()

    assert stack.inside("controller", "ivr", "ledger", "verify").startswith("The chain holds: ")
