"""``dialplans/voices.yaml``, who speaks what nobody recorded, and ``prompts/<language>/lexicon.yaml``, how.

IVR570  a remote that does not exist                  IVR572  a language that has no prompts
IVR571  a speaker that nobody knows                   IVR573  a prompt that does not exist
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ivr.book.book import Book
from ivr.book.problems import Problem, did_you_mean
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.book.typed import understood
from ivr.book.written import Name
from ivr.flow.node import one_or_many
from ivr.values.speech import Speaker, Speech

FILE = "dialplans/voices.yaml"
LEXICON = "lexicon.yaml"
MACHINE = ("pico2wave", "espeak-ng")
"""The engines that need no more than to be installed."""

Names = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


class WrittenSpeaker(BaseModel):
    """One voice that the book brings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    remote: str = Field(default="", description="a service of remotes.yaml that takes a text and gives audio")
    piper: str = Field(default="", description="the path of a voice file for piper (….onnx)", max_length=500)
    voice: str = Field(default="", description="the voice that the service is asked for", max_length=200)
    version: str = Field(default="1", description="change it to have everything spoken anew", max_length=40)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.remote) == bool(self.piper):
            raise ValueError("a voice is either a service or a file; write remote or piper")
        return self


class WrittenVoices(BaseModel):
    """The file voices.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    speakers: dict[Name, WrittenSpeaker] = Field(default_factory=dict, description="voices that the book brings")
    languages: dict[str, Names] = Field(default_factory=dict, description="by language, who is asked, the first first")
    prompts: dict[str, Names] = Field(default_factory=dict, description="by prompt, who is asked before these")


WrittenLexicon = dict[str, Annotated[str, Field(min_length=1, max_length=200)]]
"""A word as it is written, to how it shall be spelled for an engine."""


def speech(directory: Path, book: Book, read: Callable[[Path], Source], problems: list[Problem]) -> Speech:
    """Who speaks in this book; what is wrong with it is added to ``problems``."""
    lexicons: dict[str, dict[str, str]] = {}
    for language in book.prompts:
        path = directory / "prompts" / language / LEXICON
        if path.is_file() and (lexicon := read(path)).tree:
            lexicons[language] = understood(WrittenLexicon, lexicon, problems) or {}
    path = directory / FILE
    source = read(path) if path.is_file() else None
    if source is None or not source.tree:
        return Speech(lexicons=lexicons)
    written = understood(WrittenVoices, source, problems) or WrittenVoices()
    for way, rule, message, hint in _wrong(written, book):
        problems.append(Problem.at(mark_of(source.tree, way), rule, message, hint))
    speakers = tuple(
        Speaker(name, one.piper or one.voice, book.sites.get(one.remote), one.version)
        for name, one in written.speakers.items()
    )
    return Speech(speakers, written.languages, written.prompts, lexicons)


def _wrong(written: WrittenVoices, book: Book) -> Iterator[tuple[Way, str, str, str]]:
    for name, one in written.speakers.items():
        if one.remote and one.remote not in book.sites:
            hint = did_you_mean(one.remote, book.sites, "remotes.yaml has")
            yield ("speakers", name, "remote"), "IVR570", f'there is no remote "{one.remote}"', hint
    known = {*written.speakers, *MACHINE}
    prompts = {name for texts in book.prompts.values() for name in texts}
    for where, asked, names, rule, what in (
        ("languages", written.languages, set(book.prompts), "IVR572", "has no prompts"),
        ("prompts", written.prompts, prompts, "IVR573", "is no prompt"),
    ):
        for key, speakers in asked.items():
            if key not in names:
                yield (where, key), rule, f'"{key}" {what}', did_you_mean(key, names, "known are")
            for speaker in speakers:
                if speaker not in known:
                    hint = did_you_mean(speaker, known, "known are")
                    yield (where, key), "IVR571", f'nobody is called "{speaker}"', hint
