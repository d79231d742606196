"""What reaches agents, in AGI: ringing them, and waiting in a queue until one is free."""

from ivr.asterisk.agi_order import AgiTalk, do, epoch, variable
from ivr.asterisk.causes import DIALSTATUS, QUEUESTATUS
from ivr.flow.commands import Dial, Dialled, Enqueue, Queued, Reached, Served
from ivr.service.ports import Fault

LONGEST_TALK = 4 * 3600.0  # the dialplan's own net, TIMEOUT(absolute), is no longer
AT_TALK = "queue-talk"  # the context in which an agent's channel is given its limit
TALK_LIMIT = "IVR_TALK_LIMIT"  # and the variable that says it; inherited, hence its underscores


def dial(dial: Dial) -> AgiTalk[Dialled]:
    """Ring the agents' phones; the caller hears ringing.  `g`: the call goes on when the agent has hung up."""
    options = "gr(ring)" + (f"L({dial.limit * 1000:.0f})" if dial.limit is not None else "")
    phones = "&".join(f"PJSIP/{agent}" for agent in dial.agents)
    ring = max(1, round(dial.ring))
    yield from do("EXEC", "Dial", f"{phones},{ring},{options}", limit=ring + LONGEST_TALK)
    status = yield from variable("DIALSTATUS")
    reached = DIALSTATUS.get(status, Reached.UNAVAILABLE)
    if reached is not Reached.TALKED:
        return Dialled(reached)
    peer = yield from variable("DIALEDPEERNAME")  # PJSIP/camille-0000002a
    answered = epoch((yield from variable("CDR(answer,u)")))
    return Dialled(reached, peer.removeprefix("PJSIP/").rpartition("-")[0] or None, answered)


def enqueue(wanted: Enqueue, language: str) -> AgiTalk[Queued]:
    """Wait in a queue.  Its own announcements are in the channel's language.

    `c`: the call goes on when the agent has hung up; `C`: phones that rang in vain show no missed call.  Queue has no
    limit of its own for the talk: a subroutine on the agent's channel arms one, at whose end the agent is hung up.
    """
    limit = f"{wanted.limit:.0f}" if wanted.limit is not None else ""
    for name, value in (
        ("CHANNEL(language)", language),
        ("QUEUE_PRIO", str(wanted.priority)),
        (f"__{TALK_LIMIT}", limit),
        # What is left of an earlier wait of this call.
        ("QUEUESTATUS", ""),
        ("QUEUEPOSITION", ""),
        ("QUEUEWAIT_MS", ""),
        ("MEMBERNAME", ""),
    ):
        yield from do("SET", "VARIABLE", name, value)
    options = "cC" if wanted.music else "cCr"
    longest = max(1, int(wanted.wait))
    words = f"{wanted.queue},{options},,,{longest},,{AT_TALK * bool(limit)},,{wanted.place or ''}"
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
    if served is not Served.TALKED:
        return Queued(served, waited=seconds, place=at)
    name = yield from variable("MEMBERNAME")
    return Queued(served, name or None, epoch((yield from variable("CDR(answer,u)"))), seconds, at)
