"""A path as a command that lives through it again in the simulator."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.flow.commands import Command, Dial, Enqueue, Reachable, Reached, Served
from ivr.flow.errands import (
    Bothers,
    Draw,
    Fetch,
    InForce,
    Issue,
    Learnt,
    Load,
    Overridden,
    Recall,
    Room,
    Spent,
    Tally,
)
from ivr.flow.onlooker import Choice
from ivr.flow.paths import Path
from ivr.values.number import Number

_PARIS = ZoneInfo("Europe/Paris")
USUAL_CALLER = "0612345678"


def command(number: str, path: Path) -> str:
    """``ivr simulate 0899000004 --at … --keys 7,2``: what shows this path to a person."""
    return shlex.join(["ivr", "simulate", number, *_options(path)])


def _options(path: Path) -> Iterator[str]:
    caller = spelled(path.root.caller)
    if caller != USUAL_CALLER:
        yield f"--from={caller}"
    if path.root.hours or path.root.at.second:  # to the second only where a price changes during the call
        yield f"--at={clock(path.root.at)}"
    keys = [
        choice.outcome.key
        for choice in path.choices
        if choice.outcome.key is not None and not isinstance(choice.command, Enqueue)
    ]
    if keys:
        yield f"--keys={','.join(key or 'silence' for key in keys)}"
    yield from _agents([choice for choice in path.choices if isinstance(choice.command, Dial | Reachable)])
    for choice in path.choices:
        yield from _errand(choice.command, choice.outcome.result)


def _agents(rings: list[Choice]) -> Iterator[str]:
    """What comes of ringing each; where one was rung twice, the last time."""
    reached: dict[str, Reached] = {}
    for ring in rings:
        if isinstance(ring.command, Reachable):
            there = ring.outcome.result
            away = () if there.agents or there.queues else ring.command.agents
            reached |= dict.fromkeys(away, Reached.UNAVAILABLE)
            continue
        answer: Reached = ring.outcome.result.reached
        # Of several who ring at once the first answers, and it does not matter what the others would have done.
        names = ring.command.agents if isinstance(ring.command, Dial) else ()
        reached |= dict.fromkeys(names[:1] if answer is Reached.TALKED else names, answer)
    if len(set(reached.values())) == 1 and Reached.TALKED not in reached.values():
        yield f"--agents={next(iter(reached.values()))}"
    else:
        for name, answer in reached.items():
            if answer is not Reached.TALKED:
                yield f"--agent={name}={answer}"


def _errand(asked: Command[Any], result: Any) -> Iterator[str]:
    match asked:
        case Enqueue(queue=queue) if result.served is not Served.TALKED:
            yield f"--queue={queue}={result.served}"
        case Reachable(doors=doors) if not result.agents and not result.queues:
            yield from (f"--queue={door.queue}={Served.FULL if result.full else Served.EMPTY}" for door in doors)
        case Fetch(remote=remote):
            values = ",".join(f"{name}={value}" for name, value in result.values.items())
            yield f"--lookup={remote}={result.outcome}{':' * bool(values)}{values}"
        case Recall(key=key) if result is not None:
            yield f"--remembered={key}={result}"
        case Overridden(calendar=calendar) if result is not None:
            yield f"--override={calendar}={'open' if result.open else 'closed'}"
        case Learnt() if result:
            yield "--learnt"
        case Load(queue=queue, what=what) if result is not None:
            yield f"--load={queue}={what}:{result:g}"
        case Bothers() if result:
            yield f"--bothers={result}"
        case InForce() if result is not None:
            yield f"--crisis={result}"
        case Tally(of=of) if result is not None and result > 1:
            yield f"--at-once={result}" if of == "now" else f"--calls={result}"
        case Spent() if result:
            yield f"--spent={result}"
        case Draw():
            yield f"--draw={result:g}"
        case Issue() if result is None:
            yield "--no-codes"
        case Room() if not result:
            yield "--full"


def clock(at: datetime) -> str:
    """An instant as the simulator reads it: on the clocks of Paris."""
    return f"{at.astimezone(_PARIS):{'%Y-%m-%dT%H:%M:%S' if at.second else '%Y-%m-%dT%H:%M'}}"


def spelled(caller: Number) -> str:
    """A caller as people write him; empty for one who hides."""
    return caller.national or caller.e164 or caller.raw
