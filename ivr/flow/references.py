"""What names what: a text field that is marked is the name of something defined elsewhere in the book."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True)
class Refers:
    """Marks a text field as the name of something defined elsewhere in the book."""

    to: str


# What a text refers to, the text, and the path to it.
Reference = tuple[str, str, tuple[str | int, ...]]


class Referring(BaseModel):
    """What is asked for its references again and again: it remembers them, since nobody changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @cached_property
    def referred(self) -> tuple[Reference, ...]:
        """:func:`references` of it."""
        found: list[Reference] = []
        _collect_fields(self, (), found)
        return tuple(found)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, which may refer to other things, and so has not remembered any."""
        copied = super().model_copy(update=update, deep=deep)
        vars(copied).pop("referred", None)
        return copied


def references(model: BaseModel) -> tuple[Reference, ...]:
    """Every name in ``model`` that must be defined elsewhere."""
    if isinstance(model, Referring):
        return model.referred
    found: list[Reference] = []
    _collect_fields(model, (), found)
    return tuple(found)


def _collect(value: Any, refers: Refers | None, path: tuple[str | int, ...], found: list[Reference]) -> None:
    if isinstance(value, str):
        if refers:
            found.append((refers.to, value, path))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _collect(item, refers, (*path, index), found)
    elif isinstance(value, dict):
        for key, item in value.items():
            _collect(item, refers, (*path, key), found)
    elif isinstance(value, Referring):
        found.extend([(to, name, (*path, *way)) for to, name, way in value.referred])
    elif isinstance(value, BaseModel):
        _collect_fields(value, path, found)


def _collect_fields(model: BaseModel, path: tuple[str | int, ...], found: list[Reference]) -> None:
    for name, below in _fields(type(model)):
        _collect(getattr(model, name), below, (*path, name), found)


@lru_cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, Refers | None], ...]:
    """The fields of a model in which something may refer, each with what the texts in it refer to."""
    found: list[tuple[str, Refers | None]] = []
    for name, info in model.model_fields.items():
        parts = [part for hint in (*info.metadata, info.annotation) for part in _parts(hint)]
        refers = next((part for part in parts if isinstance(part, Refers)), None)
        if refers or any(isinstance(part, type) and issubclass(part, BaseModel) for part in parts):
            found.append((name, refers))
    return tuple(found)


def _parts(hint: Any) -> Iterator[Any]:
    """A hint and all that it is made of."""
    yield hint
    for part in (*getattr(hint, "__metadata__", ()), *get_args(hint)):
        yield from _parts(part)
