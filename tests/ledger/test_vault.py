"""Recorded talks on the disk: encrypted as they come, whole again on demand, picked up after a crash, gone in time."""

import io
import os
import random
import signal
import subprocess
import sys
import time
import wave
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.ledger import vault as vaults
from ivr.ledger.tapefile import BYTES, PIECE, BadTape, export, seconds
from ivr.ledger.vault import NoTalk, Vault
from ivr.service.conversations import About, Unkept
from tests import forked

AT = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
ABOUT = About("17.1", "0805000080", "+33612345678", AT, 7, "recorded")
KEY = "abcdefghijklmnopqrstuvwxyz"
SOUND = random.Random(1).randbytes(3 * PIECE + 1000)


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(vaults, "SETTLED", 0.0)
    (tmp_path / "plain").mkdir()
    return Vault(tmp_path / "plain", tmp_path / "kept", lambda: KEY, least_free=0)


def wav(vault: Vault, name: str, key: str = KEY) -> bytes:
    sound = io.BytesIO()
    export(vault.kept / f"{name}.talk", key, sound)
    with wave.open(io.BytesIO(sound.getvalue())) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        return file.readframes(file.getnframes())


def spoken(vault: Vault, name: str, sound: bytes) -> Path:
    path = vault.plain / f"{name}.raw"
    with path.open("ab") as file:
        file.write(sound)
    return path


async def kept(vault: Vault, about: About = ABOUT, sound: bytes = SOUND) -> str:
    """One that is over and whole."""
    name = await vault.begin(about)
    spoken(vault, name, sound)
    await vault.end(name)
    vault.look()
    return name


async def test_a_talk_is_sealed_while_it_is_spoken_and_whole_at_its_end(vault: Vault) -> None:
    """What is sealed is no longer in memory; nothing of the sound is on the disk; the way back gives every byte."""
    name = await vault.begin(ABOUT)
    vault.look()
    assert (vault.kept / f"{name}.part").exists(), "what has just begun was taken for forsaken"
    path = spoken(vault, name, SOUND[: 2 * PIECE + 5])
    vault.look()
    assert seconds(vault.kept / f"{name}.part") == 2 * PIECE / BYTES
    assert path.read_bytes()[: 2 * PIECE] == bytes(2 * PIECE), "what is sealed still lies open"
    os.utime(path, (7, 7))
    vault.look()
    assert path.stat().st_mtime == 7, "a look is no sound"
    spoken(vault, name, SOUND[2 * PIECE + 5 :])
    vault.look()
    assert await vault.end(name) == (len(SOUND) / BYTES, False, 0)
    vault.look()

    sealed = (vault.kept / f"{name}.talk").read_bytes()
    assert wav(vault, name) == SOUND
    assert not list(vault.plain.iterdir())
    assert not any(SOUND[place : place + 16] in sealed for place in range(0, len(SOUND), 4096))
    assert [(one.name, one.seconds, one.whole, one.head.about) for one in vault.talks()] == [
        (name, len(SOUND) / BYTES, True, ABOUT)
    ]


@pytest.mark.parametrize("length", [0, 4, PIECE - 4, PIECE, PIECE + 4, 2 * PIECE])
async def test_any_length(vault: Vault, length: int) -> None:
    """Of nothing nothing is kept: nobody answered."""
    name = await kept(vault, sound=SOUND[:length])

    assert not list(vault.plain.iterdir())
    if length:
        assert wav(vault, name) == SOUND[:length]
    else:
        assert list(vault.kept.iterdir()) == []


async def test_what_is_read_from_a_pipe_is_whole(vault: Vault) -> None:
    """Where nobody can go back and mend the head; half a sample at the end, of a torn file, is left out."""
    name = await kept(vault, sound=SOUND[:4006])
    read, write = os.pipe()
    with os.fdopen(write, "wb") as to:
        vault.copy(name, to)
    with os.fdopen(read, "rb") as pipe, wave.open(io.BytesIO(pipe.read())) as file:
        assert file.readframes(file.getnframes()) == SOUND[:4004]


async def test_another_key_and_every_change_of_a_byte_are_seen(vault: Vault) -> None:
    """Of the head, of a piece, of the order of pieces, and of the end."""
    name = await kept(vault)
    path = vault.kept / f"{name}.talk"
    good = path.read_bytes()
    head = good.index(b"\n") + 1
    piece = PIECE + 16
    with pytest.raises(BadTape, match="its key is another one"):
        wav(vault, name, "another")
    swapped = good[:head] + good[head + piece : head + 2 * piece] + good[head : head + piece] + good[head + 2 * piece :]
    for bad in (
        good.replace(b"+33612345678", b"+33612345679"),
        good[: head + 9] + bytes([good[head + 9] ^ 1]) + good[head + 10 :],
        swapped,
        good[: head + 2 * piece],
        good[:-3],
        good + b"\0",
    ):
        path.write_bytes(bad)
        with pytest.raises(BadTape):
            wav(vault, name)
    path.write_bytes(b"RIFF")
    with pytest.raises(BadTape, match="no recording of a conversation"):
        wav(vault, name)
    assert list(vault.talks()) == []


async def test_who_refuses_while_he_talks_leaves_nothing(vault: Vault) -> None:
    """Also what was sealed by then; and the record knows."""
    name = await vault.begin(ABOUT)
    spoken(vault, name, SOUND)
    vault.look()
    vault.told("17.1", "pause")
    vault.told("17.1", "refuse")
    vault.look()
    assert [*vault.plain.iterdir(), *vault.kept.iterdir()] == []

    assert (await vault.end(name))[1:] == (True, 1)


async def test_a_refusal_after_a_restart_deletes_what_the_one_before_had_sealed(vault: Vault) -> None:
    """The controller died in the talk, which went on; nobody remembers his call but the name of the recording."""
    name = await vault.begin(ABOUT)
    spoken(vault, name, SOUND)
    vault.look()
    again = replace(vault)
    again.told(ABOUT.call, "refuse")
    again.look()

    assert [*vault.plain.iterdir(), *vault.kept.iterdir()] == []


class Asterisk:
    """What it says of a call: that its caller has refused, that he has not, or nothing, while the link is down."""

    def __init__(self, says: bool | None) -> None:
        self.says = says
        self.forgotten: list[str] = []

    async def refused(self, call: str) -> bool:
        assert call == ABOUT.call
        if self.says is None:
            raise OSError("the link is down")
        return self.says

    async def forget(self, call: str) -> None:
        if self.says is None:
            raise OSError("the link is down")
        self.forgotten.append(call)


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize("died", [False, True])
async def test_a_refusal_that_nobody_heard_is_asked_for_before_anything_is_kept(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, refused: bool, died: bool
) -> None:
    """The link to Asterisk was down when the key was pressed, and when the talk ended; or we were."""
    monkeypatch.setattr(vaults, "SETTLED", 0.0)
    monkeypatch.setattr(vaults, "FORSAKEN", 0.0)
    asterisk = vault.refusals = Asterisk(None)
    name = await vault.begin(ABOUT)
    spoken(vault, name, SOUND)
    vault.look()
    if died:
        vault = replace(vault)
    else:
        await vault.end(name)
    for _ in range(3):
        vault.look()
        await vault.ask()
    assert [path.suffix for path in vault.kept.iterdir()] == [".part"]  # neither kept nor lost
    asterisk.says = refused
    live = [ABOUT.call]
    vault.in_progress = lambda: live
    await vault.ask()
    for _ in range(2):
        vault.look()
        await vault.ask()
    assert asterisk.forgotten == []  # he may be recorded again in this call
    live.clear()
    for _ in range(2):
        await vault.ask()

    assert asterisk.forgotten == [ABOUT.call] * refused
    assert [*vault.plain.iterdir()] == []
    assert [path.name for path in vault.kept.iterdir()] == ([] if refused else [f"{name}.talk"])
    if not refused:
        assert wav(vault, name) == SOUND


def test_a_sound_that_nobody_announced_is_deleted(vault: Vault) -> None:
    """Such as one whose head was lost."""
    path = spoken(vault, "18.1-1", SOUND)
    vault.look()

    assert not path.exists()


async def test_what_cannot_be_kept_is_not_begun_and_says_why(vault: Vault, tmp_path: Path) -> None:
    """No key, a full disk, no memory to write into; it is told until one begins again."""
    for broken, why in (
        (replace(vault, least_free=10**18), "is full"),
        (replace(vault, plain=tmp_path / "nowhere"), "is not there"),
        (replace(vault, master=_lost), "no key"),
    ):
        with pytest.raises(Unkept, match=why):
            await broken.begin(ABOUT)
        assert broken.problem is not None
        assert why in broken.problem
        assert not vault.kept.exists() or list(vault.kept.iterdir()) == []
    vault.problem = "conversations are not recorded: the disk was full"
    await vault.begin(ABOUT)
    assert vault.problem is None


def _lost() -> str:
    raise BadTape("no key")


async def test_a_key_lost_in_a_talk_is_told_and_the_sound_waits(vault: Vault) -> None:
    """And it is taken in once the key is there again."""
    name = await vault.begin(ABOUT)
    spoken(vault, name, SOUND)
    good, vault.master = vault.master, _lost
    vault.look()
    assert vault.problem is not None
    assert name in vault.problem
    vault.master = good
    await vault.end(name)
    vault.look()

    assert vault.problem is None
    assert wav(vault, name) == SOUND


async def test_a_torn_piece_of_a_full_disk_is_written_anew(vault: Vault) -> None:
    """Whatever part of it had come to be there."""
    name = await vault.begin(ABOUT)
    spoken(vault, name, SOUND)
    vault.look()
    with (vault.kept / f"{name}.part").open("ab") as file:
        file.write(b"half of a piece")
    await vault.end(name)
    vault.look()

    assert wav(vault, name) == SOUND


KILLED = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
from ivr.ledger.vault import Vault
from ivr.service.conversations import About
home = Path(sys.argv[1])
async def main():
    vault = Vault(home / "plain", home / "kept", lambda: sys.argv[2], least_free=0)
    await vault.begin(About("17.1", "0805000080", "+33612345678", datetime.now(UTC), 7, "recorded"))
    print("begun", flush=True)
    await vault.run()
asyncio.run(main())
"""


def test_what_a_killed_controller_left_is_picked_up_and_encrypted(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 in a talk, which goes on in the exchange: the next one has all of it, and nothing lies open then."""
    program = forked.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), KEY],
        imports=("ivr.ledger.vault",),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == b"begun\n"
        path, part = spoken(vault, "17.1-1", SOUND[: 2 * PIECE + 7]), vault.kept / "17.1-1.part"
        until = time.monotonic() + 10
        while path.read_bytes()[: 2 * PIECE] != bytes(2 * PIECE) and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert path.read_bytes()[: 2 * PIECE] == bytes(2 * PIECE)
    spoken(vault, "17.1-1", SOUND[2 * PIECE + 7 :])
    vault.look()
    assert part.exists(), "the talk may go on: nobody knows yet"
    monkeypatch.setattr(vaults, "FORSAKEN", 0.0)
    os.utime(path, (0, 0))
    vault.look()

    assert wav(vault, "17.1-1") == SOUND
    assert not list(vault.plain.iterdir())


async def test_what_was_lost_with_the_memory_is_a_whole_of_what_was_sealed(vault: Vault) -> None:
    """The machine was switched off: two whole pieces had been written."""
    name = await vault.begin(ABOUT)
    path = spoken(vault, name, SOUND[: 2 * PIECE + 7])
    vault.look()
    path.unlink()
    again = replace(vault)
    again.look()

    assert wav(again, name) == SOUND[: 2 * PIECE]


async def test_what_was_sealed_to_its_end_is_not_sealed_again(vault: Vault) -> None:
    """All stopped between the last piece and the file's name: another content under the same nonce would open both."""
    name = await kept(vault)
    whole = vault.kept / f"{name}.talk"
    sealed = whole.read_bytes()
    whole.rename(whole.with_suffix(".part"))
    Vault(vault.plain, vault.kept, lambda: KEY, least_free=0).look()

    assert whole.read_bytes() == sealed
    assert wav(vault, name) == SOUND


async def test_they_go_by_caller_and_by_time(vault: Vault) -> None:
    """Each at the end of its own days; a name is no path."""
    first = await kept(vault)
    other = await kept(vault, replace(ABOUT, call="18.1", caller="anonymous", days=1))
    assert vault.of("+33612345678") == [first]
    assert vault.expired(AT + timedelta(days=1, seconds=-1)) == []
    assert vault.expired(AT + timedelta(days=1)) == [other]
    assert vault.delete([other]) == 1
    assert [one.name for one in vault.talks()] == [first]
    for name in ("../secrets/master", other, ""):
        with pytest.raises(NoTalk):
            vault.delete([name])


async def test_one_that_goes_on_is_deleted_too(vault: Vault) -> None:
    """For who asks to be forgotten, and when its days are over though it never came to be whole; nothing comes back."""
    name = await vault.begin(ABOUT)
    path = spoken(vault, name, SOUND)
    vault.look()
    assert vault.of("+33612345678") == vault.expired(AT + timedelta(days=7)) == [name]
    assert vault.delete([name]) == 1
    spoken(vault, name, SOUND)
    vault.look()
    await vault.end(name)
    vault.look()

    assert not path.exists()
    assert list(vault.kept.iterdir()) == []
    assert vault.problem is None


async def test_a_talk_does_not_take_the_name_of_one_that_is_long_over(vault: Vault) -> None:
    """A caller who is put through a second time, a while later: both are there."""
    first = await kept(vault)
    vault.look()
    second = await kept(vault, sound=SOUND[: PIECE + 8])

    assert (wav(vault, first), wav(vault, second)) == (SOUND, SOUND[: PIECE + 8])


async def test_two_talks_of_one_call_have_two_names(vault: Vault) -> None:
    """And the second is still going on when the first is whole."""
    first = await kept(vault)
    second = await vault.begin(ABOUT)
    spoken(vault, second, SOUND)
    vault.look()

    assert (first, second) == ("17.1-1", "17.1-2")
    assert [(one.name, one.whole) for one in vault.talks()] == [(first, True), (second, False)]
