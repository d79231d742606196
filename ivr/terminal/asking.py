"""A person at the keyboard plays the world: what the caller presses, who picks up, what other systems say."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ivr.book import given
from ivr.book.given import Given, Press
from ivr.flow.commands import Ask, Dial, Enqueue, Gather, Reached, Served
from ivr.flow.errands import Fetch, Fetched, Recall
from ivr.terminal.cast import Cast, HangsUp

T = TypeVar("T")

MARGIN = " " * 12

_RINGS = {
    "": Reached.TALKED,
    "t": Reached.TALKED,
    "b": Reached.BUSY,
    "n": Reached.NO_ANSWER,
    "u": Reached.UNAVAILABLE,
    "c": Reached.CONGESTION,
    "d": Reached.DECLINED,
}
_WAITS: dict[str, given.Wait] = {
    "": Served.TALKED,
    "t": Served.TALKED,
    "n": Served.TIMEOUT,
    "f": Served.FULL,
    "e": Served.EMPTY,
    "g": Served.EMPTIED,
    "k": Served.KEY,
}
_FINDS = {"": "not_found", "n": "not_found", "x": "failed"}


class AskingCast(Cast):
    """Asks ``answer`` for all that was not given; what is answered can be played again."""

    def __init__(self, given: Given, tell: Callable[[str], None], answer: Callable[[str], str]) -> None:
        super().__init__(given)
        self._tell = tell
        self._answer = answer

    def press(self, question: Ask | Gather) -> Press:
        """Keys, Enter for silence, q to hang up."""
        if self.waiting:
            return super().press(question)
        choices = ", ".join(question.accept) if isinstance(question, Ask) else f"up to {question.most} digits"
        press = self._until(f"keys ({choices}; Enter: silence, q: hang up)", given.press)
        self.played = replace(self.played, keys=(*self.played.keys, press))
        return press

    def reached(self, agent: str, dial: Dial) -> Reached:
        """What comes of ringing one agent."""
        if agent in self.given.agents or given.ALL in self.given.agents:
            return super().reached(agent, dial)
        asked = f"{agent} rings (Enter or t: talks, b: busy, n: no answer, u: unavailable, c: congestion, d: declines)"
        reached = self._until(asked, lambda typed: _RINGS[typed])
        self.played = replace(self.played, agents={**self.played.agents, agent: reached})
        return reached

    def serve(self, wanted: Enqueue) -> tuple[Served, str | None]:
        """What comes of waiting in a queue."""
        if wanted.queue not in self.given.queues and given.ALL not in self.given.queues:
            ways = "Enter or t: talks, n: nobody in time, f: full, e: nobody there, g: the last agent goes"
            asked = f"{wanted.queue} ({ways}{', k: key ' + wanted.key if wanted.key else ''})"
            served = self._until(asked, lambda typed: _WAITS[typed])
            self.given = replace(self.given, queues={**self.given.queues, wanted.queue: served})
            self.played = replace(self.played, queues={**self.played.queues, wanted.queue: served})
        return super().serve(wanted)

    def fetched(self, fetch: Fetch) -> Fetched:
        """What another system says."""
        if fetch.remote in self.given.lookups or given.ALL in self.given.lookups:
            return super().fetched(fetch)
        wanted = ",".join(f"{name}=…" for name, _ in fetch.take)
        asked = f"{fetch.remote} says (found{':' + wanted if wanted else ''}; Enter or n: not found, x: failed)"
        fetched = self._until(asked, lambda typed: given.fetched(_FINDS.get(typed, typed)))
        self.played = replace(self.played, lookups={**self.played.lookups, fetch.remote: fetched})
        return fetched

    def recalled(self, recall: Recall, usual: str | None) -> str | None:
        """What is remembered of the caller."""
        if usual is not None or recall.key in self.played.remembered:
            return usual
        value = self._until(f"{recall.key} of this caller (Enter: nothing is remembered)", str)
        self.played = replace(
            self.played, remembered={**self.played.remembered, **({recall.key: value} if value else {})}
        )
        return value or None

    def _until(self, question: str, read: Callable[[str], T]) -> T:
        """Ask until the answer makes sense; q hangs up at any question."""
        while True:
            typed = self._answer(f"{MARGIN}? {question}: ")
            if typed == "q":
                raise HangsUp
            try:
                return read(typed)
            except KeyError:
                self._tell(f'{MARGIN}  "{typed}" is none of these')
            except ValueError as error:
                self._tell(f"{MARGIN}  {error}")
