"""Who was put on hold in a talk, and for how long, brought to the call: Asterisk's records of channels do not tell.

Like the rings this is news over AMI; where AMI is down, a record lacks the holds, and nothing else.  Whoever presses
the key, agent or caller, the event's ``Linkedid`` is the caller's channel, by which we know his call.
Source: AMI events Hold and Unhold, of the class `call` (main/manager_channels.c, channel_hold_cb; Asterisk 22).
"""

import time
from collections.abc import Callable, Mapping

HOLD, UNHOLD = "Hold", "Unhold"


class HeldCall:
    """The holds of one call since they were last asked for; each of several phones may hold it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}
        self._held: list[float] = []

    def hold(self, channel: str) -> None:
        self._since.setdefault(channel, self._clock())

    def resume(self, channel: str) -> None:
        since = self._since.pop(channel, None)
        if since is not None:
            self._held.append(round(self._clock() - since, 1))

    def taken(self) -> tuple[float, ...]:
        """Seconds of each, in the order in which they ended; who is on hold now was so until now."""
        for channel in list(self._since):
            self.resume(channel)
        held = tuple(self._held)
        self._held.clear()
        return held


class Holds:
    """Calls in progress, and their holds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, HeldCall] = {}

    def expect(self, call: str) -> HeldCall:
        """What will be heard of ``call``."""
        return self._calls.setdefault(call, HeldCall(self._clock))

    def forget(self, call: str) -> None:
        """Nobody asks for ``call`` any more."""
        self._calls.pop(call, None)

    def hear(self, event: str, headers: Mapping[str, str]) -> None:
        """Take in an event: whose phone holds, or goes on."""
        call = self._calls.get(headers.get("Linkedid", ""))
        if call is None:
            return
        if event == HOLD:
            call.hold(headers.get("Channel", ""))
        elif event == UNHOLD:
            call.resume(headers.get("Channel", ""))
