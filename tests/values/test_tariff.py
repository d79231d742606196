"""What a call costs, against a slow oracle that counts seconds one by one, and where the law cuts it off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.values.tariff import CAPS, FREE_OF_CHARGE, Cap, Mode, Money, Tariff, billed_seconds, cap_of

FREE = Tariff("free", Mode.FREE)
PLAIN = Tariff("plain", Mode.PLAIN)


def per_minute(cents: int) -> Tariff:
    return Tariff("tried", Mode.PER_MINUTE, Decimal(cents) / 100)


def per_call(cents: int) -> Tariff:
    return Tariff("tried", Mode.PER_CALL, Decimal(cents) / 100)


def obvious(cents_a_minute: int, spoken: timedelta) -> int:
    """The charge in cents: each second begun puts a sixtieth of the price on the meter, which is then rounded; the
    law lets no call cost more than 24 euros.
    """
    meter, clock = Fraction(0), timedelta()
    while clock < spoken:
        meter += Fraction(cents_a_minute, 60)
        clock += timedelta(seconds=1)
    whole = meter.numerator // meter.denominator
    return min(2400, whole + (meter - whole >= Fraction(1, 2)))


@given(st.integers(1, 80), st.timedeltas(timedelta(), timedelta(minutes=40)))
def test_a_minute_is_charged_by_the_second_begun(cents: int, spoken: timedelta) -> None:
    """From the first second, rounded half-up to the cent, once."""
    assert Money(Decimal(obvious(cents, spoken)) / 100) == per_minute(cents).charge(spoken)


@pytest.mark.parametrize(
    ("cents", "seconds", "owed"),
    [
        (80, 0, "0.00"),
        (80, 1, "0.01"),
        (80, 60, "0.80"),
        (80, 61, "0.81"),
        (80, 1800, "24.00"),
        (15, 2, "0.01"),  # half a cent goes up
        (15, 1, "0.00"),
        (15, 600, "1.50"),
        (6, 24000, "24.00"),
        (80, 1801, "24.00"),  # cut a moment late
    ],
)
def test_charges_to_reckon_by_hand(cents: int, seconds: int, owed: str) -> None:
    """Whole seconds."""
    assert Money(Decimal(owed)) == per_minute(cents).charge(timedelta(seconds=seconds))


@given(st.integers(1, 300), st.timedeltas(timedelta(), timedelta(hours=3)))
def test_a_call_price_is_owed_once_answered(cents: int, spoken: timedelta) -> None:
    """However long the call."""
    assert Money(Decimal(cents) / 100) == per_call(cents).charge(spoken)


@pytest.mark.parametrize("tariff", [FREE, PLAIN, per_call(300), per_minute(80)])
def test_a_call_never_answered_costs_nothing(tariff: Tariff) -> None:
    """Also on the dearest number."""
    assert tariff.charge(None) == FREE_OF_CHARGE


@given(st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_free_and_plain_numbers_charge_no_service(spoken: timedelta) -> None:
    """Whatever was spoken."""
    assert FREE_OF_CHARGE == FREE.charge(spoken) == PLAIN.charge(spoken)


@given(st.timedeltas(max_value=timedelta()))
def test_a_clock_set_back_owes_nobody_money(spoken: timedelta) -> None:
    """A negative time is no time."""
    assert billed_seconds(spoken) == 0
    assert per_minute(80).charge(spoken) == FREE_OF_CHARGE


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (59999, 60), (60000, 60)]
)
def test_a_second_begun_counts(milliseconds: int, seconds: int) -> None:
    """Carriers bill so."""
    assert seconds == billed_seconds(timedelta(milliseconds=milliseconds))


@pytest.mark.parametrize(
    ("cents", "seconds"), [(6, 24000), (15, 9600), (18, 8000), (20, 7200), (21, 1800), (35, 1800), (80, 1800)]
)
def test_limits_to_reckon_by_hand(cents: int, seconds: int) -> None:
    """24 euros a call; half an hour above 0.20 a minute."""
    assert timedelta(seconds=seconds) == per_minute(cents).limit


@pytest.mark.parametrize("cents", range(1, 81))
def test_a_limit_is_the_longest_that_the_law_lets_be_charged(cents: int) -> None:
    """For every price: at the limit at most 24 euros; a second more would be too much, or over 30 minutes."""
    limit = per_minute(cents).limit
    assert limit is not None
    seconds = int(limit.total_seconds())

    assert Fraction(seconds * cents, 60) <= 2400
    if cents > 20:
        assert seconds <= 1800
    assert Fraction((seconds + 1) * cents, 60) > 2400 or (cents > 20 and seconds == 1800)
    assert per_minute(cents).charge(limit) <= Money(Decimal(24))


@pytest.mark.parametrize("tariff", [FREE, PLAIN, per_call(300)])
def test_the_law_sets_no_end_to_other_calls(tariff: Tariff) -> None:
    """Their price does not grow."""
    assert tariff.limit is None


def test_what_must_be_announced() -> None:
    """Whatever adds to the price of the call."""
    assert [t.surcharged for t in (FREE, PLAIN, per_call(5), per_minute(5))] == [False, False, True, True]


@pytest.mark.parametrize(
    ("prefix", "minute", "call"),
    [
        ("081", "0.06", "0.15"),
        ("082", "0.20", "0.50"),
        ("089", "0.80", "3.00"),
        ("118", "0.80", "3.00"),
        ("3", "0.80", "3.00"),
    ],
)
def test_the_caps_of_each_family(prefix: str, minute: str, call: str) -> None:
    """As three sources have them, none of which binds."""
    cap = CAPS[prefix]

    assert (cap.per_minute, cap.per_call, cap.verified) == (Decimal(minute), Decimal(call), False)
    assert cap.source


def test_the_longest_beginning_says_what_a_number_may_cost() -> None:
    """A table may know more of 0895 than of 089; of 10YT nobody found anything."""
    caps = {**CAPS, "0895": Cap(Decimal("0.60"))}

    assert cap_of("0895000001", caps) == caps["0895"]
    assert cap_of("0892000001", caps) == CAPS["089"]
    assert cap_of("1094", caps) is None


@pytest.mark.parametrize("number", ["3008", "3170", "3179"])
def test_what_was_taken_out_of_the_free_range_may_cost_nothing(number: str) -> None:
    """Nobody found that it may be surcharged, nor that it may not: not verified."""
    cap = cap_of(number)

    assert cap is not None
    assert (cap.per_minute, cap.per_call, cap.verified) == (0, 0, False)
    assert cap_of("3160") == cap_of("3180") == CAPS["3"]


@given(st.integers(1, 10_000), st.timedeltas(timedelta(), timedelta(hours=30)))
@pytest.mark.parametrize("tariff", [per_call, per_minute])
def test_no_call_is_charged_more_than_a_call_may_cost(
    tariff: Callable[[int], Tariff], cents: int, spoken: timedelta
) -> None:
    """24 euros hold for every family and mode, also should a tariff ever get past the caps."""
    owed = tariff(cents).charge(spoken).amount

    assert owed <= 24
    assert tariff(cents).dearest <= 24


def test_a_price_per_call_above_the_most_is_cut_to_it() -> None:
    """In France; a tariff whose country knows no such end is charged as announced."""
    assert per_call(3000).charge(timedelta(seconds=1)) == Money(Decimal("24.00"))
    assert replace(per_call(3100), most=None).charge(timedelta(seconds=1)) == Money(Decimal("31.00"))


def test_money_is_written_as_people_read_it() -> None:
    """Two decimals and the sign of the currency."""
    assert [str(Money(Decimal("0.8"))), str(Money(Decimal(3), "CHF"))] == ["0.80 €", "3.00 CHF"]


@given(st.integers(1, 80), st.integers(0, 8000), st.timedeltas(timedelta(), timedelta(minutes=40)))
def test_a_payout_goes_by_the_seconds_of_the_charge(cents: int, hundredths: int, spoken: timedelta) -> None:
    """A sixtieth of the payout for each second begun, to the hundredth of a cent; rounded to cents by nobody here."""
    tariff = replace(per_minute(cents), payout=Decimal(hundredths) / 10_000)
    meter, clock = Fraction(0), timedelta()
    while clock < spoken:
        meter += Fraction(hundredths, 60)
        clock += timedelta(seconds=1)
    whole = meter.numerator // meter.denominator

    assert Decimal(whole + (meter - whole >= Fraction(1, 2))) / 10_000 == tariff.paid_out(spoken)


def test_payouts_of_calls_that_were_not_charged() -> None:
    """Nothing, where the payout is known; where it is not, nobody knows; a plain number has none."""
    tariff = replace(per_call(150), payout=Decimal("1.00"))

    assert tariff.paid_out(None) == 0
    assert tariff.paid_out(timedelta(0)) == Decimal("1.00")
    assert per_call(150).paid_out(timedelta(seconds=9)) is None
    assert PLAIN.paid_out(timedelta(seconds=9)) is None
