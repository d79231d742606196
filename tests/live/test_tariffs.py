"""A price that changes at midnight, heard and paid by real phones; and the money of a real call, given back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.live.fairness import hold
from tests.live.stack import Placed, Stack
from tests.live.test_certificate import ANNOUNCED, agree, certified, owed

NUMBER = "0899000013"


@pytest.fixture(scope="module")
def around(stack: Stack) -> Iterator[tuple[Placed, Placed]]:
    """Two calls: one whose announcement is heard in the old year and whose answer comes in the new one, one after."""
    try:
        stack.clock("2026-12-31T23:59:55")
        over = stack.call(NUMBER, hang_up_after=60.0)
        over.saw("early_media")
        stack.clock("2027-01-01T00:00:01")
        after = stack.call(NUMBER, hang_up_after=60.0)
        for placed in (over, after):
            placed.saw("answered", 50.0)
            placed.leave()
        yield over, after
    finally:
        stack.clock(None)


def told(stack: Stack, placed: Placed) -> tuple[dict[str, Any], list[str]]:
    """The record in its certificate, and the announcements that the phone heard."""
    assert placed.report.answered_t is not None
    heard = [one.name for one in stack.heard(placed, *ANNOUNCED).heard if one.name != "beep"]
    return certified(stack, placed)["record"], heard


def test_a_call_over_midnight_hears_the_new_price_before_it_pays_it(
    stack: Stack, around: tuple[Placed, Placed]
) -> None:
    """Both prices in the ear, the new one in the record and on the bill."""
    record, heard = told(stack, around[0])

    assert heard == ["announcement/per-minute-0-35", "announcement/per-call-0-50"]
    assert (record["tariff"], record["mode"], record["price"]) == ("once", "per_call", "0.50")
    mode, price = around_tariff(stack, "once")
    assert record["amount_cents"] == owed(mode, price, True, record["billed_seconds"]) > 0
    assert (record["territory"], record["vat"]) == ("metropole", "20")
    assert "cinquante centimes par appel" in record["announced_text"]


def test_a_call_after_midnight_pays_the_new_price(stack: Stack, around: tuple[Placed, Placed]) -> None:
    """Without a reload, and without a bake."""
    record, heard = told(stack, around[1])

    assert heard == ["announcement/per-call-0-50"]
    assert (record["tariff"], record["mode"], record["amount_cents"]) == ("once", "per_call", 50)


def test_the_money_of_a_real_call_is_stated_and_given_back(stack: Stack, around: tuple[Placed, Placed]) -> None:
    """In the running controller, beside its writer."""
    call = stack.call_record(around[1])["id"]
    month = f"{datetime.now(ZoneInfo('Europe/Paris')):%Y-%m}"

    said = stack.inside("controller", "ivr", "refund", call, "--reason", "tried by a test")
    assert said.strip() == f"0.50 € of call {call} noted as given back."
    statement = stack.inside("controller", "ivr", "statement", month, "--number", NUMBER)
    assert f"call {call}  0.50 €  tried by a test" in statement
    assert stack.inside("controller", "ivr", "ledger", "verify").startswith("The chain holds: ")
    assert [one["reason"] for one in certified(stack, around[1])["refunds"]] == ["tried by a test"]


def around_tariff(stack: Stack, name: str) -> tuple[Any, Any]:
    tariff = stack.book.tariffs[name]
    return tariff.mode, tariff.price


def test_what_the_operator_says_is_not_said_again(stack: Stack) -> None:
    """Answered at once, without announcement and beep."""
    placed = stack.call("0899000014", hang_up_after=6.0)
    record, heard = told(stack, placed)

    assert placed.report.answered_t is not None
    assert placed.report.answered_t < 3.0
    assert heard == []
    assert "beep" not in {one.name for one in stack.heard(placed, *ANNOUNCED).heard}
    assert "announced_from" not in record


def test_a_name_in_front_and_english_behind_keep_the_length_of_the_law(stack: Stack) -> None:
    """Ten to twenty seconds by the phone's own ear, beep included."""
    placed = stack.call("0899000015", hang_up_after=24.0)
    record, heard = told(stack, placed)

    assert heard == ["announcement/0899000015-per-minute-0-35"]
    sounds = {one.name: one for one in stack.heard(placed, *ANNOUNCED).heard}
    assert 10.0 <= sounds["beep"].end - sounds[heard[0]].start <= 20.5
    assert record["announced_text"].startswith("Chaleur et Compagnie.")
    assert "per minute" in record["announced_text"]


def test_a_free_number_says_that_it_is_free_before_it_is_answered(stack: Stack) -> None:
    """In early media, by the phone's own ear; no beep, no charge, and the words are in the certificate."""
    placed = stack.call("0805000029", hang_up_after=8.0)
    record = certified(stack, placed)["record"]
    heard = [one.name for one in stack.heard(placed, *ANNOUNCED).heard]

    assert heard[0] == "announcement/free"
    assert "beep" not in heard
    assert (record["announced_text"], record["amount_cents"]) == ("Service et appel gratuits.", 0)


FAMILIES = {
    "0801000094": ("free", "free"),
    "3094": ("free", "free"),
    "116094": ("free", "free"),
    "0807000094": ("plain", "plain"),
    "0810000094": ("surcharged", "per_minute"),
    "0811000094": ("surcharged", "per_call"),
    "0826000094": ("surcharged", "per_minute"),
    "0820000094": ("surcharged", "per_call"),
    "0893000094": ("surcharged", "per_minute"),
    "0891000094": ("surcharged", "per_call"),
    "0895000094": ("surcharged", "per_minute"),
    "0895000095": ("surcharged", "per_call"),
    "3494": ("free", "free"),
    "3994": ("plain", "plain"),
    "3294": ("surcharged", "per_call"),
    "3694": ("surcharged", "per_minute"),
    "1096": ("free", "free"),
    "1094": ("plain", "plain"),
    "1095": ("surcharged", "per_minute"),
    "1097": ("surcharged", "per_call"),
    "118096": ("free", "free"),
    "118097": ("plain", "plain"),
    "118094": ("surcharged", "per_minute"),
    "118095": ("surcharged", "per_call"),
}
"""Each family in each mode that the numbering plan lets it have (see ``ivr/values/plan.py``).  0800 to 0805, 30xx, 31xx
and 116xxx are free and nothing else, 0806 to 0809 plain, 081, 082 and 089 surcharged; short numbers of 32xx, 34xx, 36xx
and 39xx, 10xx and 118xxx have all four modes.  Emergency numbers are never ours."""


@pytest.fixture(scope="module")
def families(stack: Stack) -> dict[str, Placed]:
    """All at once; who skips the announcement is answered after the beep and hears a service of some seconds."""
    return {number: in_its_mode(stack, number) for number in FAMILIES}


def in_its_mode(stack: Stack, number: str) -> Placed:
    """One of them; its announcement is skipped once enough was heard of it to be known."""
    _, mode = FAMILIES[number]
    return stack.call(number, "#@2.0" if mode.startswith("per") else "", hang_up_after=9.0)


@pytest.mark.parametrize("number", FAMILIES)
def test_each_family_and_mode_is_charged_as_it_says(stack: Stack, families: dict[str, Placed], number: str) -> None:
    """Announced where it costs and nowhere else; certificate, phone and purse agree."""
    family, mode = FAMILIES[number]

    def check(placed: Placed) -> None:
        record, heard = told(stack, placed)
        assert record["mode"] == mode
        assert bool(heard) == (family == "surcharged")
        assert (record["amount_cents"] > 0) == (family == "surcharged")
        agree(stack, placed)

    hold(check, families[number], lambda: in_its_mode(stack, number))
