"""One master secret, made once, for its owner alone; every password follows from it."""

import re
from pathlib import Path

import pytest

from ivr.secret import NoSecret, derive, make


@pytest.fixture
def master(tmp_path: Path) -> Path:
    path = tmp_path / "secrets" / "master"
    assert make(path)
    return path


def test_a_secret_is_made_for_its_owner_alone(master: Path) -> None:
    """File and directory; 256 bits in hexadecimal."""
    assert (master.stat().st_mode & 0o777, master.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert re.fullmatch("[0-9a-f]{64}", master.read_text())


def test_a_secret_is_made_once(master: Path) -> None:
    """All passwords would change."""
    before = master.read_text()

    assert not make(master)
    assert master.read_text() == before


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    """Nothing is built in."""
    assert make(tmp_path / "a")
    assert make(tmp_path / "b")
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_a_password_follows_from_the_secret_and_its_purpose(tmp_path: Path) -> None:
    """The same for ever: softphones are set up with it.  Worked out by hand: HMAC-SHA256, base 32, 26 characters."""
    path = tmp_path / "master"
    path.write_text("00112233445566778899aabbccddeeff" * 2 + "\n")

    assert derive(path, "agent:camille") == "prmhwerq6gzhxz4tt7iztj2zn5"
    assert derive(path, "ami:controller") == "thioluuplkjtnb6v2idbeziges"


def test_passwords_are_of_a_kind_that_every_file_and_phone_takes(master: Path) -> None:
    """Small letters and digits; another for each purpose, whatever is in its name."""
    purposes = ["agent:camille", "agent:karim", "ami:controller", "agent:é", ""]
    passwords = {derive(master, purpose) for purpose in purposes}

    assert len(passwords) == len(purposes)
    assert all(re.fullmatch("[a-z2-7]{26}", password) for password in passwords)


def test_no_secret_is_told_in_one_sentence(tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "none"
    with pytest.raises(NoSecret) as refused:
        derive(path, "agent:camille")

    why = f"[Errno 2] No such file or directory: '{path}'"
    assert str(refused.value) == f"the master secret {path} cannot be read ({why}); `ivr prepare` makes one"


@pytest.mark.parametrize(
    "content", [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"00" * 31 + b"0 0", b"0" * 63 + "é".encode(), b"\xff" * 64]
)
def test_a_damaged_secret_derives_nothing(tmp_path: Path, content: bytes) -> None:
    """Rather no password than one that anybody can work out; and the text does not tell what the file holds."""
    path = tmp_path / "master"
    path.write_bytes(content)
    with pytest.raises(NoSecret) as refused:
        derive(path, "agent:camille")

    damaged = f"the master secret {path} is damaged; delete it and run `ivr prepare`: all passwords change"
    assert str(refused.value) == damaged or "cannot be read" in str(refused.value)
    assert content[:8].decode("ascii", "replace") not in str(refused.value) or not content
