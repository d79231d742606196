"""`ivr crosscheck`: what Asterisk itself noted of a day's calls held against the ledger."""

from datetime import datetime, timedelta

import click

from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.told import HERE
from ivr.ledger.witness import Witness
from ivr.settings import settings
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr crosscheck", "ivr crosscheck --day 2026-11-27"))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="on the clocks of Paris [yesterday]")
@says
def crosscheck(day: datetime | None) -> None:
    """Hold a day's calls of the ledger against what Asterisk noted of them: dialled, answered, talked with, ended.

    The controller does so each night and tells its log.  Exit status 1 where anything differs.
    """
    wanted = day.date() if day else datetime.now(HERE).date() - timedelta(days=1)
    configured = settings()
    found, torn = Witness(configured.events, Reader(at(configured.ledger))).check(wanted)
    for difference in found.differences:
        click.echo(difference)
    if torn:
        click.echo(f"ivr: {torn} lines of Asterisk's are no events, and are left out", err=True)
    click.echo(f"{found.agreed} calls agree, {len(found.differences)} differences.")
    if found.differences:
        raise SystemExit(1)
