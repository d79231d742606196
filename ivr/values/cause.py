"""Why a call ends, as its network is told."""

from enum import StrEnum


class Cause(StrEnum):
    """What the caller's network is told of why a call ends; phones and exchanges make a tone or a message of it."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"
    REJECTED = "rejected"
    UNALLOCATED = "unallocated"  # there is no such number
    CHANGED = "changed"  # the number is another one now
