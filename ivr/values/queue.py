"""A queue as a value: who serves it, in what order they are rung, and whom it lets in and keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NEEDS = "needs-"  # how parts are called in which callers wait for skills
BEST = 9  # the level of skill
RESERVED = frozenset({"general", "queue-defaults"})
"""Sections of Asterisk's queues.conf that are no queues."""


class Strategy(StrEnum):
    """Whom a queue rings for the caller who is next; among agents of the least penalty who are free."""

    ALL = "all"  # all at once
    LONGEST_IDLE = "longest_idle"  # whose last call ended first
    FEWEST_CALLS = "fewest_calls"  # who has taken the fewest
    ROUND_ROBIN = "round_robin"  # the one after the last who was rung
    RANDOM = "random"
    WEIGHTED = "weighted"  # by chance, those of less penalty sooner


def of_agent(agent: str) -> str:
    """The part of a queue in which a caller waits for one agent."""
    return f"last-{agent}"


def of_skills(skills: Iterable[str]) -> str:
    """The part of a queue in which a caller waits for who has all of these skills."""
    return f"{NEEDS}{'_'.join(sorted(skills))}"


@dataclass(frozen=True)
class Door:
    """What a queue asks of who wants in: at most ``most`` wait (0: any number), ``empty``: also with no agent there.

    ``ring`` are the seconds for which it rings an agent.  ``part``: asked is who serves that part of it.
    """

    queue: str
    most: int = 0
    empty: bool = False
    ring: int = 20
    part: str = ""


@dataclass(frozen=True)
class Queue:
    """``agents`` have a penalty each: who has more is rung only when all with less cannot take a call.

    ``ring``, ``wrap_up`` and ``say_every`` in seconds; ``max_length`` 0: no limit.  A queue is empty when nobody who
    serves it could take a call soon: all are logged out or paused, or their phones cannot be reached; talking is
    not absence.  ``music`` is a class of music on hold; empty: that of the number dialled.
    ``key`` is the one by which callers leave it, as its nodes say.  ``messages`` are prompts, one after the other, one
    every ``messages_every`` seconds.  Who was rung and did not take the call has ``rest`` seconds; after
    ``log_out_after`` calls in a row he is logged out, 0: never.  ``told``: nodes of it tell agents something of the
    call, or ask them to take it, before they talk.  ``parts`` are queues within it, each of some of its agents with
    their penalties: who waits there for one agent is after those who wait in all of it, who needs skills before.
    """

    name: str
    agents: Mapping[str, int]
    strategy: Strategy = Strategy.ALL
    ring: int = 20
    wrap_up: int = 0
    rest: int = 0
    log_out_after: int = 0
    max_length: int = 0
    music: str = ""
    join_when_empty: bool = False
    leave_when_empty: bool = True
    say_position: bool = False
    say_wait: bool = False
    say_every: int = 45
    messages: tuple[str, ...] = ()
    messages_every: int = 60
    key: str = ""
    told: bool = False
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def door(self) -> Door:
        """Whom it lets in."""
        return Door(self.name, self.max_length, self.join_when_empty, self.ring)
