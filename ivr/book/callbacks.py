"""Which number people see who are called back: never one that costs more than an ordinary call.

IVR485  a callback that would show a number that may not be shown
"""

from collections.abc import Iterable, Iterator

from ivr.book.book import Service
from ivr.book.sales import Told
from ivr.flow.flow import Drawing, Place
from ivr.flow.nodes.callback import Callback
from ivr.flow.placing import Placing, may_be_shown
from ivr.values.number import parse

_Placed = tuple[tuple[Place, Placing], ...]


def _placed(drawing: Drawing, flow: str) -> _Placed:
    """Where calls that begin in ``flow`` may book what we place ourselves, in the order of names."""
    places = sorted(drawing.reachable(drawing.start(flow)), key=lambda place: (place.flow, place.node))
    nodes = ((place, drawing.node(place)) for place in places)
    return tuple((place, node.place) for place, node in nodes if isinstance(node, Callback) and node.place)


def wrong_numbers_shown(services: Iterable[Service], drawing: Drawing) -> Iterator[Told]:
    """Numbers whose callers would see a surcharged or short number when they are called back.

    Source: AF2M, RD SVA 2024, p. 20 and 21: 089, 118xyz and short numbers are never presented as caller ID.
    """
    if not any(isinstance(node, Callback) for one in drawing.flows.values() for node in one.nodes.values()):
        return
    placed: dict[str, _Placed] = {}  # a flow may serve thousands of numbers
    for service in services:
        flow = service.flow.flow
        if flow not in placed:
            placed[flow] = _placed(drawing, flow)
        for place, placing in placed[flow]:
            shown = parse(placing.caller_id or service.number)
            if not may_be_shown(shown):
                where = f'"{place.node}" of the flow "{place.flow}"'
                what = f"{where} would show {shown.display} to callers of {service.number}"
                hint = "write caller_id: an ordinary number of yours, under place"
                yield (service.written, "flow"), "IVR485", what, hint
