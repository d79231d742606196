"""Callers who wait are told our estimate: the language of their channels says which."""

import pytest

from ivr.asterisk.waits import JOIN, Waits
from ivr.values.queue import Queue


class Line:
    """A queue with callers and how long each waits; and an exchange that notes what it is told."""

    def __init__(self, **turns: float | None) -> None:
        self.now = turns
        self.set: list[tuple[str, str, str]] = []
        queues = {"parts": Queue("parts", {"karim": 0}, say_wait=True), "mute": Queue("mute", {"karim": 0})}
        self.waits = Waits(self, self, lambda: queues)  # type: ignore[arg-type]

    async def ahead(self, queue: str, place: int | None, priority: int) -> float | None:
        if queue != "parts.needs-english":
            raise OSError("AMI is down")
        return 38.0 if (place, priority) == (2, 7) else None

    async def turns(self, queue: str) -> dict[str, float | None]:
        assert queue == "parts"
        return dict(self.now)

    async def set_variable(self, channel: str, name: str, value: str) -> bool:
        self.set.append((channel, name, value))
        return True

    async def looks(self) -> list[tuple[str, str]]:
        """Which channels are given what language by one look."""
        self.set.clear()
        await self.waits.look()
        assert {name for _, name, _ in self.set} <= {"CHANNEL(language)"}
        return [(channel, value) for channel, _, value in self.set]

    def joins(self, channel: str, language: str, queue: str = "parts") -> None:
        self.waits.hear(JOIN, {"Queue": queue, "Channel": channel, "Language": language})


@pytest.mark.parametrize(
    ("queue", "place", "told"),
    [("parts.needs-english", 2, 40), ("parts.needs-english", None, None), ("mute", 2, None), ("parts", 2, None)],
)
async def test_who_enters_is_told_where_waits_are_told_and_known(
    queue: str, place: int | None, told: int | None
) -> None:
    """A part of a queue tells as the queue does; without AMI nothing is said, and the call goes on."""
    assert await Line().waits.told(queue, place, 7) == told


async def test_who_waits_is_told_what_is_true_by_then() -> None:
    """Each in his language; whoever is next, or whose wait is not known, is told nothing any more."""
    line = Line(one=41.0, two=70.0, stranger=70.0)
    line.joins("one", "en_en-GB_40")
    line.joins("two", "fr")
    line.joins("other", "fr", "mute")

    assert await line.looks() == [("two", "fr_75")]
    line.now |= {"one": 3.0, "two": None}
    assert await line.looks() == [("one", "en_en-GB"), ("two", "fr")]
    assert await line.looks() == []


async def test_nobody_is_looked_at_once_all_have_left() -> None:
    """Until somebody joins anew."""
    line = Line()
    line.joins("one", "fr")
    assert await line.looks() == []
    line.now = {"one": 70.0}
    assert await line.looks() == []
    line.joins("one", "fr")
    assert await line.looks() == [("one", "fr_75")]
