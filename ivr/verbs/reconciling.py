"""`ivr reconcile`: an operator's statement held against the ledger."""

from pathlib import Path

import click

from ivr.ledger import reconciling
from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.told import BadStatement, read
from ivr.settings import settings
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr reconcile november.csv"))
@click.argument("statement", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@says
def reconcile(statement: Path) -> None:
    """Hold an operator's STATEMENT (CSV) against the ledger: every call that is not as he says, on either side.

    Columns: number and started (or date and time), and as there are caller, seconds, amount with tax; French headings
    do as well.  Compared are the days from his first call to his last.  Exit status 1 where anything differs or cannot
    be read.
    """
    told, faults = read(statement.read_bytes())
    for fault in faults:
        click.echo(f"ivr: {statement}: {fault}", err=True)
    if not told:
        raise BadStatement("the statement tells no call")
    begin, end = reconciling.span(told)
    numbers = {one.number for one in told}
    figures = Reader(at(settings().ledger)).figures(begin - reconciling.LONGEST, end + reconciling.NEAR)
    ours = [call for call in figures if call["number"] in numbers]
    found = reconciling.reconcile(told, ours, begin, end)
    for difference in found.differences:
        click.echo(difference)
    others = sorted({call["number"] for call in figures if call["amount_cents"]} - numbers)
    if others:
        click.echo(
            f"ivr: the ledger has charged calls of these days to {', '.join(others)}, and the statement none", err=True
        )
    click.echo(f"{found.agreed} calls agree, {len(found.differences)} differ.")
    if found.differences or any(fault.startswith("line ") for fault in faults):
        raise SystemExit(1)
