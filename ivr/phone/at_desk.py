"""The process of an agent's phone that serves many calls (``python -m ivr.phone.at_desk``), started by ``desk`` only.

Orders come in as lines of JSON on standard input, the first says whose phone it is; each is acknowledged by a line on
standard output.  At the end of the orders the phone unregisters.
"""

import json
import os
import re
import select
import sys
from typing import Any

from ivr.phone.agent import AgentCall, AgentPhone
from ivr.phone.endpoint import Endpoint, PhoneFault, pj
from ivr.phone.script import Agent
from ivr.phone.urgency import go_first
from ivr.values.number import parse

CALLS = 32
"""At once: PJSUA has no more by default (PJSUA_MAX_CALLS)."""

_USER = re.compile(r"sips?:([^@>;]*)@")


class DeskPhone(AgentPhone):
    """Finds out who calls, and is for him as was ordered; who was not announced hears that the agent is busy."""

    def __init__(self, endpoint: Endpoint, agent: Agent, host: str, port: int) -> None:
        super().__init__(endpoint, agent, host, port, None)
        self.orders: dict[str, Agent] = {}

    def refuses(self, call: AgentCall, busy: bool) -> bool:
        found = _USER.search(str(call.getInfo().remoteUri))
        agent = self.orders.get(parse(found[1]).e164 or "" if found else "")
        if agent is None:
            return True
        call.agent = agent
        return agent.engaged

    def tick(self) -> None:
        super().tick()
        self.calls = [call for call in self.calls if not call.over]


def main() -> int:
    """Be there until there are no more orders."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())  # PJLIB prints
    whose = json.loads(sys.stdin.readline())
    try:
        with Endpoint(whose["host"], whose["port"], calls=CALLS) as endpoint:
            _serve(endpoint, whose, out)
    except PhoneFault as fault:
        print(fault, file=sys.stderr)
        return 2
    except pj.Error as fault:
        print(f"The phone failed: {fault.reason.strip() or fault.title}.", file=sys.stderr)
        return 2
    return 0


def _serve(endpoint: Endpoint, whose: dict[str, Any], out: Any) -> None:
    phone = DeskPhone(endpoint, Agent(**whose["agent"]), whose["host"], whose["port"])
    try:
        phone.wait()
        go_first(os.getpid())
        print("registered", file=out, flush=True)
        orders = b""
        while True:
            endpoint.poll()
            phone.tick()
            if not select.select([sys.stdin], [], [], 0)[0]:
                continue
            more = os.read(sys.stdin.fileno(), 65536)
            if not more:
                return
            *whole, orders = (orders + more).split(b"\n")
            for line in whole:
                order = json.loads(line)
                phone.orders[order["caller"]] = Agent(**order["agent"])
                print("understood", file=out, flush=True)
    finally:
        phone.leave()


if __name__ == "__main__":
    sys.exit(main())
