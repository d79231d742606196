"""The code itself, to be looked at: its modules as text and as syntax trees."""

import ast
from collections.abc import Iterator
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


def called(path: Path) -> Iterator[tuple[str, int]]:
    """Every call in a module: the last name of what is called, and the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node.lineno


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module, and every name from a module, that a module imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)
