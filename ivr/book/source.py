"""One YAML file as a tree of text with places (`ivr.book.tree`).

YAML decides types by the look of a word: ``9:30`` becomes 570, ``no`` False, ``+33…`` loses its plus,
``3.10`` its zero, and a key written twice keeps the last.  In opening hours and phone numbers each of these is
a wrong call.  So every scalar stays the text that was written, quoted or not, and the models give it a type
(`ivr.book.typed`).

The rest of YAML that can surprise or harm is refused: anchors, aliases, merge keys, tags, keys that are lists,
several documents.  Parser events are read one by one, not composed into nodes: so the limits below stop a
hostile file before it costs time or memory, and deep nesting ends in a sentence, not in a RecursionError.

Mistakes that leave the rest readable (a double key, an empty value) are noted and reading goes on, so that all
problems are told at once; what cannot be trusted afterwards is marked ``damaged``.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ivr.book.problems import Mark, Problem, quoted
from ivr.book.syntax import problem_of
from ivr.book.tree import Mapping, Node, Scalar, Sequence

LARGEST = 1024 * 1024
"""Bytes in a file."""
REMEMBERED = 64 * 1024
"""Bytes in a file whose tree is kept for the next reading; that takes some ten times as much."""
DEEPEST = 50
"""Mappings and lists inside one another."""
MOST = 100_000
"""Keys, values and lists in a file."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its name inside the book, its text, and its tree (``None`` when it could not be read), which follows
    from these.
    """

    file: str
    text: str
    tree: Node | None = field(compare=False)


def files(folder: Path, *patterns: str) -> list[Path]:
    """The files that people wrote in a folder, by name; what editors leave beside them (``.#fr.yaml``) is hidden."""
    found = {path for pattern in patterns for path in folder.glob(pattern)}
    return sorted(path for path in found if not path.name.startswith("."))


def no_book(folder: Path) -> Problem:
    """Of a folder with nothing of a book: one problem instead of one for each file that must be there."""
    message = "there is no book here: no folder dialplans, and no folder prompts"
    hint = "name the folder that holds them (IVR_BOOK, or the command's argument), or write one: ivr new DIRECTORY"
    return Problem.at(Mark(str(folder)), "IVR530", message, hint)


def read(path: Path, book: Path, problems: list[Problem]) -> Source:
    """Read the file at ``path``, which must truly lie inside the directory ``book``; problems are appended."""
    file = path.relative_to(book).as_posix() if path.is_relative_to(book) else path.name
    written = _bytes(path, book, Mark(file), problems)
    return Source(file, "", None) if written is None else parsed(written, file, problems)


def parsed(written: bytes, file: str, problems: list[Problem]) -> Source:
    """The bytes of a file as a tree; an empty file is a mapping without keys."""
    source, found = (_remembered if len(written) <= REMEMBERED else _parsed)(written, file)
    problems.extend(found)
    return source


def _parsed(written: bytes, file: str) -> tuple[Source, tuple[Problem, ...]]:
    problems: list[Problem] = []
    source = _whole(written, file, problems)
    return source, tuple(problems)


# Whoever reads a book again has changed a file or two: the others are not read anew.  Nobody changes a tree.
_remembered = lru_cache(maxsize=100)(_parsed)


def _whole(written: bytes, file: str, problems: list[Problem]) -> Source:
    text = ""
    try:
        text = _text(written, file)
        return Source(file, text, _Builder(file, text, problems).document())
    except _Unreadable as unreadable:
        problems.append(unreadable.problem)
        return Source(file, text, None)


class _Unreadable(Exception):
    """Nothing more can be read from this file."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def _bytes(path: Path, book: Path, mark: Mark, problems: list[Problem]) -> bytes | None:
    try:
        real = os.path.realpath(path, strict=True)
        if not real.startswith(os.path.join(os.path.realpath(book, strict=True), "")):
            message, hint = "this link leads out of the book", "put the file itself here"
        elif not os.path.isfile(real):
            message, hint = "this is not a file", "remove it or rename it"
        else:
            with open(real, "rb") as stream:
                return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        message, hint = f"the file cannot be read ({reason or error})", "check that it exists and may be read"
    problems.append(Problem.at(mark, "IVR001", message, hint))
    return None


def _text(written: bytes, file: str) -> str:
    if len(written) > LARGEST:
        raise _Unreadable(
            Problem.at(Mark(file), "IVR002", "the file is larger than 1 MiB", "divide it into several files")
        )
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = written[: error.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{written[error.start]:02x} is not UTF-8"
        mark = _mark_at(file, before, len(before))
        raise _Unreadable(Problem.at(mark, "IVR003", message, "save the file with the encoding UTF-8")) from None
    if found := _UNSEEN.search(text):
        message = f"an invisible control character (U+{ord(found[0]):04X})"
        raise _Unreadable(Problem.at(_mark_at(file, text, found.start()), "IVR003", message, "remove it"))
    return text


def _mark_at(file: str, text: str, index: int) -> Mark:
    lines = re.split(r"\r\n|\r|\n", text[:index])
    return Mark(file, len(lines), len(lines[-1]) + 1)


_UNSEEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What no text needs: control characters, the line ends of Unicode (editors count them differently),
signs that turn the direction of writing, surrogates."""

_ESCAPED = re.compile(f"{_UNSEEN.pattern}|\r")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Any: the stubs do not know that both have the same events; the C one is 5 times faster, and almost always there.


class _Builder:
    """Turns the events of one file into nodes, within the limits."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self.file, self.text, self.problems = file, text, problems
        self.count = 0
        self.shared: list[tuple[Mark, str, str]] = []  # anchors, aliases and merge keys, and what to do
        self.next_event: Callable[[], yaml.Event] = _LOADER(text).get_event

    def document(self) -> Node:
        tree: Node | None = None
        while not isinstance(event := self.event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    self.stop(event, "IVR006", "a second document begins here", 'remove the line "---"')
                tree = self.node(self.event(), 1)
        self.tell_shared()
        if tree is None or (isinstance(tree, Scalar) and not tree.text and not self.text.strip("-. \t\r\n")):
            return Mapping(Mark(self.file))
        return tree

    def event(self) -> yaml.Event:
        try:
            return self.next_event()
        except yaml.MarkedYAMLError as error:
            raise _Unreadable(problem_of(error, self.file, self.text)) from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # without libyaml: escapes beyond Unicode
            raise _Unreadable(Problem.at(Mark(self.file), "IVR004", f"this is not YAML: {error}")) from None

    def node(self, event: yaml.Event, depth: int) -> Node:
        mark = self.mark(event)
        self.count += 1
        if self.count > MOST:
            self.stop(event, "IVR002", f"more than {MOST} keys and values in one file", "divide the file")
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor or event.tag:
                self.refuse(event, mark)
            return self.scalar(event, mark)
        if isinstance(event, yaml.AliasEvent):
            self.shared.append((mark, f"the alias {quoted(f'*{event.anchor}')}", "write the text itself here"))
            return Scalar(mark, damaged=True)
        refused = self.refuse(event, mark)
        if depth > DEEPEST:
            self.stop(event, "IVR002", f"more than {DEEPEST} levels inside one another", "flatten this part")
        found = self.sequence(mark, depth) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(mark, depth)
        return Scalar(mark, damaged=True) if refused else found

    def scalar(self, event: yaml.ScalarEvent, mark: Mark) -> Scalar:
        # The text itself has been searched: what it may not hold comes by escapes only, and these by double quotes.
        if event.style == '"' and (found := _ESCAPED.search(event.value)):
            message = f"this text holds a control character (U+{ord(found[0]):04X})"
            self.note(mark, "IVR003", message, "remove the escape")
            return Scalar(mark, damaged=True)
        return Scalar(mark, event.value)

    def sequence(self, mark: Mark, depth: int) -> Sequence:
        values: list[Node] = []
        while not isinstance(event := self.event(), yaml.SequenceEndEvent):
            value = self.node(event, depth + 1)
            values.append(value if _is_filled(event) else self.empty(value.mark, value))
        return Sequence(mark, values)

    def mapping(self, mark: Mark, depth: int) -> Mapping:
        keys: dict[str, Mark] = {}
        values: dict[str, Node] = {}
        damaged = False
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value_event = self.event()
            value = self.node(value_event, depth + 1)
            name = self.name(event, key)
            if name is None:
                damaged = True
            elif name in keys:
                first = f"{keys[name].line}:{keys[name].column}"
                hint = f"it is already at {first}; keep one of the two"
                self.note(key.mark, "IVR007", f"the key {quoted(name)} is written twice", hint)
            else:
                keys[name] = key.mark
                values[name] = value if _is_filled(value_event) else self.empty(key.mark, value, name)
        return Mapping(mark, keys, values, damaged)

    def name(self, event: yaml.Event, key: Node) -> str | None:
        """The text of a key; ``None``, and a problem, if it cannot be a key."""
        if not isinstance(key, Scalar):
            self.note(key.mark, "IVR010", "a key cannot be a list or a mapping", "write a word before the colon")
        elif key.text == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
            self.shared.append((key.mark, 'the merge key "<<"', "write the keys themselves here"))
        elif not key.text and not key.damaged:
            self.note(key.mark, "IVR010", "a key is missing before this colon", "write a word before it")
        elif not key.damaged:
            return key.text
        return None

    def empty(self, mark: Mark, value: Node, key: str | None = None) -> Node:
        """Note at ``mark`` that nothing is written after a key, or as an entry of a list."""
        message, hint = "this entry of the list is empty", "write a value or remove it"
        if key is not None:
            message, hint = f"nothing is written after {quoted(key)}", "write a value or remove the key"
            if ":" in key:
                hint = f"write a space after the colon: {quoted(key.replace(':', ': ', 1))}"
        self.note(mark, "IVR011", message, hint)
        return Scalar(value.mark, damaged=True)

    def refuse(self, event: yaml.Event, mark: Mark) -> bool:
        """Note an anchor or a tag; the value after it is read all the same.  Whether there was one."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            hint = "remove it and write each value where it is used"
            self.shared.append((mark, f"the anchor {quoted('&' + anchor)}", hint))
        if tag:
            hint = "remove it: values are read as text and typed by their place"
            self.note(mark, "IVR009", f"the tag {quoted(tag)} is not allowed", hint)
        return bool(anchor or tag)

    def tell_shared(self) -> None:
        """One problem for all anchors, aliases and merge keys: a bomb has as many as it likes."""
        if self.shared:
            (mark, what, hint), others = min(self.shared), len(self.shared) - 1
            more = f" (and {others} more anchors, aliases or merge keys in this file)" if others else ""
            self.note(mark, "IVR008", f"{what} is not allowed{more}", hint)

    def mark(self, event: yaml.Event) -> Mark:
        start = event.start_mark
        return Mark(self.file, start.line + 1, start.column + 1) if start else Mark(self.file)

    def note(self, mark: Mark, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem.at(mark, rule, message, hint))

    def stop(self, event: yaml.Event, rule: str, message: str, hint: str) -> NoReturn:
        raise _Unreadable(Problem.at(self.mark(event), rule, message, hint))


def _is_filled(event: yaml.Event) -> bool:
    """Whether something is written; '""' says that no text is meant."""
    return not isinstance(event, yaml.ScalarEvent) or bool(event.value or event.style)
