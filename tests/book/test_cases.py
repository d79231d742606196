"""Tests that ops write: what they may say, and what they are told of every mistake."""

from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.cases import Case, case_files, read_cases
from ivr.book.given import fetched, instant, press
from ivr.book.problems import BadBook
from ivr.flow.commands import Reached
from ivr.flow.errands import Fetched

ROOT = Path(__file__).parents[2]
BOOK = read_book(ROOT)
GOOD = '- name: A\n  dial: "0899000004"\n  at: 2026-11-26T10:00\n  ends: flow\n'


def cases(directory: Path, text: str) -> list[Case]:
    path = directory / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return read_cases(BOOK, ROOT, [path])


def told(directory: Path, text: str) -> list[str]:
    with pytest.raises(BadBook) as bad:
        cases(directory, text)
    return [
        f"{problem.line}:{problem.column} {problem.rule} {problem.message} | {problem.hint}"
        for problem in bad.value.problems
    ]


def test_a_case_says_what_is_given_in_words(tmp_path: Path) -> None:
    """One word where each name could have its own; a list where there are several."""
    (case,) = cases(
        tmp_path,
        GOOD + '  from: anonymous\n  keys: ["#", 2@early, silence, ""]\n  agents: {camille: busy, all: no_answer}\n'
        '  lookup: "found:name=Dupont,city=Lille"\n  override: {office: open}\n  draw: 0.25\n  calls: 3\n  speaks: 0\n',
    )
    given = case.given

    assert given.keys == (press("#"), press("2@early"), press(""), press(""))
    assert given.keys[1].early
    assert given.agents == {"camille": Reached.BUSY, "all": Reached.NO_ANSWER}
    assert given.lookups == {"all": Fetched("found", {"name": "Dupont", "city": "Lille"})}
    assert given.overrides["office"].open
    assert (given.draw, given.calls, given.speaks) == (0.25, 3, 0)
    assert case.at.isoformat() == "2026-11-26T10:00:00+01:00"
    assert (case.mark.line, case.marks["agents"].line) == (1, 7)


def test_the_tests_of_the_demonstration_make_sense() -> None:
    """One file for each flow that a number starts."""
    files = case_files(ROOT)

    assert {path.stem for path in files} >= {service.flow.flow for service in BOOK.services.values()}
    assert len(read_cases(BOOK, ROOT, files)) > 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", ['1:1 IVR290 a file of tests is a list of cases | begin each case with "- name: …"']),
        (
            GOOD.replace("  ends: flow\n", ""),
            [
                "1:3 IVR108 a case that expects nothing cannot fail | write one of hears, goes_to, talks_to, steps, "
                "ends, charged"
            ],
        ),
        (GOOD.replace("04", "05"), ['2:3 IVR291 there is no number "0899000005" | did you mean "0899000004"?']),
        (GOOD + "  goes_to: boilr\n", ['5:3 IVR291 there is no node "boilr" | did you mean "boiler"?']),
        (GOOD + "  steps: hours:open boilr:1\n", ['5:3 IVR291 there is no node "boilr" | did you mean "boiler"?']),
        (
            GOOD + "  hears: menu-repare\n",
            ['5:3 IVR291 there is no prompt "menu-repare" | did you mean "menu-repair"?'],
        ),
        (GOOD + "  agents: {camile: busy}\n", ['5:3 IVR291 there is no agent "camile" | did you mean "camille"?']),
        (GOOD + "  talks_to: karin\n", ['5:3 IVR291 there is no agent "karin" | did you mean "karim"?']),
        (GOOD + "  override: {ofice: open}\n", ['5:3 IVR291 there is no calendar "ofice" | did you mean "office"?']),
        (GOOD + "  lookup: {shp: failed}\n", ['5:3 IVR291 there is no remote "shp" | did you mean "shop"?']),
        (
            GOOD + "\n" + GOOD,
            ["6:3 IVR295 a case of this file is called so already, on line 1 | give one of them another name"],
        ),
        (GOOD + "  kyes: 2\n", ['5:3 IVR101 unknown key "kyes" | did you mean "keys"?']),
    ],
)
def test_each_mistake_has_its_place_and_its_words(tmp_path: Path, text: str, expected: list[str]) -> None:
    """As in every file of the book."""
    assert told(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ("keys: [2x]", "5:10", '"2x" is nothing to press'),
        ("agents: bussy", "5:11", "ringing an agent ends with talked, busy, no_answer, unavailable"),
        ("lookup: shop", "5:11", "a look-up gives found:name=Dupont, not_found or failed"),
        ("override: {office: opn}", "5:22", "by hand a calendar is open or closed"),
        ("charged: a lot", "5:12", "what is charged is an amount like 0.31, or nothing, or something"),
        ("charged: -1", "5:12", "what is charged is an amount like 0.31, or nothing, or something"),
        ("draw: 1", "5:9", "1"),
    ],
)
def test_each_word_is_checked_where_it_stands(tmp_path: Path, line: str, place: str, said: str) -> None:
    """At the value, not at the case."""
    (one,) = told(tmp_path, GOOD + f"  {line}\n")

    assert one.startswith(place)
    assert said in one


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD + "  goes_to: boilr\n")
    (tmp_path / "two.yaml").write_text(GOOD + "  talks_to: karin\n")
    with pytest.raises(BadBook) as bad:
        read_cases(BOOK, ROOT, [tmp_path / "one.yaml", tmp_path / "two.yaml"])

    assert [problem.file for problem in bad.value.problems] == ["one.yaml", "two.yaml"]


@pytest.mark.parametrize("text", ["2026-11-26 25:00", "0", "", "tomorrow"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an instant"):
        instant(text)


@pytest.mark.parametrize("text", ["found:", "found:=x", "found:name", "lost"])
def test_what_no_look_up_says_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="look-up"):
        fetched(text)
