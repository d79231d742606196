"""Commands that show a book as a picture or in sentences: graph and diff."""

import io
import json
import subprocess
import tarfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ivr.book.book import LANGUAGE, Book, read_book
from ivr.book.compare import changes
from ivr.book.problems import BadBook
from ivr.book.redrawn import redrawn
from ivr.flow.chart import Chart, chart
from ivr.flow.mermaid import mermaid
from ivr.flow.svg import svg
from ivr.flow.svg_pair import pair_svg
from ivr.settings import settings
from ivr.terminal.simulate import NotOurs
from ivr.values.number import parse
from ivr.verbs.instant import Instant, meant
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr graph 0899000004 --svg -o repair.svg", "ivr graph orders --mermaid"))
@click.argument("what", metavar="NUMBER|FLOW")
@click.option("--svg", "form", flag_value="svg", default="svg", help="a picture [this is what you get]")
@click.option("--mermaid", "form", flag_value="mermaid", help="text for wikis that draw Mermaid")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="the file to write [the screen]")
@says
def graph(what: str, form: str, output: Path | None) -> None:
    """Draw the flow of a number, or a flow: start, exits, ends, and which part of a call is charged."""
    drawn = _chart(read_book(settings().book).at(meant(None)), what)
    text = mermaid(drawn) if form == "mermaid" else svg(drawn)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"{drawn.title}: {sum(len(panel.boxes) for panel in drawn.panels)} nodes, in {output}.")


def _chart(book: Book, what: str) -> Chart:
    texts = book.prompts[LANGUAGE]
    if service := book.services.get(parse(what).national or ""):
        title = f"{parse(service.number).display}   {service.label}"
        return chart(book.drawing, service.flow.flow, texts, title, service.tariff.surcharged)
    if what in book.drawing.flows:
        charged = any(one.flow.flow == what and one.tariff.surcharged for one in book.services.values())
        return chart(book.drawing, what, texts, f"Flow {what}", charged)
    flows, numbers = ", ".join(sorted(book.drawing.flows)), ", ".join(book.services)
    raise NotOurs(f'"{what}" is neither a number nor a flow of this book; numbers: {numbers}; flows: {flows}')


@click.command(
    epilog=example("ivr diff HEAD", "ivr diff HEAD~3 HEAD --svg changes.svg", "ivr diff /srv/book-of-yesterday .")
)
@click.argument("old")
@click.argument("new", required=False)
@click.option(
    "--at",
    "since",
    type=Instant(),
    default=None,
    help="hours and tariffs are compared from here on, for 400 days [now]",
)
@click.option("--json", "json_", is_flag=True, help="the sentences as JSON, for programs")
@click.option(
    "--svg",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="draw the flows that changed, before and after, to this file",
)
@says
def diff(old: str, new: str | None, since: datetime | None, json_: bool, picture: Path | None) -> None:
    """What changes for callers from OLD to NEW: directories of books, or git revisions of this one [as it is now]."""
    book = settings().book
    at = meant(since).replace(second=0, microsecond=0)
    with TemporaryDirectory() as kept:
        directories = [_directory(one, book, Path(kept) / side) for one, side in ((old, "old"), (new, "new"))]
        before, after = (_read(directory, one) for directory, one in zip(directories, (old, new), strict=True))
        sentences = list(changes(before, after, at))
    if picture is not None:
        flows = list(redrawn(before.at(at), after.at(at)))
        picture.write_text(pair_svg(f"From {old} to {new or 'the book as it is'}", flows), encoding="utf-8")
        told = f"{', '.join(one.flow for one in flows) or 'no flow'} drawn before and after, in {picture}."
        click.echo(told, err=json_)
    if json_:
        click.echo(json.dumps(sentences, ensure_ascii=False, indent=2))
        return
    for sentence in sentences or ["Nothing changes for callers."]:
        click.echo(sentence)


def _read(directory: Path, named: str | None) -> Book:
    try:
        return read_book(directory)
    except BadBook:
        click.echo(f"{named or 'the book as it is'} cannot be compared before this is mended:", err=True)
        raise


def _directory(named: str | None, book: Path, kept: Path) -> Path:
    """The book that somebody means: a directory, or a revision of this book's repository, fetched into ``kept``."""
    if named is None:
        return book
    if Path(named).is_dir():
        return Path(named)
    git = ["git", "-C", str(book), "archive", "--format=tar", "--end-of-options", named, "dialplans", "prompts"]
    try:
        told = subprocess.run(git, capture_output=True, timeout=60, check=False)  # noqa: S603 - no shell
    except FileNotFoundError:
        raise NotOurs(f'"{named}" is no directory, and there is no git to ask for a revision') from None
    if told.returncode:
        said = told.stderr.decode(errors="replace").strip().splitlines() or ["git said nothing"]
        raise NotOurs(f'"{named}" is neither a directory nor a revision of this book: {said[0]}')
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(kept, filter="data")
        else:  # Python before 3.11.4; what git itself archives has no way out but links, and those nobody follows
            archive.extractall(kept)  # noqa: S202
    return kept
