"""An agent dials a code from his own phone: he goes on and off duty, and hears how he stands."""

import json

from tests.live.stack import Placed, Stack

OLGA = "olga"
HEARD = {"on duty": "duty/on-duty", "paused": "duty/paused", "logged out": "duty/logged-out"}


def dial(stack: Stack, code: str, **options: str) -> Placed:
    own = {"from_": OLGA, "password": stack.password(f"agent:{OLGA}")} | options
    placed = stack.call(code, hang_up_after=12.0, **own)
    _ = placed.report
    return placed


def stands(stack: Stack) -> str:
    listed = stack.inside("controller", "ivr", "agents", "list", "--json").splitlines()
    return next(one["state"] for one in map(json.loads, listed) if one["agent"] == OLGA)


def paused(stack: Stack) -> bool:
    return "(paused" in next(line for line in stack.asterisk("queue show duties").splitlines() if OLGA in line)


def test_codes_put_an_agent_on_and_off_duty(stack):
    """Each says the state he is in then; controller and Asterisk agree, also where it is ordered over HTTP."""
    try:
        for code, state in (("*45", "on duty"), ("*452", "paused"), ("*451", "on duty"), ("*453", "logged out")):
            placed = dial(stack, code)
            heard = [one.name for one in stack.heard(placed, *HEARD.values()).heard]

            assert placed.report.answered_t is not None, code
            assert heard == [HEARD[state]], code
            assert stands(stack) == state
            if state != "logged out":
                assert paused(stack) is (state == "paused")
        assert OLGA not in stack.asterisk("queue show duties")
        for order, state in (("login", "on duty"), ("pause", "paused"), ("unpause", "on duty")):
            assert json.loads(stack.asked(f"/agents/{OLGA}/{order}", "POST"))["state"] == state
            assert paused(stack) is (state == "paused")
        assert stands(stack) == "on duty"
    finally:
        stack.inside("controller", "ivr", "agents", "login", OLGA)


def test_nobody_else_can_dial_them(stack):
    """Neither an anonymous caller, nor one who only says that he is the agent: the password is wanted."""
    stranger = stack.call("*453", from_="0639981234", hang_up_after=10.0)
    liar = stack.call("*453", from_=OLGA, password="wrong", hang_up_after=10.0)

    assert {placed.report.answered_t for placed in (stranger, liar)} == {None}
    assert stands(stack) == "on duty"
