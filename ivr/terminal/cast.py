"""Who plays the world in a call without a phone: the caller's keys, the agents, the office.

What is *given* decides; what nobody gave has a default, so that a call can be lived through with nothing said at all.
`ivr.terminal.asking` asks a person instead.
"""

from collections.abc import Mapping, Sequence

from ivr.book.given import ALL, Given, Press
from ivr.flow.commands import Ask, Dial, Enqueue, Gather, Reachable, Reached, Served, There
from ivr.flow.errands import Draw, Fetch, Fetched, Issue, Load, Recall, Tally
from ivr.service.ports import HungUp
from ivr.values.queue import of_agent


class HangsUp(HungUp):
    """The caller has nothing more to press, or has had enough."""


class Cast:
    """Plays what is given, in order; one for each call."""

    def __init__(self, given: Given) -> None:
        self.given = given
        # Who serves each queue, in the order in which they are rung; the simulator knows.
        self.queues: Mapping[str, Sequence[str]] = {}
        # What was played, so that it can be played again.
        self.played = given
        self.waiting = list(given.keys)

    def early(self, until: str) -> str:
        """The key that the caller presses while a sentence is said, if it is one of ``until``; else nothing.

        The announcement's own key needs no "early": it is pressed nowhere else.
        """
        if not self.waiting or not self.waiting[0].keys or self.waiting[0].keys[0] not in until:
            return ""
        press = self.waiting[0]
        if not press.early and (press.keys, until) != ("#", "#"):
            return ""
        # What follows the first key is pressed at the question.
        self.waiting[0:1] = [Press(press.keys[1:], True)] if press.keys[1:] else []
        return press.keys[0]

    def rest(self) -> str:
        """The keys that follow one that cut a sentence short."""
        if self.waiting and self.waiting[0].early:
            return self.waiting.pop(0).keys
        return ""

    def press(self, question: Ask | Gather) -> Press:
        """What the caller does at a question.  Raises :class:`HangsUp`."""
        if not self.waiting:
            raise HangsUp
        return self.waiting.pop(0)

    def ring(self, dial: Dial) -> tuple[Reached, str | None]:
        """What comes of ringing agents, and who answers: the first who does."""
        each = {name: self.reached(name, dial) for name in dial.agents}
        for name, reached in each.items():
            if reached is Reached.TALKED:
                return reached, name
        # Who lets it ring keeps the others waiting; a phone that is engaged tells more than one that is not there.
        for reached in (Reached.DECLINED, Reached.NO_ANSWER, Reached.BUSY, Reached.CONGESTION):
            if reached in each.values():
                return reached, None
        return Reached.UNAVAILABLE, None

    def serve(self, wanted: Enqueue) -> tuple[Served, str | None]:
        """What comes of waiting in a queue, and who takes the call: what is given, or the first agent who does."""
        agents = [one for one in self.queues.get(wanted.queue, ()) if wanted.part in ("", of_agent(one))]
        each = {name: self.reached(name, Dial((name,), wanted.wait)) for name in agents}
        talking = next((name for name, reached in each.items() if reached is Reached.TALKED), None)
        given = self.given.queues.get(wanted.queue, self.given.queues.get(ALL))
        # Who waits until closing time waits in vain.
        served = given if given is None or isinstance(given, Served) else Served.TIMEOUT
        if served is None:
            there = not each or any(reached is not Reached.UNAVAILABLE for reached in each.values())
            served = Served.TALKED if talking or not each else Served.TIMEOUT if there else Served.EMPTY
        if served is Served.KEY and not wanted.key:
            served = Served.TIMEOUT
        return served, (talking or next(iter(agents), None)) if served is Served.TALKED else None

    def reachable(self, asked: Reachable) -> There:
        """Who is there, of agents and queues."""
        agents = tuple(name for name in asked.agents if self._there(name))
        given = {door: self.given.queues.get(door.queue, self.given.queues.get(ALL)) for door in asked.doors}
        serving = {
            door.queue
            for door, served in given.items()
            if served not in (Served.EMPTY, Served.FULL)
            if served is not None or door.empty or any(map(self._there, self.queues.get(door.queue, (ALL,))))
        }
        queues = tuple(door.queue for door in asked.doors if door.queue in serving)
        return There(agents, queues, Served.FULL in given.values())

    def _there(self, agent: str) -> bool:
        """Whether an agent's phone is there."""
        return self.given.agents.get(agent, self.given.agents.get(ALL)) is not Reached.UNAVAILABLE

    def reached(self, agent: str, dial: Dial) -> Reached:
        """What comes of ringing one agent."""
        return self.given.agents.get(agent, self.given.agents.get(ALL, Reached.TALKED))

    def fetched(self, fetch: Fetch) -> Fetched:
        """What another system says."""
        return self.given.lookups.get(fetch.remote, self.given.lookups.get(ALL, Fetched("failed")))

    def tallied(self, tally: Tally) -> int:
        """How many calls there are."""
        return self.given.at_once if tally.of == "now" else self.given.calls

    def loaded(self, load: Load) -> float:
        """How loaded a queue is: unless that is given nobody waits, and its agents are free."""
        usual = float(len(self.queues.get(load.queue, ()))) if load.what == "free" else 0.0
        return self.given.load.get(load.queue, {}).get(load.what, usual)

    def drawn(self, draw: Draw) -> float | None:
        """A share; ``None``: let the caller's number decide."""
        if self.given.draw is None and not draw.sticky:
            return 0.0
        return self.given.draw

    def issued(self, issue: Issue) -> str | None:
        """An access code."""
        return "31415926535897932384"[: issue.digits] if self.given.codes else None

    def recalled(self, recall: Recall, usual: str | None) -> str | None:
        """What is remembered of the caller; ``usual`` is what was given, or remembered in this very call."""
        return usual
