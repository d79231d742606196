"""The typed writer of Asterisk's configuration: every token is held against the few characters its kind allows."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from ivr.values import queue
from ivr.values.trunk import LONGEST_NAME, RESERVED

Kind = Literal[
    "number",
    "agent name",
    "queue name",
    "part",
    "music",
    "path",
    "key",
    "secret",
    "host",
    "account",
    "password",
    "network",
    "dialled",
    "sip",
]

_ALLOWED: Mapping[Kind, re.Pattern[str]] = {
    "number": re.compile(r"[0-9]{3,15}"),
    "agent name": re.compile(rf"[a-z][a-z0-9_-]{{0,{LONGEST_NAME - 1}}}"),
    "queue name": re.compile(r"[a-z][a-z0-9-]{0,40}"),
    "part": re.compile(r"[a-z][a-z0-9_-]{0,60}"),
    "music": re.compile(r"[a-z][a-z0-9-]{0,40}"),
    "path": re.compile(r"/[A-Za-z0-9_./-]{1,200}"),
    "key": re.compile(r"[0-9*#]"),
    "secret": re.compile(r"[A-Za-z0-9]{16,64}"),
    "host": re.compile(r"[A-Za-z0-9.-]{1,253}"),
    "account": re.compile(r"[A-Za-z0-9+][A-Za-z0-9_.+-]{1,63}"),
    # A carrier chooses it.  A semicolon would begin a comment (config.c).
    "password": re.compile(r"[!-:<-~]{1,128}"),
    "dialled": re.compile(r"[+]?[0-9]{2,16}"),
    "sip": re.compile(r"sip:[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,253}(:[0-9]{2,5})?"),
    "network": re.compile(r"[0-9a-f.:]{2,39}/[0-9]{1,3}"),
}


class UnsafeError(ValueError):
    """A value that must not be written into Asterisk's configuration; says which and why, never the secret."""


def section(name: str, settings: Iterable[tuple[str, str]], template: str | None = None, *, more: bool = False) -> str:
    """One section; ``more`` adds to a section that the fixed part has begun."""
    suffix = "(+)" if more else f"({template})" if template else ""
    return "".join([f"[{name}]{suffix}\n", *(f"{key} = {value}\n" for key, value in settings)])


def token(kind: Kind, text: str) -> str:
    """``text``, if it may be written as what ``kind`` says.  Raises :class:`UnsafeError`."""
    if not _ALLOWED[kind].fullmatch(text):
        shown = "…" if kind in ("secret", "password") else repr(text)
        raise UnsafeError(f"{kind}: {shown} is not of the form {_ALLOWED[kind].pattern}")
    if kind == "queue name" and text in queue.RESERVED:
        raise UnsafeError(f"queue name: {text!r} is a section of the fixed configuration; choose another")
    if kind == "agent name" and text in RESERVED:
        raise UnsafeError(f"agent name: {text!r} is a section of the fixed configuration; choose another")
    return text


def distinct(kind: Kind, texts: Iterable[str]) -> list[str]:
    """``texts``, of which none is there twice.  Raises :class:`UnsafeError`."""
    seen: dict[str, None] = {}  # in their order, of which there may be ten thousand
    for text in texts:
        if text in seen:
            raise UnsafeError(f"{kind}: {text!r} is there twice")
        seen[text] = None
    return list(seen)
