"""The tax in a price: whose territory counts, and what is left of an amount, against an oracle that tries all cents."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.book.book import read_book
from ivr.values.number import parse
from ivr.values.tariff import Money
from ivr.values.vat import METROPOLE, RATES, TERRITORIES, territory, without_tax

DEMO = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("caller", "place"),
    [
        ("0612345678", METROPOLE), ("0142345678", METROPOLE), ("0912345678", METROPOLE), ("anonymous", METROPOLE),
        ("+4930123456", METROPOLE), ("rubbish", METROPOLE), ("+377 93 15 00 00", METROPOLE),
        ("0590201234", "guadeloupe"), ("0690201234", "guadeloupe"), ("+590690201234", "guadeloupe"),
        ("0594201234", "guyane"), ("0694201234", "guyane"), ("0596201234", "martinique"), ("0696201234", "martinique"),
        ("0262201234", "reunion"), ("0692123456", "reunion"), ("0693123456", "reunion"), ("0033262201234", "reunion"),
        ("0269601234", "mayotte"), ("0639012345", "mayotte"), ("+508411234", "saint-pierre-et-miquelon"),
        ("+687251234", "nouvelle-caledonie"), ("+689401234567", "polynesie-francaise"),
        ("+681721234", "wallis-et-futuna"),
    ],
)  # fmt: skip
def test_a_caller_is_taxed_where_his_number_is_at_home(caller: str, place: str) -> None:
    """Hidden, foreign and unknown numbers count as metropolitan."""
    assert place == territory(parse(caller))


@given(st.integers(0, 1_000_000), st.sampled_from([Decimal("20"), Decimal("8.5"), Decimal("0"), Decimal("5.5")]))
def test_without_tax_is_the_cent_that_comes_nearest(cents: int, percent: Decimal) -> None:
    """Of all whole cents, the one whose price with tax is nearest; in the middle the higher."""
    exact = Fraction(cents) / (1 + Fraction(percent) / 100)
    near = int(exact)
    best = min((near, near + 1), key=lambda one: (abs(one - exact), -one))

    assert Money(Decimal(best) / 100) == without_tax(Money(Decimal(cents) / 100), percent)


@pytest.mark.parametrize(
    ("taxed", "place", "left"),
    [
        ("24.00", METROPOLE, "20.00"), ("24.00", "reunion", "22.12"), ("0.80", "guadeloupe", "0.74"),
        ("3.00", "guyane", "3.00"),
    ],
)  # fmt: skip
def test_amounts_to_reckon_by_hand(taxed: str, place: str, left: str) -> None:
    """The same price, less or more of it tax."""
    assert Money(Decimal(left)) == without_tax(Money(Decimal(taxed)), RATES[place].percent)


def test_only_rates_with_a_source_are_in_the_code() -> None:
    """The others lie in the table that people edit, and are marked there."""
    table = read_book(DEMO).vat

    assert all(rate.verified for rate in RATES.values())
    assert {METROPOLE, *TERRITORIES.values()} == set(table)
    assert {name for name, rate in table.items() if rate.verified} == set(RATES)
    assert all(table[name].percent == rate.percent for name, rate in RATES.items())


def test_a_verified_rate_cites_the_article_that_sets_it() -> None:
    """Not somebody's page on it: "verified" says that a text that binds was read."""
    for rates in (RATES, read_book(DEMO).vat):
        cited = {name: rate.source for name, rate in rates.items() if rate.verified}
        assert all(source.startswith("code général des impôts, art. ") for source in cited.values()), cited
