"""Whether Asterisk took up its accounts, by what it says of them; and trunks, as it is told of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ivr.asterisk.accepted import marks, refused, registering
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.provision import UnsafeError, files
from ivr.asterisk.trunk_lines import AmiTrunks
from ivr.asterisk.trunks_conf import Line
from ivr.service.trunks import Seen
from ivr.values.trunk import Trunk
from tests.asterisk.fake_ami import Connection, FakeAmi, Received, lists, says
from tests.asterisk.test_provision import EXCHANGE

MAIN = Line(Trunk("main", "sip.carrier.example", user="us", registers=True, sources=("192.0.2.0/28",)), "pass#word")
SECOND = Line(Trunk("second", "192.0.2.10", 5061, encrypted=True, probed=False))


def pjsip(*lines: Line) -> str:
    return files(replace(EXCHANGE, trunks=lines))["pjsip.conf"]


BEFORE, NOW = pjsip(), pjsip(MAIN)


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as peer:
        peer.answers["pjsipshowendpoint"] = details()
        peer.answers["pjsipshowregistrationsoutbound"] = lists("OutboundRegistrationDetail", [{"ObjectName": "main"}])
        yield peer


@pytest.fixture
async def link(asterisk: FakeAmi) -> AsyncIterator[AmiLink]:
    async with AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret) as link:
        async with asyncio.timeout(10):
            await link.ready.wait()
        yield link


def details(*without: str, mark: str = ""):  # type: ignore[no-untyped-def]  # an Answer
    """What Asterisk says of the trunk, but for some parts of it."""

    def answer(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        shown = mark or marks(NOW)["main"]
        connection.say({"Response": "Success", **own, "EventList": "start", "Message": "will follow"})
        for part in ("Endpoint", "Auth", "Aor", "Identify"):
            if part not in without:
                connection.say({"Event": f"{part}Detail", **own, "SetVar": f"IVR_SECTION={shown}"})
        connection.say({"Event": "EndpointDetailComplete", **own, "EventList": "Complete", "ListItems": "1"})

    return answer


def test_a_trunk_is_known_to_asterisk_with_all_its_parts() -> None:
    """Its calls come in by a context of its own; the password stands in its auth alone."""
    text = pjsip(MAIN, SECOND)

    assert "[main](trunk-aor)\ncontact = sip:sip.carrier.example:5060\n" in text
    assert "[main](trunk-auth)\nusername = us\npassword = pass#word\n" in text
    assert "[main](trunk-identify)\nendpoint = main\nmatch = 192.0.2.0/28\n" in text
    assert (
        "client_uri = sip:us@sip.carrier.example:5060\ncontact_user = us\nendpoint = main\noutbound_auth = main" in text
    )
    assert "[second](trunk-aor)\ncontact = sip:192.0.2.10:5061\\;transport=tls\nqualify_frequency = 0\n" in text
    assert "transport = tls\nmedia_encryption = sdes\n" in text
    assert "[tls]\ntype = transport\nprotocol = tls\ndomain = tls\nbind = 0.0.0.0:5061\n" in text
    assert "[tls]" not in pjsip(MAIN)
    assert text.count("pass#word") == 1
    assert "pass#word" not in repr(MAIN)


def test_a_trunk_without_its_password_is_left_out() -> None:
    """Until somebody has stored it."""
    assert pjsip(replace(MAIN, password="")) == BEFORE


@pytest.mark.parametrize(
    "line",
    [
        replace(MAIN, password="a;b"),
        replace(MAIN, password="a\nb"),
        replace(MAIN, trunk=replace(MAIN.trunk, name="camille")),
        replace(MAIN, trunk=replace(MAIN.trunk, name="anonymous")),
        replace(MAIN, trunk=replace(MAIN.trunk, host="a b")),
        replace(MAIN, trunk=replace(MAIN.trunk, user="a;b")),
        replace(MAIN, trunk=replace(MAIN.trunk, sources=("0.0.0.0/0\n[x]",))),
    ],
)
def test_what_would_be_something_else_to_asterisk_is_refused(line: Line) -> None:
    """And the password is not told."""
    with pytest.raises(UnsafeError) as told:
        pjsip(line)

    assert "a;b" not in str(told.value) or line.trunk.user == "a;b"


def test_who_changed_is_told_by_the_digest() -> None:
    """Another password is a change; nobody else has one."""
    other = pjsip(replace(MAIN, password="another"))

    assert registering(BEFORE, NOW) == registering(NOW, other) == ["main"]
    assert registering(NOW, NOW) == registering(NOW, BEFORE) == []
    assert {name: marks(NOW)[name] for name in ("camille", "karim")} == marks(BEFORE)


async def test_what_asterisk_took_up_is_not_told(asterisk: FakeAmi, link: AmiLink) -> None:
    """Only who changed is asked for."""
    assert await refused(link, BEFORE, NOW) == []
    assert [order.get("Endpoint") for order in asterisk.orders("PJSIPShowEndpoint")] == ["main"]


@pytest.mark.parametrize(
    ("action", "answer", "told"),
    [
        (
            "pjsipshowendpoint",
            says("Error", "Unable to retrieve endpoint main"),
            'not take up "main": it does not know it',
        ),
        ("pjsipshowendpoint", details(mark="0123"), 'not take up "main": it kept the old one'),
        ("pjsipshowendpoint", details("Auth", "Identify"), 'not take up "main": no auth, identify'),
        ("pjsipshowregistrationsoutbound", says("Error", "Invalid/unknown command"), 'not register as "main"'),
        ("pjsipshowregistrationsoutbound", lists("OutboundRegistrationDetail", []), 'not register as "main"'),
    ],
)
async def test_what_it_did_not_take_up_is(asterisk: FakeAmi, link: AmiLink, action: str, answer, told: str) -> None:  # type: ignore[no-untyped-def]
    """One sentence each."""
    asterisk.answers[action] = answer
    (found,) = await refused(link, BEFORE, NOW)

    assert found.endswith(told)


async def test_how_lines_are_is_what_asterisk_says(asterisk: FakeAmi, link: AmiLink) -> None:
    """A server that does not answer leaves Dial no address."""
    entries = [{"ObjectName": "main", "Status": "Rejected"}, {"ObjectName": "other", "Status": "Registered"}]
    asterisk.answers["pjsipshowregistrationsoutbound"] = lists("OutboundRegistrationDetail", entries)

    def contacts(connection: Connection, order: Received) -> None:
        there = "PJSIP/x" if "second" in order.get("Variable") else ""
        connection.say({"Response": "Success", "ActionID": order.get("ActionID"), "Value": there})

    asterisk.answers["getvar"] = contacts

    assert await AmiTrunks(link).look(["main", "second"]) == {"main": Seen(False, "rejected"), "second": Seen(True)}
