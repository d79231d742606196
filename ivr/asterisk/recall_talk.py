"""What is said in calls back: to the agent, whose key dials the caller, or to the caller, whom his puts through."""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.asterisk.agi_agents import LONGEST_TALK
from ivr.asterisk.agi_order import AgiTalk, do, number, variable
from ivr.asterisk.agi_server import AgiSession
from ivr.asterisk.agi_talk import SERVED, Speaker
from ivr.asterisk.channel import AgiChannel
from ivr.asterisk.places import Places
from ivr.asterisk.recalls import AGENTS_RING, CALLERS_WAIT, DEAD_AFTER, JOINED, NAME, RESULT, handed, outside, phones
from ivr.book.book import LANGUAGE
from ivr.flow.commands import Ask, Enqueue, Phrase
from ivr.flow.node import Sentence
from ivr.service.attempts import Order, Stand
from ivr.service.ports import Fault, Voice
from ivr.values.wording import spelled

log = logging.getLogger(__name__)


class Recalls:
    """The body of the AGI sessions of calls back: ``order`` tells what each is for, ``places`` where callers stand, and
    ``is_dead`` whether an agent's phone has died in one.
    """

    def __init__(
        self,
        order: Callable[[str], Awaitable[Order | None]],
        voice: Callable[[], Voice],
        now: Callable[[], datetime],
        places: Places,
        is_dead: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._order = order
        self._is_dead = is_dead
        self._voice = voice
        self._now = now
        self._places = places

    async def __call__(self, session: AgiSession) -> None:
        """Serve one; who is not known is hung up by the dial plan."""
        order = await self._order(session.headers.get("agi_uniqueid", "").removeprefix(NAME))
        if order is None:
            log.warning("callback of nobody uniqueid=%.60r", session.headers.get("agi_uniqueid", ""))
            return
        speaker = Speaker(LANGUAGE, self._voice(), self._now)
        channel, began = AgiChannel(session, speaker, None, places=self._places), time.monotonic()
        try:
            if order.placing.first == "agent":
                if await channel.carry(with_agent(order, speaker)) and await self._is_dead(order.attempt):
                    await channel.carry(_said("gone"))
            elif await channel.carry(with_caller(order, speaker)):
                if order.stand is None:
                    await channel.carry(to_agents(order))
                else:
                    await channel.perform(through(order.stand, time.monotonic() - began))
        except Fault:  # its text holds the number
            log.warning("callback attempt=%s could not be carried out", order.attempt)
        except OSError as error:
            log.warning("callback attempt=%s: whether the agent was there is not known: %s", order.attempt, error)


def with_agent(order: Order, speaker: Speaker) -> AgiTalk[bool]:
    """Tell the agent whom he is to call, and dial the caller at his key.

    Whether the caller may have heard nobody: he has hung up on the agent, so soon that Asterisk would not have noticed
    yet that the agent's phone had died as the caller's rang.
    """
    placing = order.placing
    digits = order.phone.national or "00" + (order.phone.e164 or "+")[1:]
    words = (*_names(placing.brief), *spelled(digits), *_names(placing.brief_choices))
    key = yield from _key(words, "123", speaker)
    if key != "1":  # no key at all: his phone may have died, or a mailbox has picked up
        yield from _said({"2": "later", "3": "dropped"}.get(key, "untaken"))
        return False
    yield from _said("dialled")
    yield from do("SET", "VARIABLE", "CALLERID(num)", order.shown.national or "")
    # `g`: without it the end of the talk would be told as a failure of Dial.
    for name, value in handed(order):
        yield from do("SET", "VARIABLE", f"__{name}", value)
    rung = f"{outside(order)},{placing.ring},gr(ring){JOINED}"
    yield from do("EXEC", "Dial", rung, limit=placing.ring + LONGEST_TALK)
    if (yield from variable("DIALSTATUS")) != "ANSWER":
        return False
    return number((yield from variable("ANSWEREDTIME"))) < DEAD_AFTER


def with_caller(order: Order, speaker: Speaker) -> AgiTalk[bool]:
    """Greet the caller; whether he is to be put through, by his key: no machine ever reaches an agent."""
    key = yield from _key(_names(order.placing.hello), "13", speaker)
    yield from _said({"1": "through", "3": "declined"}.get(key, "unmanned"))
    return key == "1"


def to_agents(order: Order) -> AgiTalk[None]:
    """Ring the agents for a caller who was called first."""
    rung = f"{phones(order.placing)},{AGENTS_RING},gr(ring){JOINED}"
    yield from do("EXEC", "Dial", rung, limit=AGENTS_RING + LONGEST_TALK)


def through(stand: Stand, since: float) -> Enqueue:
    """The place of a caller who was called first, and is put through ``since`` seconds after the order."""
    return Enqueue(stand.queue, CALLERS_WAIT, stand.priority, stood=stand.waited + since, part=stand.part)


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
