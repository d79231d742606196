"""A change as a picture: what is new, gone or otherwise is marked on its side, and what nobody notices is not."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.book.book import Book, read_book
from ivr.book.redrawn import redrawn
from ivr.flow.svg_pair import GONE, NEW, OTHER, Compared, pair_svg
from tests.book.test_compare import CALENDARS, DEMO, REPAIR, Edit, edited

LOST = "  busy:\n    kind: bye\n"


@pytest.fixture(scope="module")
def demo() -> Book:
    return read_book(DEMO)


def drawn(demo: Book, to: Path, *edits: Edit) -> list[Compared]:
    return list(redrawn(demo, edited(to, *edits)))


def test_an_option_that_leads_elsewhere_is_marked_on_both_sides(demo: Book, tmp_path: Path) -> None:
    """Before, the arrow it was; after, the arrow it is; and the box to which no call comes any more."""
    (flow,) = drawn(demo, tmp_path, (REPAIR, '"2": boiler', '"2": contract'))

    assert flow.flow == "repair"
    assert flow.old is not None
    assert flow.new is not None
    assert ("menu", "boiler") in flow.old.arrows
    assert flow.new.arrows == {("menu", "contract")}
    assert (flow.old.signs, flow.new.signs) == ({"boiler": GONE}, {})


def test_another_ring_is_another_box_and_a_new_node_is_new(demo: Book, tmp_path: Path) -> None:
    """Each has its own sign."""
    (flow,) = drawn(
        demo,
        tmp_path,
        (REPAIR, "  boiler:\n    kind: transfer\n", "  boiler:\n    kind: transfer\n    ring: 40\n"),
        (REPAIR, "silence: operator, wrong: operator}", "silence: operator, wrong: lost}"),
        (REPAIR, LOST, f"  lost:\n    kind: bye\n    prompt: goodbye\n{LOST}"),
    )

    assert flow.old is not None
    assert flow.new is not None
    assert flow.old.signs == {"boiler": OTHER}
    assert flow.new.signs == {"boiler": OTHER, "lost": NEW}


def test_a_prompt_marks_each_box_that_says_it(demo: Book, tmp_path: Path) -> None:
    """Also where the drawing does not show so much of the text."""
    flows = drawn(demo, tmp_path, ("prompts/fr.yaml", "quelques minutes. Au revoir.", "dix minutes. Au revoir."))

    assert [flow.flow for flow in flows if flow.new and OTHER in flow.new.signs.values()]


def test_other_hours_mark_the_boxes_that_ask_the_calendar(demo: Book, tmp_path: Path) -> None:
    """In every flow that does."""
    text = (DEMO / CALENDARS).read_text(encoding="utf-8")
    friday = next(line for line in text.splitlines() if line.strip().startswith("friday:"))
    flows = drawn(demo, tmp_path, (CALENDARS, friday, "    friday: [09:00-12:00]"))

    assert {flow.flow for flow in flows} >= {"orders", "advice", "workshop"}


def test_a_renamed_node_is_not_marked(demo: Book, tmp_path: Path) -> None:
    """Nor is the flow drawn at all."""
    text = (DEMO / REPAIR).read_text(encoding="utf-8")
    renamed = text.replace("  nobody:\n", "  absent:\n").replace(": nobody", ": absent")
    renamed = renamed.replace("prompt: absent", "prompt: nobody")

    assert renamed != text
    assert drawn(demo, tmp_path, (REPAIR, text, renamed)) == []


def test_the_picture_has_both_sides_and_every_sign(demo: Book, tmp_path: Path) -> None:
    """Well-formed, and a flow that does not exist on a side is said so."""
    flows = drawn(demo, tmp_path, (REPAIR, '"2": boiler', '"2": contract'))
    alone = Compared("repair", None, flows[0].new)
    texts = ["".join(one.itertext()) for one in ElementTree.fromstring(pair_svg("A & B", [*flows, alone])).iter()]  # noqa: S314

    assert {"A & B", "before", "after", "no such flow", GONE, "no longer there"} <= set(texts)
