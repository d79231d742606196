"""Who may give orders by phone: PINs, and the end of guessing them."""

import hmac
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

log = logging.getLogger(__name__)

MOST_WRONG = 10  # wrong digits for one PIN within PERIOD; then the right ones are refused too
PERIOD = timedelta(hours=1)


class Pins(Protocol):
    """Knows the PINs."""

    def verify(self, pin: str, digits: str) -> bool:
        """Whether ``digits`` are those of the PIN named ``pin``."""
        ...


class NoPins:
    """Where nobody may give orders."""

    def verify(self, pin: str, digits: str) -> bool:
        return False


class GuardedPins:
    """Fulfils the port ``Pins``: whoever guesses is shut out before he can try one in a thousand of the million PINs.

    A call has three attempts, but calls are cheap: so wrong digits are counted for each PIN, over all calls.
    ``derive`` gives a PIN's digits by its name.
    """

    def __init__(self, derive: Callable[[str], str], now: Callable[[], datetime]) -> None:
        self._derive = derive
        self._now = now
        self._wrong: dict[str, list[datetime]] = {}

    def verify(self, pin: str, digits: str) -> bool:
        now = self._now()
        wrong = [at for at in self._wrong.get(pin, []) if now - at < PERIOD]
        right = hmac.compare_digest(digits.encode(), self._derive(pin).encode())
        if right and len(wrong) < MOST_WRONG:
            self._wrong.pop(pin, None)
            return True
        log.warning("PIN refused pin=%s wrong=%d%s", pin, len(wrong), " although right: locked" if right else "")
        # Only as many as lock it: whoever goes on guessing keeps it locked, and no list grows.
        self._wrong[pin] = wrong if right else [*wrong, now][-MOST_WRONG:]
        return False
