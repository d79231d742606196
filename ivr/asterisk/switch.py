"""Orders on the whole exchange; the only file that sends AMI actions (the link itself logs in and pings).

None of these orders is repeated by anybody: an order whose reply was lost may have been carried out.
Errors are all ``OSError``, so that who asks need not know this door: ``LinkLost`` and ``NoReply`` when the
link failed, ``Refused`` when Asterisk said no.  A name that Asterisk would read as something else is a
``BadAction`` (``ValueError``), and nothing is sent.
"""

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from ivr.asterisk.ami_link import AmiLink, BadAction, Headers, Refused
from ivr.asterisk.queues_conf import NEWS

_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9_]*/[^\s/,|][^\s,|]{0,199}", re.ASCII)
"""Technology, slash, the rest.  A name that begins with a slash is a regular expression to the action Hangup
(manager.c, action_hangup): it would hang up every channel that matches."""
_CALL = re.compile(r"[A-Za-z0-9_.-]{1,79}", re.ASCII)
_PLACE = re.compile(r"[A-Za-z0-9_+*#-]{1,79}", re.ASCII)
"""A context or an extension: 80 bytes in Asterisk, the closing NUL among them."""

GONE = ("no such channel", "channel does not exist", "channel not found")
"""How Asterisk 22 begins to say that the channel has ended meanwhile."""


@dataclass(frozen=True)
class LiveChannel:
    """One channel as Asterisk sees it now."""

    name: str
    unique_id: str
    """Whole, with its serial number: channels born in the same second differ in nothing else."""
    linked_id: str
    """The unique id of the first channel of this call."""
    state: str
    """Asterisk's word: Down, Ring, Ringing, Up, Busy ..."""
    caller: str
    """The number that calls; empty when withheld or unknown."""
    connected: str
    """The number at the other end; empty when there is none yet."""
    context: str
    extension: str
    application: str
    """What it is doing; empty between two applications."""
    bridge: str
    """The bridge it talks in; empty when it is in none."""
    age: timedelta
    """Since the channel was born, to the second."""


class AmiSwitch:
    """The exchange behind one AMI link."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link

    async def channels(self) -> tuple[LiveChannel, ...]:
        """All channels alive now."""
        return live_channels(await self._link.list("CoreShowChannels"))

    async def hang_up(self, channel: str) -> bool:
        """Ask for one channel to be hung up; False when it is gone already."""
        return await self._order("Hangup", {"Channel": _channel(channel)})

    async def redirect(self, channel: str, context: str, extension: str) -> bool:
        """Send one channel to the first step of an extension; False when it is gone already."""
        place = {"Context": _place("context", context), "Exten": _place("extension", extension)}
        return await self._order("Redirect", {"Channel": _channel(channel), **place, "Priority": "1"})

    async def call_out(self, calls: Collection[str]) -> frozenset[str]:
        """Call those of these calls (unique ids) that ring somebody or wait in a queue out of it; those that talk are
        left alone, and told.

        As if the caller had pressed a key.  Source: app_senddtmf.c, manager_play_dtmf (`Receive`: queued as if heard).
        """
        channels = [one for one in await self.channels() if one.unique_id in calls]
        for one in channels:
            if one.application in ("Dial", "Queue") and not one.bridge:
                await self._order("PlayDTMF", {"Channel": _channel(one.name), "Digit": NEWS, "Receive": "true"})
        return frozenset(one.unique_id for one in channels if one.bridge)

    async def reload(self, module: str, limit: float | None = None) -> None:
        """Have a module read its settings again, within ``limit`` seconds; needs an account that may."""
        await self._order("Reload", {"Module": module}, limit)

    async def pause(self, phone: str, paused: bool) -> None:
        """Have all queues ring a phone no more, or again; needs an account that may."""
        await self._order("QueuePause", {"Interface": _channel(phone), "Paused": "true" if paused else "false"})

    async def paused(self) -> dict[str, str]:
        """The phones that no queue rings, and the agents whose they are."""
        entries = await self._link.list("QueueStatus")
        return {
            entry.get("Location", ""): entry.get("Name", "")
            for entry in entries
            if entry.get("Event") == "QueueMember" and entry.get("Paused") == "1"
        }

    async def register(self, trunk: str) -> None:
        """Have a trunk register now: another password alone would be tried only when the refused one's pause ends."""
        await self._order("PJSIPRegister", {"Registration": _place("trunk", trunk)})

    async def mute(self, channel: str, muted: bool) -> bool:
        """Have silence recorded of a talk, or sound again; False when nothing is recorded there, or it is gone.

        Source: app_mixmonitor.c, manager_mute_mixmonitor: it wants the right `call` or `system`.
        """
        reply = await self._link.action(
            "MixMonitorMute", {"Channel": _channel(channel), "Direction": "both", "State": "1" if muted else "0"}
        )
        return reply.success

    async def set_variable(self, channel: str, name: str, value: str) -> bool:
        """Set a variable of one channel; False when it is gone already."""
        return await self._order("Setvar", {"Channel": _channel(channel), "Variable": name, "Value": value})

    async def refused(self, call: str) -> bool:
        """Whether the caller has refused in this call that he is recorded, by its id; see [tape] of the dial plan."""
        reply = await self._link.action("Getvar", {"Variable": f"IVR_REFUSED_{_call(call)}"})
        if not reply.success:
            raise Refused("Getvar", reply.message)
        return reply.headers.get("Value") == "yes"

    async def forget(self, call: str) -> None:
        """Delete the note of that refusal: Asterisk would keep it for as long as it runs."""
        await self._order("Setvar", deleted(f"IVR_REFUSED_{_call(call)}"))

    async def ping(self) -> float:
        """Seconds that Asterisk's manager takes to answer."""
        clock = asyncio.get_running_loop().time
        began = clock()
        await self._order("Ping", {})
        return clock() - began

    async def _order(self, action: str, fields: dict[str, str], limit: float | None = None) -> bool:
        reply = await self._link.action(action, fields, limit=limit)
        if not reply.success and not reply.message.lower().startswith(GONE):
            raise Refused(action, reply.message)
        return reply.success


def deleted(variable: str) -> dict[str, str]:
    """The headers of Setvar that have a global variable be no more; one that is set to nothing would stay.

    Source: docs.asterisk.org, Asterisk 22, Dialplan Functions, GLOBAL_DELETE (since 20.6).
    """
    return {"Variable": f"GLOBAL_DELETE({variable})", "Value": ""}


def live_channels(entries: tuple[Headers, ...]) -> tuple[LiveChannel, ...]:
    """The entries of CoreShowChannels as values; also what the link's resync handlers are given."""
    return tuple(
        LiveChannel(
            name=entry.get("Channel", ""),
            unique_id=entry.get("Uniqueid", ""),
            linked_id=entry.get("Linkedid", ""),
            state=entry.get("ChannelStateDesc", ""),
            caller=_number(entry, "CallerIDNum"),
            connected=_number(entry, "ConnectedLineNum"),
            context=entry.get("Context", ""),
            extension=entry.get("Exten", ""),
            application=entry.get("Application", ""),
            bridge=entry.get("BridgeId", ""),
            age=_age(entry.get("Duration", "")),
        )
        for entry in entries
        if entry.get("Event") == "CoreShowChannel"
    )


def _number(entry: Headers, name: str) -> str:
    number = entry.get(name, "")
    return "" if number == "<unknown>" else number


def _age(duration: str) -> timedelta:
    """Asterisk writes hours:minutes:seconds, the hours without an upper limit."""
    parts = duration.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        return timedelta()
    hours, minutes, seconds = map(int, parts)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _channel(name: str) -> str:
    if not _CHANNEL.fullmatch(name):
        raise BadAction(f"{name!r} is not the name of a channel such as PJSIP/camille-00000001")
    return name


def _call(id_: str) -> str:
    if not _CALL.fullmatch(id_):
        raise BadAction(f"{id_!r} is not the id of a call")
    return id_


def _place(what: str, name: str) -> str:
    if not _PLACE.fullmatch(name):
        raise BadAction(f"{name!r} cannot be the {what} to redirect to: letters, digits, _ + * # - only")
    return name
