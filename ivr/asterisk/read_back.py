"""Whether Asterisk has taken up what it was told of queues, numbers and browsers, asked of itself.

A reload says "success" also where it passed over a line: the log has it.  So what can be seen from outside is compared
with what was written; accounts have a way of their own (`ivr.asterisk.accepted`).  Not seen are music and the ports of
sound: only Asterisk's console tells of these.  Sources: Asterisk 22, app_queue.c (`manager_queues_status`), pbx.c
(`manager_show_dialplan_helper`), http.c (`ast_http_send`: `servername` of http.conf).
"""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Iterable, Mapping

from ivr.asterisk.ami_link import AmiLink, Headers, Refused

Step = tuple[str, str, str]
"""Context, extension, priority."""
Steps = Mapping[Step, tuple[str, str]]
"""Each with its application and what that is told."""

SHOWN = {"strategy": "Strategy", "maxlen": "Max", "weight": "Weight"}
"""The settings of a queue that Asterisk tells, and what it calls them."""
MOST_TOLD = 3
CONNECT_LIMIT = 3.0  # seconds
LIST_LIMIT = 20.0  # seconds, for the steps of 10,000 numbers
FEW = 40  # extensions that have changed, which are asked for one by one
ABSENT = "Did not find"  # how Asterisk begins to say that there is no such extension, or context
FIXED = 20_000  # entries at most of what is not of these texts: the fixed part of the dial plan
SERVER = re.compile(rb"^Server: IVR\r$", re.MULTILINE)

_SETTING = re.compile(r"^([a-z-]+) = (.*)$")
_SECTION = re.compile(r"^\[([a-z0-9._-]+)\]")
_STEP = re.compile(r"^(?:exten => ([^,]+),([0-9]+|hint)| same => n(?:\([a-z]+\))?),(.*)$")
_APPLICATION = re.compile(r"([A-Za-z]+)\((.*)\)")
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to ask where it listens everywhere


async def unlike_queues(link: AmiLink, now: str) -> list[str]:
    """What Asterisk has otherwise of the queues of a text of queues.conf: one sentence each."""
    try:
        entries = await link.list("QueueStatus")
    except Refused as error:
        return [f"it does not say what queues it has ({error.message})"]
    queues = {entry.get("Queue", ""): entry for entry in entries if entry.get("Event") == "QueueParams"}
    serving = [entry for entry in entries if entry.get("Event") == "QueueMember"]
    told = []
    for name, settings in _sections(now):
        if name not in queues:
            told.append(f'it does not know the queue "{name}"')
            continue
        wanted = {SHOWN[key]: value for key, value in settings if key in SHOWN}
        told += [
            f'of the queue "{name}" it has {key} {queues[name].get(key)}, not {value}'
            for key, value in wanted.items()
            if queues[name].get(key) != value
        ]
        # interface, penalty, name, whose state counts; who is paused is told by another order
        members = {tuple(value.split(",")[:4]) for key, value in settings if key == "member"}
        there = {
            tuple(entry.get(key, "") for key in ("Location", "Penalty", "Name", "StateInterface"))
            for entry in serving
            if entry.get("Queue") == name and entry.get("Membership") == "static"
        }
        others = sorted({member[2] for member in members ^ there})
        if others:
            told.append(f'of the queue "{name}" it has other agents: {", ".join(others)}')
    return told


async def unlike_numbers(link: AmiLink, before: str, now: str) -> list[str]:
    """What Asterisk has otherwise of a text of the dial plan, and still of what an earlier one had.

    Where little has changed it is asked for just that: 10,000 numbers are 40,000 steps, whose list takes 2 s.  What is
    compared is compared in a thread, as calls in progress would wait for it.
    """
    wanted, earlier, few = await asyncio.to_thread(_changed, now, before)
    entries: list[Headers] = []
    try:
        if few is None:
            entries += await link.list("ShowDialPlan", limit=LIST_LIMIT, most=FIXED + len(wanted) + len(earlier))
        for context, extension in few or ():
            entries += await _of(link, context, extension)
    except Refused as error:
        return [f"it does not say what numbers it has ({error.message})"]
    return await asyncio.to_thread(_unlike, entries, wanted, earlier)


def _changed(now: str, before: str) -> tuple[Steps, Steps, list[tuple[str, str]] | None]:
    """The steps of two texts, and the extensions in which they differ; of a few, their steps alone, else ``None``."""
    wanted, earlier = steps(now), steps(before)
    changed = {step[:2] for step, _ in wanted.items() ^ earlier.items()}
    if len(changed) > FEW:
        return wanted, earlier, None
    wanted, earlier = ({step: at[step] for step in at if step[:2] in changed} for at in (wanted, earlier))
    return wanted, earlier, sorted(changed)


async def _of(link: AmiLink, context: str, extension: str) -> tuple[Headers, ...]:
    """The steps of one extension, which may not be there at all."""
    try:
        return await link.list("ShowDialPlan", {"Context": context, "Extension": extension})
    except Refused as error:
        if error.message.startswith(ABSENT):
            return ()
        raise


def _unlike(entries: Iterable[Headers], wanted: Steps, earlier: Steps) -> list[str]:
    there = {
        (entry.get("Context", ""), entry.get("Extension", ""), entry.get("Priority", "")): (
            entry.get("Application", ""),
            entry.get("AppData", ""),
        )
        for entry in entries
        if "Priority" in entry
    }
    lacking = {step[:2] for step, does in wanted.items() if there.get(step) != does}
    kept = {step[:2] for step in earlier.keys() - wanted.keys() if step in there} - lacking
    told = [f'it has not "{extension}" as it should [{context}]' for context, extension in sorted(lacking)]
    told += [f'it still has "{extension}" [{context}]' for context, extension in sorted(kept)]
    return told if len(told) <= MOST_TOLD else [*told[:MOST_TOLD], f"and {len(told) - MOST_TOLD} more"]


async def unlike_browsers(now: str) -> list[str]:
    """Whether browsers cannot come in where a text of http.conf says: another program may have that port."""
    settings = {key: value for _, found in _sections(now) for key, value in found}
    if settings.get("tlsenable") != "yes":
        return []
    at = settings["tlsbindaddr"]
    host, _, port = at.rpartition(":")
    address = str(ipaddress.ip_address(host.strip("[]")))
    anybody = ssl.create_default_context()
    anybody.check_hostname = False  # it is this machine that is asked, for a name and no secret
    anybody.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(CONNECT_LIMIT):
            reader, writer = await asyncio.open_connection(_ANYWHERE.get(address, address), int(port), ssl=anybody)
            try:
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                await writer.drain()
                answer = await reader.read(4096)
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        return [f"browsers cannot reach it at {at} ({error or 'no answer'})"]
    return [] if SERVER.search(answer) else [f"browsers do not reach it at {at}, but another program"]


def steps(text: str) -> Steps:
    """The steps of a text of the dial plan, each with its application and what that is told; of a hint, the phone."""
    found: dict[Step, tuple[str, str]] = {}
    context, extension, priority = "", "", 0
    for line in text.splitlines():
        if head := _SECTION.match(line):
            context = head[1]
        elif step := _STEP.match(line):
            extension = step[1] or extension
            if step[2] == "hint":
                found[context, extension, "hint"] = step[3], ""
                continue
            priority = int(step[2]) if step[2] else priority + 1
            does = _APPLICATION.fullmatch(step[3])
            found[context, extension, str(priority)] = (does[1], does[2]) if does else (step[3], "")
    return found


def _sections(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of a text in order, each with its settings in order."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if head := _SECTION.match(line):
            found.append((head[1], []))
        elif setting := _SETTING.match(line):
            found[-1][1].append((setting[1], setting[2]))
    return found
