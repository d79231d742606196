"""Pictures of flows: what is drawn, that nothing lies on anything else, and that it can be read without colours."""

import random
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from ivr.book.book import LANGUAGE
from ivr.flow.chart import Charge, Chart, chart
from ivr.flow.layers import Layout, Link, Size, layout
from ivr.flow.mermaid import mermaid
from ivr.flow.svg import STROKES, svg
from tests.demonstration import BOOK

SVG = "{http://www.w3.org/2000/svg}"


def drawn(number: str) -> Chart:
    service = BOOK.services[number]
    texts = BOOK.prompts[LANGUAGE]
    return chart(BOOK.drawing, service.flow.flow, texts, service.label, service.tariff.surcharged)


def overlap(one: tuple[float, float, Size], other: tuple[float, float, Size]) -> bool:
    """Whether two boxes, by the middles of their tops, share any place."""
    return (
        abs(one[0] - other[0]) < (one[2].width + other[2].width) / 2 - 0.01
        and one[1] < other[1] + other[2].height - 0.01
        and other[1] < one[1] + one[2].height - 0.01
    )


def boxes(laid: Layout, sizes: list[Size], links: list[Link]) -> list[tuple[float, float, Size]]:
    """Everything that takes place: boxes, and labels round their middles."""
    placed = [(x, y, size) for (x, y), size in zip(laid.boxes, sizes, strict=True)]
    return placed + [
        (x, y - link.label.height / 2, link.label) for (x, y), link in zip(laid.labels, links, strict=True)
    ]


@pytest.mark.parametrize("seed", range(30))
def test_nothing_lies_on_anything_else(seed: int) -> None:
    """Random drawings, with rounds and arrows to the same box."""
    dice = random.Random(seed)
    count = dice.randrange(2, 25)
    sizes = [Size(dice.uniform(40, 200), dice.uniform(20, 80)) for _ in range(count)]
    links = [
        Link(dice.randrange(box) if box else 0, box, Size(dice.uniform(8, 120), 16)) for box in range(1, count)
    ] + [Link(dice.randrange(count), dice.randrange(count), Size(30, 16)) for _ in range(dice.randrange(20))]
    links = [link for link in links if link.source != link.target]
    laid = layout(sizes, links)

    assert not [pair for pair in combinations(boxes(laid, sizes, links), 2) if overlap(*pair)]
    assert all(x - size.width / 2 >= -0.01 for x, _, size in boxes(laid, sizes, links))
    assert [len(laid.boxes), len(laid.ways), len(laid.labels)] == [count, len(links), len(links)]


def test_arrows_go_from_their_box_to_their_box() -> None:
    """Also those that lead back."""
    sizes = [Size(100, 40)] * 3
    links = [Link(0, 1, Size(20, 16)), Link(1, 2, Size(20, 16)), Link(2, 0, Size(20, 16))]
    laid = layout(sizes, links)

    for link, way in zip(links, laid.ways, strict=True):
        for box, end in ((link.source, way[0]), (link.target, way[-1])):
            x, y = laid.boxes[box]
            assert abs(end[0] - x) <= 50
            assert end[1] in (pytest.approx(y), pytest.approx(y + 40))


def test_what_leads_straight_on_stands_in_one_line() -> None:
    """Boxes and labels of any width, one below the other, once all have come to rest."""
    sizes = [Size(width, 40) for width in (40, 200, 60, 120, 90)]
    laid = layout(sizes, [Link(box, box + 1, Size(20 + 30 * box, 16)) for box in range(4)])
    places = [x for x, _ in (*laid.boxes, *laid.labels)]

    assert max(places) - min(places) < 0.1


def test_a_box_that_leads_to_itself_is_laid_out_too() -> None:
    """`silence` of a menu may lead to the menu."""
    laid = layout([Size(100, 40), Size(100, 40)], [Link(0, 0, Size(20, 16)), Link(0, 1, Size(20, 16))])

    assert len(laid.ways) == 2


@pytest.mark.parametrize("number", list(BOOK.services))
def test_every_number_has_its_picture(number: str) -> None:
    """Well-formed, with each node and each exit of all flows that calls can come to."""
    picture = drawn(number)
    root = ElementTree.fromstring(svg(picture))  # noqa: S314 - we wrote it
    words = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))

    assert root.tag == f"{SVG}svg"
    for panel in picture.panels:
        for box in panel.boxes:
            assert f"{box.name}{box.kind}" in words
        for arrow in panel.arrows:
            assert ", ".join(arrow.exits) in words or arrow.exits == ("done",)


def test_free_and_charged_are_told_apart_by_the_line_as_well_as_by_its_colour() -> None:
    """Readable in black and white."""
    picture = drawn("0899000004")
    charges = {box.name: box.charge for panel in picture.panels for box in panel.boxes}
    dashes = [STROKES[charge][1] for charge in Charge]

    assert len(set(dashes)) == len(dashes)
    assert charges["hours"] is charges["closed"] is Charge.FREE
    assert charges["menu"] is charges["boiler"] is charges["busy"] is Charge.CHARGED
    assert {box.charge for box in drawn("0800000001").panels[0].boxes} == {Charge.FREE}


def test_the_start_and_the_ends_are_marked() -> None:
    """One start in each panel; goodbyes end."""
    (panel,) = drawn("0825000003").panels

    assert [box.name for box in panel.boxes if box.start] == ["hours"]
    assert {box.name for box in panel.boxes if box.ends} == {"busy", "nobody", "bye", "closed"}


def test_flows_that_are_run_are_panels_of_their_own() -> None:
    """Once, however often they are run."""
    picture = drawn("0805000024")

    assert picture.panels[0].flow == "customers"
    assert {panel.flow for panel in picture.panels} >= {"customers", "identify", "after-sales"}
    assert picture.panels[0].runs["identify"] == "identify"


def test_mermaid_has_every_node_and_arrow_and_no_loose_quote() -> None:
    """Names and texts cannot break out of their quotes."""
    picture = drawn("0805000024")
    text = mermaid(picture)
    lines = text.splitlines()
    arrows = [line for line in lines if re.search(r"-\.->|==>", line)]

    assert len(arrows) == sum(len(panel.arrows) for panel in picture.panels)
    assert all(line.count('"') % 2 == 0 for line in lines)
    assert "flowchart TD" in lines
