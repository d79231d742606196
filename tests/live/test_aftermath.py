"""When all has been done to the stack: what its logs say, and what they do not."""

import re

KNOWN = (
    # A caller's name of thousands of characters, which `test_hostile` sends: refused, and said.
    r"print_escaped_uri: .* too long for 4096 byte buffer",
    # An agent without a phone is dialled and found absent.
    r"ast_sip_create_dialog_uac: Endpoint '[a-z]+': Could not create dialog to invalid URI '[a-z]+'",
    r"request: Failed to create outgoing session to endpoint '[a-z]+'",
)


def test_asterisk_started_without_an_error_and_met_none_unasked(stack, calls):
    """From each start to `Asterisk Ready.` no ERROR at all, then none but those that tests provoke."""
    errors = [line for line in stack.log("asterisk").splitlines() if "ERROR[" in line]

    assert "Asterisk Ready." in stack.log("asterisk")
    assert [line for line in errors if not any(re.search(known, line) for known in KNOWN)] == []


def test_the_controller_wrote_no_traceback(stack, calls):
    """Nothing surprised it."""
    assert "Traceback" not in stack.log("controller")


def test_no_log_holds_a_secret_or_a_number(stack, calls, secrets_of_stack):
    """Neither password nor caller: numbers are masked in what is logged."""
    logs = stack.log("asterisk") + stack.log("controller")
    callers = [placed.script.from_ for placed in calls.placed.values() if placed.script.from_]

    assert [purpose for purpose, secret in secrets_of_stack.items() if secret in logs] == []
    assert [number for number in callers if number[1:] in logs] == []
