"""Looking ahead: what a call can come to at this instant, before anything is announced or charged for it.

`Drawing.toward` knows from the drawing alone whether agents are all that a price would be told for.  Where opening
hours or a list of callers stand on the way to them, only the call can tell: these are then asked as the flow itself
would ask them, and what they shut off counts for nothing.
"""

from ivr.flow.commands import Reachable, Talk
from ivr.flow.flow import DELIVERED, Drawing, Place, decides, merged
from ivr.flow.node import Scene


class Ahead:
    """What lies ahead of ``start``.  Once looked, ``shut`` is the nearest door found closed, if no other was open."""

    __slots__ = ("_drawing", "_scene", "_start", "shut")

    def __init__(self, drawing: Drawing, start: Place, scene: Scene) -> None:
        self._drawing, self._start, self._scene = drawing, start, scene
        self.shut: Place | None = None

    def look(self) -> Talk[Reachable | None]:
        """Who must be there, nobody at all where all is closed; ``None``: something else is delivered."""
        awaited = [Reachable()]
        decided: list[Place] = []
        found: set[tuple[Place, bool]] = set()
        waiting = [(self._start, False)]
        for here, asked in waiting:
            node = self._drawing.node(here)
            if (here, asked) in found:
                continue
            found.add((here, asked))
            if decides(node):
                decided.append(here)
                way = yield from node.run(self._scene)
                after = self._drawing.follow(here, way) if isinstance(way, str) else None
                waiting += [(after, asked)] if after else []
                continue
            came = self._drawing.stage(here, asked)
            if came is DELIVERED:
                return None
            if isinstance(came, Reachable):
                awaited.append(came)
            elif isinstance(came, list):
                waiting += came
        whom = merged(awaited)
        self.shut = decided[0] if decided and whom is None else None
        return whom or Reachable()
