"""What happened to a call, seen from the phone: one event a fact, in order, timed from the INVITE.

``t`` is in seconds on the phone's monotonic clock, 0.0 being the instant the INVITE left; ``calling`` carries the
same instant as an epoch (``at``), so that the ledger's wall-clock times can be compared with the phone's.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Name = Literal[
    "calling",  # the INVITE left; at = epoch seconds
    "early_media",  # 183 (or 180) with SDP: sound may come
    "ringing",  # 180 without sound
    "answered",  # 200: charging starts
    "media_changed",  # another SDP was agreed on, the recorder is attached anew; reason = codec
    "key",  # keys = the key pressed
    "hang_up",  # the phone hangs up (CANCEL or BYE is sent); reason = why
    "agent_ringing",
    "agent_answered",
    "agent_ended",  # code, by
    "ended",  # code, by, reason: the call is over
]

By = Literal["caller", "far", "agent"]
"""Who ended a call: this phone's caller, the other side, or an agent of this phone (in ``agent_ended``)."""


@dataclass(frozen=True)
class Event:
    """One fact.  ``code`` is a SIP status (0: not meant), empty text is "not meant", ``at`` an epoch or 0."""

    t: float
    event: Name
    code: int = 0
    by: By | Literal[""] = ""
    reason: str = ""
    keys: str = ""
    agent: str = ""
    at: float = 0.0

    def line(self) -> str:
        """The event as one line of JSON, without what is not meant."""
        plain = {name: value for name, value in asdict(self).items() if name in ("t", "event") or value}
        return json.dumps(plain, ensure_ascii=False)


Listener = Callable[[Event], None]


def parse(line: str) -> Event:
    """The event that ``Event.line`` wrote."""
    return Event(**json.loads(line))


def first(events: Iterable[Event], name: Name) -> Event | None:
    """The first event of that name, or ``None``."""
    return next((event for event in events if event.event == name), None)
