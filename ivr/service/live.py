"""The calls in progress, and how many have ended in which way; for the dashboard, the metrics and the drain."""

from collections import Counter

from ivr.values.call import Call, Ending


class Live:
    """Written by ``attend`` alone."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self.endings: Counter[Ending] = Counter()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in progress, oldest first."""
        return tuple(self._calls.values())

    def began(self, call: Call) -> None:
        self._calls[call.id] = call

    def ended(self, call: Call, ending: Ending) -> None:
        self._calls.pop(call.id, None)
        self.endings[ending] += 1
