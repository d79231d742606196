"""The tables of money: what is wrong in them is told where it is; a price that is no step is warned of."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def told(book: Path, file: str, old: str, new: str) -> list[str]:
    """Everything that is told after an edit."""
    path = book / "dialplans" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return [f"{one.rule} {one}" for one in read_book(book).warnings]
    except BadBook as bad:
        return [f"{one.rule} {one}" for one in bad.problems]


def test_a_price_between_the_steps_is_warned_of(book: Path) -> None:
    """Not refused: nobody verified the table."""
    assert told(book, "tariffs.yaml", "price: 0.15", "price: 0.16") == [
        "IVR426 dialplans/tariffs.yaml:11:3: 0.16 € a minute is no step of dialplans/steps.yaml; near are 0.15 and "
        "0.18; nobody verified that table: ask the operator"
    ]


def test_a_verified_table_does_not_excuse_itself(book: Path) -> None:
    """Then the price is wrong, most likely."""
    told(book, "steps.yaml", "per_call:\n  verified: no", "per_call:\n  verified: yes")

    assert told(book, "tariffs.yaml", "price: 1.50", "price: 1.51") == [
        "IVR426 dialplans/tariffs.yaml:19:3: 1.51 € a call is no step of dialplans/steps.yaml; near are 1.34 and 1.50"
    ]


def test_without_the_tables_nothing_is_said(book: Path) -> None:
    """A book needs neither; the rates with a source hold."""
    for name in ("steps", "vat"):
        (book / "dialplans" / f"{name}.yaml").unlink()
    made = read_book(book)

    assert made.warnings == ()
    assert made.vat["metropole"].percent == Decimal(20)
    assert "polynesie-francaise" not in made.vat


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        (
            "vat.yaml", "reunion:", "reunionn:",
            'IVR106 20:1: reunionn: "reunionn" is not known here; did you mean "reunion"?',
        ),
        (
            "vat.yaml", "percent: 20", "percent: 120",
            'IVR107 6:12: metropole.percent: "120" is too large; write 100 or less',
        ),
        ("vat.yaml", "percent: 20", "percent: 20 %", ""),
        ("steps.yaml", "per_call:", "per_hour:", ""),
        (
            "tariffs.yaml", "price: 0.15", "price: 0.155",
            "IVR108 9:1: advice: a price is in whole cents: the law knows no fractions of a cent",
        ),
        (
            "tariffs.yaml", "price: 0.15", "price: 0.15\n  payout: 0.20",
            "IVR108 9:1: advice: a payout of 0.20 € is more than the price; write what the operator pays",
        ),
        (
            "tariffs.yaml", "mode: plain", "mode: plain\n  payout: 0.20",
            "IVR108 6:1: plain: a tariff plain pays nothing out",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told(book: Path, file: str, old: str, new: str, line: str) -> None:
    """With what to write."""
    found = [one.replace(f"dialplans/{file}:", "") for one in told(book, file, old, new)]

    assert found
    assert not line or found == [line]


def test_payouts_are_finer_than_cents(book: Path) -> None:
    """Contracts are."""
    told(book, "tariffs.yaml", "price: 0.15", "price: 0.15\n  payout: 0.0842")

    assert read_book(book).tariffs["advice"].payout == Decimal("0.0842")


@pytest.mark.parametrize(
    ("country", "price", "refused"),
    [("fr", "30.00", True), ("fr", "24.00", False), ("be", "31.00", True), ("ch", "24.00", False)],
)
def test_a_number_without_a_cap_of_its_own_has_that_of_any_call(
    book: Path, country: str, price: str, refused: bool
) -> None:
    """24 €, whatever another country would allow: the number is French."""
    line = f'"1094": {{label: opérateur, family: surcharged, tariff: dear, flow: guide, profile: {country}}}\n'
    with (book / "dialplans" / "numbers.yaml").open("a", encoding="utf-8") as file:
        file.write(line)
    found = told(book, "tariffs.yaml", "free:\n", f"dear: {{mode: per_call, price: {price}}}\nfree:\n")

    assert [one for one in found if one.startswith(("IVR0", "IVR1"))] == []
    assert any(one.endswith(f"1094 may cost 24 € a call at most, not {price} €") for one in found) is refused


@pytest.mark.parametrize("file", ["vat", "steps", "caps", "profiles", "properties", "tariffs"])
def test_the_digest_of_a_book_is_of_its_tables_too(book: Path, file: str) -> None:
    """A certificate names the book by it, a shelf keeps it under it, and a reload tells by it what is new."""
    before = read_book(book).digest
    with (book / "dialplans" / f"{file}.yaml").open("a", encoding="utf-8") as written:
        written.write("# corrected\n")

    assert read_book(book).digest != before


def test_the_digest_is_of_the_voices_too(book: Path) -> None:
    """A file that was not there."""
    before = read_book(book).digest
    (book / "dialplans" / "voices.yaml").write_text("languages: {fr: [espeak-ng]}\n", encoding="utf-8")

    assert read_book(book).digest != before


def test_who_wants_a_price_of_what_may_not_cost_is_told_which_numbers_may(book: Path) -> None:
    """3179 was taken out of the free range, and that it may cost was not found: 0 € is no price to go down to."""
    with (book / "dialplans" / "numbers.yaml").open("a", encoding="utf-8") as numbers:
        numbers.write('\n"3179":\n  label: court\n  family: surcharged\n  tariff: advice\n  flow: advice\n')

    with pytest.raises(BadBook) as bad:
        read_book(book)

    (told,) = (one for one in bad.value.problems if one.rule == "IVR231")
    assert told.message.startswith("3179 may not cost anything: Arcep's decision 2022-1583")
    assert told.hint.startswith("take a number of 32xx, 34xx, 36xx or 39xx, or let it cost nothing")
