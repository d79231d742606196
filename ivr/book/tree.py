"""What is written in a book, as text with places: scalars, lists and mappings, and how to point at each."""

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from ivr.book.problems import Mark

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"
Way: TypeAlias = "tuple[str | int, ...]"
"""Keys and list places (from 0) from the top of the file to a node."""


class Scalar(NamedTuple):
    """A value as it was written.  A tuple, as marks are."""

    mark: Mark
    text: str = ""
    damaged: bool = False

    def plain(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    mark: Mark
    values: list["Node"] = field(default_factory=list)
    damaged: bool = False

    def plain(self) -> list[Plain]:
        return [value.plain() for value in self.values]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys, where each is written, and their values.  Damaged: keys may be lacking."""

    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    values: dict[str, "Node"] = field(default_factory=dict)
    damaged: bool = False

    def plain(self) -> dict[str, Plain]:
        return {key: value.plain() for key, value in self.values.items()}


Node: TypeAlias = Scalar | Sequence | Mapping


def child(node: Node, step: str | int) -> Node | None:
    """The value under a key or at a place of a list."""
    if isinstance(node, Mapping) and isinstance(step, str):
        return node.values.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.values):
        return node.values[step]
    return None


def mark_of(node: Node, way: Way) -> Mark:
    """Where to point for what lies at ``way``: its key, its place in a list, or the nearest thing above that exists."""
    mark = node.mark
    for step in way:
        below = child(node, step)
        if below is None:
            break
        mark = node.keys[step] if isinstance(node, Mapping) and isinstance(step, str) else below.mark
        node = below
    return mark


def is_whole(node: Node) -> bool:
    """Whether everything written under ``node`` could be read."""
    below = () if isinstance(node, Scalar) else node.values.values() if isinstance(node, Mapping) else node.values
    return not node.damaged and all(map(is_whole, below))
