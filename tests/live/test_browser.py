"""An agent whose phone is a browser, in the book by an edit while the stack is up, takes a call."""

import json
import socket
import ssl
from contextlib import suppress

from ivr.phone import tone
from tests.live.browser import TONE, browser
from tests.live.edited import ivr, written
from tests.live.stack import CALLER_TONE, Stack, until

NUMBER = "0805000653"
BOOK = {
    "agents": "\nviolette:\n  label: Violette, au navigateur\n  webrtc: yes\n",
    "numbers": f'\n"{NUMBER}":\n  label: un navigateur\n  tariff: free\n  flow: browser\n',
    "flows_browser": """
flow: browser
start: agent
nodes:
  agent:
    kind: transfer
    to: violette
    exits: {busy: nobody, no_answer: nobody, unavailable: nobody}
  nobody: {kind: bye, prompt: nobody}
""",
}


def test_a_browser_registers_and_talks(stack: Stack) -> None:
    """770 Hz is what it says, 660 Hz what the caller says; nobody listens for browsers before, and afterwards."""
    settings = stack.settings
    assert not listens(settings.browser_port)
    with written(stack, **BOOK):
        told = json.loads(ivr(stack, "agents", "qr", "violette", "--address", "127.0.0.1", "--json")[1])
        assert told["websocket"] == f"wss://127.0.0.1:{settings.browser_port}/ws"
        known = ssl.create_default_context(cadata=ivr(stack, "tls", "authority")[1])
        with socket.create_connection(("127.0.0.1", settings.browser_port)) as wire:
            known.wrap_socket(wire, server_hostname="127.0.0.1").close()  # who trusts our authority trusts it
        with browser(told, CALLER_TONE) as news:
            until(lambda: "registered" in news, f"registered: {news}", 20.0)
            placed = stack.call(NUMBER, hang_up_after=8.0, tone=CALLER_TONE)
            report = placed.report
            caller = report.recording
            until(lambda: "over" in news, f"hung up: {news}")

        assert report.answered_t is not None, news
        assert "hears the tone" in news
        assert tone.tones(caller.samples, caller.rate, TONE, 0.5), "the caller heard no browser"
        assert [one["result"]["agent"] for one in stack.call_record(placed)["tape"] if "dial" in one] == ["violette"]
    until(lambda: not listens(settings.browser_port), "nobody listens")


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
