"""Commands for those who write a book: a new one, completion in the editor, the reference of node kinds."""

from pathlib import Path

import click

from ivr.book import schema as schemas
from ivr.book import starter
from ivr.flow.nodes import KINDS
from ivr.settings import settings
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr new my-book", "ivr check my-book"))
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@says
def new(directory: Path) -> None:
    """Write a small book into DIRECTORY that can be checked, simulated and called at once."""
    starter.write(directory)
    schemas.write(directory / "dialplans")
    click.echo(f"A book with one number is in {directory}. Next: ivr check {directory}")


@click.command(epilog=example("ivr schema", "ivr schema /etc/ivr"))
@click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@says
def schema(directory: Path | None) -> None:
    """Write the JSON Schemas into DIRECTORY/dialplans/.schema, where the files' first lines point editors."""
    written = schemas.write((directory or settings().book) / "dialplans")
    click.echo(f"{len(written)} schemas in {written[0].parent}.")


@click.command(epilog=example("ivr reference", "ivr reference menu"))
@click.argument("kind", required=False)
@says
def reference(kind: str | None) -> None:
    """The kinds of node with their fields and exits, in Markdown."""
    known = {schemas.name_of(one): one for one in KINDS}
    if kind is not None and kind not in known:
        raise click.UsageError(f'there is no kind "{kind}"; the kinds are {", ".join(sorted(known))}')
    for line in schemas.reference(tuple(known.values()) if kind is None else (known[kind],)):
        click.echo(line)
