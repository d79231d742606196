"""`ivr check`: every problem of the book and of its tests, with its place."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import click

from ivr.book.book import ZONE, Book, read_book
from ivr.book.cases import case_files, checked_cases
from ivr.book.dates import NUMBERS, due
from ivr.book.lawful import unlawful
from ivr.book.problems import BadBook, Problem, as_json, in_order, pretty
from ivr.book.promises import told
from ivr.book.recordings import by_phone
from ivr.book.remembered import missed
from ivr.book.source import read
from ivr.settings import settings
from ivr.values.phrase import Utterance
from ivr.verbs.manners import example, says
from ivr.voice.catalogue import BadCatalogue, Catalogue, Sound
from ivr.voice.gauge import Gauge
from ivr.voice.measured import measured
from ivr.voice.roster import local

LENGTHS = "lengths.json"  # of announcements that are not baked, beside the rest of what an installation keeps


@click.command(epilog=example("ivr check", "ivr check /etc/ivr --json", "ivr check --watch"))
@click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--json", "json_", is_flag=True, help="print the problems as JSON, for programs")
@click.option("--watch", is_flag=True, help="check again whenever a file changes, until Ctrl-C")
@says
def check(directory: Path | None, json_: bool, watch: bool) -> None:
    """Read the book in DIRECTORY and its tests, and tell every problem, with its file, line and column."""
    directory = directory or settings().book
    good = _check(directory, json_)
    if watch:
        from watchfiles import watch as changes

        for _ in changes(directory / "dialplans", directory / "prompts", raise_interrupt=False):
            click.echo(f"-- {datetime.now().astimezone():%H:%M:%S}")
            good = _check(directory, json_)
    if not good:
        raise SystemExit(1)


def _check(directory: Path, json_: bool) -> bool:
    """Tell the problems of the book in ``directory``; whether it is good."""
    book, unmeasured = None, list[str]()
    try:
        book, now = read_book(directory), datetime.now(UTC)
        today = now.astimezone(ZONE).date()
        lawful = (*unlawful(book, directory, today), *due(book, read(directory / NUMBERS, directory, []), today))
        unfit, unmeasured = _announcements(directory, book)
        heard = _recordings(directory, book)
        spoilt = {problem.file for problem in heard if problem.severity == "error"}
        # Of a recording that cannot be used nobody need be told that it is not noted.
        noted = (
            problem
            for problem in book.warnings
            if problem.rule not in ("IVR562", "IVR703") or problem.file not in spoilt
        )
        problems = (*noted, *told(book, now), *lawful, *heard, *unfit)
    except BadBook as refusal:
        problems = refusal.problems
    problems = (*problems, *checked_cases(book, directory, case_files(directory))[1])
    bad = any(problem.severity == "error" for problem in problems)
    if json_:
        click.echo(as_json(problems))
    elif problems:
        files = {problem.file: directory / problem.file for problem in in_order(problems)}
        texts = {name: path.read_text(errors="replace") if _is_text(path) else "" for name, path in files.items()}
        click.echo(pretty(problems, texts), err=book is None or bad)
    if book is None or bad:
        return False
    if not json_:
        numbers, prompts = len(book.services), sum(map(len, book.prompts.values()))
        click.echo(f"The book is good: {numbers} numbers, {prompts} prompts, digest {book.digest}.")
        if unmeasured:
            some = ", ".join(unmeasured[:3]) + (", …" if len(unmeasured) > 3 else "")
            click.echo(
                f"Not measured, for no voice here can say them: the announcements of {some}. Install espeak-ng, or run "
                "ivr bake where their voice is."
            )
    return True


def _is_text(path: Path) -> bool:
    """Whether lines of it can be shown: a recording has none, and may be huge."""
    return path.suffix != ".wav" and path.is_file()


def _announcements(directory: Path, book: Book) -> tuple[list[Problem], list[str]]:
    """What the law finds wrong with announcements, baked or as they will be, and the numbers of those that nobody here
    can say.
    """
    if not book.announcements:
        return [], []
    configured, baked = settings(), dict[tuple[str, str], Sound]()
    with contextlib.suppress(BadCatalogue):
        baked = Catalogue.load(configured.sounds).sounds
    folders = configured.recordings, directory / "prompts"
    gauge = Gauge(folders, lambda: local(book.speech, configured.book), book.speech, configured.state / LENGTHS)

    def sound(said: Utterance) -> Sound | None:
        return gauge.sound(said, baked.get((said.language, said.name)))

    found = measured(book, sound, read(directory / NUMBERS, directory, []))
    gauge.keep()
    return found


def _recordings(directory: Path, book: Book) -> tuple[Problem, ...]:
    """What is wrong with recordings; the tools that tell of their sound are not entered where nobody recorded any."""
    configured = settings()
    phoned, both = configured.recordings, (directory / "prompts", configured.recordings)
    told = list(by_phone(directory, phoned, book))
    if directory.absolute() == configured.book.absolute():
        told += missed(configured.sounds, directory, book, both)
    folders = [folder for folder in both if any(folder.glob("*/**/*.wav"))]
    if not folders:
        return tuple(told)
    from ivr.voice.examined import examined

    sounds = [problem for folder in folders for problem in examined(folder, book.utterances())]
    return (*told, *sounds)
