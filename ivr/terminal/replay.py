"""A call of the ledger on another book: would it go elsewhere?

Theory
------
A call is its flow and the results that its commands were told; the tape has the results.  So the flow of today's book
is walked with yesterday's results: each command takes the next result that a command of the same *meaning* was told
then: a question the next keys, a ring the next outcome, a recall what was recalled under the same key.  On the same
book these are the very commands of the tape, in order, and so the same steps.

What the caller did after the tape ends nobody knows: where it ends, the replay ends, and so it does where the flow
wants to know what was not asked then.  What was typed in secret is not on the tape: digits are tried that lead on to
what the tape shows next, and the replay says that it had to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.book.book import Book, Service
from ivr.flow.commands import Command, Dial, Enqueue, Talk
from ivr.flow.consent import Consent
from ivr.flow.front import entrance
from ivr.flow.line import Line
from ivr.flow.news import News
from ivr.flow.node import Scene
from ivr.flow.tape import Entry
from ivr.flow.walk import Standing, Step, walk
from ivr.terminal.retold import Retold, TapeEnds, digits, whom
from ivr.values.call import Call, Ending
from ivr.values.number import Family, Number, parse


@dataclass(frozen=True)
class Past:
    """A call as the ledger has it."""

    id: str
    number: str
    caller: str
    started: datetime
    ending: Ending
    steps: tuple[str, ...]
    tape: tuple[Entry, ...]


@dataclass(frozen=True)
class Replayed:
    """What becomes of a past call: its steps now, and in one sentence where it goes elsewhere (``""``: nowhere).

    ``secrets`` counts the answers that were typed in secret, and so are not known.
    """

    past: Past
    steps: tuple[str, ...]
    elsewhere: str
    secrets: int = 0


def replay(past: Past, book: Book) -> Replayed:
    """The past call on ``book``."""
    found = book.services.get(past.number)
    if found is None:
        return Replayed(past, (), f"{past.number} is not a number of this book any more")
    service = found.at(past.started)
    secrets: list[str] = []
    run = _run(past, book, service, secrets)
    while len(run.retold.lengths) > len(secrets):
        # The secret that is next: the digits with which the call comes furthest along its tape.
        length = run.retold.lengths[len(secrets)]
        tried = [_run(past, book, service, [*secrets, one]) for one in digits(length, book)]
        run = max(tried, key=lambda one: one.retold.agreed)
        secrets.append(run.retold.secrets[len(secrets)])
    return Replayed(past, run.steps, _elsewhere(past, run), len(secrets))


@dataclass
class _Run:
    """One walk with the results of a tape: its steps, where it was at the end, and what it lacked or broke on."""

    retold: Retold
    steps: tuple[str, ...] = ()
    here: str = ""
    lost: str = ""
    ended: bool = False
    broken: str = ""


def _run(past: Past, book: Book, service: Service, secrets: Sequence[str]) -> _Run:
    run = _Run(Retold(past.started, past.tape, secrets))
    trail: list[Step] = []
    standing = Standing()
    call = Call(past.id, parse(past.number), _caller(past.caller), service.language, past.started)
    scene = Scene(
        call,
        book.calendars,
        book.lists,
        departments=book.departments,
        routing=book.drawing.routing,
        music=book.hold,
        mailboxes=book.mailboxes,
    )
    to_come = [(begin, then.terms) for begin, then in service.to_come(past.started)[1:]]
    line = Line(service.terms, to_come)
    talk = line.carry(Consent(service.recording).carry(_lived(line, service, book, scene, trail, standing)))
    try:
        command = next(talk)
        while True:
            command = talk.send(run.retold.result(command))
    except StopIteration:
        run.ended = True
    except TapeEnds as end:
        run.lost = end.lost
    except Exception as error:  # noqa: BLE001 - of a thousand calls, one that would break our flow is told as such
        run.broken = str(error) or type(error).__name__
    finally:
        talk.close()
    run.steps = tuple(map(str, trail))
    run.here = standing.here.node if standing.here else ""
    return run


def _lived(line: Line, service: Service, book: Book, scene: Scene, trail: list[Step], standing: Standing) -> Talk[None]:
    flow = yield from entrance(service.entry, service.fronts)
    line.news = News.of(flow, service.reaching, scene, service.entry.flow)
    yield from walk(flow, scene, trail, book.drawing, standing)


def _caller(written: str) -> Number:
    """The caller as the ledger has him: his number, or what kind of caller he is."""
    if written in {family.value for family in Family} - {Family.ANONYMOUS.value}:
        return Number(written, None, None, Family(written))
    return parse(written)


def _elsewhere(past: Past, run: _Run) -> str:
    """Where a call leaves its old way, in a sentence; empty if it does not."""
    after = "at once"
    for then, now in zip(past.steps, run.steps, strict=False):
        if then != now:
            return _parted(after, then, now)
        after = f"after {now}"
    rang = _rings(entry.command for entry in past.tape)
    for then_rung, now_rung in zip(rang, run.retold.rang, strict=False):
        if then_rung != now_rung:
            return f"it rang {' and '.join(then_rung)}; it would now ring {' and '.join(now_rung)}"
    if run.broken and past.ending is not Ending.FAILED:
        return f"it would now fail at {run.here}: {run.broken}"
    if run.lost:
        went = f"it went to {_node(past.steps[len(run.steps)])}; " if len(past.steps) > len(run.steps) else ""
        return f"{after} {went}it would now come to {run.here}, which wants to know {run.lost}"
    if len(past.steps) > len(run.steps):
        now = f"come to {run.here}" if run.here else "end"
        return f"{after} it went to {_node(past.steps[len(run.steps)])}; it would now {now}"
    # Who hung up himself would now perhaps have heard more; whom the flow let go was at its end.
    if past.ending is Ending.FLOW and not (run.ended and len(run.steps) == len(past.steps)):
        now = _node(run.steps[len(past.steps)]) if len(run.steps) > len(past.steps) else run.here
        return f"it ended {after}; it would now go on to {now}"
    return ""


def _parted(after: str, then: str, now: str) -> str:
    if _node(then) == _node(now):
        return f"it left {_node(then)} by {_exit(then)}; it would now leave by {_exit(now)}"
    return f"{after} it went to {_node(then)}; it would now go to {_node(now)}"


def _rings(commands: Iterable[Command[Any]]) -> list[tuple[str, ...]]:
    """Whom a call rang, in order; a ring that the line cut in two counts once."""
    found: list[tuple[str, ...]] = []
    for command in commands:
        if isinstance(command, Dial | Enqueue) and whom(command) not in found[-1:]:
            found.append(whom(command))
    return found


def _node(step: str) -> str:
    return step.partition(":")[0]


def _exit(step: str) -> str:
    return step.partition(":")[2]
