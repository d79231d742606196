"""How the database files are opened: what one process writes, another reads, however often each opens them."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from ivr.ledger.engine import at, writing

ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
connection.close()
"""


def elsewhere(file: Path) -> int:
    """How many rows another process finds, which then closes the file."""
    done = subprocess.run([sys.executable, "-c", ELSEWHERE, file], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_file_opened_twice_in_one_process_is_one_file_for_others(tmp_path: Path) -> None:
    """Opening it a second time costs the first its locks, if done carelessly: then what it writes is lost."""
    file = tmp_path / "kept.sqlite"
    first = writing(at(file))
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE kept (value TEXT)"))
    second = writing(at(file))
    for rows in range(3):
        assert elsewhere(file) == rows * 2
        for engine in (first, second):
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO kept VALUES ('a')"))

    assert elsewhere(file) == 6
    first.dispose()
    second.dispose()


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds callers' numbers."""
    file = tmp_path / "deep" / "kept.sqlite"
    writing(at(file)).dispose()

    assert file.stat().st_mode & 0o777 == 0o600
