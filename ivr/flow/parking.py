"""A caller whom an agent has parked in the talk: he waits with music until another agent dials his slot.

When nobody has for as long as the number says, the phone of who parked him rings; where that is in vain too, the flow
goes on as if nobody had taken the call.  All this is on a line that is answered, and charged as the talk was: nothing
is answered by it, and the limit of the talk cuts it.
"""

from collections.abc import Callable
from dataclasses import replace

from ivr.flow.commands import Dial, Dialled, Queued, Reached, Served, Talk

RING = 20.0  # seconds for which the phone of who parked him rings

Came = Dialled | Queued


def parked(came: Came, wait: float, dial: Callable[[Dial], Talk[Dialled]]) -> Talk[Came]:
    """What came in the end of ``came``, a talk, of whose caller nobody had taken leave yet.

    ``dial`` has the line do it, and may lead back here: who took the caller parks him again.
    """
    taken = yield from dial(Dial((), wait, music=True, slot=came.parked))
    if taken.reached is not Reached.TALKED and came.agent:
        taken = yield from dial(Dial((came.agent,), RING, music=True))
    if taken.reached is Reached.TALKED:
        return replace(came, agent=taken.agent, parked="")
    if isinstance(came, Dialled):
        return Dialled(Reached.NO_ANSWER)
    return Queued(Served.TIMEOUT, waited=came.waited, place=came.place, rang=came.rang)
