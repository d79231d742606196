"""``groups.yaml``: what is wrong with groups is told, and what is right is rung."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.flow.commands import Reachable
from ivr.flow.flow import Place
from ivr.values.routing import Group, Strategy

DEMO = Path(__file__).parents[2]
ADVISERS = "advisers: {label: conseil, members: [karim, camille]}\n"
GOOD = ADVISERS + "day:\n  label: le jour\n  members: [camille, karim]\n  strategy: hunt\n  ring: 15\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    flow = tmp_path / "dialplans" / "flows" / "repair.yaml"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace("    to: [camille, karim]\n", "    to: day\n"), encoding="utf-8")
    return tmp_path


def write(book: Path, text: str) -> None:
    (book / "dialplans" / "groups.yaml").write_text(text, encoding="utf-8")


def test_a_group_is_rung_as_it_says(book: Path) -> None:
    """Its members are those whose phones are looked at before a price is announced."""
    write(book, GOOD)
    read = read_book(book)
    place = Place("repair", "operator")
    node = read.drawing.node(place)

    assert read.drawing.routing.groups["day"] == Group("day", ("camille", "karim"), Strategy.HUNT, 15)
    assert read.drawing.toward(place) == Reachable(("camille", "karim"))
    assert node.connects(read.drawing.routing).waits == 30
    assert not [one for one in read.warnings if "groups" in one.file or "agents" in one.file]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("[camille, karim]", "[camille, karin]"), 'IVR201 there is no agent "karin"'),
        (GOOD + "camille:\n  label: elle\n  members: karim\n", 'IVR470 "camille" is both a group and somebody to ring'),
        (GOOD + "night: {label: nuit, members: day}\n", 'IVR201 there is no agent "day"'),
        (GOOD.replace("hunt", "hunting"), "IVR106"),
        (GOOD.replace("day:", "Day:"), 'IVR222 "Day" cannot be a name'),
    ],
)
def test_what_is_wrong_is_told(book: Path, text: str, told: str) -> None:
    """With its place in the file."""
    write(book, text)
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert any(f"{one.rule} {one.message}".startswith(told) for one in bad.value.problems)


def test_a_group_that_nobody_rings_is_told(book: Path) -> None:
    """As an agent whom nobody rings is."""
    write(book, GOOD + "night:\n  label: la nuit\n  members: karim\n")
    told = [(one.rule, one.message) for one in read_book(book).warnings if "groups" in one.file]

    assert told == [("IVR286", 'nobody rings the group "night"')]
