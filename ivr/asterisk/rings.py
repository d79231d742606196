"""Whom Asterisk's queues ring for each call, brought to the call: its own variables tell only who answered.

Like the tolls this is news over AMI about calls that we know by their AGI session; where AMI is down, a record lacks
who rang in vain, and nothing else.
"""

from collections.abc import Mapping

EVENT = "AgentCalled"


class Rings:
    """Calls in progress, and the agents who have been rung for each, in order."""

    def __init__(self) -> None:
        self._rung: dict[str, list[str]] = {}

    def expect(self, call: str) -> list[str]:
        """A list to which the agents rung for ``call`` are added as they are."""
        return self._rung.setdefault(call, [])

    def forget(self, call: str) -> None:
        """Nobody asks for ``call`` any more."""
        self._rung.pop(call, None)

    def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in an event: ``Uniqueid`` is the caller's, ``MemberName`` the agent."""
        rung, agent = self._rung.get(headers.get("Uniqueid", "")), headers.get("MemberName", "")
        if rung is not None and agent:
            rung.append(agent)
