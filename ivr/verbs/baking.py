"""`ivr bake` and `ivr prepare`: what must stand before a caller hears anything."""

from collections.abc import Callable
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ivr import app
from ivr.book.book import read_book
from ivr.settings import settings
from ivr.verbs.manners import example, says

R = TypeVar("R")


@click.command(epilog=example("ivr bake"))
@says
def bake() -> None:
    """Turn the book's texts into audio; what has not changed is kept."""
    configured = settings()
    book = read_book(configured.book)
    baked = _with_progress(lambda progress: app.bake_book(book, configured, configured.book, progress))
    for sentence in baked.fallen:
        click.echo(f"ivr: {sentence}", err=True)
    click.echo(f"{len(baked.made)} made, {len(baked.kept)} kept, in {configured.sounds}.")


@click.command(epilog=example("ivr prepare"))
@says
def prepare() -> None:
    """Check the book, bake it, make the secrets, and write Asterisk's configuration; before Asterisk starts."""
    configured = settings()
    baked = _with_progress(lambda progress: app.prepare(configured, progress))
    voices = sorted({sound.source for sound in baked.catalogue.sounds.values()})
    click.echo(f"Prompts: {len(baked.made)} made, {len(baked.kept)} kept ({', '.join(voices)}).")
    click.echo(f"Asterisk's configuration is in {configured.asterisk_conf}.")


def _with_progress(work: Callable[[Callable[[int, int, str], None]], R]) -> R:
    """Run ``work`` with a progress bar where a person looks on, in silence elsewhere."""
    console = Console(stderr=True)
    columns = TextColumn("baking"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return work(lambda done, total, name: bar.update(task, completed=done, total=total, description=name))
