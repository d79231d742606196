"""How the trunks are, asked of Asterisk over the controller's link."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ivr.asterisk.ami_link import AmiLink, Refused
from ivr.asterisk.tokens import token
from ivr.service.trunks import Registration, Seen

# Asterisk's words (res_pjsip_outbound_registration.c, sip_outbound_registration_status_str) in ours.
WORDS: Mapping[str, Registration] = {
    "Registered": "registered",
    "Unregistered": "not yet",
    "Rejected": "rejected",
    "Stopped": "rejected",
}


class AmiTrunks:
    """Fulfils the ports ``Exchange`` of `ivr.service.trunks` and of `ivr.service.spending`."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link

    async def look(self, names: Iterable[str]) -> Mapping[str, Seen]:
        """See the port.

        Whether a trunk's server answers is told by the same words by which Dial finds its address: there is none while
        it does not (func_pjsip_endpoint's kin in chan_pjsip, `PJSIP_DIAL_CONTACTS`, filters what is not reachable).
        """
        try:
            entries = await self._link.list("PJSIPShowRegistrationsOutbound")
        except Refused:  # the list is empty to some versions
            entries = ()
        registered = {one.get("ObjectName", ""): one.get("Status", "") for one in entries if "Status" in one}
        found = {}
        for name in names:
            asked = {"Variable": f"PJSIP_DIAL_CONTACTS({token('agent name', name)})"}
            reply = await self._link.action("Getvar", asked)
            word = registered.get(name)
            found[name] = Seen(bool(reply.headers.get("Value")), WORDS.get(word, "not yet") if word else None)
        return found

    async def shut(self, trunk: str, until: datetime | None) -> None:
        """See the port ``Exchange`` of `ivr.service.spending`: a global variable, read by [way] of the dial plan."""
        end = f"{until.timestamp():.0f}" if until else ""
        await self._link.action("Setvar", {"Variable": f"IVR_SPENT_{token('agent name', trunk)}", "Value": end})
