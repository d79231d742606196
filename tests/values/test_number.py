"""Reading phone numbers: every spelling that callers, carriers and writers of books use."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.values.number import ANONYMOUS, Family, Number, parse


@pytest.mark.parametrize(
    "written",
    [
        "0899000004",
        "0 899 000 004",
        "08 99 00 00 04",
        "08.99.00.00.04",
        "08-99-00-00-04",
        "0899/000004",
        "0\u00a0899\u202f000\u00a0004",
        "+33899000004",
        "+33 8 99 00 00 04",
        "+33 (0)8 99 00 00 04",
        "+330899000004",
        "0033899000004",
        "00330899000004",
        "33899000004",
        " 0899000004 ",
    ],
)
def test_every_spelling_is_the_same_number(written: str) -> None:
    """National, international, with and without signs; the raw text is kept."""
    found = parse(written)

    assert Number(written, "0899000004", "+33899000004", Family.SURCHARGED) == found


@pytest.mark.parametrize(
    ("national", "family"),
    [
        ("0800000001", Family.FREE),
        ("0805999999", Family.FREE),
        ("0806000002", Family.PLAIN),
        ("0809999999", Family.PLAIN),
        ("0810000000", Family.SURCHARGED),
        ("0820000000", Family.SURCHARGED),
        ("0825000003", Family.SURCHARGED),
        ("0884000000", Family.UNKNOWN),
        ("0890000000", Family.SURCHARGED),
        ("0899000004", Family.SURCHARGED),
        ("0123456789", Family.GEOGRAPHIC),
        ("0590123456", Family.GEOGRAPHIC),
        ("0612345678", Family.MOBILE),
        ("0700000000", Family.MOBILE),
        ("0912345678", Family.NON_GEOGRAPHIC),
        ("3000", Family.FREE),
        ("3007", Family.FREE),
        ("3008", Family.SHORT),
        ("3009", Family.FREE),
        ("3169", Family.FREE),
        ("3170", Family.SHORT),
        ("3179", Family.SHORT),
        ("3180", Family.FREE),
        ("3199", Family.FREE),
        ("3200", Family.SHORT),
        ("3400", Family.SHORT),
        ("3615", Family.SHORT),
        ("3900", Family.SHORT),
        ("3300", Family.UNKNOWN),
        ("1013", Family.OPERATOR),
        ("118218", Family.ENQUIRIES),
        ("116006", Family.HARMONISED),
        ("0162000000", Family.TECHNICAL),
        ("0948000000", Family.TECHNICAL),
        ("0947912345", Family.TECHNICAL),
        ("0947012345", Family.NON_GEOGRAPHIC),
        ("0937123456", Family.TECHNICAL),
        ("0700 12 34 56 78 90".replace(" ", ""), Family.TECHNICAL),
        ("0692123456", Family.MOBILE),
        ("0508411234", Family.OVERSEAS),
    ],
)
def test_the_plan_gives_each_range_its_family(national: str, family: Family) -> None:
    """As the plan of 1 September 2022 and the reform of 2015 have it, not as phonenumbers does."""
    found = parse(national)

    assert family is found.family
    assert found.national == (None if family is Family.UNKNOWN else national)


@pytest.mark.parametrize(
    "number", ["15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "116000", "116117"]
)
def test_emergency_numbers_are_known(number: str) -> None:
    """None of them can be ours, or be given a tariff."""
    assert Number(number, number, None, Family.EMERGENCY) == parse(number)


@pytest.mark.parametrize("number", ["3615", "1013", "118218", "3008", "116006", "15"])
def test_short_numbers_have_no_international_form(number: str) -> None:
    """They cannot be dialled from abroad."""
    assert parse(number).e164 is None


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("+44 20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("+32 2 555 12 12", "+3225551212"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+352 27 12 34", "+352271234"),
    ],
)
def test_foreign_numbers_keep_their_international_form(written: str, e164: str) -> None:
    """With + or 00."""
    assert Number(written, None, e164, Family.FOREIGN) == parse(written)


@pytest.mark.parametrize("written", ["", " ", "anonymous", "Anonymous", "UNKNOWN", "restricted", "private", "withheld"])
def test_a_withheld_number_is_a_value(written: str) -> None:
    """Whatever word the carrier puts in its place."""
    assert parse(written) is ANONYMOUS


@pytest.mark.parametrize(
    "written",
    [
        *("abc", "0", "089900000", "08990000044", "+33", "+330", "+", "+999123", "0899000oo4", "12345", "33", "0033"),
        *("+3361234567", "+33118218", "0033884000000"),  # under France's code, and in no range of its plan
    ],
)
def test_what_is_no_number_is_kept_as_it_came(written: str) -> None:
    """A call is never refused for its caller ID."""
    assert Number(written, None, None, Family.UNKNOWN) == parse(written)


@pytest.mark.parametrize("written", ["0899٠٠٠٠٠٤", "０８９９０００００４", "+33٨99000004"])
def test_digits_of_other_scripts_are_no_french_number(written: str) -> None:
    """They would pass for digits, and match nothing that was written in a book."""
    assert parse(written).national is None


@given(st.text())
def test_nothing_that_a_caller_sends_raises(written: str) -> None:
    """And what comes out is well formed."""
    found = parse(written)

    assert found.national is None or re.fullmatch(r"[0-9]{2,14}", found.national)
    assert found.e164 is None or re.fullmatch(r"\+[0-9]+", found.e164)
    assert isinstance(found.display + found.masked, str)


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_national_and_international_form_are_one_number(national: str) -> None:
    """Ten digits, both ways; 088x and the like are in no range."""
    found = parse(national)

    if found.family is not Family.UNKNOWN:
        assert found.e164 is not None
        assert (parse(found.e164).national, parse(found.e164).family) == (national, found.family)


@pytest.mark.parametrize(
    ("written", "display", "masked"),
    [
        ("0899000004", "0 899 000 004", "0899****04"),
        ("+33800000001", "0 800 000 001", "0800****01"),
        ("0612345678", "06 12 34 56 78", "0612****78"),
        ("0123456789", "01 23 45 67 89", "0123****89"),
        ("3615", "3615", "****"),
        ("118218", "118 218", "******"),
        ("+442079460000", "+44 20 7946 0000", "+442*******00"),
        ("0700 1234567890", "07 00 12 34 56 78 90", "0700********90"),
        ("+262692123456", "06 92 12 34 56", "0692****56"),
        ("anonymous", "anonyme", "anonymous"),
        ("abc", "abc", "unknown"),
    ],
)
def test_numbers_for_people_and_for_logs(written: str, display: str, masked: str) -> None:
    """Grouped as in France; in logs too little to call back."""
    found = parse(written)

    assert (display, masked) == (found.display, found.masked)
