"""Tests that ops write: what they may say, and what they are told of every mistake."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.book.cases import Case, case_files, read_cases
from ivr.book.given import fetched, instant, load, override, press, reached, served, spent
from ivr.book.problems import BadBook
from ivr.flow.commands import Reached
from ivr.flow.errands import Fetched
from tests.demonstration import BOOK

ROOT = Path(__file__).parents[2]
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
        ("keys: [2x]", "5:10", '"2x" is nothing to press: write keys 0-9, * or #, 2@early, or silence'),
        ("agents: bussy", "5:11", "ringing an agent ends with talked, busy, no_answer, "),
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


NO_LOOK_UP = 'a look-up gives found:name=Dupont, not_found or failed, not "lost"'
NOT_FOUND_SO = 'what a look-up found is written found:name=Dupont,city=Lille, not "{}"'
NO_SUM = 'what was spent is an amount in euros like 299.50, not "{}"'
NO_LOAD = 'the load of a queue is written waiting:6,free:0,expected:180, not "{}"'


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        *(
            (instant, day, f'"{day}" is not an instant: write it like 2026-11-29T10:00')
            for day in ("0", "", "tomorrow")
        ),
        (instant, "2026-11-26 25:00", '"2026-11-26 25:00" is not an instant: write it like 2026-11-29T10:00'),
        (fetched, "lost", NO_LOOK_UP),
        *((fetched, one, NOT_FOUND_SO.format(one)) for one in ("found:=x", "found:name")),
        (press, "2x", '"2x" is nothing to press: write keys 0-9, * or #, 2@early, or silence'),
        (
            reached,
            "bussy",
            'ringing an agent ends with talked, busy, no_answer, unavailable, congestion, declined, not "bussy"',
        ),
        *((spent, one, NO_SUM.format(one)) for one in ("a lot", "-1", "NaN")),
        (
            served,
            "gone",
            'waiting in a queue ends with talked, timeout, full, empty, emptied, key, closed, not "gone"',
        ),
        *((load, one, NO_LOAD.format(one)) for one in ("waiting", "waiting:1,waiting:2", "busy:3")),
        (override, "opn", 'by hand a calendar is open or closed, not "opn"'),
    ],
)
def test_what_callers_and_others_may_not_do_is_refused(read: Callable[[str], object], text: str, said: str) -> None:
    """In a case, in `ivr simulate`, and in what an assistant asks."""
    with pytest.raises(ValueError, match="not") as refusal:
        read(text)

    assert str(refusal.value) == said


def test_a_look_up_that_finds_nothing_is_no_look_up() -> None:
    """The word without what is found."""
    with pytest.raises(ValueError, match="a look-up gives found:name=Dupont"):
        fetched("found:")
