"""A call placed with PJSUA2 in this very process, which can do so once; ``booth`` is for everybody else."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from ivr.phone.agent import AgentPhone
from ivr.phone.caller import Caller
from ivr.phone.endpoint import Endpoint, PhoneFault, pj
from ivr.phone.events import Listener
from ivr.phone.script import CallScript
from ivr.phone.times import Times, wav
from ivr.phone.urgency import go_first

LINGER = 3.0
"""Seconds after the end of the caller's call within which the agents' calls must end too."""

ATTENTIVE, IDLE = 0.01, 0.05
"""Seconds between two looks at the clock: while there are keys to press, and else.  What comes in is seen at once."""

TAIL = 0.15
"""Seconds polled after the end, so that the last sound reaches the recorder."""


def place(
    script: CallScript,
    listen: Listener,
    folder: Path,
    stop: Callable[[], bool] = lambda: False,
    cues: Callable[[], int] = lambda: 0,
) -> Times:
    """Place the call and return when it is over; what each side heard is recorded in ``folder``.

    ``listen`` gets each event as it happens; ``stop`` is asked often and makes the caller hang up; ``cues``:
    how many cues he has been given by now.  Raises ``PhoneFault`` when there is no call to report on (no route,
    registration refused).
    """
    try:
        calls = 2 + 2 * len(script.agents)
        way = (script.host, script.port, script.codec, script.lost, calls, script.listen, script.certificate)
        with Endpoint(*way) as endpoint:
            return _call(endpoint, script, listen, folder, stop, cues)
    except pj.Error as fault:
        raise PhoneFault(f"The phone failed: {fault.reason.strip() or fault.title}.") from fault


def _call(
    endpoint: Endpoint,
    script: CallScript,
    tell: Listener,
    folder: Path,
    stop: Callable[[], bool],
    cues: Callable[[], int],
) -> Times:
    # A measuring instrument: what it misses, the caller seems not to have heard.
    go_first(os.getpid())
    account = pj.Account()
    phones: list[AgentPhone] = []
    try:
        config = endpoint.account(_identity(script, endpoint.address))
        if script.password:
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", script.from_, 0, script.password))
        account.create(config, True)
        for number, agent in enumerate(script.agents, start=1):
            phones.append(AgentPhone(endpoint, agent, script.host, script.port, wav(folder, number)))
        for phone in phones:
            phone.wait()
        caller = Caller(endpoint, account, script, tell, wav(folder, 0), cues)
        for phone in phones:
            phone.caller = caller
        caller.dial()
        _follow(endpoint, caller, phones, stop)
        began = (caller.recorded_from, *(phone.recorded_from for phone in phones))
        return Times(caller.invited, time.monotonic(), began, caller.sound_from)
    finally:
        # Calls go before accounts, both before the library: their destructors would touch a library that is gone.
        for phone in phones:
            phone.leave()
        account.shutdown()


def _follow(endpoint: Endpoint, caller: Caller, phones: list[AgentPhone], stop: Callable[[], bool]) -> None:
    while not caller.over:
        endpoint.poll(ATTENTIVE if caller.attentive else IDLE)
        caller.tick()
        for phone in phones:
            phone.tick()
        if stop():
            caller.hang_up("interrupted")
    over = time.monotonic()
    while time.monotonic() < over + TAIL or (any(phone.busy for phone in phones) and time.monotonic() < over + LINGER):
        endpoint.poll()
        for phone in phones:
            phone.tick()


def _identity(script: CallScript, address: str) -> str:
    """The From address: the calling number, or RFC 3323's anonymous one."""
    if not script.from_:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    return f"sip:{script.from_}@{address}"
