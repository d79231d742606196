"""Callbacks on the exchange: the order that begins one, what is said in it, and what became of it.

An attempt is one call by a name of ours (ChannelId of Originate), so it is found again after a restart of ours.

* Agent first: a Local channel rings the agents, or waits in the queue at the caller's place, with nobody behind it
  (app_queue's argument ``position``: "enter the caller into the queue at the numerical position specified").  Who
  answers hears the number, and his key dials the caller.  `/n` keeps the two halves from being joined, which would take
  the channel that carries our name out of the call.
* Caller first: he is dialled; his key puts him through.

The dial plan's hang-up handler keeps the outcome in Asterisk itself, in a global variable: it is there for whoever
asks, also where we were dead when the call ended.  It is lost with Asterisk, and so is the call.

Sources: Asterisk 22, action Originate (manager.c), core_local.c, app_queue.c; GHSA-c4cg-9275-6w44 on what the right to
originate can do.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from ivr.asterisk.agi_agents import LONGEST_TALK, OWN, RING
from ivr.asterisk.agi_order import AgiTalk, do
from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import SERVED, Speaker
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.outside_conf import CALLED, THROUGH, dialled
from ivr.asterisk.places import Places
from ivr.asterisk.queues_conf import phone
from ivr.asterisk.switch import live_channels
from ivr.asterisk.tokens import token
from ivr.book.book import LANGUAGE
from ivr.flow.commands import Ask, Dial, Enqueue, Phrase
from ivr.flow.node import Sentence
from ivr.service.placer import Order, Outcome
from ivr.service.ports import Fault, Voice
from ivr.values.wording import spelled

log = logging.getLogger(__name__)

NAME = "callback-"  # how the channels of attempts are called; what follows is the attempt
OTHER = "-other"  # the half that rings the agents
RESULT = "IVR_RESULT"  # what was said in the call, where nobody was dialled
AGENTS_RING = 25  # seconds
LONGEST_WAIT = 4 * 3600  # seconds in a queue, behind nobody's ear; closing time ends it
CALLERS_WAIT = 900  # seconds for an agent, of a caller who was called first
REACHED = "Up"
PLACE_LIMIT = 10.0  # seconds to log in and give the order

SAID: Mapping[str, Outcome] = {
    "later": Outcome.LATER,
    "dropped": Outcome.DROPPED,
    "declined": Outcome.DECLINED,
    "unmanned": Outcome.UNMANNED,
}
DIALSTATUS: Mapping[str, Outcome] = {
    "ANSWER": Outcome.TALKED,
    "BUSY": Outcome.BUSY,
    "NOANSWER": Outcome.NO_ANSWER,
    "CANCEL": Outcome.LATER,  # the agent hung up while it rang
    "CHANUNAVAIL": Outcome.UNREACHABLE,
    "CONGESTION": Outcome.UNREACHABLE,
}


class AmiExchange:
    """Fulfils the port ``Exchange``: asks over the controller's ``link``, and begins calls over one that may.

    ``caller`` makes a link of the account that may originate; it is logged in for that moment only.
    """

    def __init__(self, link: AmiLink, caller: Callable[[], AmiLink], places: Places) -> None:
        self._link = link
        self._caller = caller
        self._places = places

    async def place(self, order: Order) -> None:
        """See the port."""
        position = await self._position(order)
        async with asyncio.timeout(PLACE_LIMIT), self._caller() as link:
            await link.ready.wait()
            reply = await link.action("Originate", originate(order, position))
        if not reply.success:
            raise OSError(f"Asterisk refused to call back: {reply.message}")

    async def alive(self) -> Mapping[str, bool]:
        """See the port."""
        channels = live_channels(await self._link.list("CoreShowChannels"))
        return {
            channel.unique_id.removeprefix(NAME): channel.state == REACHED
            for channel in channels
            if channel.unique_id.startswith(NAME) and not channel.unique_id.endswith(OTHER)
        }

    async def drop(self, attempt: str) -> None:
        """See the port."""
        for channel in live_channels(await self._link.list("CoreShowChannels")):
            if channel.unique_id == NAME + attempt:
                await self._link.action("Hangup", {"Channel": channel.name})

    async def result(self, attempt: str) -> tuple[Outcome | None, str]:
        """See the port."""
        self._places.forget(NAME + attempt + OTHER)
        return outcome(await self._kept(attempt), await self._kept(attempt + OTHER))

    async def _kept(self, name: str) -> str:
        reply = await self._link.action("Getvar", {"Variable": variable_of(name)})
        return reply.headers.get("Value", "")

    async def _position(self, order: Order) -> int | None:
        """Where the caller would stand, had he not left: behind those who came before him."""
        if order.placing.queue is None or order.placing.first != "agent":
            return None
        channel = NAME + _attempt(order.attempt) + OTHER
        return await self._places.enter(channel, order.placing.queue, 0, stood=order.waited)


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
            "Variable": [*variables, *(f"__{name}={value}" for name, value in _handed(order))],
        }
    if placing.queue is not None:
        variables += [f"IVR_QUEUE={token('queue name', placing.queue)}", f"IVR_PLACE={place or ''}"]
        channel, longest = "Local/queue@callback-agents/n", LONGEST_WAIT
    else:
        variables += [f"IVR_PHONES={'&'.join(phone(agent) for agent in placing.agents)}", f"IVR_RING={AGENTS_RING}"]
        channel, longest = "Local/phones@callback-agents/n", AGENTS_RING + 5
    variables.append(f"IVR_WAIT={longest}")
    return fields | {
        "Channel": channel,
        "OtherChannelId": NAME + attempt + OTHER,
        "Timeout": f"{longest * 1000}",
        "Variable": variables,
    }


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


def _handed(order: Order) -> list[tuple[str, str]]:
    """What the context [way] wants to know of a call over a trunk."""
    if order.trunk is None:
        return []
    called = dialled(_international(order), order.trunk)
    return [(CALLED, called), (RING, f"{order.placing.ring}"), (OWN, order.shown.e164 or order.shown.national or "")]


def outcome(kept: str, other: str) -> tuple[Outcome | None, str]:
    """What became of an attempt, by what the hang-up handlers of its two halves have kept: what was said, Dial's
    status, and the phone and the name of the agent.  ``None``: nobody was reached.
    """
    said, status, peer, member = [*kept.split("|"), "", "", "", ""][:4]
    _, _, rung, served = [*other.split("|"), "", "", "", ""][:4]
    agent = served or member or _agent(rung)
    if said in SAID:
        return SAID[said], agent
    if said == "through":  # the caller, to an agent: by a queue, which says who, or by Dial
        talked = bool(member) or status == "ANSWER"
        return (Outcome.TALKED, member or _agent(peer)) if talked else (Outcome.WAITED, "")
    if said == "dialled":
        return DIALSTATUS.get(status, Outcome.UNREACHABLE), agent
    if kept:  # answered, and gone before a key
        return (Outcome.LATER, agent) if other else (Outcome.UNMANNED, "")
    return None, ""


def _agent(peer: str) -> str:
    return peer.removeprefix("PJSIP/").rpartition("-")[0]


def _attempt(name: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{1,32}-[0-9]{1,6}", name, re.ASCII):
        raise ValueError(f"{name!r} is not the name of an attempt")
    return name


class Recalls:
    """The body of the AGI sessions of calls back: ``order`` tells what each is for."""

    def __init__(
        self,
        order: Callable[[str], Awaitable[Order | None]],
        voice: Callable[[], Voice],
        now: Callable[[], datetime],
    ) -> None:
        self._order = order
        self._voice = voice
        self._now = now

    async def __call__(self, session: AgiSession) -> None:
        """Serve one; who is not known is hung up by the dial plan."""
        order = await self._order(session.headers.get("agi_uniqueid", "").removeprefix(NAME))
        if order is None:
            log.warning("callback of nobody uniqueid=%.60r", session.headers.get("agi_uniqueid", ""))
            return
        speaker = Speaker(LANGUAGE, self._voice(), self._now)
        talk = with_agent(order, speaker) if order.placing.first == "agent" else with_caller(order, speaker)
        try:
            await AgiChannel(session, speaker, None).carry(talk)
        except Fault:  # its text holds the number
            log.warning("callback attempt=%s could not be carried out", order.attempt)


def with_agent(order: Order, speaker: Speaker) -> AgiTalk[None]:
    """Tell the agent whom he is to call, and dial the caller at his key."""
    placing = order.placing
    digits = order.phone.national or "00" + (order.phone.e164 or "+")[1:]
    words = (*_names(placing.brief), *spelled(digits), *_names(placing.brief_choices))
    key = yield from _key(words, "123", speaker)
    if key != "1":
        return (yield from _said("dropped" if key == "3" else "later"))
    yield from _said("dialled")
    yield from do("SET", "VARIABLE", "CALLERID(num)", order.shown.national or "")
    # `g`: without it the end of the talk would be told as a failure of Dial.
    for name, value in _handed(order):
        yield from do("SET", "VARIABLE", f"__{name}", value)
    rung = f"{outside(order)},{placing.ring},gr(ring)"
    yield from do("EXEC", "Dial", rung, limit=placing.ring + LONGEST_TALK)
    return None


def with_caller(order: Order, speaker: Speaker) -> AgiTalk[None]:
    """Greet the caller, and put him through at his key: no machine ever reaches an agent."""
    placing = order.placing
    key = yield from _key(_names(placing.hello), "13", speaker)
    if key != "1":
        return (yield from _said("declined" if key == "3" else "unmanned"))
    yield from _said("through")
    if placing.queue is not None:
        yield from speaker.talk(Enqueue(placing.queue, CALLERS_WAIT))
    else:
        yield from speaker.talk(Dial(placing.agents, AGENTS_RING))
    return None


def _names(sentence: Sentence) -> Phrase:
    return tuple(part for part in sentence if isinstance(part, str))


def _key(words: Phrase, keys: str, speaker: Speaker) -> AgiTalk[str]:
    """The key pressed, asked for twice; empty: none that means anything."""
    for _ in range(2):
        heard = yield from speaker.talk(Ask(words, tuple(keys), 6.0))
        if heard.keys and heard.keys in keys:
            return str(heard.keys)
    return ""


def _said(what: str) -> AgiTalk[None]:
    yield from do("SET", "VARIABLE", RESULT, what)
    yield from do("SET", "VARIABLE", SERVED, "yes")
