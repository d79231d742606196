"""Announcements are held against the law by what was baked, in a bake and by `ivr check`."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.book.book import Book, read_book
from ivr.book.source import read
from ivr.cli import main
from ivr.values.speech import Speech
from ivr.voice.bake import bake
from ivr.voice.catalogue import Catalogue, Sound
from ivr.voice.measured import judge, measured
from ivr.voice.recipe import digest_of
from tests.conftest import CHECKOUT

NAME = "announcement/per-minute-0-80"
GOOD = (("price", 0.0, 8.0), ("skip", 8.25, 13.0))


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(CHECKOUT)


def sound(book: Book, seconds: float = 14.5, spans: tuple[tuple[str, float, float], ...] = GOOD) -> Sound:
    (text,) = (one.utterance.text for one in book.announcements if one.name == NAME)
    return Sound("/nowhere", seconds, text, "tried", spans)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"seconds": 9.4, "spans": (("price", 0.0, 8.0),)}, "with its beep it lasts 9.9 s, and 10 s are the least"),
        ({"seconds": 19.6}, "with its beep it lasts 20.1 s, and 20 s are the most"),
        ({"spans": (("price", 5.0, 13.0), ("skip", 0.0, 4.0))}, "its parts are not in the order of the law"),
        ({"seconds": 10.0, "spans": (("price", 0.0, 9.2),)}, "the charge begins 0.8 s after the price"),
        ({"spans": (("name", 0.0, 3.4), ("price", 3.6, 9.0))}, "the name in front lasts 3.4 s, and 3 s are the most"),
    ],
)
def test_check_and_bake_find_the_same_in_a_sound(book: Book, changes: dict[str, object], fault: str | None) -> None:
    """At the first number that says it; what is not baked, or is another text, is told apart."""
    made = replace(sound(book), **changes)  # type: ignore[arg-type]
    (utterance,) = (one.utterance for one in book.announcements if one.name == NAME)
    numbers = read(CHECKOUT / "dialplans" / "numbers.yaml", CHECKOUT, [])
    problems, lacking = measured(book, lambda one: made if one.name == NAME else None, numbers)

    assert lacking == ["0825000003", "0891000107"]
    assert [one.rule for one in problems] == ["IVR451"] * (fault is not None)
    assert all((fault or "") in one.message and one.line > 1 for one in problems)
    assert [*judge(book)(utterance, made)] == [one.message.partition("so: ")[2] for one in problems]
    assert measured(book, lambda _: None, numbers) == ([], ["0825000003", "0899000004", "0891000107"])


def test_check_says_what_nobody_can_say_and_refuses_what_does_not_fit(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a voice by the sounds of this installation, if they are those of this text and shape."""
    monkeypatch.setenv("PATH", str(tmp_path))
    env = {"IVR_STATE": str(tmp_path), "IVR_BOOK": str(CHECKOUT)}
    bare = CliRunner().invoke(main, ["check"], env=env)
    assert bare.exit_code == 0
    assert (
        "Not measured, for no voice here can say them: the announcements of 0825000003, 0899000004, 0891000107. "
        "Install espeak-ng" in bare.output
    )

    def baked(digest: str) -> Result:
        made = replace(sound(book, 19.8), path=str(tmp_path / "sounds" / f"{NAME}-{digest}"))
        Catalogue(tmp_path / "sounds", {("fr", NAME): made}).save()
        return CliRunner().invoke(main, ["check"], env=env)

    (said,) = (one.utterance for one in book.announcements if one.name == NAME)
    other, refused = baked("0" * 12), baked(digest_of(said, said.text, "tried", Speech()))

    assert other.output == bare.output
    assert refused.exit_code == 1
    assert "so tried says it: shorten its name, its English or its words" in refused.output
    assert (
        "error IVR451: the announcement of 0899000004 cannot be made so: with its beep it lasts 20.3 s"
        in refused.output
    )


def test_a_bake_refuses_what_the_law_does(tmp_path: Path, book: Book) -> None:
    """And what calls use stays as it was."""
    (utterance,) = (one.utterance for one in book.announcements if one.name == NAME)
    shutil.copytree(CHECKOUT / "prompts", tmp_path / "prompts")
    baked = bake([utterance], tmp_path / "prompts", tmp_path / "sounds", unfit=lambda one, _: [f"no {one.name}"])

    assert baked.problems == (f"fr/{NAME}: no {NAME}", "fr/beep: no beep")
    assert not (tmp_path / "sounds" / "catalogue.json").exists()
