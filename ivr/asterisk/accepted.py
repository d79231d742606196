"""Whether Asterisk has taken up the accounts that it was told of, read back from it.

A reload says "success" also where an object was refused: the log has it, and the old object, or none, stays (sorcery
keeps what it had).  So each endpoint bears a digest of its sections, which its details then must show, beside the
objects that belong to it.  Sources: Asterisk 22, pjsip_configuration.c (`ami_show_endpoint`, which needs the class
`system`: its details hold passwords), res_pjsip_outbound_registration.c (`ami_show_outbound_registrations`).
"""

import re
from collections.abc import Mapping

from ivr.asterisk.ami_link import AmiLink, Refused
from ivr.asterisk.provision import MARK

_SECTION = re.compile(r"^\[([a-z][a-z0-9_-]*)\]\((?:agent|trunk)-([a-z]+)\)$", re.MULTILINE)
_MARK = re.compile(
    rf"^\[([a-z][a-z0-9_-]*)\]\([a-z]+-endpoint\)\n(?:.+\n)*?set_var = {MARK}=([0-9a-f]+)$", re.MULTILINE
)

DETAILS = {"endpoint": "EndpointDetail", "auth": "AuthDetail", "aor": "AorDetail", "identify": "IdentifyDetail"}
REGISTRATION = "registration"


def marks(pjsip: str) -> dict[str, str]:
    """The accounts of a text of pjsip.conf, and the digest of each."""
    return dict(_MARK.findall(pjsip))


def registering(before: str, now: str) -> list[str]:
    """The accounts that are new or other in ``now`` and register somewhere."""
    known = marks(before)
    parts = {name for name, part in _SECTION.findall(now) if part == REGISTRATION}
    return [name for name, mark in marks(now).items() if name in parts and known.get(name) != mark]


async def refused(link: AmiLink, before: str, now: str) -> list[str]:
    """What Asterisk did not take up of the accounts that are new or other in ``now``: one sentence each."""
    known = marks(before)
    wanted = {name: mark for name, mark in marks(now).items() if known.get(name) != mark}
    parts: dict[str, set[str]] = {}
    for name, part in _SECTION.findall(now):
        parts.setdefault(name, set()).add(part)
    told = []
    for name, mark in wanted.items():
        lacks = await _lacking(link, name, mark, parts[name] & DETAILS.keys())
        if lacks:
            told.append(f'it did not take up "{name}": {lacks}')
    wanting = registering(before, now)
    registered = await _registrations(link) if wanting else frozenset()
    told += [f'it does not register as "{name}"' for name in wanting if name not in registered]
    return told


async def _lacking(link: AmiLink, name: str, mark: str, parts: set[str]) -> str:
    try:
        entries = await link.list("PJSIPShowEndpoint", {"Endpoint": name})
    except Refused:
        return "it does not know it"
    there: Mapping[str, Mapping[str, str]] = {entry.get("Event", ""): entry for entry in entries}
    missing = sorted(part for part in parts if DETAILS[part] not in there)
    if missing:
        return f"no {', '.join(missing)}"
    return "" if f"{MARK}={mark}" in there[DETAILS["endpoint"]].get("SetVar", "") else "it kept the old one"


async def _registrations(link: AmiLink) -> frozenset[str]:
    try:
        entries = await link.list("PJSIPShowRegistrationsOutbound")
    except Refused:  # the module is not there
        return frozenset()
    return frozenset(entry.get("ObjectName", "") for entry in entries)
