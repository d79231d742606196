"""What stands in front of a number's own flow: prepared crises, of which the one put on last is walked first."""

from collections.abc import Mapping

from ivr.flow.commands import Talk
from ivr.flow.errands import InForce
from ivr.flow.flow import Flow


def entrance(flow: Flow, fronts: Mapping[str, Flow]) -> Talk[Flow]:
    """The flow at which a call begins: ``flow``, or that of the crisis in force; ``fronts`` are by crisis.

    Asked once, at the beginning; a crisis that comes later reaches only who waits for somebody, see `news.py`.
    """
    if not fronts:
        return flow
    crisis = yield from InForce(tuple(fronts))
    return fronts.get(crisis or "", flow)
