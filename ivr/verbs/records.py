"""`ivr calls`: what the ledger holds of the last calls."""

import json
import shutil
from dataclasses import asdict

import click

from ivr import app
from ivr.ledger.tables import Kept
from ivr.settings import settings
from ivr.terminal.table import table
from ivr.values.number import parse
from ivr.verbs.amount import Whole
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr calls", "ivr calls --last 50 --number 0899000004"))
@click.option("--last", default=10, show_default=True, type=Whole(1, 10000), help="how many")
@click.option("--number", default=None, help="of this number only")
@click.option("--json", "json_", is_flag=True, help="whole records as JSON lines, tape and callers' numbers included")
@says
def calls(last: int, number: str | None, json_: bool) -> None:
    """The last calls of the ledger, newest first."""
    kept = app.last_calls(settings(), last, number)
    if json_:
        for record in kept:
            click.echo(json.dumps(asdict(record), default=str, ensure_ascii=False))
        return
    if not kept:
        click.echo("No call yet." if number is None else f"No call to {number} yet.")
        return
    # Where nobody looks on (a pipe, a file), each call has one line, however long.
    width = shutil.get_terminal_size((10_000, 0)).columns
    headings = ("started", "number", "caller", "announced", "answered", "ended by", "billed", "amount", "steps")
    for line in table(headings, [_cells(record) for record in kept], width, ("announced", "billed", "answered")):
        click.echo(line)


def _cells(record: Kept) -> tuple[str, ...]:
    """A record as a line of the table; the caller masked, as everywhere that people look over shoulders.  An arrow is
    in front of whom we called.
    """
    here = record.started.astimezone(app.HERE)
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
        " ".join(record.steps) + (f" ({record.agent})" if record.agent else ""),
    )
