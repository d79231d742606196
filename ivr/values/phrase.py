"""What is said to a caller, as values: utterances that can be baked into audio ahead of the call.

Nothing here makes a sound: ``voice`` turns an :class:`Utterance` into a file, ``asterisk`` plays it,
``terminal`` prints it.
"""

import re
from dataclasses import dataclass

NAME = re.compile(r"(?=.{1,101}$)[a-z0-9][a-z0-9_-]*(/[a-z0-9_-]+)*")
"""What a prompt can be called: its name is that of its files, too."""


@dataclass(frozen=True)
class Part:
    """A stretch of an utterance that is spoken by itself, so that it can be measured by itself.

    ``what`` names it within its utterance; ``language`` is that of its words.  ``at_most`` bounds it, and ``pause`` is
    silence after it; seconds.
    """

    what: str
    text: str
    language: str
    pause: float = 0.0
    at_most: float | None = None


@dataclass(frozen=True)
class Utterance:
    """One audio file that a caller may hear: a text, its language, and how long it must be.

    ``name`` is the prompt's id (a recording ``prompts/<language>/<name>.wav`` wins over synthesis) or a made
    name such as ``announcement-080-minute``; the pair (language, name) is unique within one book.
    ``tail`` is silence after the last word, ``at_least`` and ``at_most`` bound the whole file; all in seconds.
    Shorter audio is padded with silence at its end; longer audio than ``at_most`` is a fault of the book.
    With ``parts`` these are what is spoken, one after the other, and ``text`` is all of them.
    ``like`` is the language whose recording of this name is heard where this one has none: it has the same text.
    """

    language: str
    name: str
    text: str
    tail: float = 0.0
    at_least: float = 0.0
    at_most: float | None = None
    parts: tuple[Part, ...] = ()
    like: str = ""
