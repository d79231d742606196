"""What is told of arguments that make no sense: one sentence that says what, where, and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from tests.conftest import CHECKOUT

Type = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Runs a command on the demonstration, or on another book; its words are told apart from its complaints."""

    def run(*words: str, book: Path = CHECKOUT) -> Result:
        return CliRunner().invoke(main, words, env={"IVR_BOOK": str(book), "IVR_STATE": str(tmp_path / "state")})

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay", "--last", "x"), "'--last': \"x\" is no whole number from 1 to 100000: write one"),
        (("replay", "--last", "0"), "'--last': \"0\" is no whole number from 1 to 100000: write one"),
        (("explore", "0899000004", "--limit", "2.5"), '"2.5" is no whole number from 1 to 1000000: write one'),
        (("calendar", "office", "--year", "x"), '"x" is no whole number from 1970 to 9000: write one'),
        (("simulate", "0899000004", "--calls", "-1"), '"-1" is no whole number 0 or more: write one'),
        (("simulate", "0899000004", "--talk", "nan"), '"nan" is no number more than 0: write one'),
        (("simulate", "0899000004", "--draw", "1"), '"1" is no number from 0 to less than 1: write one'),
    ],
)
def test_a_number_that_is_none_is_told_with_its_bounds(typed: Type, words: tuple[str, ...], said: str) -> None:
    """And with the option that wants it."""
    done = typed(*words)

    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ("partz=waiting:6", 'there is no queue "partz"; known are parts'),
        ("parts=waiting:6,waiting:1", "the load of a queue is written waiting:6,free:0,expected:180, not"),
        ("parts=waiting:6,free", "the load of a queue is written waiting:6,free:0,expected:180, not"),
    ],
)
def test_the_load_of_a_queue_is_of_one_that_there_is(typed: Type, load: str, said: str) -> None:
    """Not passed over: the call would go as if nobody had said anything."""
    done = typed("simulate", "0805000028", "--load", load)

    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("graph", "0899000004", "-o", "FILE"),
        ("diff", ".", ".", "--svg", "FILE"),
        ("simulate", "0899000004", "--keys", "2", "--save", "FILE"),
    ],
)
def test_a_file_that_cannot_be_written_is_named(typed: Type, tmp_path: Path, words: tuple[str, ...]) -> None:
    """With the reason, and what to look at."""
    (tmp_path / "file").write_text("")
    where = tmp_path / "file" / "picture.svg"
    done = typed(*(str(where) if word == "FILE" else str(CHECKOUT) if word == "." else word for word in words))

    assert done.exit_code == 1
    reason = "check the path, and that you may use what is there"
    assert done.output.splitlines()[-1] in (
        f"ivr: {where}: Not a directory; {reason}",
        f"ivr: {where.parent}: File exists; {reason}",
    )


@pytest.mark.parametrize("words", [("check",), ("explore", "0899000004"), ("simulate", "0899000004"), ("test",)])
def test_a_folder_without_a_book_is_one_problem(typed: Type, tmp_path: Path, words: tuple[str, ...]) -> None:
    """IVR530: not one for each file that a book must have."""
    done = typed(*words, book=tmp_path)

    assert done.exit_code == 1
    assert done.output.count("there is no book here: no folder dialplans, and no folder prompts") == 1
    assert "ivr new DIRECTORY" in done.output
    assert "agents.yaml" not in done.output


def test_a_book_of_which_little_is_there_has_its_problems_told(typed: Type, tmp_path: Path) -> None:
    """A good example of IVR530: what is missing is named file by file."""
    (tmp_path / "dialplans").mkdir()
    done = typed("check", book=tmp_path)

    assert "IVR530" not in done.output
    assert "dialplans/agents.yaml:1:1: error IVR001" in done.output


def test_of_two_books_the_one_that_is_bad_is_named(typed: Type, tmp_path: Path) -> None:
    """Both have files of the same names."""
    done = typed("diff", str(tmp_path), str(CHECKOUT))

    assert done.exit_code == 1
    assert done.output.startswith(f"{tmp_path} cannot be compared before this is mended:\n{tmp_path}:1:1: there is no")
