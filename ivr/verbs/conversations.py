"""`ivr conversations`: what was recorded of talks with agents.  (Prompts recorded by phone: `ivr recordings`.)"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ivr.fittings import make_vault
from ivr.ledger.engine import at
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.vault import Talk
from ivr.settings import settings
from ivr.values.number import Family, parse
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show


@click.group()
def conversations() -> None:
    """The conversations with agents that were recorded."""


@conversations.command("list", epilog=example("ivr conversations list", "ivr conversations list --caller 0612345678"))
@click.option("--caller", help="of this caller only")
@click.option("--number", help="of this number of ours only")
@click.option("--json", "json_", is_flag=True, help="as JSON lines, callers' numbers included")
@says
def list_conversations(caller: str | None, number: str | None, json_: bool) -> None:
    """What is kept, oldest first; callers masked."""
    ours = parse(number).national if number else None
    theirs = None if caller is None else _written(caller)
    found = [
        talk
        for talk in make_vault(settings()).talks()
        if (theirs is None or talk.head.about.caller == theirs) and (ours is None or talk.head.about.number == ours)
    ]
    if json_:
        for one in found:
            click.echo(json.dumps(_plain(one), ensure_ascii=False))
        return
    agents = _agents(found)
    rows = (
        (
            one.name,
            f"{one.head.about.at:%Y-%m-%d %H:%M}",
            one.head.about.number,
            parse(one.head.about.caller).masked,
            agents.get(one.name, "-"),
            f"{one.seconds:.0f} s" if one.whole else "going on",
            f"{one.head.until:%Y-%m-%d}",
        )
        for one in found
    )
    whose = f" of {caller}" * bool(caller) + f" to {number}" * bool(number)
    show(("name", "begun", "number", "caller", "agent", "length", "until"), rows, f"No conversations{whose}.")


@conversations.command(
    epilog=example(
        "ivr conversations export 1796306400.12-1 talk.wav", "ivr conversations export 1796306400.12-1 - > talk.wav"
    )
)
@click.argument("name")
@click.argument("to", type=click.Path(dir_okay=False, allow_dash=True))
@says
def export(name: str, to: str) -> None:
    """Decrypt one into the WAV file TO, or to standard output: the caller on the left, the agent on the right."""
    if to == "-":
        make_vault(settings()).copy(name, sys.stdout.buffer)
    else:
        make_vault(settings()).export(name, Path(to))


@conversations.command(
    epilog=example("ivr conversations delete 1796306400.12-1", "ivr conversations delete --caller 0612345678")
)
@click.argument("name", required=False)
@click.option("--caller", help="all of this caller")
@click.option("--call", help="all of the call with this id")
@says
def delete(name: str | None, caller: str | None, call: str | None) -> None:
    """Delete one for good, or all of a caller or a call."""
    if sum(one is not None for one in (name, caller, call)) != 1:
        raise click.UsageError("write either a NAME, or --caller, or --call")
    kept = make_vault(settings())
    if name is not None:
        doomed = [name]
    elif caller is not None:
        doomed = kept.of(_written(caller))
    else:
        doomed = [talk.name for talk in kept.talks() if talk.head.about.call == call]
    of = f" of {caller}" if caller is not None else f" of the call {call}"
    click.echo(f"{kept.delete(doomed)} deleted." if doomed else f"Nothing is kept{of}: nothing deleted.")


def _written(caller: str) -> str:
    """A caller as the ledger has him: by his number, or as one of those who have none, `anonymous`."""
    number = parse(caller)
    written = number.e164 or number.national or caller
    if written == caller and caller not in {family.value for family in Family} and not caller.strip("+").isdecimal():
        raise click.ClickException(f'"{caller}" is no phone number; who withheld his is `{Family.ANONYMOUS.value}`')
    return written


# `Any`: JSON.
def _plain(talk: Talk) -> dict[str, Any]:
    about = {**asdict(talk.head.about), "at": talk.head.about.at.isoformat()}
    return {"name": talk.name, **about, "seconds": round(talk.seconds, 1), "until": talk.head.until.isoformat()}


def _agents(talks: Iterable[Talk]) -> dict[str, str]:
    """With whom each was held, as the tape of its call says."""
    try:
        reader = Reader(at(settings().ledger))
        return dict(_talked(reader, {talk.head.about.call for talk in talks}))
    except BadLedger:
        return {}


def _talked(reader: Reader, calls: Iterable[str]) -> Iterator[tuple[str, str]]:
    for call in calls:
        kept = reader.find(call)
        name = None
        for entry in kept.tape if kept else ():
            result = entry.get("result") or {}
            if "tap" in entry:
                name = result.get("name")
            elif name and ("dial" in entry or "enqueue" in entry) and result.get("agent"):
                yield name, result["agent"]
