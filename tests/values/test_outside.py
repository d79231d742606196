"""Whose number is shown to whom a caller is put through."""

from datetime import UTC, datetime

import pytest

from ivr.values.call import Call
from ivr.values.number import parse
from ivr.values.outside import Destination, Outside, outside, shown

ZOE = {"zoe": Destination("zoe", "+33612345678", trunks=("main", "second")), "desk": Destination("desk", sip="sip:a@b")}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0612345678", "+33612345678"),
        ("+32470123456", "+32470123456"),
        ("0805000028", "+33805000028"),
        ("0899000004", ""),
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
