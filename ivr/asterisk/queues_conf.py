"""The book's queues as Asterisk's queues.conf has them, and what such a text says of agents."""

import re
from collections.abc import Iterable, Mapping

from ivr.asterisk.tokens import distinct, section, token
from ivr.values.duty import Duty
from ivr.values.estimate import FILE
from ivr.values.music import DEFAULT
from ivr.values.queue import NEEDS, Queue, Strategy

STRATEGIES: Mapping[Strategy, str] = {
    Strategy.ALL: "ringall",
    Strategy.LONGEST_IDLE: "leastrecent",
    Strategy.FEWEST_CALLS: "fewestcalls",
    Strategy.ROUND_ROBIN: "rrmemory",
    Strategy.RANDOM: "random",
    Strategy.WEIGHTED: "wrandom",
}
"""In app_queue's words.  Its `linear` is left out: a queue takes it up at a restart only."""

NOBODY = "penalty,unavailable,invalid,unknown"
"""Agents who are not there, in app_queue's words; who talks or rests is there."""

MOST_PENALTY = 999
"""QUEUE_MAX_PENALTY of every caller.  Who is paused by order has more, which tells him from those who only rest after a
call that they missed: app_queue pauses both, and `penalty` above makes nobody of the former."""
CALLED_OUT = "called-out"
"""The context that has the key by which a caller is called out of his wait, in a queue without a key of its own."""
NEWS = "D"
"""That key, which no keypad has."""
REACH = "reach"
"""The context in which who is told something first is rung, on a Local channel of his own."""
TELLING = 60
"""Seconds for which he may be told something, at most."""
AWAY = 1000
"""What is added to the penalty of who is paused by order."""


QUEUED = "queued"
"""The folder of sounds for what queues say by themselves: Asterisk puts the language before the file's name there, and
without it where that file is not (file.c, fileexists_core), so these have no digest."""


def text(queues: Iterable[Queue], agents: Mapping[str, Duty], sounds: str = "/var/lib/ivr-sounds") -> str:
    """One section for each queue, with the agents who are logged in; ``sounds`` is where all sounds lie."""
    queues = tuple(queues)
    present = {name: duty for name, duty in agents.items() if duty.present}
    told = {agent for queue in queues if queue.told for agent in queue.agents}
    parts = []
    distinct("queue name", (queue.name for queue in queues))
    weighed = any(queue.parts for queue in queues)
    for queue, part in ((one, part) for one in queues for part in ("", *one.parts)):
        name = token("queue name", queue.name)
        serving = queue.parts.get(part, queue.agents)
        settings = [
            ("strategy", STRATEGIES[queue.strategy]),
            # Who is told something is rung for so long by [reach], and this is the last net.
            ("timeout", f"{queue.ring + TELLING * queue.told:d}"),
            ("wrapuptime", f"{queue.wrap_up:d}"),
            ("maxlen", f"{queue.max_length:d}"),
            ("musicclass", token("music", queue.music or DEFAULT)),
            ("joinempty", "yes" if queue.join_when_empty and not part else NOBODY),
            ("leavewhenempty", NOBODY if queue.leave_when_empty or part else "no"),
            ("context", f"leave-{name}" if queue.key else CALLED_OUT),
            ("announce-frequency", f"{queue.say_every * queue.say_position:d}"),
            ("announce-position", "yes" if queue.say_position else "no"),
            # Asterisk's own figure is a mean of waits that are over; ours comes behind the place (see waits.py).
            ("announce-holdtime", "no"),
            ("queue-thankyou", f"{sounds}/{QUEUED}/{FILE}" if queue.say_wait and queue.say_position else ""),
        ]
        settings += _periodic(queue, f"{sounds}/{QUEUED}")
        if weighed:
            # Of two queues in which the same agent is waited for, the one of more weight has him (compare_weight).
            settings.append(("weight", "2" if part.startswith(NEEDS) else "0" if part else "1"))
        for agent in sorted(serving.keys() & present.keys()):
            state = phone(agent)
            # In all his queues: what he did last is one for all only under one name (app_queue.c, update_queue).
            interface = f"Local/{agent}@{REACH}/n" if agent in told else state
            how = "yes" if present[agent].paused else "no"
            penalty = serving[agent] + AWAY * present[agent].paused
            # penalty, name, whose state counts, two settings that are the queue's, and whether he is paused at a start
            settings.append(("member", f"{interface},{penalty:d},{agent},{state},,,{how}"))
        parts.append(section(within(name, part), settings, "queue-defaults"))
    return "\n".join(parts)


def _periodic(queue: Queue, folder: str) -> list[tuple[str, str]]:
    """What a queue says one at a time, in turn: its messages, and how long it takes where no place is told before it,
    which begins at once; app_queue says "thank you" only behind something else (app_queue.c, say_position).
    """
    alone = queue.say_wait and not queue.say_position
    said = [one for message in queue.messages or ("",) for one in (FILE * alone, message) if one]
    if not said:
        return []
    every = [queue.say_every] * alone + [queue.messages_every] * bool(queue.messages)
    settings = [
        ("periodic-announce", ",".join(token("path", f"{folder}/{one}") for one in said)),
        ("periodic-announce-frequency", f"{min(every):d}"),
        ("relative-periodic-announce", "yes"),
    ]
    return [*settings, ("periodic-announce-startdelay", "0")] if alone else settings


def within(queue: str, part: str) -> str:
    """What Asterisk calls a part of a queue; none: the queue.  No name that people write has a dot."""
    return f"{queue}.{token('part', part)}" if part else queue


def whole(queue: str) -> str:
    """The queue of which one is a part in Asterisk's words; what is no part is whole."""
    return queue.partition(".")[0]


def phone(agent: str) -> str:
    """An agent's phone in Asterisk's words."""
    return f"PJSIP/{token('agent name', agent)}"


_MEMBER = re.compile(r"^member = ([^,\n]*),[0-9]+,([a-z0-9_-]+),.*,(yes|no)$", re.MULTILINE)


def members(queues: str) -> frozenset[str]:
    """The agents who serve a queue by a text of queues.conf."""
    return frozenset(name for _, name, _ in _MEMBER.findall(queues))


def interfaces(queues: str) -> Mapping[str, str]:
    """What queues ring for each of them."""
    return {name: interface for interface, name, _ in _MEMBER.findall(queues)}


def paused(queues: str) -> frozenset[str]:
    """Those of them who are paused."""
    return frozenset(name for _, name, how in _MEMBER.findall(queues) if how == "yes")
