"""Who speaks the prompts that nobody has recorded, and how words are said that an engine says wrongly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.values.numerals import base
from ivr.values.site import Site


@dataclass(frozen=True)
class Speaker:
    """A voice that a book brings: a service over HTTP (``site``), or a file for piper (``voice``, a path).

    ``version`` is the writer's: raised where the same words shall be spoken anew.
    """

    name: str
    voice: str = ""
    site: Site | None = None
    version: str = "1"


@dataclass(frozen=True)
class Speech:
    """``languages`` and ``prompts`` name the speakers to be asked, the first first; those of a prompt come before
    those of its language, and the engines of the machine come last.  ``lexicons`` are by language: a word or words
    as written, to how they shall be spelled for an engine.  Both hold for the variants of a language too
    (``fr-BE``), where these say nothing of their own.
    """

    speakers: tuple[Speaker, ...] = ()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lexicons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def tokens(self) -> dict[str, str]:
        """Speakers whose service wants a token, and its name."""
        return {one.name: one.site.token for one in self.speakers if one.site and one.site.token}

    def asked(self, language: str, prompt: str) -> tuple[str, ...]:
        """The names of those to be asked first for this prompt, each once."""
        spoken = self.languages.get(language) or self.languages.get(base(language), ())
        return tuple(dict.fromkeys((*self.prompts.get(prompt, ()), *spoken)))

    def spelled(self, text: str, language: str) -> str:
        """``text`` as an engine shall read it: whole words of the lexicon replaced, the longest first.

        A word written small in the lexicon is found in any case, a word with capitals only as it is written.
        """
        lexicon = {**self.lexicons.get(base(language), {}), **self.lexicons.get(language, {})}
        if not lexicon:
            return text
        small = {word.lower(): said for word, said in lexicon.items() if word == word.lower()}
        words = "|".join(re.escape(word) for word in sorted(lexicon, key=len, reverse=True))

        def said(found: re.Match[str]) -> str:
            return lexicon.get(found[0]) or small.get(found[0].lower()) or found[0]

        return re.sub(rf"(?<!\w)(?:{words})(?!\w)", said, text, flags=re.IGNORECASE)
