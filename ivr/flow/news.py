"""What is ordered while a caller waits for somebody, and concerns him: a crisis, or the hours of his queue, by hand.

Whoever watches such orders has him called out of his wait (`ivr/service/summons.py`): a ring or a wait then gives a
result that has ``news``.  He hears of the crisis what callers who come now hear, free or at least for no more than he
pays for waiting anyway, since nothing is answered for it; then he waits on where he stood, or his call goes where
theirs go.  Each crisis reaches him once.  Hours are the queue's own: its node looks at them again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ivr.flow.commands import Dial, Dialled, Enqueue, Queued, Talk
from ivr.flow.errands import InForce
from ivr.flow.flow import Flow
from ivr.flow.node import Over, Scene

LEAST = 1.0  # seconds: a shorter wait is none
CRISIS = "crisis"  # how a node is left out of which a crisis took the call

Waited = Dialled | Queued


class Diverted(Exception):
    """A crisis takes the call away from where it waits: to the flow ``to``, or, with ``None``, to its end.

    ``steps`` are the nodes of the crisis that were lived through, and their exits.
    """

    def __init__(self, to: str | None, front: str, steps: tuple[tuple[str, str], ...]) -> None:
        self.to = to
        self.front = front
        self.steps = steps
        super().__init__(to)


class News:
    """One call's: ``fronts`` are what its number's crises put in front of it, but for those that it came by; ``own`` is
    the flow of a usual day.
    """

    def __init__(self, fronts: Mapping[str, Flow], scene: Scene, own: str) -> None:
        self._fronts = dict(fronts)
        self._scene = scene
        self._own = own

    @classmethod
    def of(cls, begun: Flow, fronts: Mapping[str, Flow], scene: Scene, own: str) -> "News":
        """That of a call that began at ``begun``: whoever came by a crisis has heard of it."""
        return cls({name: front for name, front in fronts.items() if front is not begun}, scene, own)

    def heard(self) -> Talk[None]:
        """Tell of a crisis that is on by now.  Raises :class:`Diverted` where the caller does not wait on."""
        crisis = (yield from InForce(tuple(self._fronts))) if self._fronts else None
        front = self._fronts.pop(crisis or "", None)
        if front is None:
            return
        steps: list[tuple[str, str]] = []
        here: str | None = front.start
        while here is not None:
            node = front.nodes[here]
            way = yield from node.run(self._scene)
            if isinstance(way, Over):
                if way.flow == self._own:
                    return
                raise Diverted(way.flow, front.flow, tuple(steps))
            taken = str(way)
            steps.append((here, taken))
            here = node.doors().get(taken)
        raise Diverted(None, front.flow, tuple(steps))


def waited(wanted: Dial | Enqueue, carry: Callable[[Dial | Enqueue], Talk[Waited]], news: News | None) -> Talk[Waited]:
    """Ring, or wait in a queue, by ``carry``; who is called out of it hears what is new, and waits on.

    Who is rung is then rung anew, and a queue is entered at the place that he had.  Out of a queue with hours of its
    own the caller comes back to his node, with ``news``.
    """
    before = 0.0
    while True:
        came = yield from carry(wanted)
        if isinstance(came, Queued) and came.waited is not None:
            came = replace(came, waited=came.waited + before)
        if not came.news:
            return came
        if news is not None:
            yield from news.heard()
        if not isinstance(wanted, Enqueue) or not isinstance(came, Queued):
            continue
        if wanted.hours:
            return came
        if came.waited is None:
            continue  # he was called before he had entered
        left = wanted.wait - (came.waited - before)
        if left < LEAST:
            return replace(came, news=False)
        before = came.waited
        wanted = replace(wanted, wait=left, place=came.place, stood=None)
