"""Try a call in the terminal, and keep it as a test."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from ivr import app
from ivr.book import given
from ivr.book.given import ALL, Given
from ivr.fittings import aware
from ivr.flow.commands import Reached
from ivr.settings import settings
from ivr.terminal.asking import AskingCast
from ivr.terminal.cast import Cast
from ivr.terminal.keeping import keep
from ivr.terminal.simulate import Lived, Simulator
from ivr.verbs.amount import Amount, Whole
from ivr.verbs.instant import Instant
from ivr.verbs.manners import example, says, tell

T = TypeVar("T")


class Read(click.ParamType[T]):
    """A word of a case, as ``read`` understands it."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _named(read: Callable[[str], T], otherwise: str | None = None) -> Callable[[str], tuple[str, T]]:
    """Reads ``name=word``; ``otherwise`` is the name where none is written."""

    def pair(text: str) -> tuple[str, T]:
        name, sign, word = text.partition("=")
        if not sign or not name or ":" in name:
            if otherwise is None:
                raise ValueError(f'write NAME=VALUE, not "{text}"')
            name, word = otherwise, text
        return name, read(word)

    return pair


def _presses(text: str) -> tuple[given.Press, ...]:
    return tuple(map(given.press, text.split(","))) if text else ()


@click.command(
    epilog=example(
        "ivr simulate 0899000004 --keys 2 --agents busy",
        "ivr simulate 0825000003 --at 2026-11-29T10:00 --override office=open --ask",
        "ivr simulate 0899000004 --keys 2 --save dialplans/tests/repair.yaml --name 'A leak reaches Camille'",
    )
)
@click.argument("number")
@click.option("--from", "from_", default=given.CALLER, show_default=True, help="the caller; '' is anonymous")
@click.option("--at", type=Instant(), default=None, help="the instant of the call, in Europe/Paris [now]")
@click.option(
    "--keys",
    type=Read("KEYS", _presses),
    default="",
    help='what is pressed at each question: "#,2"; nothing between commas is silence; 2@early interrupts',
)
@click.option("--agents", type=Read("OUTCOME", given.reached), default=None, help="what comes of ringing any agent")
@click.option(
    "--agent",
    type=Read("NAME=OUTCOME", _named(given.reached)),
    multiple=True,
    help="of one: talked, busy, no_answer or unavailable",
)
@click.option(
    "--queue",
    type=Read("[QUEUE=]OUTCOME", _named(given.served, ALL)),
    multiple=True,
    help="of waiting: talked, timeout, full, empty, emptied, key or closed [its agents decide]",
)
@click.option(
    "--load",
    type=Read("QUEUE=LOAD", _named(given.load)),
    multiple=True,
    help="how loaded a queue is: waiting:6,free:0,expected:180 [nobody waits, its agents are free]",
)
@click.option(
    "--lookup",
    type=Read("[REMOTE=]OUTCOME", _named(given.fetched, ALL)),
    multiple=True,
    help="found:name=Dupont,city=Lille, not_found or failed",
)
@click.option("--remembered", type=Read("KEY=VALUE", _named(str)), multiple=True, help="what is remembered of him")
@click.option(
    "--override",
    type=Read("CALENDAR=open|closed", _named(given.override)),
    multiple=True,
    help="a calendar opened or closed by hand",
)
@click.option("--crisis", multiple=True, metavar="NAME", help="a crisis of crises.yaml that is on")
@click.option("--calls", type=Whole(0), default=0, help="calls that this caller made before")
@click.option("--bothers", type=Whole(0), default=0, help="short or silent calls that he made before")
@click.option("--learnt", is_flag=True, help="he was noted as a nuisance")
@click.option("--spent", type=Read("EUROS", given.spent), default="0", help="what he has spent with us this month")
@click.option("--at-once", type=Whole(1), default=1, help="calls in progress to the number")
@click.option("--draw", type=Amount(0, 1, max_open=True), default=None, help="the share drawn")
@click.option("--speaks", type=Amount(0), default=given.MESSAGE, help="seconds of the message that he leaves")
@click.option("--talk", type=Amount(0, min_open=True), default=given.TALK, help="seconds that agents talk")
@click.option("--no-codes", is_flag=True, help="no access code is left to sell")
@click.option("--full", is_flag=True, help="mailboxes hold no more messages")
@click.option("--ask", is_flag=True, help="be asked at each question, ring and look-up")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="append the call to a file of tests")
@click.option("--name", default=None, help="what the saved test is called")
@says
def simulate(
    number: str,
    from_: str,
    at: datetime | None,
    keys: tuple[given.Press, ...],
    agents: Reached | None,
    agent: tuple[tuple[str, Reached], ...],
    queue: tuple[tuple[str, given.Wait], ...],
    load: tuple[tuple[str, Any], ...],
    lookup: tuple[tuple[str, Any], ...],
    remembered: tuple[tuple[str, str], ...],
    override: tuple[tuple[str, Any], ...],
    crisis: tuple[str, ...],
    calls: int,
    bothers: int,
    learnt: bool,
    spent: Decimal,
    at_once: int,
    draw: float | None,
    speaks: float,
    talk: float,
    no_codes: bool,
    full: bool,
    ask: bool,
    save: Path | None,
    name: str | None,
) -> None:
    """Live through a call in the terminal: what is heard, the line's state, what is owed so far, and the place of
    each step in the book.
    """
    told = Given(
        keys=keys,
        agents={**({ALL: agents} if agents else {}), **dict(agent)},
        queues=dict(queue),
        load=dict(load),
        lookups=dict(lookup),
        remembered=dict(remembered),
        overrides=dict(override),
        crises=crisis,
        calls=calls,
        bothers=bothers,
        learnt=learnt,
        spent=spent,
        at_once=at_once,
        draw=draw,
        speaks=speaks,
        talk=talk,
        codes=not no_codes,
        full=full,
    )
    # In UTC, where a minute is a minute on the days when the clocks change too.
    instant = aware(at).astimezone(UTC) if at else datetime.now(UTC)
    simulator = app.simulator(settings())
    _known(simulator, told)
    cast = AskingCast(told, tell, _answer) if ask else Cast(told)
    lived = simulator.call(number, from_, instant, cast, _drawn)
    record = lived.record
    click.echo(f"ended by {record.ending}; steps {' '.join(record.steps)}; owed {record.amount}")
    if save is not None:
        _save(save, name, lived, from_, cast)


def _known(simulator: Simulator, told: Given) -> None:
    """A name that the book does not know is a mistake of whoever wrote it here."""
    book = simulator.release.book
    for what, names, known in (
        ("agent", told.agents, book.rung),
        ("queue", (*told.queues, *told.load), book.queues),
        ("remote", told.lookups, book.sites),
        ("calendar", told.overrides, book.calendars),
        ("crisis", told.crises, book.crises),
    ):
        for name in names:
            if name != ALL and name not in known:
                raise click.UsageError(f'there is no {what} "{name}"; known are {", ".join(sorted(known)) or "none"}')


def _drawn(line: str) -> None:
    """A line of the call; the steps of the flow apart from what is heard."""
    tell(line, dim="  · " in line)


def _answer(question: str) -> str:
    """What a person types; the end of the input hangs up."""
    click.echo(question, nl=False)
    line = sys.stdin.readline()
    if not line:
        click.echo()
        return "q"
    return line.strip()


def _save(path: Path, name: str | None, lived: Lived, from_: str, cast: Cast) -> None:
    # Without the sounds of this machine, as `ivr test` will live through it.
    configured = settings()
    bare = app.simulator(configured, baked=False)
    again = bare.call(lived.record.number, from_, lived.record.started, Cast(cast.played))
    name = name or f"{bare.release.book.services[again.record.number].label}: {again.record.steps[-1]}"
    line = keep(path, name, again, from_, cast.played)
    click.echo(f"saved at {path}:{line}; try it with: ivr test {path}")
