"""``<language>/recordings.yaml``: what each recording says, since when; written by `ivr prompts --note`, and by the
controller beside what was recorded by phone.

A recording does not tell what is said in it.  So whoever brings one notes it: its date, the text that it was made
from, and a digest of the file.  From then on a changed text, another file and a file that is gone all show.

IVR560  a recording older than its text              IVR562  a recording that nobody has noted
IVR561  a recording that is gone                     IVR563  another file than the one that was noted
IVR703  a recording of an announcement that nobody has noted: whose words are the price, as nothing but ears can tell
IVR580  a recording by phone of a prompt that has another one     IVR581  one of a prompt that does not exist
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from ivr.book import source
from ivr.book.book import Book
from ivr.book.problems import BadBook, Mark, Problem, quoted
from ivr.book.source import Source
from ivr.book.tree import mark_of
from ivr.book.typed import understood
from ivr.book.uses import uses

FILE = "recordings.yaml"
MOST = 50_000_000
"""Bytes of a recording that are looked at; a bigger one is refused by the bake."""
_HERE = ZoneInfo("Europe/Paris")
_HEAD = "# What the recordings in this folder say; written by ivr, kept with them.\n"


class WrittenRecording(BaseModel):
    """One recording of recordings.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recorded: date = Field(description="when it was recorded: 2026-11-25")
    text: str = Field(description="the text that it was made from", max_length=1000)
    sound: str = Field(description="the first twelve digits of the file's SHA-256", pattern=r"^[0-9a-f]{12}$")


Noted = Mapping[str, WrittenRecording]


def recordable(book: Book, language: str) -> Mapping[str, str]:
    """What recordings in a language may say, by their names: its prompts, and announcements as a whole."""
    whole = (one.utterance for one in book.announcements if one.utterance.language == language)
    return {**book.prompts.get(language, {}), **{one.name: one.text for one in whole}}


def told(
    directory: Path, book: Book, read: Callable[[Path], Source], recordings: Path | None = None
) -> Iterator[Problem]:
    """Everything that is wrong with the recordings of a book that is right otherwise: with those that it brings, or
    with those in another folder.
    """
    recordings = recordings or directory / "prompts"
    for language in book.prompts:
        folder, texts = recordings / language, recordable(book, language)
        file = f"{recordings.name}/{language}/{FILE}"
        problems: list[Problem] = []
        found = read(folder / FILE) if (folder / FILE).is_file() else None
        tree = found.tree if found else None
        known = (understood(dict[str, WrittenRecording], found, problems) if found else None) or {}
        yield from problems
        there = recorded(recordings, language, texts)
        for name, one in known.items():
            mark = mark_of(tree, (name,)) if tree else Mark(file)
            if name not in texts and (folder / f"{name}.wav").is_file():
                continue
            if name not in there:
                yield gone(mark, book, language, name)
            elif one.sound != digest(there[name]):
                hint = f"listen to it, then note it: ivr prompts --note {language}/{name}"
                yield _warning(mark, "IVR563", f'the recording of "{name}" is another than that noted', hint)
            elif stale(one, texts.get(name, "")):
                yield _warning(mark, "IVR560", _older(directory, language, name, one), f"now: {quoted(texts[name])}")
        for name in sorted(there.keys() - known.keys()):
            mark = Mark(f"{recordings.name}/{language}/{name}.wav")
            hint = f"listen to it, then note it: ivr prompts --note {language}/{name}"
            message = f'nobody has noted what the recording of "{name}" says, so a change of its text will not show'
            rule = "IVR562"
            if name not in book.prompts[language]:
                rule = "IVR703"
                message = f'nobody has noted that the recording of "{name}" says the price, and before how to skip it'
            yield _warning(mark, rule, message, hint)


def gone(mark: Mark, book: Book, language: str, name: str) -> Problem:
    """That a recording is no longer there, and who loses it."""
    who = uses(book).get(name, ()) or (("the tariff",) if name not in book.prompts.get(language, {}) else ())
    loses = f"{', '.join(who)} {'loses' if len(who) == 1 else 'lose'} it" if who else "nobody says it"
    hint = f"bring it back, or let a synthetic voice speak: ivr prompts --forget {language}/{name}"
    return _warning(mark, "IVR561", f'the recording of "{name}" is gone: {loses}', hint)


def by_phone(directory: Path, recordings: Path, book: Book) -> Iterator[Problem]:
    """What is wrong with those that were recorded by phone."""
    if not recordings.is_dir():
        return
    yield from told(directory, book, lambda path: source.read(path, recordings.parent, []), recordings)
    for path in sorted(recordings.glob("*/**/*.wav")):
        language, _, name = path.relative_to(recordings).with_suffix("").as_posix().partition("/")
        mark = Mark(f"{recordings.name}/{language}/{name}.wav")
        if name not in book.prompts.get(language, {}):
            message = f'there is no prompt "{name}" in {language} any more, and nobody hears this recording'
            yield _warning(mark, "IVR581", message, f"delete it: ivr recordings delete {language}/{name}")
        elif name in recorded(directory / "prompts", language, [name]):
            brought = _day(directory / "prompts" / language / f"{name}.wav")
            message = (
                f'callers hear the recording of "{name}" made by phone on {_day(path)},'
                f" not prompts/{language}/{name}.wav of {brought}"
            )
            hint = f"keep one of them: ivr recordings export or delete {language}/{name}"
            yield _warning(mark, "IVR580", message, hint)


def forget(recordings: Path, language: str, name: str) -> None:
    """Delete a recording, if it is there, and its note.  Raises OSError."""
    known = dict(noted(recordings, language))
    (recordings / language / f"{name}.wav").unlink(missing_ok=True)
    known.pop(name, None)
    note(recordings, language, (), {}, known)


RULES = {
    "IVR560": "text changed",
    "IVR561": "gone",
    "IVR562": "not noted",
    "IVR563": "other file",
    "IVR703": "not noted",
}
"""What is wrong with a recording, in two words."""


def unfit(warnings: Iterable[Problem]) -> dict[tuple[str, str], str]:
    """Language and prompt of each recording that was warned of, to what is wrong, in two words."""
    return {
        (one.file.split("/")[1], one.message.split('"')[1]): RULES[one.rule] for one in warnings if one.rule in RULES
    }


def recorded(recordings: Path, language: str, names: Iterable[str]) -> dict[str, Path]:
    """The recordings of these prompts that are there."""
    folder = recordings / language
    if not folder.is_dir():
        return {}
    paths = {name: folder / f"{name}.wav" for name in names}
    return {name: path for name, path in paths.items() if path.is_file()}


def stale(noted: WrittenRecording, text: str) -> bool:
    """Whether the text is another than that which was recorded; spaces and line ends are no change."""
    return noted.text.split() != text.split()


def digest(path: Path) -> str:
    """The first digits of a file's SHA-256, as they are noted; twelve zeros for a file that is too big to be one."""
    if path.stat().st_size > MOST:
        return "0" * 12
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def noted(recordings: Path, language: str) -> Noted:
    """What was noted of the recordings of a language.  Raises BadBook."""
    path = recordings / language / FILE
    if not path.is_file():
        return {}
    problems: list[Problem] = []
    found = understood(dict[str, WrittenRecording], source.read(path, recordings.parent, problems), problems)
    if problems:
        raise BadBook(problems)
    return found or {}


def note(recordings: Path, language: str, names: Iterable[str], texts: Mapping[str, str], known: Noted) -> Path:
    """Note these recordings as saying these texts, each recorded on the day of its file; returns what was written.

    What was noted of others stays, unless they are gone.  Raises OSError.
    """
    there = recorded(recordings, language, {*texts, *known})
    fresh = {
        name: WrittenRecording(
            recorded=_day(there[name]), text=" ".join(texts[name].split()), sound=digest(there[name])
        )
        for name in names
        if name in there
    }
    kept = {**{name: one for name, one in known.items() if name in there}, **fresh}
    path = recordings / language / FILE
    lines = [
        f"{json.dumps(name)}:\n  recorded: {one.recorded}\n"
        f"  text: {json.dumps(one.text, ensure_ascii=False)}\n  sound: {json.dumps(one.sound)}\n"
        for name, one in sorted(kept.items())
    ]
    fresh_file = path.with_suffix(".new")
    fresh_file.write_text(_HEAD + "".join(lines), encoding="utf-8")
    return fresh_file.replace(path)


def _older(directory: Path, language: str, name: str, one: WrittenRecording) -> str:
    changed = _day(directory / "prompts" / f"{language}.yaml")
    return (
        f'the recording of "{name}" of {one.recorded} says {quoted(one.text)}, its text was changed since'
        f" (prompts/{language}.yaml is of {changed})"
    )


def _day(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone(_HERE).date()


def _warning(mark: Mark, rule: str, message: str, hint: str) -> Problem:
    return Problem.at(mark, rule, message, hint, severity="warning")
