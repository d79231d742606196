"""Tables of numbers: lists of callers, and the departments that prefixes stand for."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, Field

from ivr.book.problems import Mark, Problem
from ivr.book.source import Source, files
from ivr.book.tree import mark_of
from ivr.book.typed import understood
from ivr.flow.check import Finding
from ivr.flow.flow import Flow
from ivr.flow.nodes.geo import Geo
from ivr.flow.nodes.match import Match, is_department
from ivr.values.number import parse

WrittenList = tuple[Annotated[str, Field(min_length=1)], ...]
WrittenDepartment = cast("type[str]", Annotated[str, AfterValidator(is_department)])

DEPARTMENTS = "dialplans/departments.yaml"


def lists(
    directory: Path, read: Callable[[Path], Source], taken: Callable[[str, str], None], problems: list[Problem]
) -> dict[str, frozenset[str]]:
    """Lists of numbers, one file each: YAML ``- "+33612345678"`` or one number a line in ``.csv``.

    ``read`` reads a YAML file of the book; ``taken`` is told every other text that makes part of it.
    """
    found: dict[str, frozenset[str]] = {}
    place = directory / "dialplans" / "lists"
    for path in files(place, "*.yaml", "*.csv"):
        file = path.relative_to(directory).as_posix()
        if path.stem in found:
            problems.append(Problem.at(Mark(file), "IVR215", f'the list "{path.stem}" exists already', "rename one"))
            continue
        entries: list[tuple[Mark, str]] = []
        if path.suffix == ".yaml":
            source = read(path)
            written = understood(WrittenList, source, problems)
            entries = [(mark_of(source.tree, (at,)), text) for at, text in enumerate(written or ()) if source.tree]
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            taken(file, text)
            lines = ((at, line.partition(",")[0].strip()) for at, line in enumerate(text.splitlines(), start=1))
            entries = [(Mark(file, at), cell) for at, cell in lines if cell and not cell.startswith("#")]
        found[path.stem] = frozenset(_listed(entries, problems))
    return found


def _listed(entries: Iterable[tuple[Mark, str]], problems: list[Problem]) -> Iterator[str]:
    for mark, text in entries:
        number = parse(text)
        if known := number.e164 or number.national:
            yield known
        else:
            hint = "write it as +33612345678 or 0612345678"
            problems.append(Problem.at(mark, "IVR216", f'"{text}" is not a phone number', hint))


def wrong_prefixes(table: Iterable[str]) -> Iterator[Finding]:
    """What cannot be the beginning of a geographic number, four to six digits of it."""
    for prefix in table:
        if not re.fullmatch(r"0[1-5]\d{2,4}", prefix, re.ASCII):
            hint = "write four to six digits, as dialled in France: 0320"
            yield Finding("IVR249", (prefix,), f'"{prefix}" begins no geographic number', hint)


def wants_departments(flow: Flow) -> Iterator[Finding]:
    """The nodes of a flow that ask for the caller's department, in a book that knows none."""
    for name, node in flow.nodes.items():
        asks = isinstance(node, Match) and any(case.department for case in node.cases)
        if asks or (isinstance(node, Geo) and node.departments):
            message = f'"{name}" asks for a department, and {DEPARTMENTS} says none'
            yield Finding("IVR247", ("nodes", name), message, "write it, or ask for regions")
