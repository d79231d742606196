"""When all has been done to a stack: what its logs say, and what they do not."""

import json
import re
from pathlib import Path

from ivr.phone import ear
from ivr.phone.tone import quiet_end
from ivr.voice.catalogue import Sound
from tests.live.demanding import complaints, judged
from tests.live.stack import Stack

KNOWN = (
    # A caller's name of thousands of characters, which `test_hostile` sends: refused, and said.
    r"print_escaped_uri: .* too long for 4096 byte buffer",
    # An agent without a phone is dialled and found absent.
    r"ast_sip_create_dialog_uac: Endpoint '[a-z]+': Could not create dialog to invalid URI '[a-z]+'",
    r"request: Failed to create outgoing session to endpoint '[a-z]+'",
    # A port of which `test_read_back` has another program.
    r"Unable to bind https server to 127\.0\.0\.1:",
    # A server that shows a certificate of nobody, which `test_softphone` calls.
    r"verify_log_result: Transport 'tls' to remote '127.0.0.1' .* The certificate is untrusted",
    # A browser that goes without a word, and one of whose addresses one of ours cannot send to.
    r"ast_iostream_close: SSL_shutdown\(\) failed",
    r"ws_safe_read: Error reading from web socket",
    r"icess\w+ \.*Error sending STUN request: Invalid argument",
)

REFUSED = r"the call goes on without\n(?:(?!\d{4}-\d\d-\d\d ).*\n)*?.*BadLedger: .*refused by a test.*\n"
"""What a call says, at length, of an order that cannot be kept, as `test_crisis` has it."""

ODD = (
    # What `test_hostile` gives for a name is no address, and Asterisk shows what it could not read.
    r"parse_uri_cb: Failed to parse URI",
    KNOWN[0],
)


def look_back(stack: Stack) -> tuple[int, int, int]:
    """No ERROR of Asterisk but those that tests provoke, no traceback of the controller, no secret, no caller.

    From each start of Asterisk to `Asterisk Ready.` there is no ERROR at all.  Numbers are masked in what is logged.
    And no caller has heard what callers complain of.  Returns how many calls were to be judged of that, how many were,
    and how many prompts in them: of all stacks together, `together` holds these against what a run must have.
    """
    lines = stack.inside("controller", "ivr", "calls", "--json", "--with-callers", "--last", "5000").splitlines()
    records = list(map(json.loads, lines))
    lengths = {
        (language, name): (one.seconds, _rest(name, one)) for (language, name), one in stack.sounds.sounds.items()
    }
    wrong = complaints(stack.listened, records, lengths)
    assert not wrong, "\n".join(wrong)
    asterisk, controller = stack.log("asterisk"), stack.log("controller")
    errors = [line for line in asterisk.splitlines() if "ERROR[" in line]

    assert "Asterisk Ready." in asterisk
    unknown = [line for line in errors if not any(re.search(known, line) for known in KNOWN)]
    assert not unknown, unknown
    assert "Traceback" not in re.sub(REFUSED, "", controller)
    assert [purpose for purpose, secret in stack.secrets().items() if secret in asterisk + controller] == []
    told = [line for line in (asterisk + controller).splitlines() if not any(re.search(odd, line) for odd in ODD)]
    assert [line for line in told for number in stack.callers if number[1:] in line] == []
    return judged(stack.listened, records, lengths)


def _rest(name: str, sound: Sound) -> float:
    """Seconds at the end of an announcement without a word; other sounds have none to speak of."""
    return quiet_end(ear.sound(Path(f"{sound.path}.alaw"), 8000), 8000) if name.startswith("announcement/") else 0.0
