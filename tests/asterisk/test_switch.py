"""Orders on the exchange against a fake Asterisk on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from ivr.asterisk.ami_link import AmiLink, BadAction, LinkLost, Refused
from ivr.asterisk.switch import AmiSwitch, LiveChannel
from tests.asterisk.fake_ami import FakeAmi, lists, says

ENTRY = {
    "Channel": "PJSIP/anonymous-0000002a",
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "0612345678",
    "CallerIDName": "Andrée",
    "ConnectedLineNum": "camille",
    "Context": "attend",
    "Exten": "s",
    "Priority": "7",
    "Uniqueid": "1700000000.42",
    "Linkedid": "1700000000.41",
    "Application": "AGI",
    "ApplicationData": "agi://127.0.0.1:4573/call",
    "Duration": "01:02:03",
    "BridgeId": "",
}


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as peer:
        yield peer


@pytest.fixture
async def switch(asterisk: FakeAmi) -> AsyncIterator[AmiSwitch]:
    async with AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret) as link:
        async with asyncio.timeout(10):
            await link.ready.wait()
        yield AmiSwitch(link)


async def test_channels_are_values(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """Each entry of CoreShowChannels becomes one frozen value; what is missing is empty."""
    asterisk.answers["coreshowchannels"] = lists(
        "CoreShowChannel", [ENTRY, {"Duration": "soon", "CallerIDNum": "<unknown>"}]
    )

    assert (
        LiveChannel(
            name="PJSIP/anonymous-0000002a",
            unique_id="1700000000.42",
            linked_id="1700000000.41",
            state="Up",
            caller="0612345678",
            connected="camille",
            context="attend",
            extension="s",
            application="AGI",
            bridge="",
            age=timedelta(hours=1, minutes=2, seconds=3),
        ),
        LiveChannel("", "", "", "", "", "", "", "", "", "", timedelta()),
    ) == await switch.channels()


async def test_hang_up_names_one_channel(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """One Hangup for one channel."""
    asterisk.answers["hangup"] = says("Success", "Channel Hungup")

    assert await switch.hang_up("PJSIP/anonymous-0000002a")
    assert [order.get("Channel") for order in asterisk.orders("Hangup")] == ["PJSIP/anonymous-0000002a"]


async def test_redirect_goes_to_the_first_step(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """One Redirect with context, extension and priority 1."""
    asterisk.answers["redirect"] = says("Success", "Redirect successful")

    assert await switch.redirect("Local/1@attend-00000001;2", "fallback", "s")
    (order,) = asterisk.orders("Redirect")
    assert [order.get(name) for name in ("Channel", "Context", "Exten", "Priority")] == [
        "Local/1@attend-00000001;2",
        "fallback",
        "s",
        "1",
    ]


async def test_who_waits_is_called_out_and_who_talks_is_told(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """As if he had pressed a key that no keypad has; nobody else's channel is touched, nor one that does neither."""

    def channel(name: str, call: str, application: str, bridge: str = "") -> dict[str, str]:
        return {**ENTRY, "Channel": f"PJSIP/{name}", "Uniqueid": call, "Application": application, "BridgeId": bridge}

    rings, waits, talks = (
        channel("a-1", "1.1", "Dial"),
        channel("b-1", "1.2", "Queue"),
        channel("c-1", "1.3", "Dial", "x"),
    )
    others = channel("d-1", "1.4", "Dial"), channel("e-1", "1.5", "AGI")
    asterisk.answers["coreshowchannels"] = lists("CoreShowChannel", [rings, waits, talks, *others])
    asterisk.answers["playdtmf"] = says("Success", "DTMF successfully queued")

    assert await switch.call_out(["1.1", "1.2", "1.3", "1.5"]) == {"1.3"}
    sent = [(one.get("Channel"), one.get("Digit"), one.get("Receive")) for one in asterisk.orders("PlayDTMF")]
    assert sent == [("PJSIP/a-1", "D", "true"), ("PJSIP/b-1", "D", "true")]


async def test_a_channel_that_is_gone_is_no_error(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """Callers hang up at any moment: the order is answered False."""
    asterisk.answers["hangup"] = says("Error", "No such channel")
    asterisk.answers["redirect"] = says("Error", "Channel does not exist: PJSIP/a-1")

    assert not await switch.hang_up("PJSIP/a-1")
    assert not await switch.redirect("PJSIP/a-1", "fallback", "s")


async def test_a_refusal_is_an_error(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """Missing permission is said with Asterisk's words, for orders and for lists; it is an OSError."""
    for action in ("hangup", "coreshowchannels"):
        asterisk.answers[action] = says("Error", "Permission denied")
    with pytest.raises(Refused, match="Asterisk refused Hangup: Permission denied"):
        await switch.hang_up("PJSIP/a-1")
    with pytest.raises(OSError, match="Asterisk refused CoreShowChannels: Permission denied"):
        await switch.channels()


@pytest.mark.parametrize(
    "name", ["/^PJSIP/", "/.*/", "", "PJSIP/", "PJSIP", "PJSIP/a b", "PJSIP/a\r\nAction: x", "PJSIP/a,b", "PJSIP//x"]
)
async def test_a_pattern_is_not_a_channel(asterisk: FakeAmi, switch: AmiSwitch, name: str) -> None:
    """Asterisk would read a leading slash as a regular expression and hang up many: nothing is sent."""
    with pytest.raises(BadAction):
        await switch.hang_up(name)
    with pytest.raises(BadAction):
        await switch.redirect(name, "fallback", "s")

    assert asterisk.orders("Hangup") + asterisk.orders("Redirect") == []


@pytest.mark.parametrize(("context", "extension"), [("", "s"), ("a b", "s"), ("ok", ""), ("ok", "${X}"), ("ok", "_X.")])
async def test_a_place_is_a_plain_name(switch: AmiSwitch, context: str, extension: str) -> None:
    """A context or extension that is no plain name is refused."""
    with pytest.raises(BadAction):
        await switch.redirect("PJSIP/a-1", context, extension)


async def test_ping_measures(switch: AmiSwitch) -> None:
    """The answer time is a positive number of seconds, far below the limit."""
    assert 0 < await switch.ping() < 5


async def test_without_a_link_orders_fail_at_once(asterisk: FakeAmi) -> None:
    """A link that is down: LinkLost, an OSError, for every order."""
    switch = AmiSwitch(AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret))
    for order in (
        switch.channels(),
        switch.hang_up("PJSIP/a-1"),
        switch.redirect("PJSIP/a-1", "c", "s"),
        switch.ping(),
    ):
        with pytest.raises(LinkLost) as lost:
            await order
        assert not lost.value.sent

    assert asterisk.received == []


@pytest.mark.parametrize(("value", "refused"), [("yes", True), ("", False)])
async def test_whether_a_caller_refused_to_be_recorded_is_asked(
    asterisk: FakeAmi, switch: AmiSwitch, value: str, refused: bool
) -> None:
    """By the id of his call; an Asterisk that does not say is no answer."""
    said = {"Response": "Success", "Value": value}
    asterisk.answers["getvar"] = lambda line, order: line.say({**said, "ActionID": order.get("ActionID")})
    assert await switch.refused("1700000000.42") is refused
    assert [one.get("Variable") for one in asterisk.orders("Getvar")] == ["IVR_REFUSED_1700000000.42"]
    asterisk.answers["getvar"] = says("Error", "Permission denied")
    with pytest.raises(Refused):
        await switch.refused("1700000000.42")
    with pytest.raises(BadAction):
        await switch.refused("SHELL(reboot)")


async def test_what_a_caller_refused_is_forgotten_in_asterisk(asterisk: FakeAmi, switch: AmiSwitch) -> None:
    """Deleted: a variable that is set to nothing would stay as long as Asterisk runs."""
    asterisk.answers["setvar"] = says("Success", "Variable Set")
    await switch.forget("1700000000.42")

    (order,) = asterisk.orders("Setvar")
    assert order.get("Variable") == "GLOBAL_DELETE(IVR_REFUSED_1700000000.42)"
    with pytest.raises(BadAction):
        await switch.forget("1),SHELL(reboot")
