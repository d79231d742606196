"""Messages waiting, told to a manager on a real socket."""

import pytest

from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.lamps import AmiLamps, arrived
from ivr.asterisk.tokens import UnsafeError
from tests.asterisk.fake_ami import FakeAmi, says
from tests.asterisk.test_ami_link import CALM


async def test_a_lamp_is_told_by_the_name_of_its_agent() -> None:
    """New and old, as phones want them; a name that could be more than one is never sent."""
    async with FakeAmi() as asterisk:
        lamps = AmiLamps(lambda: AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret, pace=CALM))
        with pytest.raises(OSError, match="Asterisk refused"):
            await lamps.light("camille", 2, 0)
        asterisk.answers["pjsipnotify"] = says("Success", "")
        await lamps.light("camille", 0, 1)
        with pytest.raises(UnsafeError):
            await lamps.light("camille\r\nAction: Originate", 1, 0)
        (_, told) = [one for one in asterisk.received if one.action == "PJSIPNotify"]

    assert told.get("Endpoint") == "camille"
    assert [value for name, value in told.lines if name == "Variable"] == [
        "Event=message-summary", "Subscription-State=active", "Content-Type=application/simple-message-summary",
        "Content=Messages-Waiting: no", "Content=Voice-Message: 0/1 (0/0)",
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "agent"), [("Created", "olga"), ("Reachable", "olga"), ("Removed", None)])
def test_a_phone_that_comes_is_told_anew(status: str, agent: str | None) -> None:
    assert arrived({"ContactStatus": status, "EndpointName": "olga"}) == agent
