"""A book edited while the stack is up, and as it was afterwards; commands in the controller."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.stack import Stack


@contextmanager
def written(stack: Stack, **texts: str) -> Iterator[Path]:
    """The book with these texts at the end of its files, `flows_x` that of a flow; and as it was, afterwards."""
    folder = Path(stack.settings.book) / "dialplans"
    files = {folder / f"{name.replace('flows_', 'flows/')}.yaml": text for name, text in texts.items()}
    before = {file: file.read_text("utf-8") if file.exists() else None for file in files}
    try:
        for file, text in files.items():
            file.write_text((before[file] or "") + text, encoding="utf-8")
        reload(stack)
        yield folder
    finally:
        for file, old in before.items():
            file.unlink() if old is None else file.write_text(old, encoding="utf-8")
        reload(stack)


def ivr(stack: Stack, *words: str, typed: str = "") -> tuple[int, str]:
    """Exit status of a command in the controller, and all that it says."""
    said = stack.said("ivr", *words, typed=typed, columns=300)
    return said.status, said.out + said.errors


def reload(stack: Stack) -> None:
    code, told = ivr(stack, "reload")
    assert code == 0, told
