"""`ivr prompts` and `ivr listen`: what callers hear, as a table, a page, a sound."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ivr.book.book import LANGUAGE, Book, read_book
from ivr.book.problems import did_you_mean
from ivr.book.recordings import by_phone, note, noted, recordable, recorded
from ivr.book.remembered import forgotten, present
from ivr.settings import Settings, settings
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show

if TYPE_CHECKING:
    from ivr.voice.inventory import Row

PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",), ("play", "-q"))
"""Programs that play a WAV file, the likeliest first."""


@click.command(
    epilog=example(
        "ivr prompts",
        "ivr prompts --json",
        "ivr prompts --html prompts.html",
        "ivr prompts --take fr/goodbye studio.wav",
        "ivr prompts --note fr/goodbye",
        "ivr prompts --forget fr/goodbye",
    )
)
@click.option("--language", help="only this language: fr")
@click.option("--slots", is_flag=True, help="with the pieces that sentences are put together from: days, hours, digits")
@click.option("--json", "json_", is_flag=True, help="as JSON, for programs")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="write a page with players to this file")
@click.option("--note", multiple=True, metavar="LANGUAGE/ID", help="note that this recording says what the text says")
@click.option(
    "--forget", multiple=True, metavar="LANGUAGE/ID", help="miss the recording of this prompt no longer: it is gone"
)
@click.option(
    "--take",
    type=(str, click.Path(path_type=Path, dir_okay=False)),
    metavar="LANGUAGE/ID FILE",
    help="make the recording of this prompt of a sound file of any kind (stereo, 44.1 kHz, MP3, FLAC), and note it",
)
@says
def prompts(
    language: str | None,
    slots: bool,
    json_: bool,
    html: Path | None,
    note: tuple[str, ...],
    forget: tuple[str, ...],
    take: tuple[str, Path] | None,
) -> None:
    """Tell every prompt: who speaks it, how long, how loud, whether its recording is stale, which flows say it."""
    configured = settings()
    book = read_book(configured.book)
    if take:
        return _take(book, configured.book, *take)
    if note:
        return _note(book, configured.book, note)
    if forget:
        return _forget(book, configured, forget)
    rows = _rows(book, configured, language, slots=slots)
    if html is not None:
        from ivr.voice.sheet import sheet

        html.write_text(sheet(rows, "Prompts"), encoding="utf-8")
        return click.echo(f"{len(rows)} prompts are in {html}.")
    if json_:
        return click.echo(json.dumps([row.plain() for row in rows], ensure_ascii=False, indent=1))
    headings = ("id", "number", "language", "source", "seconds", "LUFS", "recording", "used by")
    return show(headings, [_cells(row) for row in rows], "The book has no prompts.")


@click.command(epilog=example("ivr listen goodbye", "ivr listen goodbye --language en --to goodbye.wav"))
@click.argument("prompt", metavar="ID")
@click.option("--language", default=LANGUAGE, show_default=True, help="in which language")
@click.option("--to", "target", type=click.File("wb"), help="write the file instead (-: to standard output)")
@says
def listen(prompt: str, language: str, target: BinaryIO | None) -> None:
    """Play the prompt ID as callers hear it (at 16 kHz), or write it to a file."""
    from ivr.voice.catalogue import Catalogue
    from ivr.voice.samples import decode, wav

    sounds = Catalogue.load(settings().sounds).sounds
    sound = sounds.get((language, prompt))
    if sound is None:
        known = [name for spoken, name in sounds if spoken == language]
        raise click.ClickException(f'no sound "{prompt}" in {language}; {did_you_mean(prompt, known, "known are")}')
    wide = wav(*decode(Path(f"{sound.path}.g722")))
    click.echo(f"{sound.seconds:.1f} s, {sound.source}: {sound.text}", err=target is not None)
    if target is not None:
        target.write(wide)
        return
    player = next((command for command in PLAYERS if shutil.which(command[0])), None)
    if player is None:
        raise click.ClickException(
            f"nothing here plays sound: write it to a file with --to {prompt.split('/')[-1]}.wav"
        )
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(wide)
        file.flush()
        subprocess.run([*player, file.name], check=False)  # noqa: S603 - one of the players above


def _rows(book: Book, configured: Settings, only: str | None, *, slots: bool) -> list["Row"]:
    from ivr.voice.catalogue import BadCatalogue, Catalogue
    from ivr.voice.inventory import inventory

    warnings = list(by_phone(configured.book, configured.recordings, book))
    phoned = {
        (language, name)
        for language, texts in book.prompts.items()
        for name in recorded(configured.recordings, language, texts)
    }

    try:
        baked = Catalogue.load(configured.sounds).sounds
    except BadCatalogue:
        baked = {}
    return list(
        inventory(book, lambda language, name: baked.get((language, name)), phoned, warnings, only=only, slots=slots)
    )


def _cells(row: "Row") -> tuple[str, ...]:
    return (
        row.id,
        row.number,
        row.language,
        row.source or "not baked",
        "" if row.seconds is None else f"{row.seconds:.1f}",
        "" if row.loudness is None else f"{row.loudness:.1f}",
        row.stale or ("fits" if row.source in ("recording", "phone") else ""),
        ", ".join(row.flows) or "nobody",
    )


def _note(book: Book, directory: Path, names: tuple[str, ...]) -> None:
    for one in names:
        language, _, prompt = one.partition("/")
        texts = recordable(book, language)
        if prompt not in recorded(directory / "prompts", language, texts):
            raise click.ClickException(f'there is no recording prompts/{language}/{prompt}.wav of a prompt "{prompt}"')
        path = note(directory / "prompts", language, [prompt], texts, noted(directory / "prompts", language))
        click.echo(f"{path}: {one} says «{' '.join(texts[prompt].split())}».")


def _forget(book: Book, configured: Settings, names: tuple[str, ...]) -> None:
    folders = configured.book / "prompts", configured.recordings
    for one in names:
        language, _, prompt = one.partition("/")
        if (language, prompt) in present(book, folders):
            raise click.ClickException(f"the recording of {one} is there: delete it first")
        if not forgotten(configured.sounds, folders, language, prompt):
            raise click.ClickException(f"no recording of {one} is missed")
        click.echo(f"The recording of {one} is forgotten.")


def _take(book: Book, directory: Path, name: str, source: Path) -> None:
    """Convert, listen to what came of it, note it: what stood there before is never written over."""
    from ivr.voice.recording import Unusable, content_of, taken

    language, _, prompt = name.partition("/")
    if prompt not in recordable(book, language):
        known = [f"{spoken}/{one}" for spoken in book.prompts for one in recordable(book, spoken)]
        raise click.ClickException(f'there is no prompt "{name}"; {did_you_mean(name, known, "known are")}')
    path = directory / "prompts" / language / f"{prompt}.wav"
    try:
        sound = taken(content_of(source))
    except Unusable as unusable:
        raise click.ClickException(f"{source} {unusable}") from unusable
    except OSError as error:
        raise click.ClickException(f"{source} cannot be read: {error.strerror}") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(sound)
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already: move it away first") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"{path}: 48 kHz, mono.")
    _note(book, directory, (name,))
