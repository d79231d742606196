"""Callbacks on the exchange: the order that begins one, what is said in it, and what became of it.

An attempt is one call by a name of ours (ChannelId of Originate), so it is found again after a restart of ours.

* Agent first: a Local channel rings the agents, or waits in the queue at the caller's place, with nobody behind it
  (app_queue's argument ``position``: "enter the caller into the queue at the numerical position specified").  Who
  answers hears the number, and his key dials the caller.  `/n` keeps the two halves from being joined, which would take
  the channel that carries our name out of the call.
* Caller first: he is dialled; his key puts him through, in a queue at his place.

The dial plan's hang-up handler keeps the outcome in Asterisk itself, in a global variable: it is there for whoever
asks, also where we were dead when the call ended.  It is lost with Asterisk, and so is the call.

Sources: Asterisk 22, action Originate (manager.c), core_local.c, app_queue.c; GHSA-c4cg-9275-6w44 on what the right to
originate can do.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.asterisk.agi_agents import OWN, RING
from ivr.asterisk.agi_order import epoch, number
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.holds import Holds
from ivr.asterisk.loads import Loads
from ivr.asterisk.outside_conf import CALLED, THROUGH, dialled
from ivr.asterisk.places import Places
from ivr.asterisk.queues_conf import phone, within
from ivr.asterisk.switch import deleted, live_channels
from ivr.asterisk.tokens import token
from ivr.flow.placing import Placing
from ivr.service.attempts import CALL, Came, Order, Outcome, Stand

log = logging.getLogger(__name__)

NAME = CALL  # of the channels
OTHER = "-other"  # the half that rings the agents
RESULT = "IVR_RESULT"  # what was said in the call, where nobody was dialled
AGENTS_RING = 25  # seconds
LONGEST_WAIT = 4 * 3600  # seconds in a queue, behind nobody's ear; closing time ends it
CALLERS_WAIT = 900  # seconds for an agent, of a caller who was called first
NEAR = 60.0  # seconds until his turn, from which on a caller is called who then waits himself
REACHED = "Up"
JOINED = "U(callback-joined)"  # an option of Dial: the dial plan notes when who is dialled has answered
PARTS = 9  # of what a hang-up handler keeps: [callback-ended] of the dial plan
DEAD_AFTER = 20.0  # seconds: rtp_timeout of agents' phones (pjsip.conf)
SILENCED = "44"  # the cause of a channel that was cut by it (res_pjsip_sdp_rtp.c, rtp_check_timeout)
LISTENED = 0.4  # seconds, in which a phone that lives sends some twenty packets
PLACE_LIMIT = 10.0  # seconds to log in and give the order

SAID: Mapping[str, Outcome] = {
    "later": Outcome.LATER,
    "dropped": Outcome.DROPPED,
    "declined": Outcome.DECLINED,
    "unmanned": Outcome.UNMANNED,
    "untaken": Outcome.NOBODY,
    "gone": Outcome.GONE,
}
DIALSTATUS: Mapping[str, Outcome] = {
    "ANSWER": Outcome.TALKED,
    "BUSY": Outcome.BUSY,
    "NOANSWER": Outcome.NO_ANSWER,
    "CANCEL": Outcome.GONE,  # while it rang
    "CHANUNAVAIL": Outcome.UNREACHABLE,
    "CONGESTION": Outcome.UNREACHABLE,
}


class AmiExchange:
    """Fulfils the port ``Exchange``: asks over the controller's ``link``, and begins calls over one that may.

    ``caller`` makes a link of the account that may originate; it is logged in for that moment only.
    """

    def __init__(
        self, link: AmiLink, caller: Callable[[], AmiLink], places: Places, loads: Loads, holds: Holds
    ) -> None:
        self._link = link
        self._caller = caller
        self._places = places
        self._loads = loads
        self._holds = holds

    async def place(self, order: Order) -> None:
        """See the port."""
        position = await self._position(order)
        self._holds.expect(NAME + _attempt(order.attempt))
        async with asyncio.timeout(PLACE_LIMIT), self._caller() as link:
            await link.ready.wait()
            reply = await link.action("Originate", originate(order, position))
        if not reply.success:
            raise OSError(f"Asterisk refused to call back: {reply.message}")

    async def near(self, stand: Stand) -> bool:
        """See the port.  Who is next is called, however long the agents talk: while he is not there, whoever is free
        takes the one behind him.
        """
        queue = within(stand.queue, stand.part)
        ahead = await self._places.ahead(queue, stand.priority, stand.waited)
        turn = await self._loads.ahead(queue, ahead + 1, stand.priority)
        return turn is not None and (ahead == 0 or turn <= NEAR)

    async def alive(self) -> Mapping[str, bool]:
        """See the port."""
        channels = live_channels(await self._link.list("CoreShowChannels"))
        return {
            channel.unique_id.removeprefix(NAME): channel.state == REACHED
            for channel in channels
            if channel.unique_id.startswith(NAME) and not channel.unique_id.endswith(OTHER)
        }

    async def is_dead(self, attempt: str) -> bool:
        """Whether the one phone that is left in the call of an attempt sends nothing."""
        phones = await self._phones(attempt)
        if len(phones) > 1:  # the caller's is about to go
            await asyncio.sleep(LISTENED)
            phones = await self._phones(attempt)
        if len(phones) != 1:
            return False
        before = await self._sent(phones[0])
        await asyncio.sleep(LISTENED)
        return before != "" and before == await self._sent(phones[0])

    async def _phones(self, attempt: str) -> list[str]:
        return [
            channel.name
            for channel in live_channels(await self._link.list("CoreShowChannels"))
            if channel.linked_id == NAME + attempt and channel.name.startswith("PJSIP/")
        ]

    async def _sent(self, channel: str) -> str:
        """How many packets of sound have come from a phone."""
        reply = await self._link.action("Getvar", {"Channel": channel, "Variable": "CHANNEL(rtcp,rxcount)"})
        return reply.headers.get("Value", "")

    async def drop(self, attempt: str) -> None:
        """See the port."""
        for channel in live_channels(await self._link.list("CoreShowChannels")):
            if channel.unique_id == NAME + attempt:
                await self._link.action("Hangup", {"Channel": channel.name})

    async def result(self, attempt: str) -> Came:
        """See the port."""
        found = came(await self._kept(attempt), await self._kept(attempt + OTHER))
        return replace(found, held=self._holds.expect(NAME + attempt).taken())

    async def forget(self, attempt: str) -> None:
        """See the port."""
        self._holds.forget(NAME + attempt)
        for name in (attempt, attempt + OTHER):
            self._places.forget(NAME + name)
            await self._link.action("Setvar", deleted(variable_of(name)))

    async def _kept(self, name: str) -> str:
        reply = await self._link.action("Getvar", {"Variable": variable_of(name)})
        return reply.headers.get("Value", "")

    async def _position(self, order: Order) -> int | None:
        """Where who waits in the caller's stead stands; a caller who is called first has his place once he is there."""
        stand, channel = order.stand, NAME + _attempt(order.attempt)
        if stand is None:
            return None
        queue = within(stand.queue, stand.part)
        if order.placing.first == "caller":
            self._places.expect(channel, queue, stand.priority, stand.waited)
            return None
        return await self._places.enter(channel + OTHER, queue, stand.priority, stood=stand.waited)


def variable_of(attempt: str) -> str:
    """The global variable that holds how a call of ours ended."""
    return f"CALLBACK_{attempt}"


def originate(order: Order, place: int | None) -> dict[str, str | list[str]]:
    """The headers of the action Originate.  Raises ``UnsafeError``, and ``BadAction`` when it is sent."""
    placing, attempt = order.placing, _attempt(order.attempt)
    fields: dict[str, str | list[str]] = {
        "ChannelId": NAME + attempt,
        "Context": "callback",
        "Exten": "start",
        "Priority": "1",
        "Async": "true",
        "CallerID": f"<{order.shown.national}>",
    }
    variables = [f"IVR_CALLBACK={attempt}"]
    if placing.first == "caller":
        return fields | {
            "Channel": outside(order),
            "Timeout": f"{placing.ring * 1000}",
            "Variable": [*variables, *(f"__{name}={value}" for name, value in handed(order))],
        }
    if (stand := order.stand) is not None:
        queue = within(token("queue name", stand.queue), stand.part)
        variables += [f"IVR_QUEUE={queue}", f"IVR_PLACE={place or ''}", f"IVR_PRIORITY={stand.priority}"]
        channel, longest = "Local/queue@callback-agents/n", LONGEST_WAIT
    else:
        variables += [f"IVR_PHONES={phones(placing)}", f"IVR_RING={AGENTS_RING}"]
        channel, longest = "Local/phones@callback-agents/n", AGENTS_RING + 5
    variables.append(f"IVR_WAIT={longest}")
    return fields | {
        "Channel": channel,
        "OtherChannelId": NAME + attempt + OTHER,
        "Timeout": f"{longest * 1000}",
        "Variable": variables,
    }


def phones(placing: Placing) -> str:
    """The agents who ring all at once, as Dial wants them."""
    return "&".join(phone(agent) for agent in placing.agents)


def outside(order: Order) -> str:
    """The channel that reaches the caller: over a trunk, with its ceilings, or by an account that registers with us."""
    called = _international(order)
    if order.trunk is not None:
        return f"Local/s@{THROUGH}{token('agent name', order.trunk.name)}/n"
    return f"PJSIP/{called}@{token('agent name', order.placing.through)}"


def _international(order: Order) -> str:
    number = order.phone.e164 or ""
    if not re.fullmatch(r"\+[0-9]{6,15}", number, re.ASCII):
        raise OSError(f"{order.phone.masked} cannot be dialled")
    return number


def handed(order: Order) -> list[tuple[str, str]]:
    """What the context [way] wants to know of a call over a trunk."""
    if order.trunk is None:
        return []
    called = dialled(_international(order), order.trunk)
    return [(CALLED, called), (RING, f"{order.placing.ring}"), (OWN, order.shown.e164 or order.shown.national or "")]


def came(kept: str, other: str) -> Came:
    """What became of an attempt, by what the hang-up handlers of its two halves have kept: what was said, Dial's
    status, the phone and the name of the agent, when this half was reached, was joined with who was called second, and
    was over, the milliseconds of a talk to which a queue led, and the cause of its end.

    A talk that Asterisk cut because the agent's phone sent nothing was none where the phone had been dead before it.
    """
    *_, reached, joined, over, lasted, cause = _parts(kept)
    *_, other_over, _, _ = _parts(other)
    outcome, agent = _outcome(kept, other)
    talked = 0.0
    if outcome in (Outcome.TALKED, Outcome.GONE):
        talked = round(number(over) - number(joined), 3) if joined else number(lasted) / 1000
        if kept.startswith("dialled|") and cause == SILENCED and talked < DEAD_AFTER:
            outcome = Outcome.GONE
    return Came(outcome, agent, epoch(reached), epoch(over) or epoch(other_over), talked)


def _parts(kept: str) -> list[str]:
    return [*kept.split("|"), *[""] * PARTS][:PARTS]


def _outcome(kept: str, other: str) -> tuple[Outcome | None, str]:
    said, status, peer, member, *_ = _parts(kept)
    _, _, rung, served, *_ = _parts(other)
    agent = served or member or _agent(rung)
    if said in SAID:
        return SAID[said], agent
    if said == "through":  # the caller, to an agent: by a queue, which says who, or by Dial
        talked = bool(member) or status == "ANSWER"
        return (Outcome.TALKED, member or _agent(peer)) if talked else (Outcome.WAITED, "")
    if said == "dialled":
        return DIALSTATUS.get(status, Outcome.UNREACHABLE), agent
    if kept:  # answered, and gone before a key
        return (Outcome.NOBODY, agent) if other else (Outcome.UNMANNED, "")
    return None, ""


def _agent(peer: str) -> str:
    return peer.removeprefix("PJSIP/").rpartition("-")[0]


def _attempt(name: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{1,32}-[0-9]{1,6}", name, re.ASCII):
        raise ValueError(f"{name!r} is not the name of an attempt")
    return name
