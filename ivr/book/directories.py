"""Directories that cannot find everybody.

IVR593  names that are spelt alike, of which not all can be offered     IVR594  somebody who is listed twice
"""

from collections.abc import Iterator

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem
from ivr.flow.nodes.directory import Directory
from ivr.values.keypad import folded
from ivr.values.offered import MOST


def crowded(book: Book) -> Iterator[Problem]:
    """What may be advised about each."""
    for flow in book.drawing.flows.values():
        for name, node in flow.nodes.items():
            if isinstance(node, Directory):
                mark = book.marks.get((flow.flow, name), Mark("dialplans/flows"))
                for rule, message, hint in _of(name, node):
                    yield Problem.at(mark, rule, message, hint, severity="warning")


def _of(name: str, node: Directory) -> Iterator[tuple[str, str, str]]:
    for code in sorted(node.codes):
        alike = [person.name for person in node.people if person.begins(code, node.by)]
        if len(code) == node.letters and len(alike) > MOST:
            message = f'"{name}" has {len(alike)} names that are spelt {code}, and offers {MOST}: not {alike[MOST]}'
            yield "IVR593", message, "write more letters, or by: last"
    seen: set[tuple[str, str]] = set()
    for person in node.people:
        one = (folded(person.name), person.to)
        if one in seen:
            yield "IVR594", f'"{name}" has {person.name} twice, who is offered twice', "delete one"
        seen.add(one)
