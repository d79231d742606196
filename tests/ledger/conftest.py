"""Ledgers for tests: in a file always, in PostgreSQL where a server and its driver are installed."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.ledger.cabinet import Cabinet
from ivr.ledger.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A ledger in SQLite that asks only for a short while."""
    made = Store.at(tmp_path / "ledger.sqlite")
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the cabinet is, or will be."""
    return tmp_path / "cabinet.sqlite"


@pytest.fixture
def cabinet(place: Path) -> Iterator[Cabinet]:
    opened = Cabinet(place, place.with_name("ledger.sqlite"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    initdb = next((str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), shutil.which("initdb"))
    if initdb is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL server, or no psycopg, is installed")
    programs = Path(initdb).parent
    user = None if os.getuid() else _someone()
    home = Path(tempfile.mkdtemp(prefix="ivr-pg-"))
    if user is not None:
        shutil.chown(home, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    subprocess.run(
        [initdb, "-D", home / "data", "-U", "ivr", "-A", "trust", "-E", "UTF8"],
        check=True, user=user, cwd=home, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
    control = [programs / "pg_ctl", "-D", home / "data", "-w"]
    subprocess.run([*control, "-l", home / "log", "-o", options, "start"], check=True, user=user, cwd=home)
    yield f"postgresql://ivr@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, user=user, cwd=home)
    shutil.rmtree(home)


def _someone() -> int:
    """PostgreSQL refuses to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other user")
