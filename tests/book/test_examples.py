"""The examples of the README are books that read, and their calls go where they say."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.flow.commands import Served
from ivr.service.library import Release
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Simulator

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


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The example of two sites."""
    return example(tmp_path_factory.mktemp("hotline"), "a hotline")


@pytest.mark.parametrize(
    ("title", "number", "at", "keys", "queues", "steps"),
    [
        ("a shop", "0805000038", "2026-12-01T10:00", ["1"], {}, "hours:open menu:1 counter:talked"),
        (
            "a shop",
            "0805000038",
            "2026-12-01T10:00",
            ["1", "", ""],
            {"counter": Served.FULL},
            "hours:open menu:1 counter:full message:declined bye:done",
        ),
        ("a shop", "0805000038", "2026-11-30T10:00", [], {}, "hours:closed closed:done"),
        ("a town hall", "0806000039", "2026-12-01T12:30", [], {}, "hours:closed closed:done"),
        ("a town hall", "0806000039", "2026-12-01T10:00", ["2"], {}, "hours:open menu:2 planning:talked"),
    ],
)
def test_calls_of_the_other_examples_go_where_they_say(
    tmp_path: Path, title: str, number: str, at: str, keys: list[str], queues: dict[str, Served], steps: str
) -> None:
    """Nothing is warned of in them, and callers get where they want."""
    book = example(tmp_path, title)
    instant = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Paris"))
    cast = Cast(Given(keys=tuple(Press(key) for key in keys), queues=queues))
    lived = Simulator(Release(book, {})).call(number, "0612345678", instant, cast)

    assert [str(one) for one in book.warnings] == []
    assert " ".join(lived.record.steps) == steps


SHARED = "reunion:open both:open load:else share"


@pytest.mark.parametrize(
    ("paris", "draw", "queues", "expected", "steps"),
    [
        # Winter: Réunion is three hours ahead.
        (6, 0.0, {}, 300, "reunion:open both:closed saint-denis:talked"),
        (10, 0.69, {}, 100, f"{SHARED}:1 paris:talked"),
        (10, 0.70, {}, 100, f"{SHARED}:2 saint-denis:talked"),
        (
            10,
            0.0,
            {"paris": Served.TIMEOUT},
            100,
            f"{SHARED}:1 paris:timeout saint-denis:talked",
        ),
        (
            10,
            0.0,
            {"paris": Served.FULL},
            100,
            f"{SHARED}:1 paris:full saint-denis:talked",
        ),
        (10, 0.0, {}, 121, "reunion:open both:open load:1 saint-denis:talked"),
        (16, 0.0, {}, 100, "reunion:closed evening:open paris:talked"),
        (20, 0.0, {}, 100, "reunion:closed evening:closed closed:done"),
    ],
)
def test_calls_follow_the_clocks_the_percents_and_the_load(
    hotline: Book, paris: int, draw: float, queues: dict[str, Served], expected: float, steps: str
) -> None:
    """By hours in two zones, by share, and over to the other site when the first is too busy."""
    at = datetime(2026, 12, 1, paris - 1, 0, tzinfo=UTC)  # a Tuesday
    cast = Cast(Given(draw=draw, queues=queues, load={"paris": {"expected": expected}}))
    lived = Simulator(Release(hotline, {})).call("0805000033", "0612345678", at, cast)

    assert " ".join(lived.record.steps) == steps


def test_the_demonstration_speaks_french_and_english_throughout() -> None:
    """Whoever puts a `language` before any of its flows finds every text."""
    prompts = read_book(CHECKOUT).prompts

    assert prompts["fr"].keys() == prompts["en"].keys()
