"""From text with places to a typed model; what does not fit becomes problems at the right places.

pydantic converts the text and collects all errors.  Here each error finds its place in the tree and, in
`ivr.book.wording`, its words.  The JSON Schema of the model tells which parts of an error's path are keys that
people wrote and which are tags of unions that pydantic put in, which keys exist, and what a missing key is for.
So every model that is read here must have a JSON Schema, and the descriptions of its fields are read by people.

A scalar is pointed at itself, a list or mapping at the key that names it, an unknown key at the key.

Types that text may have: whole numbers, decimals with a point, times ``HH:MM``, dates ``YYYY-MM-DD``, and
yes/no (also true/false, on/off, y/n, t/f, 1/0; English only, any case: a second language would make two
spellings of one book).  An empty list or mapping is written ``[]`` or ``{}``, an empty text ``""``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ivr.book.problems import Mark, Problem, did_you_mean, quoted
from ivr.book.source import REMEMBERED, Source
from ivr.book.tree import Mapping, Node, Scalar, Way, child, is_whole, mark_of
from ivr.book.wording import Schema, Words, known_keys, other_kind, words

M = TypeVar("M")


def typed(model: type[M] | TypeAdapter[M], tree: Node, where: str, problems: list[Problem]) -> M | None:
    """The model that ``tree`` describes, or ``None`` after appending everything that is wrong with it.

    ``where`` names the tree in the writer's words ("flow support"); the way to the value is put after it.
    ``None`` also when parts of the tree could not be read: that has been told already, and is not told twice.
    """
    kind: Any = model  # Any: mypy does not know that types have a hash
    adapter: TypeAdapter[M] = model if isinstance(model, TypeAdapter) else _adapter(kind)
    try:
        value = adapter.validate_python(tree.plain())
    except ValidationError as refusal:
        schema = _schema(adapter)
        errors = refusal.errors(include_url=False, include_input=False)
        found = [_found(error, schema, tree) for error in errors if not _follows(error, errors)]
        problems.extend(place.problem(said, where) for place, said in _worth_telling(filter(None, found)))
        return None
    return value if is_whole(tree) else None


def understood(model: type[M], source: Source, problems: list[Problem]) -> M | None:
    """:func:`typed` of a whole file, ``None`` also when it has no tree.

    What a file meant at the last reading it means again, so it is remembered as its tree is: nobody changes it.
    """
    if source.tree is None:
        return None
    kind: Any = model  # as above
    value, found = (_remembered if len(source.text) <= REMEMBERED else _understood)(kind, source)
    problems.extend(found)
    return cast("M | None", value)


def _understood(model: Any, source: Source) -> tuple[Any, tuple[Problem, ...]]:
    problems: list[Problem] = []
    value = typed(model, source.tree, "", problems) if source.tree else None
    return value, tuple(problems)


_remembered = lru_cache(maxsize=100)(_understood)


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    """Made once: what pydantic makes of a model takes longer than to read a file by it."""
    return TypeAdapter(model)


@cache
def _schema(adapter: TypeAdapter[Any]) -> Schema:
    return adapter.json_schema()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an error is: the node (a key is a scalar), its mark, the way to it, and what is expected there."""

    node: Node
    mark: Mark
    way: Way
    schema: Schema

    def problem(self, said: Words, where: str) -> Problem:
        way = ".".join(map(str, self.way))
        return Problem.at(self.mark, *said, where=", ".join(filter(None, (where, way))))


_Found: TypeAlias = tuple[_Place, Words]


def _follows(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Whether a list has too few entries only because those that it has are wrong: pydantic does not count these."""
    way = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(way) and other["loc"][: len(way)] == way for other in errors
    )


def _worth_telling(found: Iterable[_Found]) -> list[_Found]:
    """Without the guesses about unions: that a name is no list need not be told if its spelling is wrong.

    Where one value *or* a list may stand, pydantic tells what each of the two has against the text.  An error of
    shape is dropped if anything else is wrong at the same place or below: outside unions that cannot be.
    """
    everything = list(found)
    spoken = {
        place.way[:length] for place, said in everything for length in range(len(place.way) + (said.rule != "IVR104"))
    }
    return [(place, said) for place, said in everything if said.rule != "IVR104" or place.way not in spoken]


def _found(error: ErrorDetails, schema: Schema, tree: Node) -> _Found | None:
    """``error`` in words at its place; ``None`` if it only follows from a part that could not be read."""
    kind, way = error["type"], error["loc"]
    if kind in {"missing", "extra_forbidden"}:
        place = _place(way[:-1], schema, tree)
        name = str(way[-1])
        if kind == "missing":
            return None if place.node.damaged else (place, _missing(name, place.schema))
        key = place.node.keys.get(name, place.mark) if isinstance(place.node, Mapping) else place.mark
        hint = did_you_mean(name, known_keys(place.schema), "known keys")
        return replace(place, mark=key), Words("IVR101", f"unknown key {quoted(name)}", hint)
    place = _place(way, schema, tree)
    if kind in {"union_tag_not_found", "union_tag_invalid"} and "discriminator" in place.schema:
        return _tag_found(place)
    if place.node.damaged:
        return None
    return place, words(kind, error.get("ctx", {}), error["msg"], place.node, place.schema)


def _missing(name: str, schema: Schema) -> Words:
    about = str(schema.get("properties", {}).get(name, {}).get("description", "")).rstrip(".")
    hint = f"add it: {about[0].lower()}{about[1:]}" if about else "add it"
    return Words("IVR102", f"the key {quoted(name)} is missing", hint)


def _tag_found(place: _Place) -> _Found | None:
    """A member of a union whose ``kind`` is missing or unknown."""
    name = str(place.schema["discriminator"]["propertyName"])
    kinds = sorted(place.schema["discriminator"]["mapping"])
    tag = child(place.node, name)
    if tag is None:
        said = Words("IVR102", f"the key {quoted(name)} is missing", f"write one of: {', '.join(kinds)}")
        return None if place.node.damaged else (place, said)
    if tag.damaged:
        return None
    place = _Place(tag, tag.mark, (*place.way, name), {})
    if not isinstance(tag, Scalar):
        return place, words("union_tag_invalid", {}, "", tag, {})
    hint = other_kind(tag.text, kinds)
    return place, Words("IVR105", f"unknown {name} {quoted(tag.text)}", hint)


def _place(loc: tuple[str | int, ...], root: Schema, tree: Node) -> _Place:
    """Follow an error's path down the tree and the schema side by side, dropping what pydantic put in.

    A path that leaves the tree (a validator made something up) ends at the last node that people wrote.
    """
    node, way, schema = tree, list[str | int](), _resolved(root, root)
    above, schema_above = tree, schema
    for step in loc:
        below = child(node, step)
        if step in schema.get("discriminator", {}).get("mapping", {}):
            schema = _resolved({"$ref": schema["discriminator"]["mapping"][step]}, root)
        elif len(_members(schema)) > 1:
            schema = _member(_members(schema, root), str(step))
        elif below is not None:
            above, schema_above = node, schema
            node, schema = below, _resolved(_below(schema, step), root)
            way.append(step)
        elif isinstance(step, int) and schema.get("type") == "array":  # a validator took one value for a list of one
            schema = _resolved(_below(schema, step), root)
        elif step == "[key]" and isinstance(above, Mapping):
            mark = above.keys[str(way[-1])]
            return _Place(Scalar(mark, str(way[-1])), mark, tuple(way), schema_above.get("propertyNames", {}))
    mark = node.mark if isinstance(node, Scalar) else mark_of(tree, tuple(way))
    return _Place(node, mark, tuple(way), schema)


def _members(schema: Schema, root: Schema | None = None) -> list[Schema]:
    """The members of a union without tags, but for null."""
    members = [member for member in schema.get("anyOf", []) if member.get("type") != "null"]
    return [_resolved(member, root) for member in members] if root else members


def _member(members: list[Schema], label: str) -> Schema:
    """The member of a union that pydantic labels ``label``: by its title, else a list or the first that is none."""
    is_list = label.startswith(("list[", "tuple[", "set[", "frozenset["))
    titled = [member for member in members if member.get("title") == label]
    alike = [member for member in members if (member.get("type") == "array") == is_list]
    return next(iter(titled + alike), {})


def _below(schema: Schema, step: str | int) -> Schema:
    """What is expected under a key or at a place of a list; empty if the schema does not say."""
    if isinstance(step, int):
        first = schema.get("prefixItems", [])
        found = first[step] if step < len(first) else schema.get("items", {})
    elif step in schema.get("properties", {}):
        found = schema["properties"][step]
    elif by_pattern := schema.get("patternProperties"):
        found = next(iter(by_pattern.values()))  # keys with a pattern: one pattern for a dict
    else:
        found = schema.get("additionalProperties", {})
    return found if isinstance(found, dict) else {}


def _resolved(schema: Schema, root: Schema) -> Schema:
    """``schema`` with its reference followed and an optional value taken as the value, keeping what the place says."""
    while True:
        members = _members(schema)
        if "$ref" in schema:
            inner = root["$defs"][str(schema["$ref"]).rpartition("/")[2]]
        elif len(members) == 1:
            inner = members[0]
        else:
            return schema
        schema = inner | {key: value for key, value in schema.items() if key not in {"$ref", "anyOf"}}
