"""What Asterisk says that it has, against what the controller wrote, and against what it did not."""

import json
import re
import socket

from ivr.asterisk import read_back
from ivr.asterisk.ami_link import AmiLink
from tests.live.edited import ivr, reload
from tests.live.stack import Stack, until
from tests.live.test_browser import listens

# What stands in the files, and a seeded difference: what is told of it.
QUEUES = (
    ("strategy = rrmemory", "strategy = random", "it has Strategy rrmemory, not random"),
    ("maxlen = ", "maxlen = 9", "it has Max "),
    ("member = PJSIP/", "member = PJSIP/x", "it has other agents: "),
)
NUMBERS = (
    ("Set(DIALLED=0800000001)", "Set(DIALLED=0800000002)", 'it has not "0800000001" as it should [public]'),
    (",hint,PJSIP/camille", ",hint,PJSIP/karim", 'it has not "camille" as it should [agents]'),
)


async def test_asterisk_has_the_queues_and_numbers_that_it_was_told(stack: Stack) -> None:
    """All of them; and whatever is written otherwise is told of it."""
    queues, numbers = (
        stack.inside("controller", "cat", f"/etc/asterisk/ivr/{name}.conf") for name in ("queues", "extensions_numbers")
    )
    async with AmiLink("127.0.0.1", stack.settings.ami_port, "deploy", stack.password("ami:deploy")) as link:
        await link.ready.wait()
        assert await read_back.unlike_queues(link, queues) == []
        assert await read_back.unlike_numbers(link, "", numbers) == []
        for old, new, told in QUEUES:
            assert old in queues
            found = await read_back.unlike_queues(link, queues.replace(old, new, 1))
            assert told in "; ".join(found), found
        for old, new, told in NUMBERS:
            assert old in numbers
            assert await read_back.unlike_numbers(link, "", numbers.replace(old, new, 1)) == [told]
        gone = numbers.replace("0800000001", "0800999999")
        assert 'it still has "0800000001" [public]' in await read_back.unlike_numbers(link, numbers, gone)


def known_to_asterisk(stack: Stack, agent: str) -> bool:
    return re.search(rf"\b{agent}\b", stack.asterisk("pjsip show endpoints")) is not None


def test_a_port_that_another_program_has_leaves_the_earlier_settings(stack: Stack) -> None:
    """Asterisk's reload says "success"; the first agent with a browser is not taken up until the port is free."""
    agents = stack.settings.book / "dialplans" / "agents.yaml"
    before = agents.read_text("utf-8")
    more = "\nvera:\n  label: Vera, au navigateur\n  webrtc: yes\n"
    port = stack.settings.browser_port
    try:
        with socket.create_server(("127.0.0.1", port)):
            agents.write_text(before + more, encoding="utf-8")
            code, told = ivr(stack, "reload")
            assert code == 1
            assert f"the earlier settings stay: browsers cannot reach it at 127.0.0.1:{port}" in told, told
            # The controller, which has seen the edit too, may be trying the same at this moment.
            until(lambda: not known_to_asterisk(stack, "vera"), "she is not taken up", 20.0)
            web = ("cat", "/etc/asterisk/ivr/http.conf")
            until(lambda: "tlsenable = no" in stack.inside("controller", *web), "the earlier settings are put back")
        stack.asterisk("dialplan set global IVR_SPENT_vera 1")
        reload(stack)
        assert known_to_asterisk(stack, "vera")
        assert "IVR_SPENT_vera=1" in stack.asterisk("dialplan show globals")  # a trunk whose money is spent stays shut
        known = json.loads(ivr(stack, "agents", "qr", "vera", "--address", "127.0.0.1", "--json")[1])
        assert known["websocket"].endswith(f":{port}/ws")
    finally:
        agents.write_text(before, encoding="utf-8")
        stack.asterisk("dialplan set global IVR_SPENT_vera 0")
        reload(stack)
    until(lambda: not listens(port), "nobody listens")
