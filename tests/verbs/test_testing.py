"""`ivr test`, `ivr simulate --save` and `ivr replay`, as people meet them."""

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.book.cases import case_files, read_cases
from ivr.book.source import parsed
from ivr.cli import main
from ivr.ledger.store import Store
from ivr.service.library import Release
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Simulator
from ivr.verbs.testing import run
from tests import forked
from tests.terminal.calls import FLOW, MORNING, ROOT, demo, given, small, write_book

CASE = """\
- name: {name}
  dial: "0899000004"
  at: 2026-11-26T10:00
  keys: "1"
  hears: [welcome, menu]
  goes_to: agent
  talks_to: {agent}
  charged: {charged}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "book")


def ivr(book: Path, *words: str, **environment: str) -> Result:
    home = {"IVR_BOOK": str(book), "IVR_STATE": str(book.parent / "state")}
    return CliRunner().invoke(main, words, env={**home, **environment})


def write_tests(book: Path, text: str) -> Path:
    path = book / "dialplans" / "tests" / "tried.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_that_passes_is_counted_and_the_rest_is_told(book: Path) -> None:
    """With the place of everything that no case takes."""
    write_tests(book, CASE.format(name="One", agent="camille", charged="something"))
    told = ivr(book, "test")

    assert told.exit_code == 0, told.output
    assert "tried     4/7 nodes    4/16 exits   34 %" in told.output
    line = 1 + FLOW.splitlines().index("  menu:")
    assert f"  dialplans/flows/tried.yaml:{line}: no case takes the exit 2 of menu\n" in told.output
    assert "1 case, none failed, in 0." in told.output


def test_a_case_that_fails_shows_what_was_expected_and_found(book: Path) -> None:
    """At the line that expected it, with the command to look at it; exit status 1."""
    write_tests(book, CASE.format(name="One", agent="karim", charged="nothing"))
    told = ivr(book, "test")

    assert told.exit_code == 1
    assert "dialplans/tests/tried.yaml:1: FAILED One\n" in told.output
    assert "  dialplans/tests/tried.yaml:7: talks_to\n    expected  karim\n    found     camille\n" in told.output
    assert "  dialplans/tests/tried.yaml:8: charged\n    expected  nothing\n    found     0." in told.output
    assert "look at it: ivr simulate 0899000004 --at 2026-11-26T10:00 --keys 1\n" in told.output
    assert "1 case, 1 failed" in told.output


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("hears: [menu, welcome]", "hears"),
        ("goes_to: [agent, menu]", "goes_to"),
        ("steps: hours:open welcome:done menu:1 agent:busy", "steps"),
        ("talks_to: nobody", "talks_to"),
        ("ends: caller", "ends"),
        ("charged: 0.01", "charged"),
    ],
)
def test_each_expectation_can_fail(book: Path, line: str, found: str) -> None:
    """By itself, at its own line."""
    head = CASE.format(name="One", agent="camille", charged="something").partition("  hears")[0]
    write_tests(book, f"{head}  {line}\n")
    told = ivr(book, "test")

    assert told.exit_code == 1
    assert told.output.splitlines()[1] == f"  dialplans/tests/tried.yaml:5: {found}"


def test_a_file_can_be_named_and_then_covers_nothing(book: Path) -> None:
    """One file says nothing of the whole."""
    path = write_tests(book, CASE.format(name="One", agent="camille", charged="something"))
    told = ivr(book, "test", str(path))

    assert told.exit_code == 0
    assert told.output.startswith("1 case, none failed")


def test_no_test_at_all_is_said(book: Path) -> None:
    told = ivr(book, "test")

    assert told.exit_code == 2
    assert "there is no test in" in told.output


def test_a_mistake_in_a_test_is_told_by_its_line(book: Path) -> None:
    write_tests(book, CASE.format(name="One", agent="camile", charged="something"))
    told = ivr(book, "test")

    assert told.exit_code == 1
    assert 'dialplans/tests/tried.yaml:7:3: One: there is no agent "camile"; did you mean "camille"?' in told.output


def test_a_call_saved_by_one_process_is_run_by_another(book: Path) -> None:
    """Also behind what people have written, under a name that is still free, and wherever sounds are baked."""
    path = write_tests(book, "# ours\n" + CASE.format(name="One", agent="camille", charged="something"))

    def process(*words: str) -> "subprocess.CompletedProcess[str]":
        home = {"IVR_BOOK": str(book), "IVR_STATE": str(book.parent / "state"), "PATH": "/usr/bin:/bin"}
        command = [sys.executable, "-m", "ivr", *words]
        imports = ("ivr.verbs.testing", "ivr.verbs.trying")
        return forked.run(
            command, imports=imports, cwd=ROOT, env=home, capture_output=True, text=True, timeout=60, check=False
        )

    words = (
        *("simulate", "0899000004", "--at", "2026-11-26T10:00", "--keys", "2@early,4711", "--agents", "busy"),
        *("--agent", "karim=no_answer", "--from", "0320123456", "--save", str(path), "--name", "One"),
    )
    saved, once_more = process(*words), ivr(book, *words)
    assert saved.returncode == 0, saved.stderr
    assert f"saved at {path}:" in saved.stdout
    assert f"saved at {path}:" in once_more.output
    ran = process("test", str(path))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("3 cases, none failed")
    text = path.read_text()
    assert text.startswith("# ours\n- name: One\n")
    assert "\n\n- name: One (2)\n" in text
    assert "\n\n- name: One (3)\n" in text
    assert 'keys: [2@early, "4711"]' in text
    assert "agents: {all: busy, karim: no_answer}" in text
    assert "goes_to: bye\n" in text
    book_changed = book / "dialplans" / "flows" / "tried.yaml"
    book_changed.write_text(FLOW.replace("no_answer: bye", "no_answer: busy"))
    again = ivr(book, "test", str(path))
    assert again.exit_code == 1
    assert "found     hours → welcome → menu → code → agent → busy" in again.output


def test_nothing_is_saved_over_what_is_no_file_of_tests(book: Path) -> None:
    """A slip of the hand costs no file."""
    numbers = book / "dialplans" / "numbers.yaml"
    before = numbers.read_text()
    told = ivr(book, "simulate", "0899000004", "--save", str(numbers))

    assert told.exit_code == 1
    assert "is not a file of tests" in told.output
    assert numbers.read_text() == before


@pytest.mark.parametrize(
    "name", ["no", "Ça: là # ici", '"quoted"', "1", "a [b] {c}", "- x", "é'à", "x: y", " y ", "\\n"]
)
def test_any_name_can_be_saved(book: Path, name: str) -> None:
    """YAML has many words that mean something else."""
    path = book / "saved.yaml"
    told = ivr(book, "simulate", "0899000004", "--save", str(path), "--name", name)
    tree = parsed(path.read_bytes(), "saved.yaml", []).tree

    assert told.exit_code == 0, told.output
    assert tree is not None
    assert tree.plain()[0]["name"] == name  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--agent", "camile=busy"], 'there is no agent "camile"; known are camille, karim'),
        (["--agent", "busy"], 'write NAME=VALUE, not "busy"'),
        (["--lookup", "shop"], "a look-up gives found:name=Dupont"),
        (["--override", "office=ajar"], "by hand a calendar is open or closed"),
        (["--keys", "2x"], '"2x" is nothing to press'),
        (["--draw", "1"], "1"),
    ],
)
def test_words_that_are_off_are_said(book: Path, words: list[str], said: str) -> None:
    told = ivr(book, "simulate", "0899000004", *words)

    assert told.exit_code == 2
    assert said in told.output


def test_three_hundred_cases_take_less_than_three_seconds() -> None:
    """Those of the demonstration, as often as needed; only the running, as it is shown."""
    simulator = Simulator(Release(demo(), {}))
    began = time.process_time()  # other work of the machine is not ours
    cases = read_cases(demo(), ROOT, case_files(ROOT))
    for place in range(300):
        run(simulator, cases[place % len(cases)])

    assert time.process_time() - began < 3


def test_the_tests_of_the_demonstration_pass_and_leave_little_untried() -> None:
    """What ops get to begin with."""
    told = ivr(ROOT, "test", IVR_STATE="/nonexistent")
    shares = [int(line.split()[-2]) for line in told.output.splitlines() if line.endswith(" %")]

    assert told.exit_code == 0, told.output
    assert len(shares) >= 11
    assert min(shares) >= 80
    assert sum(shares) / len(shares) > 97


# -- replay ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(book: Path) -> Path:
    """Three calls: two reached an agent, one typed a secret."""
    simulator = small(book)
    (book.parent / "state").mkdir()
    store = Store.at(book.parent / "state" / "ledger.sqlite")
    store.open()
    for place, keys in enumerate(("1", "2,4711", "silence,,")):
        record = simulator.call("0899000004", "0612345678", MORNING, Cast(given(keys))).record
        store.keep(replace(record, id=f"17000000{place}.0"))
    store.close()
    return book


def test_calls_on_their_own_book_go_where_they_went(ledger: Path) -> None:
    told = ivr(ledger, "replay", "--last", "10")

    assert told.exit_code == 0, told.output
    assert "3 calls on book " in told.output
    assert "3 go where they went, 0 would go elsewhere; in 1, digits were typed in secret" in told.output


def test_calls_on_another_book_that_go_elsewhere_are_listed(ledger: Path, tmp_path: Path) -> None:
    """Each with a sentence, its old way and its new one; exit status 1."""
    next_book = shutil.copytree(ledger, tmp_path / "next")
    flow = next_book / "dialplans" / "flows" / "tried.yaml"
    flow.write_text(FLOW.replace('"1": agent', '"1": bye'))
    told = ivr(ledger, "replay", "--since", "2026-11-26", "--book", str(next_book))

    assert told.exit_code == 1
    assert "170000000.0" in told.output
    assert "after menu:1 it went to agent; it would now go to bye" in told.output
    assert "    now   hours:open welcome:done menu:1 bye:done" in told.output
    assert "2 go where they went, 1 would go elsewhere" in told.output
    assert "0612345678" not in told.output


def test_one_call_is_told_even_if_it_stays(ledger: Path) -> None:
    told = ivr(ledger, "replay", "170000001.0")

    assert told.exit_code == 0
    assert "goes where it went" in told.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name one CALL, or say --last N, or --since TIME"),
        (["x", "--last", "1"], "name one CALL, or say --last N, or --since TIME"),
        (["1.2"], 'there is no call "1.2" in the ledger'),
    ],
)
def test_what_cannot_be_replayed_is_said(ledger: Path, words: list[str], said: str) -> None:
    told = ivr(ledger, "replay", *words)

    assert told.exit_code == 2
    assert said in told.output


def test_the_check_of_a_book_reads_its_tests_too(book: Path) -> None:
    """With file, line and column, as any other file; exit status 1."""
    good = ivr(book, "check")
    write_tests(book, CASE.format(name="One", agent="camile", charged="a lot"))
    told = ivr(book, "check")

    assert good.exit_code == 0, good.output
    assert told.exit_code == 1
    assert "dialplans/tests/tried.yaml:8:12: error" in told.output, told.output

    write_tests(book, CASE.format(name="One", agent="camile", charged="something"))
    told = ivr(book, "check")

    assert told.exit_code == 1
    assert 'dialplans/tests/tried.yaml:7:3: error IVR291: One: there is no agent "camile"\n' in told.output


def test_of_a_bad_book_the_tests_are_read_for_their_own_mistakes_only(book: Path) -> None:
    """Names in them are not held against a book that could not be read."""
    write_tests(book, CASE.format(name="One", agent="camile", charged="something").replace("keys:", "kyes:"))
    (book / "dialplans" / "agents.yaml").write_text("camille: {lable: Camille}\n", encoding="utf-8")
    told = ivr(book, "check")

    assert told.exit_code == 1
    assert 'unknown key "lable"' in told.output
    assert 'unknown key "kyes"' in told.output
    assert "IVR291" not in told.output
