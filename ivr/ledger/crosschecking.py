"""Asterisk's own record of each call, ours too, held against the ledger, call by call; pure.

The ledger is the controller's, so it cannot know of calls that the controller never had, nor of its own mistakes.
Asterisk notes by itself what becomes of every channel (channel event logging, ``cel_custom``; docker/asterisk/conf):
one line an event, of which these columns: event, Unix time, unique id of the channel, of the call that it belongs to,
name of the channel, context, extension.  No caller's number is among them.
https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/AMI_Events/CEL
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ivr.ledger.rows import Kept
from ivr.ledger.told import HERE
from ivr.service.attempts import CALL
from ivr.values.number import parse

WAITED = 1.5
"""Seconds by which they may differ about a wait: it is over when the agent answers, and he is joined after that."""

SAME = timedelta(seconds=0.5)
"""How far the two may be apart about one instant."""

AGENTS = "agents"
"""The context of the phones of agents.  Who lies outside is joined by a trunk's channel, and by a Local one of his."""

PARKED = "parked"
"""The context of whoever takes back a caller from his slot: only his end tells of which call he was."""

CARRIERS = "trunks"
INBOUND = ("public", CARRIERS, AGENTS)
"""The contexts of the dial plan in which numbers are dialled: by anybody, by carriers, by agents."""

CODE = "*"
"""What agents dial to say how they stand begins with it; that is no call."""

_STARTED, _ANSWERED, _ENDED, _MET = "CHAN_START", "ANSWER", "HANGUP", "BRIDGE_ENTER"
_WAITS, _LEFT = "APP_START", "APP_END"  # of Queue alone: cel.conf


@dataclass
class Seen:
    """A call as Asterisk saw it; ``met`` are those with whom the caller's line was joined, in order of their coming.

    ``waited`` are the seconds of each wait in a queue, and whether an agent ended it; ``waiting`` is since when one
    goes on.  ``number`` is empty where a carrier dialled an account, and named the number otherwise.
    """

    id: str
    number: str
    started: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    met: list[str] = field(default_factory=list)
    waited: list[tuple[float, bool]] = field(default_factory=list)
    waiting: datetime | None = None
    joined: datetime | None = None  # when his line was first joined with another's


@dataclass(frozen=True)
class Crosschecked:
    """What came of it: sentences, call by call, and how many calls agree."""

    differences: tuple[str, ...]
    agreed: int


def read(text: str) -> tuple[list[Seen], int]:
    """The calls to our numbers, and ours, of a file of events, in order of their coming, and how many lines are none of
    events.

    A line is torn where Asterisk was killed or the disk was full.
    """
    calls: dict[str, Seen] = {}
    torn = 0
    lines = csv.reader(io.StringIO(text.replace("\0", "")))
    while True:
        try:
            event, instant, channel, call, name, context, number = next(lines)
            at = datetime.fromtimestamp(float(instant), UTC)
        except StopIteration:
            break
        except (ValueError, OverflowError, csv.Error):
            torn += 1
            continue
        if event == _STARTED and channel == call and call.startswith(CALL):
            calls.setdefault(call, Seen(call, "", at))
        elif event == _STARTED and channel == call and context in INBOUND:
            if call.replace(".", "", 1).isdecimal() and not number.startswith(CODE):
                calls.setdefault(call, Seen(call, parse(number).national or "", at))
        elif event == _ENDED and channel == call and context == CARRIERS:
            calls.pop(call, None)  # none of our numbers: the dial plan went no further
        elif seen := calls.get(call):
            _note(seen, event, at, channel, name, context)
    return list(calls.values()), torn


def _note(seen: Seen, event: str, at: datetime, channel: str, name: str, context: str) -> None:
    if channel == seen.id:
        if event == _ANSWERED:
            seen.answered = seen.answered or at
        elif event == _ENDED:
            seen.ended = at
            _waited(seen, at, met=False)
        elif event == _WAITS:
            seen.waiting = at
        elif event in (_LEFT, _MET):
            if event == _MET:
                seen.joined = seen.joined or at
            _waited(seen, at, met=event == _MET)
    elif (event == _ENDED and context == PARKED and name.startswith("PJSIP/")) or (
        event == _MET and (name.endswith(";1") or (name.startswith("PJSIP/") and context == AGENTS))
    ):
        # PJSIP/camille-0000002a, and the half of Local/camille@reach-0000002a;1 that the caller talks with
        party = name.partition("/")[2].rpartition("-")[0].partition("@")[0]
        if party not in seen.met:
            seen.met.append(party)


def _waited(seen: Seen, at: datetime, *, met: bool) -> None:
    """He waits no more, if he did: who talks with an agent is still in the queue's application."""
    if seen.waiting is not None:
        seen.waited.append(((at - seen.waiting).total_seconds(), met))
        seen.waiting = None


def crosscheck(seen: Iterable[Seen], kept: Iterable[Kept], begin: datetime, end: datetime) -> Crosschecked:
    """Hold Asterisk's calls against the ledger's: those that began from ``begin`` to before ``end`` and are over.

    Either side may tell of calls beyond: those say what became of one that began a moment before or after.
    """
    theirs = {call.id: call for call in seen if call.ended}
    ours = {call.id: call for call in kept}
    waits = any(call.waited for call in theirs.values())  # those of before an update do not tell
    differences: list[tuple[datetime, str]] = []
    agreed = 0
    for call_id in {**ours, **theirs}:
        us, them = ours.get(call_id), theirs.get(call_id)
        began = us.started if us else them.started if them else end
        if not begin <= began < end:
            continue
        found = [f"{_told(call_id, us, them)}: {text}" for text in _differences(us, them, waits)]
        differences += [(began, text) for text in found]
        agreed += not found
    return Crosschecked(tuple(text for _, text in sorted(differences)), agreed)


def _told(call_id: str, us: Kept | None, them: Seen | None) -> str:
    call = us or them
    if call is None:
        raise ValueError("a call is of one side at least")
    return f"{call.started.astimezone(HERE):%Y-%m-%d %H:%M:%S}  {call.number}  call {call_id}"


def _differences(us: Kept | None, them: Seen | None, waits: bool) -> Iterator[str]:
    if us is not None and us.kind is not None:
        yield from _ours(us, them)
        return
    if us is None:
        yield "only Asterisk has it: nobody served it, or its record was lost"
        return
    if them is None:
        yield "only the ledger has it"
        return
    if them.number and us.number != them.number:
        yield f"the ledger says that {us.number} was dialled, Asterisk {them.number}"
    for what, mine, his in (("answered", us.answered, them.answered), ("ended", us.ended, them.ended)):
        if (mine is None) != (his is None) or (mine and his and abs(mine - his) > SAME):
            yield f"{what} {_instant(mine)} by the ledger, {_instant(his)} by Asterisk"
    if waits and us.tape:
        yield from _waits(us, them)
    talked, met = sorted(set(_talked(us))), sorted(them.met)
    if talked != met:
        yield f"the caller talked with {_names(talked)} by the ledger, with {_names(met)} by Asterisk"


def _ours(us: Kept, them: Seen | None) -> Iterator[str]:
    """Where the two do not tell the same of a call that we made; its channel is that of who was called first, or the
    half of a Local one that has heard him.  Asterisk makes none to an account that has no address.
    """
    if them is None:
        if us.agent or us.answered:
            yield "only the ledger has it"
        return
    if them.answered and them.ended and abs(us.ended - them.ended) > SAME:
        yield f"ended {_instant(us.ended)} by the ledger, {_instant(them.ended)} by Asterisk"
    theirs = (them.ended - them.joined).total_seconds() if them.joined and them.ended else 0.0
    mine = us.talked or 0.0
    if abs(mine - theirs) > WAITED:
        yield f"talked for {mine:.1f} s by the ledger, for {theirs:.1f} s by Asterisk"
    if mine and us.agent not in them.met:
        yield f"talked with {us.agent or 'nobody'} by the ledger, with {_names(them.met)} by Asterisk"


def _waits(us: Kept, them: Seen) -> Iterator[str]:
    """Where the two do not tell the same of the waits in queues.  Of one that we refused ourselves, as the parts of the
    queue were full together, Asterisk does not know.  One that it refused at the door, and one whose end we were not
    told, has no length in the ledger: it is not compared.  Of one that nobody ended by talking Asterisk notes the end
    when the caller's channel does something else: it may be shorter than that, but not longer.
    """
    results = [entry.get("result") or {} for entry in us.tape if "enqueue" in entry]
    ours = [result.get("waited") for result in results if not result.get("unasked")]
    if len(ours) != len(them.waited):
        yield f"{len(ours)} waits in queues by the ledger, {len(them.waited)} by Asterisk"
        return
    for mine, (his, met) in zip(ours, them.waited, strict=True):
        if mine is not None and (mine - his > WAITED or (met and his - mine > WAITED)):
            yield f"waited {mine:.1f} s in a queue by the ledger, {his:.1f} s by Asterisk"


def _talked(call: Kept) -> Iterator[str]:
    """With whom the caller talked, by the tape."""
    for entry in call.tape:
        if ("dial" in entry or "enqueue" in entry) and (agent := (entry.get("result") or {}).get("agent")):
            yield agent


def _instant(instant: datetime | None) -> str:
    return f"at {instant.astimezone(HERE):%H:%M:%S.%f}"[:-4] if instant else "never"


def _names(names: list[str]) -> str:
    return " and ".join(names) or "nobody"
