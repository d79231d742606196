"""What the number's tariff demands of the line, as a value."""

from dataclasses import dataclass

from ivr.flow.commands import Warn
from ivr.values.ceiling import Ceiling

SKIP = "#"  # the key that ends the announcement early, where a profile knows one (RD SVA 2024, p. 32)


@dataclass(frozen=True)
class Terms:
    """What the number's tariff demands of the line.

    ``announcement`` and ``beep`` are utterances' names; ``announcement`` is ``None`` where none is to be said by us
    (nothing is charged, the operator has said it, or the law excepts the number), ``beep`` where no tone is to follow.
    ``skip`` is the only key that may end the announcement early, empty where none may.
    ``limit`` is the longest charged time and ``unanswered_limit`` the longest that the carrier bears an
    unanswered call; seconds.  ``ceiling`` is what one caller may spend in a month, ``None`` where nothing is charged;
    ``warn`` what is heard before the limit cuts a conversation.  ``music`` is the class that is heard on hold where
    neither flow nor queue names one; empty: the usual one.  ``free_wait``: nobody may be charged for waiting, so the
    line is never answered for that.  ``park``: seconds for which who is parked waits; ``None``: nobody may be.
    ``told`` is what tells agents what the call costs, empty where that is nothing.
    """

    announcement: str | None
    beep: str | None
    limit: float | None
    unanswered_limit: float
    skip: str = SKIP
    ceiling: Ceiling | None = None
    warn: Warn | None = None
    music: str = ""
    free_wait: bool = False
    park: float | None = None
    told: str = ""

    @property
    def priced(self) -> bool:
        """Whether a price is charged, or told."""
        return self.announcement is not None or self.ceiling is not None
