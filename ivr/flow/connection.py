"""Whom a node puts callers through to: what the law asks of every kind of node, whatever the kind."""

from dataclasses import dataclass
from typing import Literal

from ivr.values.taping import Taping


@dataclass(frozen=True)
class Connection:
    """With whom a caller may come to talk: ``to``, by the names of agents and of destinations outside, or whoever
    serves ``queue``; neither where people decide.

    ``waits`` are the seconds for which he may wait for an answer there, at most; ``in_vain`` the exits by which he goes
    on without one, those that must lead somewhere first, ``broken_off`` that by which a key leaves the wait.  ``says``
    are the prompts and slots that he is told of whom he is put through to before anybody rings, ``recording`` how the
    talk is recorded; ``None``: as his number says.  ``later``: he hangs up first, and is called back; ``shows`` is the
    number that he then sees, empty: that which he had dialled.
    """

    to: tuple[str, ...] = ()
    queue: str = ""
    waits: float = 0.0
    in_vain: tuple[str, ...] = ()
    broken_off: str = ""
    says: tuple[object, ...] = ()
    recording: Taping | Literal["off"] | None = None
    later: bool = False
    shows: str = ""
