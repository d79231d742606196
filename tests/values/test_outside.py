"""Whose number is shown to whom a caller is put through."""

from datetime import UTC, datetime

import pytest

from ivr.flow.placing import callable_
from ivr.values.call import Call
from ivr.values.number import parse
from ivr.values.outside import ALLOWABLE, Destination, Outside, outside, refusal, shown

ZOE = {"zoe": Destination("zoe", "+33612345678", trunks=("main", "second")), "desk": Destination("desk", sip="sip:a@b")}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0612345678", "+33612345678"),
        ("+32470123456", "+32470123456"),
        ("0805000028", "+33805000028"),
        ("0899000004", ""),
        ("+449098790000", ""),
        ("+262892123456", ""),
        ("+881612345678", ""),
        ("3615", ""),
        ("118218", ""),
        ("anonymous", ""),
        ("hello", ""),
    ],
)
def test_a_number_that_costs_or_hides_is_never_shown(number: str, expected: str) -> None:
    """Whoever sent it."""
    assert shown(parse(number)) == expected


def test_what_a_call_needs_to_know() -> None:
    """Nothing where nobody lies outside."""
    call = Call("1.1", parse("0899000004"), parse("0612345678"), "fr", datetime(2026, 11, 28, tzinfo=UTC))

    assert outside(ZOE, call) == Outside({"zoe": ("main", "second"), "desk": ("desk",)}, "+33612345678", "")
    assert outside({}, call) == Outside()


ABROAD = frozenset({"BE", "CH", "DE", "FR", "GB", "RE", "GP", "PF", "NC", "001"})


@pytest.mark.parametrize(
    "number",
    [
        "+32 900 12 345",  # a Belgian number at a price of its own
        "0032 112",
        "+44 909 879 0000",
        "+44 70 1234 5678",  # personal numbers, which cost what their holder wants
        "+41 900 123 456",
        "+262 892 12 34 56",
        "590 810 12 34 56",
        "+687 36 67",
        "+689 444444444444",
        "+8816 12345678",
        "+979 1234 56789",
        "++33 899 00 00 04",
        "++33 612345678",
    ],
)
def test_a_country_allowed_allows_no_number_at_a_price_of_its_own(number: str) -> None:
    """Nor one of help, of a satellite, or that nobody has: neither to put callers through, nor to call them back."""
    assert refusal(parse(number), ABROAD, ALLOWABLE)
    assert not callable_(parse(number), foreign=True)


@pytest.mark.parametrize(
    "number", ["+32 470 12 34 56", "+41 44 668 18 00", "+49 30 901820", "+262 692 12 34 56", "+689 89 12 34 56"]
)
def test_a_country_allowed_allows_its_fixed_and_mobile_numbers(number: str) -> None:
    """And those overseas, without a word."""
    assert refusal(parse(number), ABROAD) == ""
