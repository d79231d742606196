"""What is told of arguments that make no sense: one sentence that says what, where, and what to do."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import secret
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


def test_a_crisis_is_said_to_have_been_on_or_not(typed: Type, tmp_path: Path) -> None:
    """Whoever orders at night what somebody has ordered already is told; nobody has to know a name by heart."""
    for order in ("on", "off"):
        done = typed("crisis", order)
        assert (done.exit_code, done.stderr) == (
            1,
            "ivr: say which crisis; crises.yaml has outage, flooded, understaffed\n",
        )
    first, again = typed("crisis", "on", "outage", "--why", " "), typed("crisis", "on", "outage", "--why", "fuite")
    assert first.output.endswith(": ordered from the command line\n")
    assert re.search(
        r": fuite \(it was on already, since \d{4}-\d\d-\d\d \d\d:\d\d: ordered from the command line\)\n$",
        again.output,
    )
    assert re.search(r"; off \(it was on since [-\d]+ [:\d]+: fuite\)\n$", typed("crisis", "off", "outage").output)
    assert typed("crisis", "off", "outage").output.endswith("; off (it was not on)\n")


def test_a_crisis_that_left_the_book_while_it_was_on_is_told_and_can_be_taken_away(typed: Type, tmp_path: Path) -> None:
    """Else it would be on again, by itself, when somebody writes it anew."""
    assert typed("crisis", "on", "understaffed").exit_code == 0
    shutil.copytree(CHECKOUT / "dialplans", tmp_path / "dialplans")
    shutil.copytree(CHECKOUT / "prompts", tmp_path / "prompts")
    file = tmp_path / "dialplans" / "crises.yaml"
    file.write_text(file.read_text("utf-8").partition("understaffed:")[0], "utf-8")

    listed = typed("crisis", "list", book=tmp_path).output.splitlines()
    assert listed[-1].startswith("understaffed  no number, crises.yaml has it no more; on since ")
    done = typed("crisis", "off", "understaffed", book=tmp_path)
    assert done.output.startswith("understaffed  no number, crises.yaml has it no more; off (it was on since ")
    assert typed("crisis", "off", "understaffed", book=tmp_path).exit_code == 1
    assert "understaffed" not in typed("crisis", "list", book=tmp_path).output


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("pin:crisi", 'no flow asks for the PIN "crisi"; there is crisis, office, studio'),
        ("operator", '"operator" opens nothing: write agent:NAME, pin:NAME, ami:NAME, web:operator, codes'),
        ("web:operater", '"web:operater" opens nothing: write '),
        ("agent:", '"agent:" opens nothing: write '),
        ("ami:x", '"ami:x" opens nothing: write '),
    ],
)
def test_a_password_that_opens_nothing_is_not_printed(typed: Type, purpose: str, said: str) -> None:
    """It looked like any other, and was refused on the phone."""
    done = typed("secrets", "show", purpose)

    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr


def test_a_pin_is_printed_also_where_the_book_is_spoilt(typed: Type, tmp_path: Path) -> None:
    """That may be just when it is needed."""
    secret.make(tmp_path / "state" / "secrets" / "master")
    (tmp_path / "dialplans").mkdir()
    pins = [typed("secrets", "show", "pin:crisis", book=book).stdout for book in (CHECKOUT, tmp_path)]

    assert pins[0] == pins[1]
    assert re.fullmatch(r"\d{6}\n", pins[0])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("list", "--caller", "bonjour"), 1, '"bonjour" is no phone number; who withheld his is `anonymous`'),
        (("delete", "--caller", "bonjour"), 1, '"bonjour" is no phone number; who withheld his is `anonymous`'),
        (("list", "--caller", "0612345678"), 0, "No conversations of 0612345678.\n"),
        (
            ("list", "--caller", "anonymous", "--number", "0806000002"),
            0,
            "No conversations of anonymous to 0806000002.\n",
        ),
        (("delete", "--caller", "0612345678"), 0, "Nothing is kept of 0612345678: nothing deleted.\n"),
        (("delete", "--call", "1.1"), 0, "Nothing is kept of the call 1.1: nothing deleted.\n"),
    ],
)
def test_a_caller_of_whom_nothing_is_kept_is_told_from_a_slip(
    typed: Type, words: tuple[str, ...], code: int, said: str
) -> None:
    """Of who wrote no number nobody knows whom he means."""
    done = typed("conversations", *words)

    assert done.exit_code == code
    assert said in done.output
