"""What the README shows of commands is what they print, of the book that it shows; but for what is drawn by chance."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr import secret, tls
from ivr.book.book import read_book
from ivr.cli import main
from ivr.service.trunks import Seen, standing
from ivr.verbs import trunks
from tests.conftest import CHECKOUT
from tests.scanned import scanned

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BY_CHANCE = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}|IVR [0-9a-f]{8}|\d{4}-\d\d-\d\d|[a-z0-9]{26}")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    for name, value in {"IVR_BOOK": tmp_path, "IVR_STATE": tmp_path / "state", "IVR_HOST": "192.0.2.2"}.items():
        monkeypatch.setenv(name, str(value))
    secret.make(tmp_path / "state" / "secrets" / "master")
    tls.made(tmp_path / "state" / "secrets" / "tls", ("192.0.2.2", "localhost", "127.0.0.1"), datetime.now(UTC))
    return tmp_path


def shown(command: str) -> str:
    """What follows a command in the README, up to the next one or the end of its block."""
    (found,) = re.findall(rf"^\$ docker/ivr {command}\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE)
    return str(found)


def printed(*words: str) -> str:
    return CliRunner().invoke(main, words, env={"COLUMNS": "200"}).output


def alike(one: str) -> str:
    return BY_CHANCE.sub("…", one)


def test_the_certificate(book: Path) -> None:
    """For whom, by whom, until when, and its fingerprint."""
    assert alike(printed("tls", "show")) == alike(shown("tls show"))


def test_what_a_browser_needs(book: Path) -> None:
    """And its code, which the README leaves out, has all of it."""
    with (book / "dialplans" / "agents.yaml").open("a", encoding="utf-8") as agents:
        agents.write("\nviolette:\n  label: Violette\n  webrtc: yes\n")
    told = printed("agents", "qr", "violette")
    lines = [line for line in told.splitlines(keepends=True) if re.match(r"[a-z]+ +\S", line)]

    assert alike("".join(lines)) == alike(shown("agents qr violette"))
    assert '"websocket": "wss://192.0.2.2:5062/ws"' in scanned(told)


def test_the_carriers_lines(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the trunks that stand above it; the controller tells what Asterisk has seen, and what was spent."""
    (text,) = re.findall(r"```yaml\n(main:\n  label: ligne principale\n.*?)```", README, re.DOTALL)
    (book / "dialplans" / "trunks.yaml").write_text(text, encoding="utf-8")
    seen = {"main": Seen(True, "registered"), "second": Seen(False)}
    spent = {"main": (12, "0.8410"), "second": (0, "0")}

    def ask(*_: str) -> Any:
        found = [standing(trunk, True, seen[name]) for name, trunk in read_book(book).trunks.items()]
        return [
            {"trunk": one.name, "state": one.state.value, "why": one.why}
            | dict(zip(("calls", "cost"), spent[one.name], strict=True))
            for one in found
        ]

    monkeypatch.setattr(trunks, "ask", ask)

    assert printed("trunks") == shown("trunks")
