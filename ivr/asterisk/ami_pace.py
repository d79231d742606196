"""The time limits of the AMI link, its pauses between tries, and what it counts."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The link's time limits and pauses, in seconds.

    Measured on Asterisk 22.10.1: the port opens 0.6 s after a start, booted after 1.2 s.
    """

    connect: float = 1.0
    login: float = 5.0
    """Asterisk itself waits 1 s before it refuses."""
    action: float = 5.0
    boot: float = 60.0
    """From login until Asterisk must have booted."""
    boot_poll: float = 0.1
    ping_every: float = 3.0
    ping_within: float = 2.0
    ping_misses: int = 2
    """Pings without a reply, one after the other, that mean the link is dead."""
    retry_first: float = 0.1
    retry_most: float = 1.0
    """With 2 s an Asterisk that came back after an outage was usable 2.9 s after its start; 3 s are promised."""
    refused_first: float = 2.0
    refused_most: float = 60.0
    handler: float = 5.0
    """What one event handler may take before the next one has its turn."""
    queue: int = 10_000
    """Events that may wait for their handlers; a number, not seconds."""


USUAL = Pace()


@dataclass
class Counts:
    """What /metrics shows of the link; only ever grows."""

    connections: int = 0
    """Times the link came up."""
    reconnects: int = 0
    refused_logins: int = 0
    missed_pings: int = 0
    unanswered: int = 0
    """Actions that got no reply in time, pings among them."""
    dropped_events: int = 0
    """Events lost because their handlers were too slow."""
    oversized_messages: int = 0
    """Messages skipped because no honest one is that long."""
    handler_errors: int = 0


def pauses(first: float, most: float) -> Iterator[float]:
    """Seconds before each next try: doubling from ``first`` up to ``most``."""
    while True:
        yield min(first, most)
        first = min(first * 2, most)
