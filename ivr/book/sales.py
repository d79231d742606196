"""What the law wants of a number that sells access codes: a price, and 24 € at most for the whole."""

from collections.abc import Iterable, Iterator

from ivr.book.book import Service
from ivr.flow.flow import Drawing, Place
from ivr.flow.nodes.pay_code import PayCode
from ivr.values.tariff import MOST_A_CALL

# The way to it in numbers.yaml, its rule, what is wrong, what to do.
Told = tuple[tuple[str, ...], str, str, str]

# Where codes are sold in a flow, and in those that it enters.
Sold = tuple[tuple[Place, PayCode], ...]


def sold(drawing: Drawing, flow: str) -> Sold:
    """Where codes are sold to calls that begin in ``flow``, in the order of names."""
    places = sorted(drawing.reachable(drawing.start(flow)), key=lambda place: (place.flow, place.node))
    nodes = ((place, drawing.node(place)) for place in places)
    return tuple((place, node) for place, node in nodes if isinstance(node, PayCode))


def unlawful_sales(services: Iterable[Service], drawing: Drawing) -> Iterator[Told]:
    """Numbers whose tariff does not fit the codes that are sold there.

    Source: AF2M, RD SVA 2024, p. 16 and 25: 24 € at most for all calls that one access takes.
    """
    sales: dict[str, Sold] = {}  # a flow may serve thousands of numbers
    for service in services:
        flows = [service.flow.flow, *(front.flow for front in service.fronts.values())]
        for flow in flows:
            if flow not in sales:
                sales[flow] = sold(drawing, flow)
        for place, node in {place: node for flow in flows for place, node in sales[flow]}.items():
            way = (service.written, "tariff")
            where = f'"{place.node}" of the flow "{place.flow}"'
            for period in service.periods:
                since = f"from {period.since} on, " if period.since else ""
                if not period.tariff.surcharged:
                    what = f"{since}{service.number} costs nothing, and {where} would give codes away"
                    yield way, "IVR251", what, "give the number a tariff per_call"
                elif (whole := period.tariff.dearest * node.calls) > MOST_A_CALL:
                    calls = f"in {node.calls} calls of {service.number}"
                    what = f"{since}an access sold by {where} may cost {whole} €, {calls}"
                    hint = f"the law allows {MOST_A_CALL} € in all: fewer calls, or a lower price per_call"
                    yield way, "IVR252", what, hint
