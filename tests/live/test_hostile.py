"""What callers send is hostile: numbers that are none, names that are orders, and more than fits."""

import json
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.live.sip import Wire

FREE = "0800000001"

NOWHERE = [
    "0800000002", "0000000000", "+33800000002", "08000000010", "080000000", "+330800000001",
    "s", "start", "T", "i", "h", "t", "a", "o", "e", "attend", "public", "fallback", "ended",
    "camille", "karim", "anonymous", "controller",
    "_X.", "_.", "_!", "X.", "0899000004%0d%0a", "0899000004&camille", "1234", "112",
    "17", "PJSIP%2fcamille", "Local%2f0899000004%40public", "%00", "*8", "**",
]  # fmt: skip
"""Whom one cannot call: neighbours of our numbers, names within the dialplan, agents, patterns, features."""

HOSTILE = [
    '"hangup" <sip:{n}@127.0.0.1>',
    '"HANGUP" <sip:{n}@127.0.0.1>',
    '"\\"; EXEC System id #" <sip:{n}@127.0.0.1>',
    '"a\\r\\nagi_network_script: ended" <sip:{n}@127.0.0.1>',
    '"${{SHELL(id)}}" <sip:{n}${{SHELL(id)}}@127.0.0.1>',
    "<sip:{n}%0D%0AAction:%20Originate@127.0.0.1>",
    "<sip:{n}%0aUserEvent:%20IvrEnded@127.0.0.1>",
    "<sip:{n}%22%20hangup@127.0.0.1>",
    "<sip:{n}%00@127.0.0.1>",
    "<sip:{n};isub=1@127.0.0.1;x=y>",
    '"Chäräctèrs \u202e\ufffd" <sip:{n}@127.0.0.1>',
    "'; DROP TABLE calls; -- <sip:{n}'%3B--@127.0.0.1>",
    '"x" <sip:{n}:secret@127.0.0.1>',
]
"""From headers; ``{n}`` is the caller's true number, all that may reach the ledger of them."""

PRIVACY = ["id", "user;id", "header;critical", "ID"]


def test_who_is_not_in_the_book_cannot_be_called(stack):
    """404 to each, and neither a channel nor a word to the controller."""
    stack.quiet()
    processed, endings = stack.processed(), stack.health()["endings"]
    refused = {}
    for number in NOWHERE:
        with Wire(stack.settings.sip_port, number, stack.caller()) as wire:
            wire.invite()
            refused[number] = wire.final().code

    assert {number: code for number, code in refused.items() if code != 404} == {}
    assert stack.channels() == 0
    assert stack.processed() == processed
    assert stack.health()["endings"] == endings


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER", "INFO", "OPTIONS"])
def test_strangers_can_do_nothing_but_call(stack, method):
    """No other method of SIP gives a stranger anything: no registration, no presence, no message, no transfer."""
    with Wire(stack.settings.sip_port, "camille", "camille") as wire:
        code = wire.ask(method).code

    assert code >= 400 or (method == "OPTIONS" and code == 404)


def test_a_caller_in_a_call_cannot_send_himself_elsewhere(stack):
    """Told so at once (603), and his call goes on where it was: it leads to numbers of ours, and past no price."""
    with Wire(stack.settings.sip_port, FREE, stack.caller()) as wire:
        wire.invite()
        assert wire.final().code == 200
        assert wire.refer("0899000004").code == 603
        assert stack.channels() == 1
        wire.hang_up()
    stack.quiet()


@pytest.mark.parametrize("name", ["camille", "karim"])
def test_an_agents_name_without_its_password_is_worth_nothing(stack, name):
    """A call that says it comes from an agent is asked for the password, not served."""
    with Wire(stack.settings.sip_port, FREE, name) as wire:
        wire.invite()
        assert wire.final().code == 401


@dataclass(frozen=True)
class Served:
    """What became of a call: its final response (0: none, the request was dropped), and the records of its number."""

    code: int
    number: str
    records: list[dict[str, Any]]


@pytest.fixture(scope="module")
def served(stack) -> dict[str, Served]:
    """All calls from hostile callers, and from those who ask for privacy, at the same time."""
    numbers = {case: stack.caller() for case in (*HOSTILE, *PRIVACY)}

    def call(case: str) -> int:
        from_ = case.format(n=numbers[case]) if case in HOSTILE else numbers[case]
        headers = [f"Privacy: {case}"] if case in PRIVACY else []
        with Wire(stack.settings.sip_port, FREE, from_, headers=headers) as wire:
            wire.invite()
            wire.idle(2.0)
            return max((message.code for message in wire.seen if message.of("INVITE")), default=0)

    with ThreadPoolExecutor() as pool:
        codes = dict(zip(numbers, pool.map(call, numbers), strict=True))
    stack.quiet()
    stack.records("anonymous")
    return {
        case: Served(codes[case], number, [one for one in stack.read if number[1:] in json.dumps(one)])
        for case, number in numbers.items()
    }


@pytest.mark.parametrize("header", HOSTILE)
def test_of_a_hostile_caller_only_digits_remain(served, header):
    """The call is served or refused, and the ledger has the number alone, or none."""
    call = served[header]

    assert call.code in (0, 200, 400, 403, 404)
    if call.code == 200:
        assert [record["caller"] for record in call.records] in ([f"+33{call.number[1:]}"], [])
        assert not [record for record in call.records if record["ending"] != "caller"]
    else:
        assert call.records == []


def test_most_hostile_names_hide_no_number(served):
    """A name does not cost its caller his number: of all, one whose name has escaped line ends is not understood."""
    unknown = [case for case in HOSTILE if served[case].code == 200 and not served[case].records]

    assert unknown == [case for case in HOSTILE if "\\r\\n" in case]


@pytest.mark.parametrize("privacy", PRIVACY)
def test_a_caller_who_asks_for_privacy_is_anonymous(served, privacy):
    """RFC 3323: his number is in the From all the same, and nothing of ours may keep it."""
    assert served[privacy].code == 200
    assert served[privacy].records == []


def test_what_is_too_long_harms_nobody(stack):
    """User parts and names of 10,000 characters, and garbage: the next caller is served."""
    long = secrets.token_hex(5000)
    for from_ in (long, f'"{long}" <sip:0612345678@127.0.0.1>', "9" * 10_000):
        with Wire(stack.settings.sip_port, FREE, from_) as wire:
            wire.invite()
            wire.idle(0.3)
            if any(message.of("INVITE") and message.code == 200 for message in wire.seen):
                wire.hang_up()
    with Wire(stack.settings.sip_port, long, "0612345678") as wire:
        wire.invite()
        wire.idle(0.3)
        assert not [message for message in wire.seen if message.code == 200]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as garbage:
        for size in (1, 100, 1400, 9000):
            garbage.sendto(secrets.token_bytes(size), ("127.0.0.1", stack.settings.sip_port))
    number = stack.caller()
    with Wire(stack.settings.sip_port, FREE, number) as wire:
        wire.invite()
        assert wire.final().code == 200
        wire.hang_up()

    assert stack.record(number)["ending"] == "caller"
    stack.quiet()
    for record in stack.read:
        assert len(record["caller"]) <= 21
        assert record["caller"] in ("anonymous", "unknown") or record["caller"].lstrip("+").isdigit()


def test_early_media_is_sent_reliably_to_who_can_take_it(stack):
    """`Supported: 100rel`: the 183 that opens the announcement is sent until it is acknowledged (RFC 3262)."""
    with Wire(stack.settings.sip_port, "0899000004", stack.caller(), headers=["Supported: 100rel"]) as wire:
        wire.invite()
        lost = wire.expect(lambda message: message.code == 183, "183")
        again = wire.expect(lambda message: message.code == 183, "second 183", within=3)
        wire.prack(again)
        assert wire.expect(lambda message: message.of("PRACK"), "response to PRACK").code == 200
        known = len(wire.seen)  # more of them on a slow machine: it is sent again after 0.1 s, 0.2 s, 0.4 s
        wire.idle(2.5)
        late = [message for message in wire.seen[known:] if message.code == 183]
        wire.hang_up()

    assert "100rel" in lost.header("Require")
    assert lost.header("RSeq") == again.header("RSeq") != ""
    assert not late, "it was sent again after it had been acknowledged"


def test_early_media_is_sent_simply_to_who_cannot(stack):
    """Without 100rel nothing is required of the caller."""
    with Wire(stack.settings.sip_port, "0899000004", stack.caller()) as wire:
        wire.invite()
        early = wire.expect(lambda message: message.code == 183, "183")
        wire.hang_up()

    assert early.header("Require") == ""
    assert early.header("RSeq") == ""
