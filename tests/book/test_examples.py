"""The examples of the README are books that read, and their calls go where they say."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.flow.commands import Reached, Served
from ivr.service.library import Release
from ivr.terminal.cast import Cast
from ivr.terminal.coverage import coverage
from ivr.terminal.simulate import Lived, Simulator

CHECKOUT = Path(__file__).parents[2]


def example(here: Path, title: str) -> Book:
    """The demonstration with what an example adds to its files, each under the name in its comment."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, here / part)
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"### An example: {title}.*?```yaml\n(.*?)```", text, re.DOTALL)
    for part in re.split(r"(?m)^(?=# (?:dialplans|prompts)/)", block)[1:]:
        name, _, written = part.partition("\n")
        with (here / name.removeprefix("# ")).open("a", encoding="utf-8") as file:
            file.write(f"\n{written}")
    return read_book(here)


SHOP, TOWN_HALL, HOTLINE = "0805000038", "0806000039", "0805000033"
MONDAY, NOON, TUESDAY = "2026-11-30T10:00", "2026-12-01T12:30", "2026-12-01T10:00"
Case = tuple[str, list[str], Given, str]


def served(served: Served, **given: bool | float) -> Given:
    return Given(queues={"counter": served}, **given)  # type: ignore[arg-type]


def rung(**agents: str) -> Given:
    return Given(agents={name: Reached(reached) for name, reached in agents.items()})


NOBODY = Given()
# When, the keys, what the world does, and where the call goes: each exit of each node.
SHOP_CALLS: list[Case] = [
    (MONDAY, [], NOBODY, "hours:closed closed:done"),
    (TUESDAY, ["1"], NOBODY, "hours:open menu:1 counter:talked"),
    (TUESDAY, ["2"], NOBODY, "hours:open menu:2 address:done"),
    (TUESDAY, ["2", "1"], NOBODY, "hours:open menu:2 address:done menu:1 counter:talked"),
    (TUESDAY, ["", "", ""], NOBODY, "hours:open menu:silence counter:talked"),
    (TUESDAY, ["9", "9", "9"], NOBODY, "hours:open menu:wrong counter:talked"),
    (TUESDAY, ["1", "1", "2"], served(Served.TIMEOUT), "hours:open menu:1 counter:timeout message:kept kept:done"),
    (TUESDAY, ["1", "1"], served(Served.FULL, speaks=0), "hours:open menu:1 counter:full message:nothing bye:done"),
    (TUESDAY, ["1", "", ""], served(Served.EMPTY), "hours:open menu:1 counter:empty message:declined bye:done"),
    (TUESDAY, ["1"], served(Served.EMPTIED, full=True), "hours:open menu:1 counter:emptied message:full bye:done"),
    (TUESDAY, ["1", "1", "2"], served(Served.KEY), "hours:open menu:1 counter:key message:kept kept:done"),
]
TOWN_HALL_CALLS: list[Case] = [
    (NOON, [], NOBODY, "hours:closed closed:done"),
    (TUESDAY, ["1"], NOBODY, "hours:open menu:1 registry:talked"),
    (TUESDAY, ["1"], rung(all="busy"), "hours:open menu:1 registry:busy reception:busy nobody:done"),
    (TUESDAY, ["1"], rung(all="no_answer"), "hours:open menu:1 registry:no_answer reception:no_answer nobody:done"),
    (
        TUESDAY,
        ["1"],
        rung(all="unavailable"),
        "hours:open menu:1 registry:unavailable reception:unavailable nobody:done",
    ),
    (TUESDAY, ["2"], NOBODY, "hours:open menu:2 planning:talked"),
    (TUESDAY, ["2"], rung(karim="busy"), "hours:open menu:2 planning:busy reception:talked"),
    (TUESDAY, ["2"], rung(karim="no_answer"), "hours:open menu:2 planning:no_answer reception:talked"),
    (TUESDAY, ["2"], rung(karim="unavailable"), "hours:open menu:2 planning:unavailable reception:talked"),
    (TUESDAY, ["3", "236", "1"], NOBODY, "hours:open menu:3 names:talked"),  # Ben…
    (TUESDAY, ["3", "236", "1"], rung(karim="busy"), "hours:open menu:3 names:busy reception:talked"),
    (TUESDAY, ["3", "236", "1"], rung(karim="no_answer"), "hours:open menu:3 names:no_answer reception:talked"),
    (TUESDAY, ["3", "236", "1"], rung(karim="unavailable"), "hours:open menu:3 names:unavailable reception:talked"),
    (TUESDAY, ["3", "999", "999", "999"], NOBODY, "hours:open menu:3 names:none reception:talked"),
    (TUESDAY, ["3", "", "", ""], NOBODY, "hours:open menu:3 names:silence reception:talked"),
    (TUESDAY, ["0"], NOBODY, "hours:open menu:0 reception:talked"),
    (TUESDAY, ["", "", ""], NOBODY, "hours:open menu:silence reception:talked"),
    (TUESDAY, ["9", "9", "9"], NOBODY, "hours:open menu:wrong reception:talked"),
]


def lived(book: Book, number: str, at: datetime, given: Given, keys: Sequence[str] = ()) -> Lived:
    cast = Cast(replace(given, keys=tuple(Press(key) for key in keys)))
    return Simulator(Release(book, {})).call(number, "0612345678", at, cast)


@pytest.mark.parametrize(
    ("title", "number", "calls"), [("a shop", SHOP, SHOP_CALLS), ("a town hall", TOWN_HALL, TOWN_HALL_CALLS)]
)
def test_calls_of_the_other_examples_go_where_they_say(
    tmp_path: Path, title: str, number: str, calls: list[Case]
) -> None:
    """By each exit of each node; nothing is warned of in them."""
    book, zone = example(tmp_path, title), ZoneInfo("Europe/Paris")
    made = [
        lived(book, number, datetime.fromisoformat(at).replace(tzinfo=zone), given, keys)
        for at, keys, given, _ in calls
    ]

    assert [" ".join(one.record.steps) for one in made] == [steps for *_, steps in calls]
    assert [str(one) for one in book.warnings] == []
    assert missed(book, number, made) == ()


def missed(book: Book, number: str, calls: Iterable[Lived]) -> tuple[tuple[str, str], ...]:
    """The exits of a number's flow that no call has taken."""
    flow = book.services[number].flow.flow
    return next(one.missed for one in coverage(book, [(one.trail, one.left) for one in calls]) if one.flow == flow)


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example of two sites."""
    folder = tmp_path_factory.mktemp("hotline")
    example(folder, "a hotline")
    return folder


SHARED, NIGHT = "reunion:open both:open load:else share", "reunion:open both:closed saint-denis"
IN_VAIN = (Served.TIMEOUT, Served.FULL, Served.EMPTY, Served.EMPTIED)


# The hour in Paris on a winter's Tuesday: Réunion is three hours ahead.
HOTLINE_CALLS: list[tuple[int, Given, str]] = [
    (6, Given(), "reunion:open both:closed saint-denis:talked"),
    (10, Given(draw=0.69, load={"paris": {"expected": 100}}), f"{SHARED}:1 paris:talked"),
    (10, Given(draw=0.70), f"{SHARED}:2 saint-denis:talked"),
    *(
        (10, Given(draw=0.0, queues={"paris": came}), f"{SHARED}:1 paris:{came.value} saint-denis:talked")
        for came in IN_VAIN
    ),
    *((6, Given(queues={"saint-denis": came}), f"{NIGHT}:{came.value} nobody:done") for came in IN_VAIN),
    (10, Given(load={"paris": {"expected": 121}}), "reunion:open both:open load:1 saint-denis:talked"),
    (16, Given(), "reunion:closed evening:open paris:talked"),
    (20, Given(), "reunion:closed evening:closed closed:done"),
]


def test_calls_follow_the_clocks_the_percents_and_the_load(hotline: Path) -> None:
    """By hours in two zones, by share, and over to the other site when the first is too busy; by each exit."""
    book = read_book(hotline)
    made = [lived(book, HOTLINE, winter(hour), given) for hour, given, _ in HOTLINE_CALLS]

    assert [" ".join(one.record.steps) for one in made] == [steps for *_, steps in HOTLINE_CALLS]
    assert missed(book, HOTLINE, made) == ()


def winter(hour: int, minute: int = 0) -> datetime:
    """On a Tuesday in December, in Paris."""
    return datetime(2026, 12, 1, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


def test_agents_of_two_time_zones_work_by_their_own_clocks_and_move_by_one_edit(hotline: Path) -> None:
    """Eight o'clock in Saint-Denis is five in Paris in winter, six in summer, for Réunion changes no clocks; and in
    winter, too, once the site has moved to Mayotte.
    """

    def first(book: Book, at: datetime) -> str:
        return lived(book, HOTLINE, at, Given()).record.steps[0]

    book, summer = read_book(hotline), {"year": 2026, "month": 7, "day": 7}
    edges = [winter(4, 59), winter(5), winter(5).replace(**summer), winter(6).replace(**summer)]
    before = [first(book, at) for at in edges]
    calendars = hotline / "dialplans" / "calendars.yaml"
    written = calendars.read_text(encoding="utf-8")
    calendars.write_text(written.replace("zone: Indian/Reunion", "zone: Indian/Mayotte"), encoding="utf-8")
    moved = read_book(hotline)
    calendars.write_text(written, encoding="utf-8")

    assert before == ["reunion:closed", "reunion:open", "reunion:closed", "reunion:open"]
    assert [first(moved, winter(hour)) for hour in (5, 6)] == ["reunion:closed", "reunion:open"]


def test_the_demonstration_speaks_french_and_english_throughout() -> None:
    """Whoever puts a `language` before any of its flows finds every text."""
    prompts = read_book(CHECKOUT).prompts

    assert prompts["fr"].keys() == prompts["en"].keys()
