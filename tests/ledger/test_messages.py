"""The messages of callers as files: how long, whose names are names, and gone when they are deleted."""

import wave
from pathlib import Path

import pytest

from ivr.ledger.messages import MessageStore, NoMessage


def spoken(directory: Path, name: str, seconds: float) -> None:
    with wave.open(str(directory / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))


async def test_the_length_of_a_message_is_that_of_its_sound(tmp_path: Path) -> None:
    """As Asterisk writes it: 8 kHz, 16 bits; what is not there has none."""
    store = MessageStore(tmp_path)
    spoken(tmp_path, "17.1-1", 7.5)
    (tmp_path / "17.1-2.wav").write_bytes(b"RIFF")

    assert await store.seconds("message/17.1-1") == 7.5
    assert await store.seconds("message/17.1-2") == 0
    assert await store.seconds("message/17.1-3") == 0
    assert list(store.names()) == ["message/17.1-1", "message/17.1-2"]


async def test_a_message_discarded_is_gone(tmp_path: Path) -> None:
    """And only that one; twice is as good as once."""
    spoken(tmp_path, "17.1-1", 1)
    spoken(tmp_path, "17.1-2", 1)
    store = MessageStore(tmp_path)
    for _ in range(2):
        await store.discard("message/17.1-1")

    assert list(store.names()) == ["message/17.1-2"]


def test_a_message_is_exported_as_it_is(tmp_path: Path) -> None:
    """Byte by byte; what is not there is told."""
    spoken(tmp_path, "17.1-1", 2)
    store = MessageStore(tmp_path)
    store.export("message/17.1-1", tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == (tmp_path / "17.1-1.wav").read_bytes()
    with pytest.raises(NoMessage, match=r"no sound of message/17\.1-9"):
        store.export("message/17.1-9", tmp_path / "copy")


@pytest.mark.parametrize(
    "name", ["message/../secret", "message//etc/passwd", "message/", "message/.hidden", "a/b", "x\0y"]
)
def test_what_is_no_name_of_a_message_touches_no_file(tmp_path: Path, name: str) -> None:
    """A name does not lead out of the directory."""
    with pytest.raises(NoMessage):
        MessageStore(tmp_path / "messages").delete(name)
