"""Where things stand in the files of a book."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from ivr.book.problems import Mark
from ivr.book.source import Source, read
from ivr.book.tree import Scalar, Way, child, mark_of
from ivr.flow.flow import Flow
from ivr.flow.references import references
from ivr.values.numerals import base


def mark(source: Source, way: Way) -> Mark:
    """The place of what lies at ``way``, or the file."""
    return mark_of(source.tree, way) if source.tree else Mark(source.file)


def text_mark(directory: Path, language: str, prompt: str) -> Mark:
    """The place of a prompt's text; of a variant that has it of its language, there."""
    for spoken in dict.fromkeys((language, base(language))):
        source = read(directory / "prompts" / f"{spoken}.yaml", directory, [])
        if source.tree and child(source.tree, prompt):
            return mark_of(source.tree, (prompt,))
    return Mark(f"prompts/{language}.yaml")


def text(source: Source, key: str) -> str:
    """The text under a key of a file that does not make sense as a whole."""
    found = child(source.tree, key) if source.tree else None
    return found.text if isinstance(found, Scalar) else ""


def led_to(model: BaseModel) -> frozenset[str]:
    """The flows that what is written leads to."""
    return frozenset(name for to, name, _ in references(model) if to == "flow")


def node_marks(
    written: Mapping[str, tuple[Flow | None, Source]], drawn: Mapping[str, Flow], places: Mapping[str, Mark]
) -> dict[tuple[str, str], Mark]:
    """Where each node stands, by flow and name; of flows ``drawn`` by us, where the flow itself does."""
    found = {
        (name, node): mark(source, ("nodes", node))
        for name, (flow, source) in written.items()
        if flow
        for node in flow.nodes
    }
    return found | {(name, node): places[name] for name, flow in drawn.items() for node in flow.nodes}
