"""What reaches agents, in AGI: ringing them, and waiting in a queue until one is free."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ivr.asterisk.agi_limit import ready_to_warn
from ivr.asterisk.agi_order import AgiTalk, do, epoch, number, variable
from ivr.asterisk.causes import DIALSTATUS, QUEUESTATUS, REFUSED
from ivr.asterisk.outside_conf import CONTEXT
from ivr.asterisk.queues_conf import MOST_PENALTY, NEWS, REACH, within
from ivr.flow.commands import Dial, Dialled, Enqueue, Queued, Reachable, Reached, Served, There
from ivr.service.ports import Fault
from ivr.values.music import DEFAULT
from ivr.values.outside import Outside
from ivr.values.queue import Queue

LONGEST_TALK = 4 * 3600.0  # the dialplan's own net, TIMEOUT(absolute), is no longer
HOLD = "CHANNEL(musicclass)"  # wins over what queues.conf says (res_musiconhold.c, local_ast_moh_start)
CUT_AFTER = "IVR_LIMIT"  # whole seconds: a conversation of more was cut, should we not live to say so
CUT_SHORT = 0.5  # seconds before its limit from which on a conversation was ended by it
AT_TALK = "queue-talk"  # the context in which an agent's channel is given its limit
# Variables with which that context works.  Those with underscores are handed on to it; the others it sets on the
# caller's channel: that somebody picked up without taking the call, and that somebody has taken it.
RING, WHISPER, ACCEPT = "IVR_RING", "IVR_WHISPER", "IVR_ACCEPT"
SINCE = "IVR_SINCE"  # when the caller came, of who is told how long he has been in the line
TOLD, CALLER, OWN = "IVR_TOLD", "IVR_CALLER", "IVR_OWN"  # handed on to [way] of the dial plan, which has their sense
DECLINED, TAKEN = "IVR_DECLINED", "IVR_TAKEN"
HEARINGS, TO_PRESS = 2, 5  # how often he hears what to press, and the seconds that he has each time, as it says there
TALK_LIMIT = "IVR_TALK_LIMIT"  # and the variable that says it; inherited, hence its underscores
TALK_WARN = "IVR_TALK_WARN"  # likewise, when the caller is to be warned of that limit

PARKED = "IVR_PARKED"  # on the caller's channel: the slot in which an agent has left him (context `park`)
PARKS = "__IVR_PARKS"  # on the agents' channels: that they may
SLOT = "GROUP(parked)"  # a slot is taken by whoever is of that group

NOWHERE = Outside()


class Sound(Protocol):
    """What is played: where it lies, and how long it is."""

    @property
    def path(self) -> str: ...

    @property
    def seconds(self) -> float: ...


def reachable(asked: Reachable, outside: Outside, known: Mapping[str, Queue]) -> AgiTalk[There]:
    """Asterisk's own word on the agents' phones: away are those that are not registered, and no others.

    The registrar is asked, as Dial will: DEVICE_STATE follows a registration later, and would call a phone away that
    has just come.  Whether there is an address is all that is read of it: it may hold anything.  Who lies outside is
    there while one of his trunks answers.

    A queue's members are asked in the same way, but for those who are paused; those who are logged out are none.
    Source: app_queue's QUEUE_MEMBER_LIST, QUEUE_MEMBER(…,penalty,…), QUEUE_WAITING_COUNT (core show function, 22.10.1).
    """
    there: list[str] = []
    for agent in asked.agents:
        for account in outside.ways.get(agent, (agent,)):
            if (yield from _registered(account)):
                there.append(agent)
                break
    queues: list[str] = []
    full = False
    for door in asked.doors:
        queue = within(door.queue, door.part)
        if door.most and (yield from _full(door.queue, door.most, known.get(door.queue))):
            full = True
        elif door.empty or (yield from _served(queue)):
            queues.append(door.queue)
    return There(tuple(there), tuple(queues), full)


def _full(name: str, most: int, queue: Queue | None) -> AgiTalk[bool]:
    """Whether so many wait in a queue, in all of its parts together: Asterisk counts each part by itself, as a queue.

    They are counted before the caller enters: two who come in the same instant may both be let in, each into a part of
    his own, as neither is there while the other counts.  Within one part Asterisk's maxlen, which is the same, holds.
    """
    waiting = 0.0
    for part in ("", *(queue.parts if queue else ())):
        waiting += number((yield from variable(f"QUEUE_WAITING_COUNT({within(name, part)})")))
        if waiting >= most:
            return True
    return False


def _registered(agent: str) -> AgiTalk[bool]:
    reply = yield from do("GET", "VARIABLE", f"PJSIP_DIAL_CONTACTS({agent})")
    return reply.result != "1" or bool(reply.note)


def _served(queue: str) -> AgiTalk[bool]:
    """Whether an agent is there who is not paused by order; who rests is there."""
    for interface in (yield from variable(f"QUEUE_MEMBER_LIST({queue})")).split(","):
        technology, _, agent = interface.partition("/")
        if technology not in ("PJSIP", "Local"):
            continue
        penalty = yield from variable(f"QUEUE_MEMBER({queue},penalty,{interface})")
        if number(penalty) > MOST_PENALTY:
            continue
        if (yield from _registered(agent.partition("@")[0])):
            return True
    return False


def dial(
    dial: Dial, warning: str, whisper: Sequence[Sound] = (), accept: Sequence[Sound] = (), outside: Outside = NOWHERE
) -> AgiTalk[Dialled]:
    """Ring the agents' phones; the caller hears ringing, or the music.  `g`: the call goes on when the agent hung up.

    `L` cuts the conversation and warns of it, by the sound at ``warning``, within the exchange: both hold if we die.
    On an answered line the timer of the exchange does both.

    Who is told something first is rung on a channel of his own (context `reach`), which answers once he has heard
    ``whisper`` and pressed 1 to ``accept``: until then Dial goes on ringing, nobody's ring is cut off by a mailbox that
    picked up, and the caller's line is not answered.  The ring lasts longer by what he is told.

    Who lies outside is rung on such a channel too (context `outside`), which tries one trunk after the other.

    `d`: the caller may be called out of it, by the key ``NEWS`` (app_dial.c, OPT_DTMF_EXIT: DIALSTATUS is CANCEL then).

    For who waits in a slot a channel rings that nobody answers (context `parked`): who dials the slot picks it up, by
    the mark that it bears (app_directed_pickup, PICKUPMARK).
    """
    ring = max(1, round(dial.ring))
    limit = dial.limit
    if dial.warn is not None:
        yield from do("SET", "VARIABLE", "LIMIT_WARNING_FILE", warning)
    if dial.music:
        yield from do("SET", "VARIABLE", HOLD, dial.hold or DEFAULT)
    if limit is not None:
        yield from do("SET", "VARIABLE", CUT_AFTER, f"{limit - 1:.0f}")
    warned = f":{dial.warn.before * 1000:.0f}" if dial.warn else ""
    options = ("dgm" if dial.music else "dgr(ring)") + (f"L({limit * 1000:.0f}{warned})" if limit is not None else "")
    told = bool(whisper or accept)
    if dial.parks:
        yield from do("SET", "VARIABLE", PARKS, "yes")
    phones = "&".join(_phone(agent, told, outside) for agent in dial.agents)
    if dial.slot:
        phones = "Local/s@parked/n"
        yield from do("SET", "VARIABLE", "_PICKUPMARK", dial.slot)
    lasts = ring
    if outside.ways.keys() & set(dial.agents):
        for name, value in (
            (f"__{RING}", f"{ring}"),
            (f"__{TOLD}", "U(told)" if told else ""),
            (f"__{CALLER}", outside.caller),
            (f"__{OWN}", outside.own),
        ):
            yield from do("SET", "VARIABLE", name, value)
    if told:
        for name, value in (
            (f"__{RING}", f"{ring}"),
            (f"__{WHISPER}", "&".join(sound.path for sound in (*whisper, *accept))),
            (f"__{ACCEPT}", "&".join(sound.path for sound in accept)),
            (DECLINED, ""),
            (TAKEN, ""),
        ):
            yield from do("SET", "VARIABLE", name, value)
        lasts += round(sum(one.seconds for one in whisper) + HEARINGS * (sum(one.seconds for one in accept) + TO_PRESS))
    yield from do("EXEC", "Dial", f"{phones},{lasts},{options}", limit=lasts + LONGEST_TALK)
    status = yield from variable("DIALSTATUS")
    if status == "CANCEL" and (yield from _called_out()):
        return Dialled(Reached.NO_ANSWER, news=True)  # he keeps his slot
    if dial.slot:
        yield from do("SET", "VARIABLE", SLOT, "")
    reached = DIALSTATUS.get(status, Reached.UNAVAILABLE)
    if status == "CHANUNAVAIL" and (yield from variable("HANGUPCAUSE")) == REFUSED:
        reached = Reached.BUSY
    if reached is not Reached.TALKED:
        declined = (whisper or accept) and (yield from variable(DECLINED))
        return Dialled(Reached.DECLINED if declined else reached)
    peer = yield from variable("DIALEDPEERNAME")
    answered = epoch((yield from variable("CDR(answer,u)")))
    cut = limit is not None and number((yield from variable("ANSWEREDTIME_MS"))) / 1000 > limit - CUT_SHORT
    return Dialled(reached, agent_of(peer), answered, cut, parked=(yield from _parked()) if dial.parks else "")


def _called_out() -> AgiTalk[bool]:
    """Whether it was the key of the controller that ended the wait: Dial and Queue jump to it as to an extension."""
    return (yield from variable("EXTEN")) == NEWS


def _parked() -> AgiTalk[str]:
    """The slot in which the agent has left the caller, told once; empty: the talk is over."""
    slot = yield from variable(PARKED)
    if slot:
        yield from do("SET", "VARIABLE", PARKED, "")
    return slot


def agent_of(channel: str) -> str | None:
    """Whose channel it is: ``PJSIP/camille-0000002a``, ``Local/camille@reach-0000002a;1``."""
    return channel.partition("/")[2].rpartition("-")[0].partition("@")[0] or None


def _phone(agent: str, told: bool, outside: Outside) -> str:
    if agent in outside.ways:
        return f"Local/{agent}@{CONTEXT}/n"
    return f"Local/{agent}@{REACH}/n" if told else f"PJSIP/{agent}"


def enqueue(
    wanted: Enqueue,
    language: str,
    warning: str,
    whisper: Sequence[Sound] = (),
    accept: Sequence[Sound] = (),
    queue: Queue | None = None,
) -> AgiTalk[Queued]:
    """Wait in a queue.  Its own announcements are in the channel's language, as estimate.tongue writes it.

    `c`: the call goes on when the agent has hung up; `C`: phones that rang in vain show no missed call.  Queue has no
    limit of its own for the talk: a subroutine on the agent's channel arms one, at whose end the agent is hung up, and
    has the caller warned of it by the sound at ``warning``.

    Who is told something first is rung as by :func:`dial`: his channel answers once he has heard it and taken the call.

    Where the ``queue`` has parts and lets in only so many, they are counted first.
    """
    if queue and queue.parts and queue.max_length and (yield from _full(queue.name, queue.max_length, queue)):
        return Queued(Served.FULL, unasked=True)
    limit = f"{wanted.limit:.0f}" if wanted.limit is not None else ""
    warned = ""
    if wanted.limit is not None and wanted.warn is not None and (yield from ready_to_warn(warning)):
        warned = f"{wanted.limit - wanted.warn.before:.0f}"
    for name, value in (
        ("CHANNEL(language)", language),
        ("QUEUE_PRIO", str(wanted.priority)),
        ("QUEUE_MAX_PENALTY", str(MOST_PENALTY)),
        (f"__{TALK_LIMIT}", limit),
        (f"__{WHISPER}", ""),
        (f"__{RING}", f"{wanted.ring}"),
        (f"__{TALK_WARN}", warned),
        # What is left of an earlier wait of this call.
        ("QUEUESTATUS", ""),
        ("QUEUEPOSITION", ""),
        ("QUEUEWAIT_MS", ""),
        ("MEMBERNAME", ""),
    ):
        yield from do("SET", "VARIABLE", name, value)
    if wanted.music:
        yield from do("SET", "VARIABLE", HOLD, wanted.hold or DEFAULT)
    if wanted.limit is not None:
        yield from do("SET", "VARIABLE", CUT_AFTER, f"{wanted.limit - 1:.0f}")
    if whisper or accept:
        for name, value in (
            (f"__{WHISPER}", "&".join(sound.path for sound in (*whisper, *accept))),
            (f"__{ACCEPT}", "&".join(sound.path for sound in accept)),
            (f"__{SINCE}", (yield from variable("CDR(start,u)"))),
            (TAKEN, ""),
        ):
            yield from do("SET", "VARIABLE", name, value)
    if wanted.parks:
        yield from do("SET", "VARIABLE", PARKS, "yes")
    options = "cC" if wanted.music else "cCr"
    longest = max(1, int(wanted.wait))
    words = f"{within(wanted.queue, wanted.part)},{options},,,{longest},,{AT_TALK * bool(limit)},,{wanted.place or ''}"
    # Asterisk's own record has a second wait in a row only where something else was done before (cel.c, app change).
    yield from do("EXEC", "NoOp")
    yield from do("EXEC", "Queue", words, limit=longest + LONGEST_TALK)
    status = yield from variable("QUEUESTATUS")
    place = yield from variable("QUEUEPOSITION")
    waited = yield from variable("QUEUEWAIT_MS")
    # The way out by a key has no status; nor has a queue that Asterisk does not know, but nobody had a place in that.
    served = QUEUESTATUS.get(status, Served.KEY if place and not status else None)
    if served is None:
        raise Fault(f'Asterisk let nobody wait in "{wanted.queue}": {status or "it does not know it"}')
    seconds = int(waited) / 1000 if waited.isdecimal() else None
    at = int(place) if place.isdecimal() else None
    if served is Served.KEY and (yield from _called_out()):
        return Queued(Served.TIMEOUT, waited=seconds, place=at, news=True)
    if served is not Served.TALKED:
        return Queued(served, waited=seconds, place=at)
    name = yield from variable("MEMBERNAME")
    answered = epoch((yield from variable("CDR(answer,u)")))
    spoken = number((yield from variable("ANSWEREDTIME_MS"))) / 1000 if limit else 0.0
    cut = wanted.limit is not None and spoken > wanted.limit - CUT_SHORT
    return Queued(
        served, name or None, answered, seconds, at, cut=cut, parked=(yield from _parked()) if wanted.parks else ""
    )
