"""Lists on a terminal."""

import shutil
from collections.abc import Iterable, Sequence

import click

from ivr.terminal.table import table


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], none: str) -> None:
    """Print a table, or ``none`` where there is nothing to tell."""
    told = list(rows)
    if not told:
        return click.echo(none)
    for line in table(headings, told, shutil.get_terminal_size((120, 24)).columns):
        click.echo(line)
    return None
