"""`ivr new`: a book that can be checked, tested and called as it is, and whose files are completed in editors."""

import re
from pathlib import Path

from click.testing import CliRunner

from ivr.cli import main


def test_the_starter_book_is_good_and_its_tests_pass(tmp_path: Path) -> None:
    """Without a warning, and every case of its tests passes; a second one is not written over it."""
    book = tmp_path / "book"
    environment = {"IVR_BOOK": str(book), "IVR_STATE": str(tmp_path / "state")}

    def typed(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, words, env=environment)
        return done.exit_code, done.output

    written = typed("new", str(book))
    checked, tested, again = typed("check"), typed("test"), typed("new", str(book))

    assert written[0] == 0
    assert checked[0] == 0
    assert checked[1].startswith("The book is good: 1 numbers"), checked[1]
    assert tested[0] == 0
    assert "2 cases, none failed" in tested[1]
    assert again[0] == 1
    assert "exists already" in again[1]


def test_its_files_name_the_schemas_that_are_written_beside_them(tmp_path: Path) -> None:
    """The modeline of each leads to a schema of `ivr schema`."""
    CliRunner().invoke(main, ["new", str(tmp_path)])
    CliRunner().invoke(main, ["schema", str(tmp_path)])
    found = 0
    for file in tmp_path.rglob("*.yaml"):
        modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text(encoding="utf-8"))
        assert modeline is not None, file
        assert (file.parent / modeline[1]).is_file(), file
        found += 1

    assert found == 8
