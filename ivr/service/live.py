"""The calls in progress, and how many have ended in which way; for the dashboard, the metrics and the drain."""

from collections import Counter
from decimal import Decimal

from ivr.values.call import Call, Ending


class Live:
    """Written by ``attend`` alone, but for what calls may come to, which their desks note."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._at_most: dict[str, Decimal] = {}
        self.endings: Counter[Ending] = Counter()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in progress, oldest first."""
        return tuple(self._calls.values())

    def ids(self) -> list[str]:
        """Those of the calls in progress."""
        return list(self._calls)

    def began(self, call: Call) -> None:
        self._calls[call.id] = call

    def may_cost(self, call: Call, most: Decimal) -> None:
        """Note what a call in progress may come to, in euros, for the ceiling of its caller."""
        self._at_most[call.id] = most

    def reserved(self, call: Call) -> Decimal:
        """What the other calls in progress of this caller may come to together."""
        others = (one.id for one in self.calls if one.id != call.id and one.caller.e164 == call.caller.e164)
        return sum((self._at_most.get(one, Decimal(0)) for one in others), Decimal(0))

    def ended(self, call: Call, ending: Ending) -> None:
        self._calls.pop(call.id, None)
        self._at_most.pop(call.id, None)
        self.endings[ending] += 1
