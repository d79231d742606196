"""How problems are ordered, shown and guessed at."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ivr.book.problems import BadBook, Mark, Problem, as_json, did_you_mean, in_order, near, pretty, quoted

TYPO = Problem.at(
    Mark("flows/welcome.yaml", 2, 7), "IVR101", 'unknown key "promt"', 'did you mean "prompt"?', "flow welcome"
)
TEXT = "a: 1\n      promt: x\n"


def test_one_line():
    """Place, where, what and hint stand in this order on one line."""

    expected = 'flows/welcome.yaml:2:7: flow welcome: unknown key "promt"; did you mean "prompt"?'
    assert expected == str(TYPO)


def test_one_line_without_where_and_hint():
    """What is not known leaves no empty separators."""

    assert str(Problem.at(Mark("f"), "IVR001", "what")) == "f:1:1: what"


def test_pretty_points_at_the_key():
    """The source line stands below the message, with carets as long as the key."""

    assert pretty([TYPO], {"flows/welcome.yaml": TEXT}) == (
        'flows/welcome.yaml:2:7: error IVR101: flow welcome: unknown key "promt"\n'
        "    2 |       promt: x\n"
        '      |       ^^^^^ did you mean "prompt"?'
    )


def test_pretty_without_the_text():
    """A file that cannot be read still has its message."""

    problem = Problem.at(Mark("gone.yaml"), "IVR001", "the file cannot be read", "check that it exists")

    assert pretty([problem], {}) == "gone.yaml:1:1: error IVR001: the file cannot be read\n  check that it exists"


def test_pretty_cuts_a_long_line_around_the_place():
    """A line of a megabyte does not fill the screen, and the caret is still below its place."""
    text = "x" * 500_000 + "HERE" + "y" * 500_000
    problem = Problem.at(Mark("f", 1, 500_001), "IVR103", '"HERE" is wrong')

    _, shown, carets = problem.pretty(text).splitlines()

    assert len(shown) < 120
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "HERE"


def test_pretty_keeps_tabs_so_that_the_caret_stays_below():
    """Where the line has a tab, the line of the caret has it too."""
    problem = Problem.at(Mark("f", 1, 4), "IVR103", "what")

    assert problem.pretty("a:\tb").splitlines()[1:] == ["    1 | a:\tb", "      |   \t^"]


def test_all_problems_in_order_and_once():
    """A bad book tells everything, by file, line and column, and nothing twice."""
    early = Problem.at(Mark("a.yaml", 9, 1), "IVR101", "x")
    later = Problem.at(Mark("b.yaml", 2, 9), "IVR101", "x")
    last = Problem.at(Mark("b.yaml", 10, 1), "IVR101", "x")

    assert (early, later, last) == BadBook([last, early, later, early]).problems
    assert str(BadBook([last, early, later])) == "a.yaml:9:1: x\nb.yaml:2:9: x\nb.yaml:10:1: x"


def test_json():
    """Programs get every field."""
    assert json.loads(as_json([TYPO])) == [
        {
            "file": "flows/welcome.yaml",
            "line": 2,
            "column": 7,
            "where": "flow welcome",
            "message": 'unknown key "promt"',
            "hint": 'did you mean "prompt"?',
            "severity": "error",
            "rule": "IVR101",
        }
    ]


def test_near():
    """Small slips find the word that was meant; other words find nothing."""
    words = ["prompt", "welcome-support", "kind", "exits"]

    assert [near(word, words) for word in ("promt", "Welcome_suport", "knid", "tariff", "")] == [
        "prompt",
        "welcome-support",
        "kind",
        None,
        None,
    ]
    assert None is near("promt", [])
    assert None is near("p" * 1_000_000, words)


def test_without_a_near_word_the_known_ones_are_told():
    """At most a dozen, then an ellipsis."""
    assert did_you_mean("prompt", ["b", "a"], "known keys") == "known keys: a, b"
    assert did_you_mean("xyz", "abcdefghijklm", "known") == "known: a, b, c, d, e, f, g, h, i, j, k, l, …"


def test_text_of_others_cannot_forge_a_message():
    """Line ends and terminal codes in a text are written out, long texts are cut."""
    assert quoted("a\nf:1:1: ok\x1b[31m") == r'"a\nf:1:1: ok\x1b[31m"'
    assert len(quoted("x" * 1000)) == 42


@given(st.text(), st.text(), st.text(), st.text(), st.integers(1, 9), st.integers(1, 99))
def test_any_problem_can_be_shown(file: str, message: str, hint: str, text: str, line: int, column: int):
    """Whatever is in a file and its name, a problem is one line, and showing it never fails."""
    problem = Problem.at(Mark(file, line, column), "IVR103", message, hint)

    assert len(str(problem).splitlines() or [""]) == 1
    assert problem.pretty(text)
    assert [problem] == list(in_order([problem]))
