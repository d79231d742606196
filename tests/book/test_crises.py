"""``crises.yaml``: what is prepared for a bad day, how calls then go, and what of it can be wrong."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.lawful import unlawful
from ivr.book.problems import BadBook
from ivr.flow.commands import Need
from ivr.flow.nodes.say import Say

DEMO = Path(__file__).parents[2]
ADVICE = "0825000003"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, text: str) -> None:
    (book / "dialplans" / "crises.yaml").write_text(f"{CALLED}{text}", encoding="utf-8")


# The demonstration's phone menu names this one.
CALLED = "outage: {label: panne, numbers: all, prompt: crisis-outage, then: go_on}\n"


def test_each_stands_in_front_of_its_numbers_and_of_no_other() -> None:
    """By name, in the order of the file."""
    book = read_book(DEMO)

    assert {name: tuple(one.fronts) for name, one in book.services.items() if one.fronts} == {
        "0800000001": ("outage",),
        "0806000002": ("flooded", "understaffed"),
        "0825000003": ("outage",),
        "0809000106": ("flooded",),
    }
    assert [(one.numbers, one.then) for one in book.crises.values()] == [
        (("0800000001", "0825000003"), "go_on"),
        (("0806000002", "0809000106"), "hang_up"),
        (("0806000002",), "flow after-sales"),
    ]


def test_one_may_spare_who_waits_already(book: Path) -> None:
    """By default it reaches him."""
    write(book, "away: {label: x, numbers: all, prompt: crisis-flooded, then: hang_up, waiting: spared}\n")
    found = read_book(book).services[ADVICE]

    assert (list(found.fronts), list(found.reaching)) == (["outage", "away"], ["outage"])


def test_all_are_all(book: Path) -> None:
    """Those to come too."""
    write(book, "")
    found = read_book(book)

    assert found.crises["outage"].numbers == tuple(found.services)


def test_the_message_of_a_surcharged_number_is_free_whatever_follows() -> None:
    """In front of a menu, before which the line is answered else."""
    found = read_book(DEMO)
    front = found.services[ADVICE].fronts["outage"]
    message = found.drawing.start(front.flow)

    assert isinstance(found.drawing.node(message), Say)
    assert found.drawing.need(message) is Need.EARLY
    assert found.drawing.most(message) is Need.ANSWERED


def test_what_goes_wrong_only_in_a_crisis_is_told_with_it(book: Path) -> None:
    """A flow that does not tell who the owner is, taken by the calls of a surcharged number."""
    write(book, 'moved: {label: x, numbers: "0825000003", flow: orders}\n')
    warned = [one for one in read_book(book).warnings if one.rule == "IVR213"]

    told = [str(one) for one in unlawful(read_book(book), book, date(2026, 11, 28))]

    assert warned == []
    assert len(told) == 1
    assert "while the crisis moved is on: no key of the menu" in told[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'a: {label: x, numbers: "0899000005", prompt: nobody, then: hang_up}\n',
            'IVR495 "0899000005" is not a number',
        ),
        (
            "a: {label: x, numbers: all, prompt: crisis-outge, then: go_on}\n",
            'IVR201 there is no prompt "crisis-outge"',
        ),
        ("a: {label: x, numbers: all, flow: reapir}\n", 'IVR201 there is no flow "reapir"'),
        ("a: {label: x, numbers: all, prompt: [{why: ofice}], then: go_on}\n", 'IVR201 there is no calendar "ofice"'),
        ("a: {label: x, numbers: all, prompt: nobody}\n", "what follows is not clear"),
        ("a: {label: x, numbers: all, prompt: nobody, then: go_on, flow: repair}\n", "what follows is not clear"),
        ("a: {label: x, numbers: all, then: hang_up}\n", "a crisis without a message changes nothing"),
        ("A: {label: x, numbers: all, flow: repair}\n", 'IVR222 "A" cannot be a name'),
    ],
)
def test_what_is_wrong_in_it_is_told(book: Path, text: str, told: str) -> None:
    """Numbers, prompts, flows and calendars that are not there; what says nothing, or two things."""
    write(book, text)
    with pytest.raises(BadBook) as bad:
        read_book(book)

    problems = bad.value.problems
    assert any(told in f"{problem.rule} {problem.message}" for problem in problems), problems
    assert {problem.file for problem in problems} == {"dialplans/crises.yaml"}


@pytest.mark.parametrize(("then", "warned"), [("go_on", True), ("hang_up", False)])
def test_a_message_that_outlasts_the_carriers_patience_is_warned_of(book: Path, then: str, warned: bool) -> None:
    """Where the call is to be answered after it."""
    texts = book / "prompts" / "fr.yaml"
    texts.write_text(texts.read_text(encoding="utf-8") + f"long: {'Nous vous prions de patienter. ' * 25}\n")
    write(book, f'long: {{label: x, numbers: "{ADVICE}", prompt: long, then: {then}}}\n')
    told = [problem for problem in read_book(book).warnings if problem.rule == "IVR496"]

    assert bool(told) is warned
    said = (
        f'the message of "long" and the announcement of {ADVICE} take about 71 s, and its carrier bears an unanswered '
        "call for 30 s"
    )
    assert [problem.message for problem in told] == [said] * warned


def test_a_phone_menu_for_a_crisis_that_is_not_prepared_is_refused(book: Path) -> None:
    (book / "dialplans" / "crises.yaml").unlink()
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [problem.message for problem in bad.value.problems] == ['there is no crisis "outage"']
