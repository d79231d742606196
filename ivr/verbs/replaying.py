"""Yesterday's calls on today's book, or on tomorrow's."""

from datetime import datetime
from pathlib import Path

import click

from ivr import fittings
from ivr.book.book import Book, read_book
from ivr.flow.tape import BadTape, Entry
from ivr.kept import calls_kept
from ivr.ledger.rows import Kept
from ivr.settings import settings
from ivr.terminal.replay import Past, Replayed, replay
from ivr.values.number import parse
from ivr.verbs.amount import Whole
from ivr.verbs.instant import Instant
from ivr.verbs.manners import example, says


@click.command(
    "replay",
    epilog=example("ivr replay 1764000000.12", "ivr replay --last 500 --book ../next", "ivr replay --since 2026-11-26"),
)
@click.argument("call", required=False)
@click.option("--last", type=Whole(1, 100_000), default=None, help="the last calls of the ledger, so many")
@click.option("--since", type=Instant(), default=None, help="the calls that began since then, in Europe/Paris")
@click.option("--number", default=None, help="of this number only")
@click.option(
    "--book", "directory", type=click.Path(path_type=Path, file_okay=False, exists=True), help="another book [ours]"
)
@says
def replay_(
    call: str | None, last: int | None, since: datetime | None, number: str | None, directory: Path | None
) -> None:
    """Live through calls of the ledger again, with what their callers pressed and what came of it then; list those
    that would go elsewhere.

    Exit status 1 if any would.
    """
    if (call is not None) + (last is not None) + (since is not None) != 1:
        raise click.UsageError("name one CALL, or say --last N, or --since TIME")
    configured = settings()
    book = read_book(directory or configured.book)
    calls = calls_kept(configured, call, last, fittings.aware(since) if since else None, number)
    if call is not None and not calls:
        raise click.UsageError(f'there is no call "{call}" in the ledger; ivr calls --json shows the ids')
    elsewhere = unreadable = secret = 0
    for kept in calls:
        try:
            found = replay(past(kept), book)
        except BadTape as bad:
            unreadable += 1
            click.echo(f"{_named(kept)}  cannot be replayed: {bad}")
            continue
        secret += bool(found.secrets)
        elsewhere += bool(found.elsewhere)
        if found.elsewhere or call is not None:
            _tell(kept, found, book)
    click.echo(
        f"{len(calls)} calls on book {book.digest}: {len(calls) - elsewhere - unreadable} go where they went, "
        f"{elsewhere} would go elsewhere"
        + (f", {unreadable} cannot be replayed" if unreadable else "")
        + (f"; in {secret}, digits were typed in secret and are not known" if secret else "")
    )
    if elsewhere or unreadable:
        raise SystemExit(1)


def past(kept: Kept) -> Past:
    """A record with its tape as values again.  Raises :class:`BadTape`."""
    tape = tuple(map(Entry.read, kept.tape))
    return Past(kept.id, kept.number, kept.caller, kept.started, kept.ending, kept.steps, tape)


def _tell(kept: Kept, found: Replayed, book: Book) -> None:
    click.echo(f"{_named(kept)}  {found.elsewhere or 'goes where it went'}")
    if found.elsewhere:
        click.echo(f"    then  {' '.join(kept.steps) or '-'}   (book {kept.book})")
        click.echo(f"    now   {' '.join(found.steps) or '-'}")


def _named(kept: Kept) -> str:
    here = kept.started.astimezone(fittings.HERE)
    return f"{kept.id}  {here:%Y-%m-%d %H:%M:%S}  {kept.number}  {parse(kept.caller).masked}"
