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
def test_a_contract_that_is_broken_is_told(tmp_path: Path, module: str, line: str, contract: str) -> None:
    """Else it would keep itself."""
    shutil.copytree(ROOT / "ivr", tmp_path / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "ivr" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = linted(tmp_path)

    assert done.returncode != 0
    assert re.search(rf"{contract}[^.]*? BROKEN", " ".join(done.stdout.split())), done.stdout


def test_every_room_has_its_floor() -> None:
    """A room that the contract does not name may import whatever it likes."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [one["layers"] for one in written["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    on_floors = {room.strip() for floor in layers for room in floor.split("|")}
    rooms = {
        f"ivr.{one.stem}" for one in (ROOT / "ivr").iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()
    }

    assert rooms - {"ivr.__init__"} == on_floors
