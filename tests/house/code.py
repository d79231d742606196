"""The code itself, to be looked at: its modules as text and as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "ivr"


def modules(*under: str) -> Iterator[Path]:
    """Every module of the house, or of some of its rooms."""
    for room in under or ("",):
        yield from sorted((HOUSE / room).rglob("*.py"))


def name(path: Path) -> str:
    """As people say it: ``flow/line.py``."""
    return path.relative_to(HOUSE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Used:
    """What is found in a module, wherever in it."""

    called: tuple[tuple[str, int], ...]
    """Every call: the last name of what is called, and the line."""
    imported: frozenset[str]
    """Every module, and every name from a module, that it imports."""
    attributes: frozenset[str]
    """Every name behind a dot."""


@cache
def used(path: Path) -> Used:
    """By one walk through a module."""
    called: list[tuple[str, int]] = []
    imported: set[str] = set()
    attributes: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                called.append((node.func.id, node.lineno))
            elif isinstance(node.func, ast.Attribute):
                called.append((node.func.attr, node.lineno))
        elif isinstance(node, ast.Attribute):
            attributes.add(node.attr)
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return Used(tuple(called), frozenset(imported), frozenset(attributes))
