"""`ivr conversations`: recorded talks are listed, decrypted, deleted; each has days of its own."""

import io
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import secret
from ivr.cli import main
from ivr.fittings import make_vault
from ivr.ledger import vault as vaults
from ivr.ledger.store import Store
from ivr.service.conversations import About
from ivr.settings import settings

Run = Callable[..., Result]
SOUND = bytes(range(256)) * 125 * 5  # 5 s


@pytest.fixture
async def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two talks are kept: one of a known caller for a day, one of a caller who withheld his number, long over."""
    environment = {"IVR_STATE": str(tmp_path), "IVR_TALKS": str(tmp_path / "plain"), "COLUMNS": "200"}
    secret.make(tmp_path / "secrets" / "master")
    (tmp_path / "plain").mkdir()
    monkeypatch.setattr(vaults, "SETTLED", 0.0)
    kept = make_vault(settings(environment))
    now = datetime.now(UTC)
    for call, caller, at in (("17.1", "+33612345678", now), ("18.1", "anonymous", now - timedelta(days=2))):
        name = await kept.begin(About(call, "0806000002", caller, at, 1, "recorded"))
        (tmp_path / "plain" / f"{name}.raw").write_bytes(SOUND)
        await kept.end(name)
    kept.look()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, words, env=environment)

    return run


async def test_they_are_listed_and_decrypted(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers are masked; the sound is of two channels."""
    listed = run("conversations", "list").output
    assert "17.1-1" in listed
    assert "0612****78" in listed
    assert "612345678" not in listed
    assert "5 s" in listed
    assert [
        line.split()[0] for line in run("conversations", "list", "--caller", "0612345678").output.splitlines()[1:]
    ] == ["17.1-1"]
    assert '"caller": "+33612345678"' in run("conversations", "list", "--json").output
    assert run("conversations", "list", "--number", "0800000001").output == "No conversations to 0800000001.\n"

    assert run("conversations", "export", "17.1-1", str(tmp_path / "talk.wav")).exit_code == 0
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")  # the container's holds half an hour of sound
    written = io.BytesIO(run("conversations", "export", "17.1-1", "-").stdout_bytes)
    for talk in (str(tmp_path / "talk.wav"), written):
        with wave.open(talk) as file:
            assert file.getnchannels() == 2
            assert file.readframes(file.getnframes()) == SOUND


async def test_another_secret_reads_none_of_them(run: Run, tmp_path: Path) -> None:
    """One sentence; and nothing half written."""
    (tmp_path / "secrets" / "master").unlink()
    lost = run("conversations", "export", "17.1-1", str(tmp_path / "talk.wav"))
    assert (lost.exit_code, lost.stderr.startswith("ivr: the master secret")) == (1, True)
    secret.make(tmp_path / "secrets" / "master")
    other = run("conversations", "export", "17.1-1", str(tmp_path / "talk.wav"))

    assert (other.exit_code, other.stderr) == (1, "ivr: its key is another one, or somebody has changed it\n")
    assert not (tmp_path / "talk.wav").exists()
    assert run("conversations", "export", "17.1-1", "-").stdout_bytes == b""


async def test_they_are_deleted_one_by_one_and_by_caller_and_call(run: Run) -> None:
    """What is not there is told."""
    assert run("conversations", "delete").exit_code == 2
    missing = run("conversations", "delete", "99.1-1")
    assert (missing.exit_code, missing.stderr) == (
        1,
        'ivr: there is no recording "99.1-1"; `ivr conversations list` shows them\n',
    )
    assert run("conversations", "delete", "--caller", "06 12 34 56 78").output == "1 deleted.\n"
    assert run("conversations", "delete", "--call", "18.1").output == "1 deleted.\n"
    assert run("conversations", "list").output == "No conversations.\n"


async def test_prune_deletes_those_whose_days_are_over(run: Run) -> None:
    """Also where callers' messages are kept for ever."""
    run("prune", "--older-than", "9000")
    listed = run("conversations", "list").output

    assert "17.1-1" in listed
    assert "18.1-2" not in listed


async def test_who_is_erased_from_the_ledger_has_no_recording_left(run: Run, tmp_path: Path) -> None:
    """The right to erasure is of his voice too; others' recordings stay."""
    ledger = Store.at(tmp_path / "ledger.sqlite")
    ledger.open()
    ledger.close()
    erased = run("ledger", "erase", "0612345678", "--why", "letter of 3 November")

    assert erased.exit_code == 0, erased.output
    assert erased.output == (
        "0 records no longer know 0612****78; 1 recordings of conversations are deleted, and 0 messages, callbacks, "
        "answers and notices.\n"
    )
    assert [line.split()[0] for line in run("conversations", "list").output.splitlines()[1:]] == ["18.1-2"]
