"""Leaves a system alone that fails: after some failures in a row no call waits for it, and it is not kept busy."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

FAILURES = 5  # in a row
PAUSE = 30.0  # seconds


@dataclass
class _State:
    failures: int = 0
    until: float = 0.0


class Breaker:
    """Counts failures by system; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: dict[Hashable, _State] = {}

    def willing(self, system: Hashable) -> bool:
        """Whether ``system`` may be asked.  After the pause one may try, and the pause begins anew for the others."""
        state = self._states.get(system)
        if state is None or state.failures < FAILURES:
            return True
        if self._clock() < state.until:
            return False
        state.until = self._clock() + PAUSE
        return True

    def note(self, system: Hashable, *, well: bool) -> None:
        """What came of asking ``system``."""
        if well:
            self.well(system)
            return
        state = self._states.setdefault(system, _State())
        state.failures += 1
        state.until = self._clock() + PAUSE

    def well(self, system: Hashable) -> None:
        """``system`` answers."""
        self._states.pop(system, None)
