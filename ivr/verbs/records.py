"""`ivr calls`: what the ledger holds of the last calls."""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from ivr import secret
from ivr.fittings import HERE
from ivr.kept import last_calls
from ivr.ledger.rows import Kept
from ivr.ledger.statement import Month, pseudonym, pseudonyms
from ivr.settings import settings
from ivr.terminal.table import table
from ivr.values.number import parse
from ivr.verbs.amount import Whole
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr calls", "ivr calls --last 50 --number 0899000004", "ivr calls --json > calls.jsonl"))
@click.option("--last", default=10, show_default=True, type=Whole(1, 10000), help="how many")
@click.option("--number", default=None, help="of this number only")
@click.option("--json", "json_", is_flag=True, help="records as JSON lines; callers by the pseudonyms of statements")
@click.option("--with-callers", is_flag=True, help="in JSON: numbers in clear, and the tape with what was typed")
@says
def calls(last: int, number: str | None, json_: bool, with_callers: bool) -> None:
    """The last calls of the ledger, newest first."""
    if with_callers and not json_:
        raise click.UsageError("--with-callers is for --json: the table masks callers")
    configured = settings()
    kept = last_calls(configured, last, number)
    if json_:
        for record in kept:
            told = record.plain() if with_callers else _veiled(record, configured.secret)
            click.echo(json.dumps(told, default=str, ensure_ascii=False))
        return
    if not kept:
        click.echo("No call yet." if number is None else f"No call to {number} yet.")
        return
    # Where nobody looks on (a pipe, a file), each call has one line, however long.
    width = shutil.get_terminal_size((10_000, 0)).columns
    headings = ("started", "number", "caller", "announced", "answered", "ended by", "billed", "amount", "steps")
    for line in table(headings, [_cells(record) for record in kept], width, ("announced", "billed", "answered")):
        click.echo(line)


def _veiled(record: Kept, master: Path) -> dict[str, Any]:
    """A record that may leave: its caller by his pseudonym of that month, without the tape, which has what he typed."""
    told = record.plain()
    del told["tape"]
    here = record.started.astimezone(HERE)
    key = secret.derive(master, pseudonyms(Month(here.year, here.month)))
    return told | {"caller": pseudonym(key, record.caller)}


def _more(record: Kept) -> str:
    """Who of ours talked with whom we called; where the caller hung up."""
    if record.hung_up_in is not None:
        return f"{' ' * bool(record.steps)}({record.hung_up_in}: hung up)"
    return f" ({record.agent})" if record.agent else ""


def _cells(record: Kept) -> tuple[str, ...]:
    """A record as a line of the table; the caller masked, as everywhere that people look over shoulders.  An arrow is
    in front of whom we called.
    """
    here = record.started.astimezone(HERE)
    announced, ours = "-", record.kind is not None
    if record.announced_from and record.announced_to:
        heard = (record.announced_to - record.announced_from).total_seconds()
        announced = f"{heard:.1f} s" + (", skipped" if record.skipped else "")
    answered = f"+{(record.answered - record.started).total_seconds():.1f} s" if record.answered else "never"
    return (
        f"{here:%Y-%m-%d %H:%M:%S}",
        record.number,
        f"{'→ ' * ours}{parse(record.caller).masked}",
        announced,
        answered,
        "-" if ours else record.ending.value,
        f"{record.billed_seconds} s",
        str(record.amount),
        " ".join(record.steps) + _more(record),
    )
