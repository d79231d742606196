"""A mailbox: whose it is, what callers hear there, what it takes in, and whom it tells."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*"
"""An e-mail address, as far as anybody uses it: no quotes, no blanks, no two dots in a row (RFC 5321, 4.1.2)."""
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without its brackets

# By whose midnight the last day of a greeting ends.
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Temporary:
    """A greeting for a while, in place of the others: names of prompts, and the last day on which it is heard."""

    says: tuple[str, ...]
    until: date | None = None


@dataclass(frozen=True)
class Mailbox:
    """``agents`` listen to it; greetings are names of prompts, ``busy`` empty: as ``unavailable``.

    ``longest`` and ``shortest`` are seconds of a message, ``most`` is how many there may be, ``days`` how long they are
    kept (0: as long as everything else).  ``emails`` and the system ``remote`` (at ``path``) are told of each message,
    the system with its sound if ``audio``.
    """

    name: str
    label: str
    agents: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    temporary: Temporary | None = None
    longest: int = 180
    shortest: int = 3
    most: int = 100
    days: int = 0
    emails: tuple[str, ...] = ()
    remote: str = ""
    path: str = ""
    audio: bool = True

    def greeting(self, *, busy: bool, now: datetime | None) -> tuple[str, ...]:
        """What a caller hears: what is said for a while wins, as in Asterisk's own voicemail (app_voicemail.c).

        ``now`` may be left out where nothing is said for a while.
        """
        if self.temporary and now:
            until = self.temporary.until
            if until is None or now.astimezone(PARIS).date() <= until:
                return self.temporary.says
        return self.busy if busy and self.busy else self.unavailable
