"""Files that lie in a book and count for nothing: each is told, with where it would count."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book

DEMO = Path(__file__).parents[2]

SLIPS = {
    "dialplans/flows/night.yml": (
        "dialplans/flows/night.yml:1:1: nobody reads this file; name it night.yaml",
        "IVR400",
    ),
    "dialplans/number.yaml": (
        "dialplans/number.yaml:1:1: nobody reads this file; did you mean dialplans/numbers.yaml?",
        "IVR400",
    ),
    "dialplans/tests/summer/july.yaml": (
        "dialplans/tests/summer/july.yaml:1:1: nobody reads this file; put it into dialplans/tests itself",
        "IVR400",
    ),
    "dialplans/lists/friends.yml": (
        "dialplans/lists/friends.yml:1:1: nobody reads this file; name it friends.yaml",
        "IVR400",
    ),
    "dialplans/weather-and-other-things.yaml": (
        "dialplans/weather-and-other-things.yaml:1:1: nobody reads this file; flows, lists and tests have folders of "
        "their own: dialplans/flows, dialplans/lists, dialplans/tests",
        "IVR400",
    ),
    "prompts/fr/welcome-repare.wav": (
        "prompts/fr/welcome-repare.wav:1:1: nobody hears this recording: no prompt is called so; "
        "did you mean welcome-repair.wav?",
        "IVR401",
    ),
    "prompts/fr/welcome-repair.mp3": (
        "prompts/fr/welcome-repair.mp3:1:1: nobody hears this recording; save it as welcome-repair.wav",
        "IVR401",
    ),
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize("file", SLIPS)
def test_a_file_that_nobody_reads_is_told(book: Path, file: str) -> None:
    """One golden line, a warning: calls go on as they did."""
    (book / file).parent.mkdir(parents=True, exist_ok=True)
    (book / file).write_text("- any\n", encoding="utf-8")
    (problem,) = read_book(book).warnings
    line, rule = SLIPS[file]

    assert (str(problem), problem.rule, problem.severity) == (line, rule, "warning")


@pytest.mark.parametrize(
    "file",
    ["dialplans/tests/more.yaml", "dialplans/lists/more.csv", "prompts/fr/welcome-repair.wav", "prompts/.swap.yaml",
     "dialplans/.schema/more.yaml", "prompts/fr/slot/digit-1.wav", "dialplans/notes.txt"],
)  # fmt: skip
def test_what_counts_or_is_nobody_s_business_is_not_told(book: Path, file: str) -> None:
    """The good examples: tests, lists, recordings of prompts and of digits, hidden files, notes."""
    (book / file).parent.mkdir(parents=True, exist_ok=True)
    (book / file).write_text("", encoding="utf-8")

    assert [one for one in read_book(book).warnings if one.rule.startswith("IVR40")] == []
