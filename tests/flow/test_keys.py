"""What keys mean while they are being pressed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.keys import Reading, reading


@pytest.mark.parametrize(
    ("typed", "accept", "expected"),
    [
        ("", ["1", "2"], Reading.BEGUN),
        ("1", ["1", "2"], Reading.COMPLETE),
        ("3", ["1", "2"], Reading.WRONG),
        ("1", ["1", "12"], Reading.AMBIGUOUS),
        ("12", ["1", "12"], Reading.COMPLETE),
        ("13", ["1", "12"], Reading.WRONG),
        ("1", ["12", "13"], Reading.BEGUN),
        ("12", ["12", "13", "123"], Reading.AMBIGUOUS),
        ("#", ["1", "#"], Reading.COMPLETE),
        ("*", ["1", "#"], Reading.WRONG),
        ("11", ["1"], Reading.WRONG),
        ("", [], Reading.WRONG),
    ],
)
def test_keys_are_read_as_they_come(typed: str, accept: list[str], expected: Reading) -> None:
    """A key that can mean only one thing acts at once; one that begins a longer answer waits."""
    assert expected is reading(typed, accept)


KEYS = st.text("01*#", min_size=1, max_size=3)


@given(st.lists(KEYS, min_size=1, unique=True), st.text("01*#2", max_size=4))
def test_a_reading_says_whether_to_wait_and_whether_it_counts(accept: list[str], typed: str) -> None:
    """It counts if it is an answer; there is something to wait for if more keys make one."""
    found = reading(typed, accept)
    counts = typed in accept
    waits = any(len(answer) > len(typed) and answer[: len(typed)] == typed for answer in accept)

    assert counts is (found in (Reading.COMPLETE, Reading.AMBIGUOUS))
    assert waits is (found in (Reading.BEGUN, Reading.AMBIGUOUS))
