"""A trunk: a carrier's line, by which calls come in and go out."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

LONGEST_NAME = 32
"""Characters of the name of an account: an agent, a trunk, a destination."""

RESERVED = frozenset(
    [
        "system",
        "global",
        "general",
        "globals",
        "udp",
        "party",
        "anonymous",
        "agent-endpoint",
        "agent-auth",
        "agent-aor",
        "trunk-endpoint",
        "trunk-auth",
        "trunk-aor",
        "trunk-identify",
        "trunk-registration",
        "tls",
        "wss",
        "controller",
        "controller-rights",
        "deploy-rights",
        "caller-rights",
        "public",
        "attend",
        "fallback",
        "ended",
        "agents",
        "trunks",
        "ours",
        "outside",
        "way",
        "refused",
        "park",
        "parked",
        "unpark",
        "refused-endpoint",
    ]
)
"""Sections of Asterisk's fixed configuration: no agent, trunk or destination may be called like that."""


@dataclass(frozen=True)
class Trunk:
    """A carrier's server at ``host`` and ``port``; with a ``user`` it wants a password, else it knows our address.

    ``registers``: we register there, so that its calls find us.  ``sources`` are the networks from which its calls come
    in.  ``encrypted``: signalling by TLS, sound by SRTP.  ``probed``: its server is asked whether it is there.

    Of calls that go out: ``shows`` is the number (E.164) that is shown where there is no better one, ``shows_callers``
    whether the caller's own may be; ``national``: numbers are written 01…, not +33 1….  ``at_once``, ``per_minute`` and
    ``cost_a_day`` (euros) are its ceilings.
    """

    name: str
    host: str
    port: int = 5060
    user: str = ""
    registers: bool = False
    sources: tuple[str, ...] = ()
    encrypted: bool = False
    probed: bool = True
    shows: str = ""
    shows_callers: bool = False
    national: bool = False
    at_once: int = 10
    per_minute: Decimal = Decimal("0.10")
    cost_a_day: Decimal = Decimal(50)


@dataclass(frozen=True)
class Spent:
    """What went out over a trunk on a day: calls that somebody took, their seconds, and euros."""

    calls: int = 0
    seconds: int = 0
    cost: Decimal = Decimal(0)


class State(StrEnum):
    """How a trunk is, for who wants to call by it or waits for its calls."""

    UP = "up"
    DOWN = "down"  # its server does not answer
    REFUSED = "refused"  # it does, and does not let us register
    REGISTERING = "registering"  # it has not let us register yet
    KEYLESS = "no password"  # nobody has stored one, so Asterisk was not told of the trunk
    UNKNOWN = "unknown"  # Asterisk cannot be asked, or does not know the trunk


@dataclass(frozen=True)
class Standing:
    """How one trunk is now; ``why`` is one sentence for who should do something, empty where nobody need."""

    name: str
    state: State
    why: str = ""
