"""The desk: runs a call's errands, and passes everything else to its channel.

A failing memory or look-up never stops a call: what cannot be known is not known, and the flow goes on.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, assert_never

from ivr.flow.commands import Capture, Captured, Command, Dial, Enqueue, Play, Speak
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Discard,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overridden,
    Overrule,
    Post,
    Pronounce,
    Recall,
    Remember,
    Room,
    Spent,
    Tally,
    Verify,
    left,
)
from ivr.flow.line_commands import Tap, Tapped, Untap
from ivr.service.conversations import About, Conversations, Unkept
from ivr.service.live import Live
from ivr.service.pins import NoPins, Pins
from ivr.service.ports import (
    Channel,
    Codes,
    Fault,
    HungUp,
    Letter,
    Memory,
    Messages,
    Outbox,
    Queues,
    Recorded,
    Recordings,
    Remote,
    Speech,
    Toll,
)
from ivr.service.summons import Summons, Waiter
from ivr.values.call import Call
from ivr.values.recorded import numbered
from ivr.values.said import words
from ivr.values.site import Site

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds of a look-up before the caller hears that we are still here
LIMIT = 2.0  # seconds for memory to answer
ADOPTION = 10.0  # seconds for a recording to be looked at and kept
SETTLING = 0.3  # seconds for the exchange to close the message of a caller who hung up

T = TypeVar("T")


@dataclass(frozen=True)
class Office:
    """What every call's desk has at hand; ``now`` is the callers' clock."""

    memory: Memory
    outbox: Outbox
    remote: Remote
    messages: Messages
    codes: Codes
    live: Live
    now: Callable[[], datetime]
    pins: Pins = field(default_factory=NoPins)
    recordings: Recordings | None = None
    speech: Speech | None = None
    conversations: Conversations | None = None
    queues: Queues | None = None
    summons: Summons | None = None


@dataclass
class Desk:
    """Fulfils the port ``Channel`` around another one; ``sites`` are the other systems that the call's book names,
    and ``prompts`` its texts by language and id."""

    call: Call
    channel: Channel
    office: Office
    sites: Mapping[str, Site] = field(default_factory=dict)
    prompts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tapped: dict[str, Tapped] = field(default_factory=dict)  # what became of each recording, by name
    reaching: Collection[str] = ()  # the crises that reach who waits for somebody
    _language: str = field(init=False)
    _waiter: Waiter | None = field(init=False)

    def __post_init__(self) -> None:
        self._language = self.call.language
        summons = self.office.summons
        self._waiter = summons.waiter(self.call.id, self.reaching) if summons else None

    async def perform(self, command: Command[Any]) -> Any:
        """Run an errand, or have the channel carry the command out."""
        if isinstance(command, Errand):
            return await self._run(command)
        if isinstance(command, Capture):
            return await self._capture(command)
        if isinstance(command, Tap):
            return await self._tap(command)
        if isinstance(command, Untap):
            await self.channel.perform(command)
            return await self._untap()
        if isinstance(command, Dial | Enqueue) and self.office.summons and self._waiter:
            return await self.office.summons.perform(command, self.channel, self._waiter)
        if isinstance(command, Speak):
            self._language = command.language
        return await self.channel.perform(command)

    async def toll(self) -> Toll | None:
        try:
            return await self.channel.toll()
        finally:
            await self._untap()

    async def _tap(self, tap: Tap) -> Tapped:
        """A recording that cannot be kept is none, and the call goes on; so it does for who has refused before."""
        conversations, call = self.office.conversations, self.call
        if conversations is None or any(one.refused for one in self.tapped.values()):
            return Tapped(None, "the caller has refused" if conversations else "nobody is there to keep it")
        caller = call.caller.e164 or call.caller.national or call.caller.family.value
        number = call.dialled.national or call.dialled.raw
        try:
            name = await conversations.begin(About(call.id, number, caller, self.office.now(), tap.days, tap.announce))
        except Unkept as unkept:
            return Tapped(None, str(unkept))
        self.tapped[name] = Tapped(name)
        try:
            await self.channel.perform(replace(tap, name=name))
        except Fault as fault:
            log.warning("conversation not recorded: %s", fault)
            await self._untap()
            return Tapped(None, str(fault))
        return Tapped(name)

    async def _untap(self) -> None:
        """Note what became of the recording that is going on, if one is."""
        for name, tapped in self.tapped.items():
            if tapped.seconds is None and self.office.conversations is not None:
                seconds, refused, paused = await self.office.conversations.end(name)
                self.tapped[name] = Tapped(name, seconds=round(seconds, 1), refused=refused, paused=paused)

    async def _run(self, errand: Errand) -> Any:
        memory, caller, now = self.office.memory, self.call.caller.e164, self.office.now()
        match errand:
            case Recall(key=key):
                return await _within(memory.recall(caller, key, now), None) if caller else None
            case Remember(key=key, value=value, lasts=lasts):
                if caller:
                    await _within(memory.remember(caller, key, value, now + lasts), None)
            case Tally(of="now"):
                return sum(call.dialled.national == self.call.dialled.national for call in self.office.live.calls)
            case Tally(within=within):
                return await _within(memory.calls_since(caller, now - within), 0) if caller else 0
            case Bothers(how=how, within=within, shorter_than=shorter_than):
                return await _within(memory.bothers(caller, now - within, how, shorter_than), 0) if caller else 0
            case Load(queue=queue, what=what):
                queues = self.office.queues
                return await _within(queues.measure(queue, what), None) if queues else None
            case Learnt():
                return await _within(memory.learnt(caller, now), False) if caller else False
            case Spent():
                return await self._spent(errand, caller) if caller else None
            case Draw(sticky=sticky, salt=salt):
                return _share(f"{salt} {caller}") if sticky and caller else random.random()  # noqa: S311 - shares
            case Overridden(calendar=calendar):
                return await _within(memory.override(calendar, now), None)
            case Overrule(calendar=calendar, override=override):
                log.info("override by phone calendar=%s %s", calendar, override or "cleared")
                return await _within(memory.overrule(calendar, override), False)
            case InForce(crises=crises):
                return await _within(memory.crisis(crises), None)
            case Declare(crisis=crisis, on=on):
                log.info("crisis by phone name=%s on=%s", crisis, on)
                return await _within(memory.declare(crisis, on, now), False)
            case Verify(pin=pin, digits=digits):
                return self.office.pins.verify(pin, digits)
            case Numbered(digits=typed):
                return numbered(self.prompts).get(typed)
            case Adopt():
                return await self._adopt(errand)
            case Pronounce(name=name):
                text, speech = words(name, self._language), self.office.speech
                return await _within(speech.ready(self._language, text), False) if text and speech else False
            case Post():
                await self._post(errand)
            case Discard(message=message):
                await self.office.outbox.withdraw("message", "name", message)
                await self.office.messages.discard(message)
            case Room(mailbox=mailbox, most=most):
                held = await _within(self.office.outbox.held("message", "mailbox", mailbox), 0)
                return held < most
            case Issue():
                return await self.office.codes.issue(errand, self.call.id, now)
            case Fetch():
                return await self._fetch(errand)
            case _:
                assert_never(errand)
        return None

    async def _spent(self, errand: Spent, caller: str) -> Decimal | None:
        """Nothing is waited for between the two looks at other calls: two that come at once see each other, in turn."""
        spent = await _within(self.office.memory.spent(caller, errand.since), None)
        reserved = self.office.live.reserved(self.call)
        self.office.live.may_cost(self.call, errand.at_most)
        return spent if spent is None else spent + reserved

    async def _adopt(self, adopt: Adopt) -> bool:
        recordings, prompt = self.office.recordings, adopt.prompt
        if recordings is None:
            return False
        text = self.prompts.get(prompt.language, {}).get(prompt.id, "")
        kept = Recorded(prompt, text)
        log.info("recording by phone prompt=%s caller=%s", prompt, self.call.caller.masked)
        return await _within(recordings.adopt(adopt.take, kept), False, ADOPTION)

    async def _capture(self, capture: Capture) -> Captured:
        """Who hangs up while he speaks has left his message."""
        try:
            captured: Captured = await self.channel.perform(capture)
        except HungUp:
            await asyncio.sleep(SETTLING)
            seconds = await self.office.messages.seconds(capture.name)
            if seconds >= capture.least:
                await self._post(left(capture.name, seconds, capture.box, capture.mailbox))
            else:
                await self.office.messages.discard(capture.name)
            raise
        return captured

    async def _post(self, post: Post) -> None:
        call = self.call
        number = call.dialled.national or call.dialled.raw
        caller = call.caller.e164 or call.caller.family.value
        at = self.office.now()
        letter = Letter(
            post.kind, dict(post.facts), call.id, number, caller, at, post.flow, post.node, post.remote, post.path
        )
        await self.office.outbox.post(letter, post.once)

    async def _fetch(self, fetch: Fetch) -> Fetched:
        """Wait for a look-up; after a second the caller hears the filler, again and again, never dead air."""
        site = self.sites.get(fetch.remote)
        if site is None:
            log.error("look-up failed: no remote %s in the book of this call", fetch.remote)
            return Fetched("failed")
        asked = asyncio.ensure_future(self.office.remote.ask(fetch, site))
        try:
            await asyncio.wait({asked}, timeout=PATIENCE)
            while fetch.filler and not asked.done():
                await self.channel.perform(Play(fetch.filler))
            return await asked
        finally:
            # Not a TaskGroup: it would wrap the caller's hang-up in a group, and nobody would know it.
            asked.cancel()


def _share(caller: str) -> float:
    """The same number from 0 to 1 for the same caller, evenly spread over callers."""
    return int.from_bytes(hashlib.sha256(caller.encode()).digest()[:7]) / (1 << 56)


async def _within(answer: Awaitable[T], otherwise: T, limit: float = LIMIT) -> T:
    try:
        async with asyncio.timeout(limit):
            return await answer
    except Exception:
        log.exception("no answer in time, the call goes on without")
        return otherwise
