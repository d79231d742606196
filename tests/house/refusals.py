"""Every refusal that the house can utter, found in its code: what is said, where, with the holes that facts fill.

A refusal is a `raise ValueError("…")` of a model of flow or book, one of its kin (`RAISED`), or what follows the code
of a problem (`IVR201`).  What is said is followed through names and conditional expressions of its function, and no
further.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CODE = re.compile(r"IVR(?!000)\d{3}")
BETWEEN = "\0"  # in no text
RAISED = frozenset({"ValueError", "BadSetting", "BadTls", "NoCaller", "NoSecret", "UnsafeError"})

SAYING = (ast.IfExp, ast.Call, ast.JoinedStr, ast.Constant)
"""The expressions that have texts of their own."""

Named = dict[str, list[ast.expr]]


@dataclass(frozen=True)
class Refusal:
    """One sentence of the code, and where: its constant parts; an empty one is a hole."""

    file: str
    line: int
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {''.join(part or '…' for part in self.parts)}"

    def told(self, sentences: str) -> bool:
        """Whether one of these sentences is this one, whole, with something in its holes."""
        pattern = re.compile("".join(re.escape(part) if part else f"[^{BETWEEN}]*?" for part in self.parts))
        longest, at = max(self.parts, key=len), -1
        while (at := sentences.find(longest, at + 1)) >= 0:  # a pattern of holes is slow: only where it may be
            sentence = sentences[sentences.rfind(BETWEEN, 0, at) + 1 :].partition(BETWEEN)[0]
            if pattern.search(sentence):
                return True
        return False


def refusals(directory: Path, *places: str) -> Iterator[Refusal]:
    """The refusals of all modules below some folders of the code; a sentence that is a hole and no more is none."""
    for path in sorted(path for place in places for path in _modules(directory / place)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        everywhere = _named(ast.iter_child_nodes(tree))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                known = everywhere | _named(ast.walk(function))
                for line, parts in (text for after in _sayings(function) for text in _first(after, known)):
                    if any(len(part) > 1 for part in parts):
                        yield Refusal(str(path.relative_to(directory)), line, parts)


def _modules(place: Path) -> Iterator[Path]:
    return place.rglob("*.py") if place.is_dir() else iter((place,))


def sentences(*tests: Path) -> str:
    """All texts that tests have, as they are put together there."""
    return BETWEEN.join(
        "".join(part or "…" for part in parts)
        for path in tests
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, SAYING)
        for _, parts in _texts(node, {})
    )


def _named(nodes: Iterator[ast.AST]) -> Named:
    """What each name is given."""
    found: Named = {}
    for node in nodes:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            pairs = [(target, node.value)] if isinstance(node, ast.Assign) else []
            if isinstance(target, ast.Tuple) and isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for one, value in pairs:
                if isinstance(one, ast.Name):
                    found.setdefault(one.id, []).append(value)
    return found


def _sayings(function: ast.FunctionDef) -> Iterator[list[ast.expr]]:
    """What an error is told, and what follows codes."""
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            if node.exc.func.id in RAISED:
                yield node.exc.args
            continue
        within = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for code, *after in (within[place:] for place in range(len(within))):
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value):
                yield after


def _first(after: list[ast.expr], known: Named) -> list[tuple[int, tuple[str, ...]]]:
    """The texts of the first that has any: a problem's place may stand before its message."""
    return next((texts for one in after if (texts := list(_texts(one, known)))), [])


def _texts(saying: ast.expr, known: Named) -> Iterator[tuple[int, tuple[str, ...]]]:
    match saying:
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, known)
            yield from _texts(orelse, known)
        case ast.Call(func=ast.Attribute(value=text, attr="replace")):
            yield from _texts(text, known)
        case ast.Name(id=name):
            for value in known.get(name, ()):
                yield from _texts(value, known)
        case ast.JoinedStr(values=values):
            yield saying.lineno, tuple(str(one.value) if isinstance(one, ast.Constant) else "" for one in values)
        case ast.Constant(value=str(text)):
            yield saying.lineno, (text,)
