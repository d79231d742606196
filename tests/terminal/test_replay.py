"""Calls of the ledger on the same book, and on others."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.flow.commands import Reached
from ivr.flow.errands import Fetched
from ivr.flow.tape import BadTape, Entry
from ivr.ledger.rows import kept, row
from ivr.service.library import Release
from ivr.service.record import Record
from ivr.terminal.cast import Cast
from ivr.terminal.replay import Past, Replayed, replay
from ivr.terminal.simulate import Simulator
from ivr.values.calendar import Override
from ivr.verbs.replaying import past

from .calls import FLOW, MORNING, call, demo, small, write_book


def remembered(record: Record) -> Past:
    """A call as the ledger gives it back."""
    return past(kept({**row(record), "place": 0, "hash": None}))


def on(record: Record, book: Book) -> Replayed:
    return replay(remembered(record), book)


def changed(directory: Path, old: str, new: str) -> Book:
    """The small book with its flow changed."""
    assert old in FLOW
    return read_book(write_book(directory / "changed", FLOW.replace(old, new)))


PRESSES = st.one_of(
    st.sampled_from(["", "1", "2", "3", "9", "0", "*", "#", "12345674", "1234", "000000", "0612345678"]).map(Press),
    st.text("0123456789*#", max_size=9).map(Press),
    st.sampled_from("1239").map(lambda key: Press(key, early=True)),
)
GIVENS = st.builds(
    Given,
    keys=st.lists(PRESSES, max_size=9).map(tuple),
    agents=st.dictionaries(st.sampled_from(["camille", "karim", "all"]), st.sampled_from(list(Reached))),
    lookups=st.dictionaries(
        st.just("all"),
        st.sampled_from([Fetched("found", {"state": "sent"}), Fetched("found"), Fetched("not_found")]),
    ),
    remembered=st.sampled_from([{}, {"language": "en"}, {"customer": "12345674", "language": "fr"}]),
    overrides=st.sampled_from([{}, {"office": Override(True, "x")}, {"always": Override(False, "y")}]),
    calls=st.sampled_from([0, 20]),
    at_once=st.sampled_from([1, 30]),
    draw=st.sampled_from([None, 0.1, 0.9]),
    codes=st.booleans(),
    speaks=st.sampled_from([0.0, 10.0]),
)
CALLERS = ["0612345678", "", "0320123456", "0262123456", "+4930123456", "+33639980001", "nonsense"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    number=st.sampled_from(sorted(demo().services)),
    caller=st.sampled_from(CALLERS),
    minutes=st.integers(0, 60 * 24 * 60),
    told=GIVENS,
)
def test_any_call_replayed_on_its_own_book_goes_where_it_went(
    number: str, caller: str, minutes: int, told: Given
) -> None:
    """Whatever was pressed, remembered, looked up, drawn, and typed in secret."""
    at = MORNING + timedelta(minutes=minutes)
    lived = Simulator(Release(demo(), {})).call(number, caller, at, Cast(told))
    found = on(lived.record, demo())

    assert found.elsewhere == ""
    assert found.steps == lived.record.steps


@pytest.mark.parametrize(
    ("keys", "old", "new", "sentence"),
    [
        ("1", '{"1": agent, "2": code}', '{"1": code, "2": agent}', "after menu:1 it went to agent; it would now come"),
        (
            "1",
            "{open: welcome, closed: bye}",
            "{open: bye, closed: bye}",
            "after hours:open it went to welcome; it would",
        ),
        ("1", "to: [camille, karim]", "to: karim", "it rang camille and karim; it would now ring karim"),
        ("3", '"2": code}', '"2": code, "3": bye}', ""),
        (
            "1",
            "busy: busy, no",
            "talked: menu, busy: busy, no",
            "it ended after agent:talked; it would now go on to menu",
        ),
        ("3,3,3", "  menu:\n    kind: menu\n", "  menu:\n    kind: menu\n    wrongs: 1\n", ""),
        (
            "3,3,1",
            "  menu:\n    kind: menu\n",
            "  menu:\n    kind: menu\n    wrongs: 1\n",
            "it left menu by 1; it would now",
        ),
    ],
)
def test_where_a_call_would_leave_its_way_is_said(tmp_path: Path, keys: str, old: str, new: str, sentence: str) -> None:
    """In one sentence; nothing where only words, or ways not taken, have changed."""
    lived, _ = call(small(tmp_path / "then"), keys)
    found = on(lived.record, changed(tmp_path, old, new))

    assert bool(found.elsewhere) == bool(sentence), found.elsewhere
    assert found.elsewhere.startswith(sentence)


def test_a_change_of_words_leads_nowhere_else(tmp_path: Path) -> None:
    """A prompt by another name is no other way."""
    lived, _ = call(small(tmp_path / "then"), "1")
    found = on(lived.record, changed(tmp_path, "prompt: welcome", "prompt: busy"))

    assert found.elsewhere == ""


def test_a_secret_is_unknown_and_yet_leads_where_it_led(tmp_path: Path) -> None:
    """It is on no tape: digits are tried that lead on as the tape does; right ones and wrong ones."""
    simulator = small(tmp_path)
    for keys, taken in (("2,4711", "code:done"), ("2,1111,0815", "code:done"), ("2,1,22,333", "code:wrong")):
        lived, _ = call(simulator, keys)
        written = json.dumps(row(lived.record)["tape"])
        found = on(lived.record, simulator.release.book)

        assert taken in lived.record.steps
        assert "4711" not in written
        assert "0815" not in written
        assert found.elsewhere == ""
        assert found.secrets == keys.count(",")


def test_a_number_that_was_given_up_is_said(tmp_path: Path) -> None:
    lived, _ = call(small(tmp_path), "1")
    gone = replace(remembered(lived.record), number="0899999999")

    assert replay(gone, read_book(tmp_path)).elsewhere == "0899999999 is not a number of this book any more"


def test_a_tape_of_unknown_words_is_refused() -> None:
    """Rather than replayed wrongly."""
    with pytest.raises(BadTape, match="teleport"):
        Entry.read({"at": 0, "took": 0, "teleport": {}})
    with pytest.raises(BadTape, match="dial cannot be read back"):
        Entry.read({"at": 0, "took": 0, "dial": {"agents": 7}})
