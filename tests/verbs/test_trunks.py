"""`ivr trunks password` and `ivr trunks`: what is stored, and what is refused."""

import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main

DEMO = Path(__file__).parents[2]
TRUNKS = "main:\n  label: a\n  host: sip.carrier.example\n  user: us\nopen:\n  label: b\n  host: 192.0.2.10\n"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    (tmp_path / "dialplans" / "trunks.yaml").write_text(TRUNKS, encoding="utf-8")
    monkeypatch.setenv("IVR_BOOK", str(tmp_path))
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("IVR_HTTP_PORT", "1025")  # where no controller is
    (tmp_path / "state" / "secrets").mkdir(parents=True)
    (tmp_path / "state" / "secrets" / "master").write_text("0" * 64)
    return tmp_path / "state" / "secrets" / "trunks" / "main"


def ivr(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["trunks", *words], input=typed)


def test_a_password_is_stored_for_its_owner_alone(stored: Path) -> None:
    """And is told to Asterisk when there is one."""
    told = ivr("password", "main", typed=" pass#word \n")

    assert told.output == "The password of main is stored; Asterisk is told when the stack starts: docker/up\n"
    assert stored.read_text(encoding="ascii") == "pass#word"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("mian", "x", 'there is no trunk "mian"; the book has main, open'),
        ("open", "x", 'the trunk "open" has no user, so it wants no password'),
        ("main", "two words", "a password is one word of up to 128 visible ASCII characters, without a semicolon"),
        ("main", "a;b", "a password is one word of up to 128 visible ASCII characters, without a semicolon"),
        ("main", "", "a password is one word of up to 128 visible ASCII characters, without a semicolon"),
    ],
)
def test_what_cannot_be_one_is_refused(stored: Path, name: str, typed: str, said: str) -> None:
    """And nothing is stored."""
    told = ivr("password", name, typed=typed)

    assert told.exit_code == 2
    assert told.output.endswith(f"Error: {said}\n")
    assert not stored.exists()


def test_how_lines_are_only_the_controller_knows(stored: Path) -> None:
    """One sentence where there is none."""
    told = ivr()

    assert (told.exit_code, told.output.startswith("ivr: no controller answers at")) == (1, True)
