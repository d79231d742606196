"""Recordings of conversations with agents: what a call asks of whoever keeps them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Unkept(Exception):
    """A conversation cannot be recorded; the text says why.  The call goes on without."""


@dataclass(frozen=True)
class About:
    """Of whom a recording is, and how long it is kept; ``announced`` is the prompt that the caller has heard before."""

    call: str
    number: str
    caller: str
    at: datetime
    days: int
    announced: str


class Refusals(Protocol):
    """Knows who has refused to be recorded while he talked, also where nobody heard him do it."""

    async def refused(self, call: str) -> bool:
        """Whether the caller has.  Raises ``OSError`` while that cannot be asked."""
        ...

    async def forget(self, call: str) -> None:
        """Nothing is left of that call that he could have refused.  Raises ``OSError`` while that cannot be told."""
        ...


class Conversations(Protocol):
    """Keeps them."""

    async def begin(self, about: About) -> str:
        """The name under which the exchange shall write a recording.  Raises :class:`Unkept`."""
        ...

    async def end(self, name: str) -> tuple[float, bool, int]:
        """Nothing more will be written of it: seconds of sound, whether the caller refused, how often it was paused."""
        ...
