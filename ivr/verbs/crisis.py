"""The crisis switch: a prepared message and routing in front of chosen numbers, by one command."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ivr import fittings
from ivr.book.book import read_book
from ivr.ledger.cabinet import Cabinet
from ivr.service.crises import Crises, Standing
from ivr.settings import settings
from ivr.values.crisis import Declared
from ivr.verbs.manners import example, says


@click.group()
def crisis() -> None:
    """Put a crisis of crises.yaml on, or take it away.  It survives restarts.

    Who comes hears it from then on, and within seconds who waits for somebody (`waiting: spared`: he does not); who
    talks, listens or chooses is not touched.
    """


@crisis.command(epilog=example("ivr crisis on outage", "ivr crisis on outage --why 'rue de la Gare'"))
@click.argument("name", default="")
@click.option("--why", default="", help="the reason, for people")
@says
def on(name: str, why: str) -> None:
    """NAME stands in front of its numbers from now on."""
    with _crises() as crises:
        now = crises.put(name, why.strip() or "ordered from the command line")
    again = f" (it was on already, since {_since(now.before)})" if now.before else ""
    click.echo(_line(now) + again)


@crisis.command(epilog=example("ivr crisis off outage"))
@click.argument("name", default="")
@says
def off(name: str) -> None:
    """NAME is over: calls go their usual way again."""
    with _crises() as crises:
        now = crises.clear(name)
    click.echo(_line(now) + (f" (it was on since {_since(now.before)})" if now.before else " (it was not on)"))


@crisis.command("list", epilog=example("ivr crisis list", "ivr crisis list --json"))
@click.option("--json", "json_", is_flag=True, help="as JSON")
@says
def list_(json_: bool) -> None:
    """Every crisis that is prepared, and which are on."""
    with _crises(look=True) as crises:
        stand = crises.all()
    if json_:
        click.echo(json.dumps([one.plain() for one in stand], ensure_ascii=False, indent=2))
    elif not stand:
        click.echo("No crisis is prepared: write dialplans/crises.yaml.")
    else:
        for one in stand:
            click.echo(_line(one))


def _since(declared: Declared) -> str:
    return f"{declared.since.astimezone(fittings.HERE):%Y-%m-%d %H:%M}: {declared.why}"


def _line(one: Standing) -> str:
    state = f"on since {_since(one.declared)}" if one.declared else "off"
    count = len(one.crisis.numbers)
    if not count:
        return f"{one.crisis.name:12}  no number, crises.yaml has it no more; {state}"
    numbers = one.crisis.numbers[0] if count == 1 else f"{count} numbers"
    return f"{one.crisis.name:12}  {numbers}, then {one.crisis.then.replace('_', ' ')}; {state}"


class _Nothing:
    """Fulfils the port ``Alarm`` where nothing was ever kept: whoever only looks leaves no files behind."""

    def declared(self) -> dict[str, Declared]:
        return {}

    def set_crisis(self, crisis: str, declared: Declared | None) -> None:
        raise AssertionError("for looking only")


@contextmanager
def _crises(*, look: bool = False) -> Iterator[Crises]:
    """The crises of the book on disk and of this installation; ``look``: none will be switched."""
    configured = settings()
    book = read_book(configured.book)
    if look and not configured.cabinet.exists():
        yield Crises(lambda: book.crises, _Nothing(), fittings.clock(configured))
        return
    cabinet = Cabinet(configured.cabinet, configured.ledger)
    try:
        yield Crises(lambda: book.crises, cabinet, fittings.clock(configured))
    finally:
        cabinet.close()
