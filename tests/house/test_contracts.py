"""Who may import whom, and that the contracts bite."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from .code import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


def linted(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINTER, "--no-cache"], cwd=house, capture_output=True, text=True, timeout=120, check=False)


def test_every_floor_keeps_its_contract() -> None:
    """As pyproject.toml has them."""
    done = linted(ROOT)

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house, in which each test puts right again what it broke."""
    house = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "ivr", house / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    return house


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("flow/line.py", "import time", "Values and flow are pure"),
        ("values/tariff.py", "import ivr.flow.line", "Each floor imports only downward"),
        ("voice/bake.py", "import ivr.asterisk.agi_wire", "no door imports another"),
        ("service/live.py", "import panoramisk", "Only the Asterisk door knows panoramisk"),
        ("service/live.py", "import yaml", "only the book reads YAML"),
    ],
)
def test_a_contract_that_is_broken_is_told(copied: Path, module: str, line: str, contract: str) -> None:
    """Else it would keep itself."""
    path = copied / "ivr" / module
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    try:
        done = linted(copied)
    finally:
        path.write_text(text, encoding="utf-8")

    assert done.returncode != 0
    assert re.search(rf"{contract}[^.]*? BROKEN", " ".join(done.stdout.split())), done.stdout
    assert " 1 broken" in done.stdout


def test_every_room_has_its_floor() -> None:
    """A room that the contract does not name may import whatever it likes."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [one["layers"] for one in written["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    on_floors = {room.strip() for floor in layers for room in floor.split("|")}
    rooms = {
        f"ivr.{one.stem}" for one in (ROOT / "ivr").iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()
    }

    assert rooms - {"ivr.__init__"} == on_floors
