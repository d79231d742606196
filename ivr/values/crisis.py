"""A crisis that was prepared: what is put in front of some of our numbers, by one order."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Crisis:
    """``numbers`` are the national forms of those that it stands in front of, ``then`` says what follows its message:
    ``hang_up``, ``go_on``, or ``flow NAME``.
    """

    name: str
    label: str
    numbers: tuple[str, ...]
    then: str


@dataclass(frozen=True)
class Declared:
    """That a crisis is on: since when (aware), and why, for people."""

    since: datetime
    why: str
