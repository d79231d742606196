"""The commands `ivr explore`, `ivr graph` and `ivr diff`, as people type them."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from tests.conftest import CHECKOUT

Type = Callable[..., Result]
AT = "--at=2026-11-23T08:00"


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Runs a command on a copy of the demo book."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    environment = {"IVR_BOOK": str(tmp_path), "IVR_STATE": str(tmp_path / "state")}
    return lambda *words: CliRunner().invoke(main, words, env=environment)


def edit(book: Path, file: str, old: str, new: str) -> None:
    text = (book / file).read_text(encoding="utf-8")
    assert old in text
    (book / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_paths_of_a_number_in_figures(typed: Type) -> None:
    """How many, how long, how soon a human, at what price, and what was taken as alike."""
    done = typed("explore", "0899000004", AT)

    assert done.exit_code == 0, done.output
    assert "  paths           695, through 18 states of a call\n" in done.output
    assert "  price           0.00 € to 2.36 €    ivr simulate 0899000004" in done.output
    assert "0 to 3 keys until an agent rings" in done.output
    assert (
        "  never charged   3 paths\n                  hours:closed closed:done\n                  hours:open\n"
        in done.output
    )
    assert "callers       0612345678, anonymous" in done.output


def test_a_mailbox_is_explored_and_compared(typed: Type, tmp_path: Path) -> None:
    """What is heard there is told where it changes."""
    done = typed("explore", "0805000036", AT)
    assert (done.exit_code, "ring:no_answer box:full full:done" in done.output) == (0, True), done.output

    shutil.copytree(tmp_path / "dialplans", tmp_path / "old" / "dialplans")
    shutil.copytree(tmp_path / "prompts", tmp_path / "old" / "prompts")
    edit(tmp_path, "dialplans/mailboxes.yaml", "unavailable: personal-unavailable", "unavailable: goodbye")
    assert "asks “Merci de votre appel" in typed("diff", str(tmp_path / "old"), str(tmp_path), AT).output


def test_that_a_number_records_talks_is_told_of_its_changes(typed: Type, tmp_path: Path) -> None:
    """Callers hear so, and what they say is kept."""
    edit(tmp_path, "dialplans/numbers.yaml", "  flow: personal", "  flow: personal\n  recording: {announce: recorded}")
    done = typed("diff", str(CHECKOUT), AT)

    assert done.output.startswith("0805000036, every call: also says “"), done.output


def test_paths_are_listed_up_to_a_limit(typed: Type) -> None:
    """And what is not shown is said."""
    done = typed("explore", "0899000004", AT, "--paths", "--limit", "7")

    assert sum("[" in line and line.endswith("]") for line in done.output.splitlines()) == 7
    assert done.output.endswith("… and 688 more; --limit shows more of them\n")


def test_paths_as_json(typed: Type) -> None:
    """For programs: figures, and each path with its command."""
    told = json.loads(typed("explore", "0825000003", AT, "--json", "--limit", "50").output)

    assert told["paths"] == 2440
    assert len(told["paths_shown"]) == 50
    assert all(path["simulate"].startswith("ivr simulate 0825000003") for path in told["paths_shown"])


def test_properties_of_the_book_hold(typed: Type) -> None:
    """Those of properties.yaml; exit status 0."""
    done = typed("explore", "--property", "", AT)

    assert done.exit_code == 0, done.output
    assert "holds   always: human within 4 keys\n" in done.output


def test_check_tells_of_a_property_that_is_broken(typed: Type, tmp_path: Path) -> None:
    """At its place in the file, with the call that shows it."""
    edit(tmp_path, "dialplans/properties.yaml", "longer than 3 minutes", "longer than 1 minute")
    done = typed("check")

    assert done.exit_code == 1
    assert "error IVR273: 0800000001 breaks “never: longer than 1 minute before a human”" in done.output
    assert "see it: ivr simulate 0800000001" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explore",), "which number?"),
        (("explore", "0899999999"), "0899999999 is not a number of this book"),
        (("explore", "--property", "never: sleep"), '"never: sleep" is not a property; known are'),
        (("graph", "nothing"), '"nothing" is neither a number nor a flow of this book'),
        (("diff", "no-such-revision"), '"no-such-revision" is neither a directory nor a revision of this book'),
    ],
)
def test_mistakes_are_told_in_a_sentence(typed: Type, words: tuple[str, ...], said: str) -> None:
    """No traceback."""
    done = typed(*words)

    assert done.exit_code in (1, 2)
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_graph_is_written_to_a_file_or_to_the_screen(typed: Type, tmp_path: Path) -> None:
    """SVG unless Mermaid is asked for."""
    file = tmp_path / "repair.svg"

    assert typed("graph", "0899000004", "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert typed("graph", "orders", "--mermaid").output.startswith("---\ntitle: Flow orders\n---\nflowchart TD\n")


def test_two_directories_are_compared(typed: Type, tmp_path: Path) -> None:
    """A sentence for each change, and one if there is none."""
    assert typed("diff", str(CHECKOUT), AT).output == "Nothing changes for callers.\n"

    edit(tmp_path, "dialplans/tariffs.yaml", "price: 0.15", "price: 0.12")
    assert typed("diff", str(CHECKOUT), AT).output == "0825000003: costs 0.12 € a minute instead of 0.15 € a minute\n"


def test_a_git_revision_is_compared_with_the_book_as_it_is(typed: Type, tmp_path: Path) -> None:
    """As ops do before they reload."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], check=True, timeout=30)
    edit(tmp_path, "dialplans/flows/repair.yaml", '"2": boiler', '"2": contract')
    done = typed("diff", "HEAD", AT)

    assert done.output.startswith("0899000004, menu, key 2: goes to contract (says “Votre contrat")
    assert len(done.output.splitlines()) == 1
