"""Whether an agent takes the calls of queues."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """``present``: logged in; ``paused``: there, but not to be rung for a while.  Who was never told is on duty."""

    present: bool = True
    paused: bool = False


ON = Duty()
