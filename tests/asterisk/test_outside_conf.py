"""Who lies outside, as the dial plan has it."""

from dataclasses import replace

import pytest

from ivr.asterisk.provision import UnsafeError, files
from ivr.asterisk.trunks_conf import Line
from ivr.values.outside import Destination
from ivr.values.trunk import Trunk
from tests.asterisk.test_provision import EXCHANGE

MAIN = Line(Trunk("main", "carrier.example", shows="+33145000000", shows_callers=True))
SECOND = Line(Trunk("second", "192.0.2.10", shows="+33145000000", national=True, at_once=2))
ZOE = Destination("zoe", "+33612345678", trunks=("main", "second"))
DESK = Destination("desk", sip="sip:desk@partner.example:5070")


def made(*destinations: Destination, lines: tuple[Line, ...] = (MAIN, SECOND)) -> dict[str, str]:
    return files(replace(EXCHANGE, trunks=lines, destinations=destinations))


def test_each_destination_tries_one_way_after_the_other() -> None:
    """With the ceilings and the number of each; the public context leads to none."""
    text = made(ZOE, DESK)["extensions_numbers.conf"]

    assert text.split("[outside]\n")[1].split("\n\n")[0].splitlines() == [
        "exten => zoe,1,Gosub(way,start,1(main,PJSIP/+33612345678@main,10,+33145000000,yes,e164,zoe,carrier.example))",
        ' same => n,GotoIf($["${IVR_NEXT}" = ""]?over)',
        " same => n,Gosub(way,start,1(second,PJSIP/0612345678@second,2,+33145000000,no,national,zoe,192.0.2.10))",
        " same => n(over),Goto(way-over,start,1)",
        "exten => desk,1,Gosub(way,start,1(desk,PJSIP/desk,1000,,yes,e164,desk,partner.example))",
        " same => n(over),Goto(way-over,start,1)",
    ]
    assert "include => outside" not in text
    assert "[through-second]\nexten => s,1,Gosub(way,start,1(second,PJSIP/${IVR_CALLED}@second,2," in text


def test_a_sip_address_is_an_account_that_calls_nobody() -> None:
    """It has an address, and nothing by which a call would be taken for its own."""
    text = made(DESK)["pjsip.conf"]

    assert "[desk](trunk-aor)\ncontact = sip:desk@partner.example:5070\n" in text
    assert "[desk](trunk-endpoint)\naors = desk\n" in text
    assert "[desk](trunk-identify)" not in text


def test_a_trunk_that_asterisk_does_not_know_is_no_way() -> None:
    """Its password is missing; without any other way nobody is rung."""
    keyless = replace(MAIN, trunk=replace(MAIN.trunk, user="us"))

    assert "@main" not in made(ZOE, lines=(keyless, SECOND))["extensions_numbers.conf"]
    text = made(ZOE, lines=(keyless,))["extensions_numbers.conf"]
    assert "[outside]\nexten => zoe,1,Goto(way-over,start,1)\n" in text


def test_two_names_that_are_one_extension_are_refused() -> None:
    """Asterisk reads over hyphens in extensions: the second would ring the first."""
    with pytest.raises(UnsafeError, match="twice"):
        made(ZOE, replace(ZOE, name="z-oe", number="+33612345679"))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ZOE, name="z,1,System(x)"),
        replace(ZOE, number="0612345678)"),
        replace(ZOE, number="${X}"),
        replace(DESK, sip="sip:a@b;x"),
        replace(DESK, sip="sip:a@b\n[x]"),
        replace(DESK, name="camille"),
        replace(DESK, name="main"),
    ],
)
def test_what_would_be_something_else_to_asterisk_is_refused(wrong: Destination) -> None:
    """Whatever checked it before."""
    with pytest.raises(UnsafeError):
        made(wrong)
