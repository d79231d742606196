"""The numbering plan: places overseas, colours, and where the package phonenumbers knows it better or worse."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType, shortnumberinfo

from ivr.values.number import ANONYMOUS, Family, parse
from ivr.values.plan import RANGES, Colour


@pytest.mark.parametrize(
    ("written", "national", "e164", "family", "territory"),
    [
        ("+262 262 12 34 56", "0262123456", "+262262123456", "geographic", "La Réunion"),
        ("+33262123456", "0262123456", "+262262123456", "geographic", "La Réunion"),
        ("262692123456", "0692123456", "+262692123456", "mobile", "La Réunion"),
        ("0639120000", "0639120000", "+262639120000", "mobile", "Mayotte"),
        ("02 69 60 00 00", "0269600000", "+262269600000", "geographic", "Mayotte"),
        ("0596 60 00 00", "0596600000", "+596596600000", "geographic", "Martinique"),
        ("0709 10 00 00", "0709100000", "+596709100000", "mobile", "Martinique"),
        ("00 594 694 20 00 00", "0694200000", "+594694200000", "mobile", "Guyane"),
        ("0690000000", "0690000000", "+590690000000", "mobile", "Guadeloupe, Saint-Martin, Saint-Barthélemy"),
        ("0976012345", "0976012345", "+590976012345", "non-geographic", "Guadeloupe, Saint-Martin, Saint-Barthélemy"),
        ("09475 12345", "0947512345", "+590947512345", "technical", "Guadeloupe, Saint-Martin, Saint-Barthélemy"),
        ("05 08 41 12 34", "0508411234", "+508411234", "overseas", "Saint-Pierre-et-Miquelon"),
        ("508411234", "0508411234", "+508411234", "overseas", "Saint-Pierre-et-Miquelon"),
        ("+508 41 12 34", "0508411234", "+508411234", "overseas", "Saint-Pierre-et-Miquelon"),
        ("+687 28 12 34", None, "+687281234", "overseas", "Nouvelle-Calédonie"),
        ("+689 40 41 12 34", None, "+68940411234", "overseas", "Polynésie française"),
        ("+681 72 12 34", None, "+681721234", "overseas", "Wallis-et-Futuna"),
    ],
)
def test_a_number_overseas_is_one_number_in_every_spelling(
    written: str, national: str | None, e164: str, family: str, territory: str
) -> None:
    """It has the ten digits of the plan, a country code of its own, and remains what it is: geographic, mobile, …"""
    found = parse(written)

    assert (national, e164, family) == (found.national, found.e164, found.family)
    assert found.territory is not None
    assert found.territory.name == territory
    assert Family.OVERSEAS in found.families
    assert parse(found.e164 or "").national == found.national


@pytest.mark.parametrize("written", ["0639980011", "0145000000", "0899000004", "3615", "+262142000000", "+3225551212"])
def test_other_numbers_lie_in_no_territory(written: str) -> None:
    """The numbers of works of fiction (0639 98) are metropolitan; a country code alone is not enough."""
    assert parse(written).territory is None
    assert Family.OVERSEAS not in parse(written).families


@pytest.mark.parametrize(
    ("written", "families"),
    [
        ("118218", {Family.ENQUIRIES, Family.SHORT}),
        ("1013", {Family.OPERATOR, Family.SHORT}),
        ("116006", {Family.HARMONISED, Family.FREE}),
        ("0692123456", {Family.MOBILE, Family.OVERSEAS}),
        ("0612345678", {Family.MOBILE}),
    ],
)
def test_who_asks_in_wider_words_is_understood(written: str, families: set[Family]) -> None:
    """A `match` for `short` has 118218 too, one for `overseas` the mobiles of Réunion."""
    assert families == parse(written).families


@pytest.mark.parametrize(
    ("written", "declared", "colour"),
    [
        ("0800000001", None, Colour.GREEN),
        ("3000", None, Colour.GREEN),
        ("116006", None, Colour.GREEN),
        ("0806000002", None, Colour.GREY),
        ("0825000003", None, Colour.VIOLET),
        ("0899000004", None, Colour.VIOLET),
        ("0899000004", Family.FREE, Colour.VIOLET),
        ("3615", None, None),
        ("3615", Family.SURCHARGED, Colour.VIOLET),
        ("3639", Family.PLAIN, Colour.GREY),
        ("1013", Family.FREE, Colour.GREEN),
        ("118218", Family.SURCHARGED, Colour.VIOLET),
        ("0145000000", None, None),
        ("0612345678", None, None),
        ("112", None, None),
        ("+442079460000", None, None),
    ],
)
def test_the_label_has_the_colour_of_the_family(written: str, declared: Family | None, colour: Colour | None) -> None:
    """Of the range; of a short number, the one that is declared; ordinary and emergency numbers have no label."""
    assert parse(written).cartouche(declared) is colour


def test_every_range_says_where_it_is_written() -> None:
    """A range without a source would be a guess."""
    assert all(one.source and one.use for one in RANGES)


# What the package calls the numbers on which it and the plan agree; it sorts out overseas only under their own codes.
AGREED = {
    Family.FREE: PhoneNumberType.TOLL_FREE,
    Family.PLAIN: PhoneNumberType.UAN,
    Family.GEOGRAPHIC: PhoneNumberType.FIXED_LINE,
    Family.MOBILE: PhoneNumberType.MOBILE,
    Family.NON_GEOGRAPHIC: PhoneNumberType.VOIP,
}


@pytest.mark.parametrize(
    "written",
    [
        *("0800000001", "0805999999", "0806000002", "0809000106", "0145000000", "0491000000", "0612345678"),
        *("0912345678", "+262262123456", "+262692123456", "+590690000000", "+596596300000", "+594694200000"),
    ],
)
def test_phonenumbers_is_right_about_most_numbers(written: str) -> None:
    """Sort and E.164 form are the same."""
    found = parse(written)
    theirs = phonenumbers.parse(written, "FR")

    assert AGREED[found.family] == phonenumbers.number_type(theirs)
    assert found.e164 == phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164)
    assert found.country == phonenumbers.region_code_for_number(theirs)


@pytest.mark.parametrize(
    ("written", "theirs"),
    [
        ("0810000000", PhoneNumberType.SHARED_COST),
        ("0825000003", PhoneNumberType.SHARED_COST),
        ("0822345678", PhoneNumberType.PREMIUM_RATE),
        ("0812345678", PhoneNumberType.PREMIUM_RATE),
        ("0890000000", PhoneNumberType.PREMIUM_RATE),
        ("0899000004", PhoneNumberType.PREMIUM_RATE),
    ],
)
def test_phonenumbers_still_splits_081_082_and_089(written: str, theirs: int) -> None:
    """As before 1 October 2015; since then three digits make the family, and all of these are surcharged."""
    assert phonenumbers.number_type(phonenumbers.parse(written, "FR")) == theirs
    assert parse(written).family is Family.SURCHARGED


def test_phonenumbers_takes_what_ended_in_2015_for_a_number() -> None:
    """0884 was shared cost; the plan has no such range any more."""
    assert phonenumbers.number_type(phonenumbers.parse("0884000000", "FR")) == PhoneNumberType.SHARED_COST
    assert parse("0884000000").family is Family.UNKNOWN


@pytest.mark.parametrize("written", ["3200", "3615", "3639", "3900", "1013", "118218"])
def test_phonenumbers_takes_every_short_number_for_premium(written: str) -> None:
    """Each has a family of its own, which may be free; only the book can say."""
    cost = shortnumberinfo.expected_cost_for_region(phonenumbers.parse(written, "FR"), "FR")

    assert cost == shortnumberinfo.ShortNumberCost.PREMIUM_RATE
    assert parse(written).priced_as() is None
    assert parse(written).priced_as(Family.FREE) is Family.FREE


@pytest.mark.parametrize(
    ("written", "ours", "theirs"),
    [
        ("0142345678", "01 42 34 56 78", "01 42 34 56 78"),
        ("0612345678", "06 12 34 56 78", "06 12 34 56 78"),
        ("0899000004", "0 899 000 004", "0 899 00 00 04"),
        ("0806000002", "0 806 000 002", "0 806 00 00 02"),
    ],
)
def test_phonenumbers_writes_special_numbers_in_pairs(written: str, ours: str, theirs: str) -> None:
    """Where their labels and their owners write them in threes; neither is prescribed by a text that was read."""
    form = phonenumbers.PhoneNumberFormat.NATIONAL

    assert parse(written).display == ours
    assert phonenumbers.format_number(phonenumbers.parse(written, "FR"), form) == theirs


def test_phonenumbers_dials_overseas_under_the_code_of_france() -> None:
    """Given the national form it makes +33 262 …; Réunion is +262."""
    theirs = phonenumbers.parse("0262123456", "FR")

    assert phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164) == "+33262123456"
    assert parse("0262123456").e164 == "+262262123456"


def test_phonenumbers_does_not_know_the_technical_numbers() -> None:
    """Platforms and automated calls have had prefixes of their own since 1 January 2023."""
    assert phonenumbers.number_type(phonenumbers.parse("0162000000", "FR")) == PhoneNumberType.FIXED_LINE
    assert phonenumbers.number_type(phonenumbers.parse("0937123456", "FR")) == PhoneNumberType.VOIP
    assert parse("0162000000").family is parse("0937123456").family is Family.TECHNICAL


def test_what_is_withheld_has_no_place() -> None:
    """Nor a country, nor a colour."""
    assert (ANONYMOUS.territory, ANONYMOUS.country, ANONYMOUS.cartouche()) == (None, None, None)
