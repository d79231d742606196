"""`recording:` of numbers and nodes: what is refused, what is advised, and what a good one becomes."""

from datetime import date
from pathlib import Path

import pytest

from ivr.book.book import Book
from ivr.book.lawful import unlawful
from ivr.book.problems import BadBook
from ivr.flow.nodes.queue import Queue
from ivr.flow.taping import taping
from ivr.values.taping import Taping
from tests.book.faults import NUMBERS, ORDERS, REPAIR, Edit, edited

NUMBER = '"0806000002":\n'
RECORDS = '  recording: {announce: recorded, refuse: "9", refused: not-recorded, keep_days: 7}\n'
NODE = '    recording: {announce: recorded, refuse: "9", refused: not-recorded, keep_days: 30}\n'
BOILER = "  boiler:\n    kind: transfer\n"
PARTS = "    queue: parts\n"


def problems(to: Path, *edits: Edit) -> list[str]:
    """What `ivr check` tells."""
    try:
        book = edited(to, *edits)
        found = [*book.warnings, *unlawful(book, to, date(2026, 11, 28))]
    except BadBook as bad:
        found = list(bad.problems)
    return [f"{one.rule}: {str(one).split(': ', 1)[1]}" for one in found]


def number(text: str) -> Edit:
    return NUMBERS, NUMBER, NUMBER + text


def test_a_good_one_is_a_value_of_the_number_and_of_the_node(tmp_path: Path) -> None:
    """And nobody has anything to say of it."""
    edits: list[Edit] = [number(RECORDS), ("dialplans/flows/parts.yaml", PARTS, PARTS + "    recording: off\n")]
    book: Book = edited(tmp_path, *edits)

    assert book.services["0806000002"].recording == Taping("recorded", "9", "not-recorded", 7)
    node = book.drawing.flows["parts"].nodes["agents"]
    assert isinstance(node, Queue)
    assert taping(node.recording) == "off"
    assert [one for one in book.warnings if "record" in str(one)] == []


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            number(RECORDS.replace("announce: recorded, ", "")),
            "IVR108: 0806000002.recording: nobody is recorded unawares",
        ),
        (number(RECORDS.replace('refuse: "9", ', "")), "IVR108: 0806000002.recording: nobody can refuse without a key"),
        (number(RECORDS.replace('"9"', '"*"')), "IVR107: 0806000002.recording.refuse"),
        (number(RECORDS.replace("recorded,", "recoded,")), 'IVR201: there is no prompt "recoded"'),
        ((ORDERS, NODE, NODE.replace("recorded,", "recoded,")), 'IVR201: there is no prompt "recoded"'),
        (number(RECORDS.replace(" recorded,", " goodbye,")), 'IVR521: "goodbye" does not say that the conversation is'),
        ((ORDERS, NODE, NODE.replace('"9"', '"8"')), 'IVR521: "recorded" does not tell the key 8'),
    ],
)
def test_who_would_be_recorded_unawares_is_told_before(edit: Edit, told: str, tmp_path: Path) -> None:
    """Without an announcement, with one that does not say it, or that does not tell the key."""
    found = problems(tmp_path, edit)

    assert any(told in one for one in found), found


def test_a_number_without_a_talk_has_nothing_to_record(tmp_path: Path) -> None:
    """IVR610: the flow has neither a transfer nor a queue that goes the number's way."""
    entry = '"0805000027":\n'
    found = problems(tmp_path, (NUMBERS, entry, entry + RECORDS))

    assert any("IVR610: 0805000027 records conversations, and none of its own goes that way" in one for one in found), (
        found
    )


def test_who_is_rung_from_a_directory_is_recorded(tmp_path: Path) -> None:
    """It rings as a transfer does."""
    entry = '"0805000037":\n'
    ring = "  advisers:\n    kind: transfer\n    to: advisers\n"
    ring += "    exits: {busy: nobody, no_answer: nobody, unavailable: nobody}\n"
    none = "dialplans/flows/names.yaml", ring, "  advisers:\n    kind: bye\n    prompt: goodbye\n"
    found = problems(tmp_path, (NUMBERS, entry, entry + RECORDS), none)

    assert not any("IVR610" in one for one in found), found


def test_an_announcement_that_callers_may_pay_for_is_told(tmp_path: Path) -> None:
    """IVR611: of a node, on a surcharged number; of the number itself it is free."""
    found = problems(tmp_path / "node", (REPAIR, BOILER, BOILER + NODE))
    assert any(
        'IVR611: callers of 0899000004 may pay while "boiler" announces that it records' in one for one in found
    ), found
    entry = '"0899000004":\n'
    found = problems(tmp_path / "number", (NUMBERS, entry, entry + RECORDS))

    assert not any("IVR611" in one for one in found)
