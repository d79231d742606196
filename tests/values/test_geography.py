"""Where numbers come from: regions, departments, the longest prefix, and all that has no place."""

from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.values.geography import DEPARTMENTS, Region, department, region
from ivr.values.number import ANONYMOUS, parse

TABLE = {"0320": "59", "03209": "62", "032098": "80", "0495": "20"}


@pytest.mark.parametrize(
    ("number", "where"),
    [
        ("0142000000", Region.ILE_DE_FRANCE),
        ("+33 2 40 00 00 00", Region.NORD_OUEST),
        ("0320000000", Region.NORD_EST),
        ("0033491000000", Region.SUD_EST),
        ("0556000000", Region.SUD_OUEST),
        ("0262000000", Region.OVERSEAS),
        ("+262262000000", Region.OVERSEAS),
        ("+262 269 60 00 00", Region.OVERSEAS),
        ("0590000000", Region.OVERSEAS),
        ("+590590000000", Region.OVERSEAS),
    ],
)
def test_a_geographic_number_names_its_region(number: str, where: Region) -> None:
    """In whatever spelling; overseas numbers also under their own country codes."""
    assert where is region(parse(number))


@pytest.mark.parametrize(
    "number",
    [
        "0612345678",
        "0912345678",
        "0899000004",
        "3615",
        "+3225550000",
        "+262692000000",
        "+590690000000",
        "+590142000000",
        "x",
    ],
)
def test_other_numbers_have_no_place(number: str) -> None:
    """Mobiles, overseas ones too, 09, 08, short, foreign and nonsense; and who withholds his number."""
    everywhere = {parse(number).national[:4]: "59"} if parse(number).national else {}  # type: ignore[index]

    assert region(parse(number)) is None
    assert department(parse(number), everywhere) is None
    assert region(ANONYMOUS) is department(ANONYMOUS, TABLE) is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0320000000", "59"),
        ("0320900000", "62"),
        ("0320980000", "80"),
        ("0495000000", "20"),
        ("0262000000", "974"),
        ("+262263000000", "974"),
        ("0269000000", "976"),
        ("0590000000", "971"),
        ("0596000000", "972"),
        ("+594594000000", "973"),
        ("0556000000", None),
    ],
)
def test_the_longest_prefix_names_the_department(number: str, code: str | None) -> None:
    """Overseas needs no table; what nobody wrote down is not known."""
    assert code == department(parse(number), TABLE)


def test_the_table_may_know_better_than_we() -> None:
    """Saint-Barthélemy and Saint-Martin share 0590 with Guadeloupe."""
    assert department(parse("0590870000"), {"059087": "971"}) == "971"
    assert department(parse("0262000000"), {"0262": "976"}) == "976"


def test_the_table_of_the_demonstration_knows_big_towns() -> None:
    """Its departments exist, and its prefixes lie in the region that their digits say."""
    table = read_book(Path(__file__).parents[2]).departments

    assert {"0320": "59", "0240": "44", "0491": "13", "0388": "67", "0561": "31", "0231": "14"}.items() <= table.items()
    assert set(table.values()) <= DEPARTMENTS
    assert all(prefix[:2] in ("01", "02", "03", "04", "05") for prefix in table)
    assert "0263" not in table  # Réunion
