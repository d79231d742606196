"""What is wrong in a book: problems with their place, in words for the person who wrote it.

A problem says where it is, what is wrong and what to do next.  The numbers of the rules do not change:
people search for them.

IVR0xx  the file cannot be read as plain keys, lists and text   (`ivr.book.source`)
IVR1xx  a value is not what its place expects                    (`ivr.book.typed`)
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple, Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

Severity = Literal["error", "warning"]


class Mark(NamedTuple):
    """A place in a file that people wrote; line and column count from 1, as editors do.

    A tuple: a large book has some hundred thousand.
    """

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend.  ``where`` is the place in the writer's words, ``hint`` what to do; both may be empty."""

    file: str
    line: int
    column: int
    where: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    rule: str = "IVR000"

    @classmethod
    def at(
        cls, mark: Mark, rule: str, message: str, hint: str = "", where: str = "", severity: Severity = "error"
    ) -> Self:
        """The problem at ``mark``."""
        return cls(mark.file, mark.line, mark.column, where, message, hint, severity, rule)

    def __str__(self) -> str:
        """``file:line:column: where: what; hint`` on one line."""
        where = f"{self.where}: " if self.where else ""
        hint = f"; {self.hint}" if self.hint else ""
        return _visible(f"{self.file}:{self.line}:{self.column}: {where}{self.message}{hint}")

    def pretty(self, text: str) -> str:
        """The problem above the line of the file it speaks of; ``text`` is the whole file (may be empty)."""
        where = f"{self.where}: " if self.where else ""
        head = _visible(f"{self.file}:{self.line}:{self.column}: {self.severity} {self.rule}: {where}{self.message}")
        lines = _LINE_BREAK.split(text)
        if not text or self.line > len(lines):
            return f"{head}\n  {_visible(self.hint)}" if self.hint else head
        line, column = lines[self.line - 1], self.column - 1
        skipped = max(0, column - _WIDTH // 2)
        shown, before = line[skipped : skipped + _WIDTH], line[skipped:column]
        named = re.search(r'"(.+?)"', self.message)
        token = _TOKEN.match(line, column)
        length = len(named[1]) if named and line.startswith(named[1], column) else len(token[0]) if token else 1
        carets = "^" * max(1, min(length, len(shown) - len(before)))
        blank = "".join("\t" if char == "\t" else " " for char in before)
        margin = f"{self.line:>5}"
        below = f"{blank}{carets} {_visible(self.hint)}".rstrip()
        return f"{head}\n{margin} | {_visible(shown)}\n{' ' * len(margin)} | {below}"


class BadBook(Exception):
    """What people wrote cannot be used; carries all the problems, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file, line and column; said once each."""
    return tuple(sorted(set(problems)))


def pretty(problems: Iterable[Problem], texts: Mapping[str, str]) -> str:
    """For a terminal: each problem with its source line and a caret; ``texts`` maps file names to their text."""
    return "\n".join(problem.pretty(texts.get(problem.file, "")) for problem in in_order(problems))


def as_json(problems: Iterable[Problem]) -> str:
    """For programs: a JSON list of objects with the fields of `Problem`."""
    return json.dumps([asdict(problem) for problem in in_order(problems)], ensure_ascii=False, indent=2)


def near(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant; ``None`` if nothing is close (fewer than 6 letters in 10 agree)."""
    if len(word) > 100:
        return None
    found = process.extractOne(
        word,
        sorted(candidates),
        scorer=OSA.normalized_similarity,
        processor=lambda text: text.lower().replace("_", "-"),
        score_cutoff=0.6,
    )
    return str(found[0]) if found else None


def did_you_mean(word: str, candidates: Iterable[str], name: str) -> str:
    """The hint for an unknown ``word``: the nearest candidate, else the first dozen under ``name``."""
    known = sorted(candidates)
    if guess := near(word, known):
        return f"did you mean {quoted(guess)}?"
    more = ", …" if len(known) > 12 else ""
    return f"{name}: {', '.join(known[:12])}{more}" if known else ""


def quoted(text: str) -> str:
    """Somebody's text inside a message: in quotes, one line, cut to 40 characters."""
    return f'"{_visible(text if len(text) <= 40 else text[:39] + "…")}"'


def _visible(text: str) -> str:
    """``text`` with what a terminal would obey or hide written out, so that a file cannot forge a message."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\t\xa0\u202f" else repr(c)[1:-1] for c in text)


_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,\[\]{}]+?(?=:?(?:[\s,\[\]{}]|$))")
_WIDTH = 100  # columns of the source shown; a file may be one line of a megabyte
