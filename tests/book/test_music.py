"""Classes of music on hold: folders of prompts/music, and who names them."""

from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.book.problems import BadBook, Problem
from tests.book.test_advice import told as small_book
from tests.book.test_recordings import sound


def read(book: Path) -> tuple[Book | None, list[Problem]]:
    try:
        return read_book(book), []
    except BadBook as bad:
        return None, [one for one in bad.problems if one.severity == "error"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The small book with a class of two pieces."""
    small_book(tmp_path)
    sound(tmp_path / "prompts/music/evening/b.wav")
    sound(tmp_path / "prompts/music/evening/a.wav")
    return tmp_path


def test_a_folder_is_a_class_and_the_house_brings_the_usual_one(book: Path) -> None:
    """Pieces in the order of their names; the usual class is replaced by a folder called so."""
    found, problems = read(book)

    assert problems == []
    assert found is not None
    assert found.music == {"default": ("house",), "evening": ("a", "b")}
    assert not [one for one in found.warnings if one.rule == "IVR401"]
    sound(book / "prompts/music/default/ours.wav")
    other, _ = read(book)
    assert other is not None
    assert other.music["default"] == ("ours",)
    assert other.digest != found.digest


@pytest.mark.parametrize(
    ("path", "rule", "message"),
    [
        ("prompts/music/Evening Songs/a.wav", "IVR460", '"Evening Songs" cannot be a class of music'),
        ("prompts/music/night/readme.md", "IVR461", 'the class of music "night" has no music'),
        ("prompts/music/night/Für Elise.wav", "IVR462", 'a piece of music cannot be called "Für Elise"'),
    ],
)
def test_what_cannot_be_played_is_refused(book: Path, path: str, rule: str, message: str) -> None:
    """Each with one sentence."""
    sound(book / path)
    _, problems = read(book)

    assert [(one.rule, one.message) for one in problems] == [(rule, message)]
    assert problems[0].hint


def test_a_class_that_is_not_there_is_told_where_it_is_named(book: Path) -> None:
    """With the class that was probably meant."""
    numbers = book / "dialplans/numbers.yaml"
    text = numbers.read_text()
    for name in ("evening", "evning"):
        numbers.write_text(text.replace("flow: tried", f"flow: tried, music: {name}"))
        found, problems = read(book)
        if name == "evening":
            assert found is not None
            assert found.services["0899000004"].terms.music == "evening"
        else:
            assert [(one.rule, one.message, one.hint) for one in problems] == [
                ("IVR201", 'there is no music "evning"', 'did you mean "evening"?')
            ]
