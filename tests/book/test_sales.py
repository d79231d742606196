"""What the law wants of numbers that sell access codes, and of the systems that a book may reach."""

import shutil
from pathlib import Path

import pytest

from ivr.book import starter
from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.values.site import Site

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def edit(book: Path, file: str, old: str, new: str) -> None:
    path = book / "dialplans" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file} no longer has, once: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(book: Path) -> list[str]:
    """Problems without their places."""
    try:
        read_book(book)
    except BadBook as bad:
        return [f"{problem.rule} {problem.message}" for problem in bad.problems]
    return []


TARIFF = "guide-code:\n  mode: per_call\n  price: 1.50"


def test_a_code_is_sold_for_a_price() -> None:
    """The demonstration does."""
    assert read_book(DEMO).services["0891000107"].flow.flow == "guide"


def test_a_number_that_costs_nothing_sells_nothing(book: Path) -> None:
    """It would give codes away; also where the flow is entered from another."""
    edit(
        book,
        "numbers.yaml",
        '"0805000105":\n',
        '"0805000105":\n  label: x\n  tariff: free\n  flow: guide\n"0805000108":\n',
    )

    assert told(book) == ['IVR251 0805000105 costs nothing, and "code" of the flow "guide" would give codes away']


def test_a_whole_access_may_cost_24_euros(book: Path) -> None:
    """Eight calls of 3 €; nine are too many."""
    edit(book, "tariffs.yaml", TARIFF, TARIFF.replace("1.50", "3"))
    edit(book, "flows/guide.yaml", "    minutes: 1440\n", "    minutes: 1440\n    calls: 8\n")
    assert told(book) == []
    edit(book, "flows/guide.yaml", "calls: 8", "calls: 9")

    assert told(book) == [
        'IVR252 an access sold by "code" of the flow "guide" may cost 27.00 €, in 9 calls of 0891000107'
    ]


def test_a_price_per_minute_is_cut_off_at_24_euros_a_call(book: Path) -> None:
    """So one call is lawful, and two are not."""
    edit(book, "tariffs.yaml", TARIFF, "guide-code:\n  mode: per_minute\n  price: 0.80")
    assert told(book) == []
    edit(book, "flows/guide.yaml", "    minutes: 1440\n", "    minutes: 1440\n    calls: 2\n")

    assert [problem.partition(" ")[0] for problem in told(book)] == ["IVR252"]


def test_the_systems_of_a_book_are_known_by_name() -> None:
    """With what is needed to reach them."""
    assert read_book(DEMO).sites == {"shop": Site("shop", "http://127.0.0.1:8580/ivr", private=True)}


def test_a_system_that_nobody_named_cannot_be_asked(book: Path) -> None:
    """The name is told, with what was probably meant."""
    edit(book, "flows/tracking.yaml", "    remote: shop\n    path: /orders", "    remote: shops\n    path: /orders")

    assert told(book) == ['IVR201 there is no remote "shops"']


def test_a_book_may_reach_no_system_at_all(tmp_path: Path) -> None:
    """The file may be missing."""
    starter.write(tmp_path)
    assert not (tmp_path / "dialplans" / "remotes.yaml").exists()

    assert read_book(tmp_path).sites == {}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("url: http://crm.example.com", "private: yes"),
        ("url: https://10.0.0.1/api", "10.0.0.1 is not a public address"),
        ("url: https://u:secret@crm.example.com", "no user or password"),
        ("url: https://crm.example.com\n  token: My Token", '"My Token" is not written'),
        ("url: https://crm.example.com\n  password: secret", "password"),
    ],
)
def test_what_a_system_cannot_be(book: Path, written: str, why: str) -> None:
    """One clear problem each."""
    edit(book, "remotes.yaml", "url: http://127.0.0.1:8580/ivr\n  private: yes", written)
    (problem,) = told(book)

    assert why in problem
