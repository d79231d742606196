"""``nuisance.yaml``: policies before the flows of numbers that name them, and what of them can be wrong."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.flow.commands import Need

DEMO = Path(__file__).parents[2]
NUMBER = "0805000031"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def test_a_policy_stands_before_the_flow_of_a_number_that_names_it_and_before_no_other() -> None:
    book = read_book(DEMO)
    service = book.services[NUMBER]

    assert [name for name, one in book.services.items() if one.guard] == [NUMBER]
    assert (service.entry.flow, service.flow.flow) == ("nuisance:usual:reception", "reception")
    assert {name: node.kind for name, node in service.entry.nodes.items()} == {
        "check": "nuisance",
        "blocked": "bye",
        "anonymous": "bye",
        "repeated": "challenge",
        "repeated-over": "bye",
        "silent": "challenge",
        "silent-over": "bye",
        "onward": "pass",
    }


def test_nothing_in_it_is_answered(book: Path) -> None:
    """Also where a surcharged number names it; and a crisis comes before it."""
    numbers = book / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8").replace("  flow: advice\n", "  flow: advice\n  nuisance: usual\n")
    numbers.write_text(text, encoding="utf-8")
    found = read_book(book)
    service = found.services["0825000003"]

    assert all(node.need() <= Need.EARLY for node in service.entry.nodes.values())
    crisis = service.fronts["outage"]
    assert found.drawing.follow(found.drawing.start(crisis.flow), "done")
    assert [node.flow for node in crisis.nodes.values() if node.kind == "pass"] == [service.entry.flow]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("usual: {blocked: bussy}\n", 'IVR106 "bussy" is not known here'),
        ("usual: {blocked: {message: nobody, flow: repair}}\n", "IVR108 what is done is not clear"),
        ("usual: {trusted: nuisance}\n", 'IVR497 the policy "usual" does nothing with anybody'),
        ("usual: {anonymous: busy, lists: nuisanse}\n", 'IVR201 there is no list "nuisanse"'),
        ("usual: {silent: {flow: reapir}}\n", 'IVR201 there is no flow "reapir"'),
        ("usual: {silent: {message: nobdy}}\n", 'IVR201 there is no prompt "nobdy"'),
        ("other: {silent: busy}\n", 'IVR498 there is no policy "usual" in dialplans/nuisance.yaml'),
        ("Other: {silent: busy}\nusual: {silent: busy}\n", 'IVR222 "Other" cannot be a name'),
    ],
)
def test_what_is_wrong_in_it_is_told(book: Path, text: str, told: str) -> None:
    (book / "dialplans" / "nuisance.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadBook) as bad:
        read_book(book)

    found = [f"{problem.rule} {problem.message}" for problem in bad.value.problems]
    assert any(told in one for one in found), found


def test_a_challenge_wants_its_prompts(book: Path) -> None:
    """They are the house's own names, and the book's own texts."""
    texts = book / "prompts" / "fr.yaml"
    texts.write_text(texts.read_text(encoding="utf-8").replace("\nchallenge:", "\nriddle:"), encoding="utf-8")
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [problem.message for problem in bad.value.problems] == ['there is no prompt "challenge"']
