"""Messages waiting, told to agents' phones: a NOTIFY of `message-summary` (RFC 3842), sent unasked.

Asterisk as Debian builds it cannot be told of counts from outside (res_mwi_external is not built, since it excludes
app_voicemail), so the NOTIFY is ordered whole: action PJSIPNotify, class `system` (res_pjsip_notify.c; `Content` may be
given line by line).  The controller's own account may not; the one that reloads may, logged in for that moment.

A phone hears of it when something changes, and when it registers: Asterisk tells of that (ContactStatus).
"""

import asyncio
from collections.abc import Callable, Mapping

from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.tokens import token

EVENT = "ContactStatus"
ARRIVED = frozenset({"Created", "Reachable", "NonQualified"})
LIMIT = 10.0  # seconds to log in and give the order


class AmiLamps:
    """Fulfils the port ``Exchange`` of `ivr.service.postbox`; ``deploy`` makes a link of the account that may."""

    def __init__(self, deploy: Callable[[], AmiLink]) -> None:
        self._deploy = deploy

    async def light(self, agent: str, new: int, old: int) -> None:
        """See the port."""
        waiting = "yes" if new else "no"
        fields: dict[str, str | list[str]] = {
            "Endpoint": token("agent name", agent),
            "Variable": [
                "Event=message-summary",
                "Subscription-State=active",
                "Content-Type=application/simple-message-summary",
                f"Content=Messages-Waiting: {waiting}",
                f"Content=Voice-Message: {new}/{old} (0/0)",
            ],
        }
        async with asyncio.timeout(LIMIT), self._deploy() as link:
            await link.ready.wait()
            reply = await link.action("PJSIPNotify", fields)
        if not reply.success:
            raise OSError(f"Asterisk refused: {reply.message}")


def arrived(headers: Mapping[str, str]) -> str | None:
    """The agent whose phone has just come, if the event tells of one."""
    return headers.get("EndpointName") if headers.get("ContactStatus") in ARRIVED else None
