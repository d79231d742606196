"""How a case that failed is told."""

from collections.abc import Sequence

import click

from ivr.book.cases import Case
from ivr.terminal.keeping import call_words
from ivr.terminal.verdict import Failure


def tell(case: Case, found: Sequence[Failure]) -> None:
    """Where it stands, what was expected and found, and how to look at it."""
    click.secho(f"{case.mark.file}:{case.mark.line}: FAILED {case.written.name}", bold=True)
    for one in found:
        mark = case.marks.get(one.key, case.mark)
        click.echo(f"  {mark.file}:{mark.line}: {one.key}")
        click.echo(f"    expected  {one.expected}")
        click.echo(f"    found     {one.found or '-'}")
    click.echo(f"  look at it: {call_words(case)}")
