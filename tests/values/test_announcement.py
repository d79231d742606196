"""The tariff announcement: every price that there can be, in words and in order, held against an oracle of words."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ivr.values.announcement import (
    BEEP_SECONDS,
    Access,
    Manner,
    announcement,
    announcement_name,
)
from ivr.values.profile import GERMANY
from ivr.values.tariff import Mode, Tariff
from tests.values.test_wording import amount

MANNERS = [
    Manner(),
    Manner("0899000004", name="Chaleur et Compagnie"),
    Manner("0899000004", english=True),
    Manner("0899000004", name="Chaleur et Compagnie", english=True),
    Manner("0899000004", access=Access("guides en ligne", 1, timedelta(hours=24))),
]


@pytest.mark.parametrize(("mode", "most", "each"), [(Mode.PER_MINUTE, 80, "minute"), (Mode.PER_CALL, 300, "appel")])
@pytest.mark.parametrize("manner", MANNERS)
def test_every_announcement_says_what_is_prescribed_in_its_order(
    mode: Mode, most: int, each: str, manner: Manner
) -> None:
    """Name, price and mode, taxes included, plus the price of the call; only then the hint; then a second's silence."""
    for cents in range(1, most + 1):
        said = announcement(Tariff("tried", mode, Decimal(cents) / 100), manner).utterance
        price = f" {amount(cents)} par {each}"
        parts = ["bip sonore", price, "toutes taxes comprises", "en plus du prix de l'appel"]
        parts = [manner.name] * bool(manner.name) + parts
        parts += ["tax included"] if manner.english else [] if manner.access else ["dièse"]
        places = [said.text.find(part) for part in parts]

        assert -1 not in places
        assert sorted(places) == places
        assert ("dièse" in said.text) == (not manner.english and not manner.access)
        assert said.tail >= 1
        assert said.at_most == 20 - BEEP_SECONDS
        assert said.at_least == 10 - BEEP_SECONDS


@pytest.mark.parametrize(
    ("price", "mode", "manner", "text"),
    [
        (
            "0.80",
            Mode.PER_MINUTE,
            Manner(),
            "Bonjour. Après le bip sonore, ce service vous sera facturé quatre-vingts centimes par minute, toutes "
            "taxes comprises, en plus du prix de l'appel. La prochaine fois, appuyez sur la touche dièse pour ne "
            "pas écouter ce message.",
        ),
        (
            "1",
            Mode.PER_CALL,
            Manner("0891000107", name="Chaleur et Compagnie", connection=True),
            "Chaleur et Compagnie. Après le bip sonore, la mise en relation vous sera facturée un euro par appel, "
            "toutes taxes comprises, en plus du prix de l'appel. La prochaine fois, appuyez sur la touche dièse pour "
            "ne pas écouter ce message.",
        ),
        (
            "1.50",
            Mode.PER_CALL,
            Manner("0891000107", access=Access("Guides en ligne", 1, timedelta(hours=24))),
            "Bonjour. Après le bip sonore, ce service vous sera facturé un euro cinquante par appel, toutes taxes "
            "comprises, en plus du prix de l'appel, et donne accès au service Guides en ligne. Il suffit d'un appel, "
            "soit un euro cinquante en tout, pour un code valable un jour.",
        ),
        (
            "3",
            Mode.PER_CALL,
            Manner("0891000107", access=Access("Guides en ligne", 3, timedelta(minutes=90))),
            "Bonjour. Après le bip sonore, ce service vous sera facturé trois euros par appel, toutes taxes comprises, "
            "en plus du prix de l'appel, et donne accès au service Guides en ligne. Il faut trois appels, soit neuf "
            "euros en tout, pour un code valable une heure et trente minutes.",
        ),
        (
            "0.01",
            Mode.PER_MINUTE,
            Manner("0825000003", english=True),
            "Bonjour. Après le bip sonore, ce service vous sera facturé un centime par minute, toutes taxes comprises, "
            "en plus du prix de l'appel. After the tone: one cent per minute, tax included, plus the call charge.",
        ),
        ("0", Mode.FREE, Manner(), "Service et appel gratuits."),
        ("0", Mode.PLAIN, Manner(), "Service gratuit, plus prix de l'appel."),
        (
            "0",
            Mode.PLAIN,
            Manner("0806000002", name="Chaleur et Compagnie.", english=True),
            "Chaleur et Compagnie. Service gratuit, plus prix de l'appel. This service is free; you pay for the call.",
        ),
    ],
)
def test_announcements_to_read_aloud(price: str, mode: Mode, manner: Manner, text: str) -> None:
    """Word for word; what is spoken in parts is just this text."""
    said = announcement(Tariff("tried", mode, Decimal(price)), manner).utterance

    assert text == said.text == " ".join(part.text for part in said.parts)


@pytest.mark.parametrize("mode", [Mode.FREE, Mode.PLAIN])
def test_what_charges_nothing_has_neither_beep_nor_least_length(mode: Mode) -> None:
    """The law prescribes the announcement of a price; that there is none may be said as one likes."""
    said = announcement(Tariff("tried", mode))

    assert (said.beep, said.utterance.at_least, said.profile.announces(Tariff("tried", mode))) == (False, 0.0, False)


def test_each_price_has_a_file_of_its_own() -> None:
    """Else one would sound for another; how the price is written makes no difference."""
    tariffs = [Tariff("a", Mode.PER_MINUTE, Decimal(c) / 100) for c in range(1, 81)]
    tariffs += [Tariff("b", Mode.PER_CALL, Decimal(c) / 100) for c in range(1, 301)]
    one, other = (announcement_name(Tariff("x", Mode.PER_CALL, Decimal(price))) for price in ("1.5", "1.50"))

    assert len({announcement_name(tariff) for tariff in tariffs}) == 380
    assert one == other == "announcement/per-call-1-50"


def test_what_a_number_says_of_its_own_has_a_file_of_its_own() -> None:
    """By its number and its price, and by its country where that is not France."""
    tariff = Tariff("x", Mode.PER_CALL, Decimal("1.50"))
    own = Manner("0899000004", english=True)

    assert announcement_name(tariff, own) == "announcement/0899000004-per-call-1-50"
    assert announcement_name(Tariff("x", Mode.FREE)) == "announcement/free"
    assert announcement_name(tariff, profile=GERMANY) == "announcement/de-per-call-1-50"


@pytest.mark.parametrize(
    ("seconds", "spans", "faults"),
    [
        (14.0, {"name": (0, 2.5), "price": (2.7, 8), "skip": (8.2, 12)}, []),
        (14.0, {}, []),
        (9.0, {}, ["with its beep it lasts 9.5 s, and 10 s are the least"]),
        (19.6, {}, ["with its beep it lasts 20.1 s, and 20 s are the most"]),
        (14.0, {"name": (0, 3.1), "price": (3.3, 8)}, ["the name in front lasts 3.1 s, and 3 s are the most"]),
        (
            14.0,
            {"price": (5, 10), "skip": (0, 4)},
            ["its parts are not in the order of the law: name, price, then how to skip it"],
        ),
        (11.0, {"price": (0, 10.2)}, ["the charge begins 0.8 s after the price, and 1 s are the least"]),
        (
            11.0,
            {"price": (0, 6), "english": (6, 10.2)},
            ["the charge begins 0.8 s after the price, and 1 s are the least"],
        ),
    ],
)
def test_what_was_measured_is_held_against_the_law(
    seconds: float, spans: dict[str, tuple[float, float]], faults: list[str]
) -> None:
    """Length, order, the name's length, the second before the beep; each alone."""
    said = announcement(Tariff("x", Mode.PER_MINUTE, Decimal("0.80")))

    assert list(said.faults(seconds, spans)) == faults
