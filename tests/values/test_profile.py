"""Countries as data: France's limits against the tariff's own, the others by hand, and that gaps are named."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.values.announcement import announcement
from ivr.values.profile import AUSTRIA, BELGIUM, FRANCE, GERMANY, PROFILES, SPAIN, SWITZERLAND, Profile
from ivr.values.tariff import Mode, Tariff


def per_minute(price: str) -> Tariff:
    return Tariff("tried", Mode.PER_MINUTE, Decimal(price))


def per_call(price: str) -> Tariff:
    return Tariff("tried", Mode.PER_CALL, Decimal(price))


def test_only_france_is_complete() -> None:
    """Every other country says what nobody has looked up, and where the rest comes from."""
    assert [name for name, one in PROFILES.items() if not one.missing] == ["fr"]
    assert [name for name, one in PROFILES.items() if one.verified] == ["fr"]
    assert all(one.source and one.name == name for name, one in PROFILES.items())


def test_france_bounds_the_announcement_as_its_texts_do() -> None:
    """10 to 20 s, a second, a beep, #."""
    assert (FRANCE.at_least, FRANCE.at_most, FRANCE.gap, FRANCE.beep, FRANCE.skip) == (10, 20, 1, True, "#")


@pytest.mark.parametrize(
    ("profile", "price", "minutes"),
    [
        (FRANCE, "0.20", 120),
        (FRANCE, "0.21", 30),
        (FRANCE, "0.80", 30),
        (GERMANY, "3.00", 60),
        (AUSTRIA, "2.20", 60),
        (AUSTRIA, "2.21", 30),
        (BELGIUM, "1.50", 10),
        (SPAIN, "0.35", 30),
        (SWITZERLAND, "10.00", 40),
    ],
)
def test_where_a_call_is_cut(profile: Profile, price: str, minutes: int) -> None:
    """By time, or where it has cost what a call may cost in all."""
    alone = replace(per_minute(price), most=None, cuts=())

    assert timedelta(minutes=minutes) == profile.bound(alone).limit
    assert profile.bound(per_call(price)).limit is None


@pytest.mark.parametrize(
    ("profile", "tariff", "minutes", "dearest"),
    [
        (GERMANY, per_minute("2.00"), 12, "24.00"),  # 60 minutes in Germany, but 24 € in France
        (GERMANY, per_minute("0.30"), 30, "9.00"),  # nor 60 minutes above 0.20 €
        (BELGIUM, per_minute("0.10"), 10, "1.00"),  # Belgium is the stricter
        (BELGIUM, per_call("31.00"), None, "24.00"),  # lawful in Belgium
        (SWITZERLAND, per_call("100.00"), None, "24.00"),
        (FRANCE, per_call("31.00"), None, "24.00"),
    ],
)
def test_the_ends_of_france_hold_beside_those_of_a_country(
    profile: Profile, tariff: Tariff, minutes: int | None, dearest: str
) -> None:
    """Its numbers are French: the tighter end cuts, and what is charged, at most, is what was announced."""
    bound = profile.bound(tariff)

    assert bound.limit == (timedelta(minutes=minutes) if minutes else None)
    assert bound.dearest == Decimal(dearest)
    assert profile.bound(bound) == bound


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("free_up_to", (Decimal("0.15"), Decimal(0))),
        ("free_up_to", (Decimal(0), Decimal("0.15"))),
        ("language", "de"),
        ("currency", "CHF"),
        ("at_least", 9.9),
        ("at_least", None),
        ("at_most", 20.1),
        ("at_most", None),
        ("gap", 0.9),
        ("beep", False),
        ("most_in_all", Decimal("24.01")),
        ("most_in_all", None),
        ("cuts", ()),
        ("cuts", ((Decimal("0.30"), timedelta(minutes=30)),)),
        ("cuts", ((Decimal("0.20"), timedelta(minutes=31)),)),
    ],
)
def test_what_is_laxer_than_the_law_of_france_is_known(field: str, value: object) -> None:
    """Each by its name."""
    assert [named for named, _ in replace(FRANCE, **{field: value}).looser()] == [field]  # type: ignore[arg-type]


def test_a_stricter_france_is_no_laxer_one() -> None:
    """Nor is the one that is shipped."""
    stricter = replace(
        FRANCE, at_least=11.0, at_most=18.0, gap=2.0, most_in_all=Decimal(20), free_queue=True, skip="",
        cuts=((Decimal("0.10"), timedelta(minutes=20)),),
    )  # fmt: skip

    assert list(FRANCE.looser()) == list(stricter.looser()) == []


@pytest.mark.parametrize(
    ("profile", "tariff", "announced"),
    [
        (FRANCE, per_minute("0.01"), True),
        (FRANCE, per_call("0.01"), True),
        (FRANCE, Tariff("free", Mode.FREE), False),
        (AUSTRIA, per_call("0.70"), False),
        (AUSTRIA, per_call("0.71"), True),
        (AUSTRIA, per_minute("0.10"), True),
        (BELGIUM, per_minute("1.00"), False),
        (SWITZERLAND, per_minute("2.01"), True),
    ],
)
def test_from_which_price_on_it_is_announced(profile: Profile, tariff: Tariff, announced: bool) -> None:
    """In France from the first cent."""
    assert announced == profile.announces(tariff)


def test_each_country_is_heard_after_france_and_keeps_its_distance() -> None:
    """The price in French, as the law of the number wants it, then in the words of the country; euros are charged, so
    euros are told; as much silence before the charge as either wants.
    """
    held = {name: one.within(FRANCE) for name, one in PROFILES.items()}
    said = {name: announcement(per_minute("1.80"), profile=one).utterance for name, one in held.items()}

    for name, one in said.items():
        assert "facturé un euro quatre-vingts par minute" in one.text, name
        assert one.tail > max(1.0, PROFILES[name].gap), name
        assert one.at_least == 9.5, name
    assert said["de"].text.endswith("Nach dem Ton: 1 Euro 80 Cent pro Minute, inklusive Mehrwertsteuer.")
    assert said["es"].text.endswith("Tras el tono: 1 euro con 80 céntimos por minuto, impuestos incluidos.")
    assert [part.language for part in said["at"].parts] == ["fr", "de"]
    assert [part.language for part in said["ch"].parts] == ["fr"]


_SECONDS = st.none() | st.floats(0, 60)
_PRICES = st.decimals(0, 100, places=2)


@given(
    at_least=_SECONDS,
    at_most=_SECONDS,
    gap=st.floats(0, 30),
    beep=st.booleans(),
    skip=st.sampled_from(["#", ""]),
    most_in_all=st.none() | _PRICES,
    free_up_to=st.tuples(_PRICES, _PRICES),
    cuts=st.lists(st.tuples(_PRICES, st.timedeltas(timedelta(minutes=1), timedelta(hours=2))), max_size=3).map(tuple),
)
def test_no_profile_at_all_makes_a_french_number_laxer_than_france(**said: object) -> None:
    """Whatever somebody writes into his table: no price untold, no length, gap, beep, end or cut of less."""
    profile = replace(SWITZERLAND, **said)  # type: ignore[arg-type]

    assert list(profile.within(FRANCE).looser()) == []
    assert profile.within(FRANCE).within(FRANCE) == profile.within(FRANCE)


def test_what_is_stricter_abroad_holds_here_too() -> None:
    """Germany's three seconds and free queue, Belgium's ten minutes; Austria's ten seconds cannot, and it is said."""
    assert (GERMANY.within(FRANCE).gap, GERMANY.within(FRANCE).free_queue) == (3.0, True)
    assert BELGIUM.within(FRANCE).bound(per_minute("0.10")).limit == timedelta(minutes=10)
    assert AUSTRIA.within(FRANCE).at_most == 20
    assert list(AUSTRIA.unkept(FRANCE)) == ["an announcement of 10 s at most, and France of 10 s at least"]
    assert [name for name, one in PROFILES.items() if list(one.unkept(FRANCE))] == ["at"]
    assert FRANCE.within(FRANCE) == FRANCE


def test_what_a_country_lets_a_call_cost() -> None:
    """Nothing is too dear where no cap was found."""
    assert GERMANY.too_dear(per_minute("3.01")) == Decimal("3.00")
    assert GERMANY.too_dear(per_call("3.01")) is None
    assert SPAIN.too_dear(per_call("99")) is None
