"""The facts of one call: what is known when it arrives, and how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.values.number import Number

FIRST = "fr"
"""The language of the law, and that in which a call begins whose number names none."""


class Ending(StrEnum):
    """Why a call ended."""

    CALLER = "caller"  # the caller hung up
    FLOW = "flow"  # the flow came to its end and hung up
    LIMIT = "limit"  # the legal limit of the tariff cut the call, or what was left of the caller's ceiling
    CEILING = "ceiling"  # the caller has spent what he may this month: told so free, and never answered
    FAILED = "failed"  # we broke down; the caller heard the apology
    SHUTDOWN = "shutdown"  # the controller was stopped with the call in progress
    LOST = "lost"  # the line to the exchange was lost


@dataclass(frozen=True)
class Call:
    """Frozen facts.  ``id`` is the exchange's unique id of the caller's channel; ``at`` is aware."""

    id: str
    dialled: Number
    caller: Number
    language: str
    at: datetime
