"""What tests keep from one run to the next is what was made, of just that."""

import os
import time
from pathlib import Path

import pytest

from tests import kept


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What had to be made; kept in a folder of its own."""
    monkeypatch.setattr(kept, "_places", [])
    kept.keep_in(tmp_path)
    return []


def said(made: list[str], *on: object) -> bytes:
    def make() -> bytes:
        made.append(repr(on))
        return repr(on).encode()

    return kept.kept(make, *on)


def test_what_was_made_is_not_made_again_and_something_else_is(made: list[str]) -> None:
    """All that it depends on counts."""
    for on in (("a", 1), ("a", 1), ("a", 2), ("a",), ("a", "1"), ("a", 2)):
        assert said(made, *on) == repr(on).encode()

    assert made == ["('a', 1)", "('a', 2)", "('a',)", "('a', '1')"]


def test_what_cannot_be_made_is_not_kept(made: list[str], tmp_path: Path) -> None:
    """Nor is half of it."""

    def fails() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.kept(fails, "a")

    assert list(tmp_path.iterdir()) == []
    assert said(made, "a") == b"('a',)"


def test_what_nobody_used_for_long_is_dropped(made: list[str], tmp_path: Path) -> None:
    """What was used in the meantime is not."""
    for on in ("a", "b"):
        said(made, on)
    for path in tmp_path.iterdir():
        os.utime(path, (0, time.time() - kept.UNUSED - 1))
    said(made, "a")
    kept.keep_in(tmp_path)

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"('a',)"]
