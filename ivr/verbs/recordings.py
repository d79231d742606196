"""`ivr recordings`: the prompts that were recorded by phone."""

import sys
from pathlib import Path

import click

from ivr.book.book import read_book
from ivr.book.problems import did_you_mean
from ivr.book.recordings import by_phone, forget, noted, recorded, unfit
from ivr.book.remembered import forgotten, present
from ivr.settings import settings
from ivr.values.recorded import numbered
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show


@click.group()
def recordings() -> None:
    """The prompts that were recorded by phone."""


@recordings.command("list", epilog=example("ivr recordings list"))
@says
def list_recordings() -> None:
    """What was recorded, since when, and whether it still says what the text says."""
    configured = settings()
    book = read_book(configured.book)
    wrong = unfit(by_phone(configured.book, configured.recordings, book))
    numbers = {prompt: number for number, prompt in numbered(book.prompts).items()}
    rows = []
    for prompt, number in sorted(numbers.items(), key=lambda one: str(one[0])):
        notes = noted(configured.recordings, prompt.language)
        if recorded(configured.recordings, prompt.language, [prompt.id]):
            note = notes.get(prompt.id)
            fits = wrong.get((prompt.language, prompt.id), "fits")
            rows.append((str(prompt), number, str(note.recorded) if note else "", fits, note.text if note else ""))
    show(("prompt", "number", "recorded", "text", "says"), rows, "Nothing was recorded by phone.")


@recordings.command(
    epilog=example("ivr recordings export fr/goodbye goodbye.wav", "ivr recordings export fr/goodbye - > goodbye.wav")
)
@click.argument("prompt", metavar="LANGUAGE/ID")
@click.argument("to", type=click.Path(dir_okay=False, allow_dash=True))
@says
def export(prompt: str, to: str) -> None:
    """Copy a recording to the WAV file TO, or to standard output."""
    sound = _file(prompt).read_bytes()
    if to == "-":
        sys.stdout.buffer.write(sound)
    else:
        Path(to).write_bytes(sound)


@recordings.command(epilog=example("ivr recordings delete fr/goodbye"))
@click.argument("prompt", metavar="LANGUAGE/ID")
@says
def delete(prompt: str) -> None:
    """Delete a recording; the book's own, or a synthetic voice, is heard again."""
    _file(prompt)
    language, _, name = prompt.partition("/")
    forget(settings().recordings, language, name)
    if (language, name) not in present(read_book(settings().book), [settings().book / "prompts"]):
        forgotten(settings().sounds, (), language, name)
    click.echo(f"The recording of {prompt} is deleted.")


def _file(prompt: str) -> Path:
    folder = settings().recordings
    known = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.glob("*/**/*.wav")}
    if prompt not in known:
        hint = did_you_mean(prompt, known, "known are") if known else "nothing was recorded"
        raise click.ClickException(f"there is no recording of {prompt} by phone; {hint}")
    return known[prompt]
