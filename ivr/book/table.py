"""A file of names as it was read: what is sound in it, and all the names that it has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from ivr.book.source import Source
from ivr.book.written import NAME
from ivr.flow.check import Finding

T = TypeVar("T")


@dataclass(frozen=True)
class Table(Generic[T]):
    """A file of names: what is sound, all the names, and where they stand."""

    good: dict[str, T]
    names: frozenset[str]
    source: Source


class Anything(frozenset[str]):
    """The names in a file that cannot be read: it may have had any, and what uses one is not wrong for that."""

    def __contains__(self, _: object) -> bool:
        return True


def misnamed(names: Iterable[str]) -> Iterator[Finding]:
    """Which of them are no names."""
    for name in names:
        if not re.fullmatch(NAME, name):
            hint = "begin with a small letter; then small letters, digits and -"
            yield Finding("IVR222", (name,), f'"{name}" cannot be a name', hint)


def either(*names: frozenset[str]) -> frozenset[str]:
    """All the names of several files that stand for the same sort of thing."""
    return Anything() if any(isinstance(one, Anything) for one in names) else frozenset().union(*names)
