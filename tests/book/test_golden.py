"""Every rule of `ivr check` has one bad example, told in exactly these words, and one good one: the demonstration."""

import re
import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook, Problem
from ivr.flow.law import RULES
from tests.book.golden import BAD, NEW, Bad

CHECKOUT = Path(__file__).parents[2]
_RULE = re.compile(r"IVR(?!000)\d{3}")
_LINE = re.compile(r":\d+:\d+:")


def problems(directory: Path) -> tuple[Problem, ...]:
    """What is told of a book, good or bad."""
    try:
        return read_book(directory).warnings
    except BadBook as refusal:
        return refusal.problems


def test_nothing_is_told_of_the_demonstration() -> None:
    """It is the good example of all rules."""
    assert problems(CHECKOUT) == ()


def pointed_at(directory: Path, problem: Problem) -> str:
    """The words at the problem's line and column; nothing where it is of the whole file."""
    file = directory / problem.file
    if not file.is_file() or file.suffix == ".wav":
        return ""
    lines = file.read_text(encoding="utf-8").split("\n")
    return lines[problem.line - 1][problem.column - 1 :][:24].rstrip() if problem.line <= len(lines) else ""


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.rule)
def test_a_bad_example_is_told_in_these_words(bad: Bad, tmp_path: Path) -> None:
    """File, what is wrong and what to do; line and column point at the words."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    file = tmp_path / bad.file
    if bad.old is None:
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    elif bad.old == NEW:
        file.parent.mkdir(exist_ok=True)
        file.write_text(bad.new, encoding="utf-8")
    else:
        written = file.read_text(encoding="utf-8")
        assert bad.old in written
        file.write_text(written.replace(bad.old, bad.new, 1), encoding="utf-8")

    told = [one for one in problems(tmp_path) if one.rule == bad.rule]
    assert (bad.said, bad.at) in [(_LINE.sub(":", str(one), 1), pointed_at(tmp_path, one)) for one in told]


def test_every_rule_has_an_example() -> None:
    """Here, beside its rule of law, or in the tests of its own file."""
    rules = {rule for path in (CHECKOUT / "ivr").rglob("*.py") for rule in _RULE.findall(path.read_text())}
    elsewhere = {
        rule
        for path in (CHECKOUT / "tests").rglob("test_*.py")
        if path != Path(__file__)
        for rule in _RULE.findall(path.read_text())
    }

    assert rules - {bad.rule for bad in BAD} - {rule.code for rule in RULES} - elsewhere == set()
