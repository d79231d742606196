"""What the law wants of a number that sells access codes: a price, and 24 € at most for the whole."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ivr.book.book import Service
from ivr.flow.flow import Drawing
from ivr.flow.nodes.pay_code import PayCode
from ivr.values.number import parse
from ivr.values.tariff import MOST_A_CALL, Mode, Tariff

# The way to it in numbers.yaml, its rule, what is wrong, what to do.
Told = tuple[tuple[str, ...], str, str, str]


def unlawful_sales(written: Iterable[str], services: Mapping[str, Service], drawing: Drawing) -> Iterator[Told]:
    """Numbers, as ``written``, whose tariff does not fit the codes that are sold there.

    Source: AF2M, RD SVA 2024, p. 16 and 25: 24 € at most for all calls that one access takes.
    """
    for number in written:
        service = services[parse(number).national or ""]
        places = sorted(drawing.reachable(drawing.start(service.flow.flow)), key=lambda place: (place.flow, place.node))
        for place in places:
            node = drawing.node(place)
            if not isinstance(node, PayCode):
                continue
            way = (number, "tariff")
            where = f'"{place.node}" of the flow "{place.flow}"'
            for period in service.periods:
                since = f"from {period.since} on, " if period.since else ""
                if not period.tariff.surcharged:
                    what = f"{since}{service.number} costs nothing, and {where} would give codes away"
                    yield way, "IVR251", what, "give the number a tariff per_call"
                elif (whole := _most(period.tariff) * node.calls) > MOST_A_CALL:
                    calls = f"in {node.calls} calls of {service.number}"
                    what = f"{since}an access sold by {where} may cost {whole} €, {calls}"
                    hint = f"the law allows {MOST_A_CALL} € in all: fewer calls, or a lower price per_call"
                    yield way, "IVR252", what, hint


def _most(tariff: Tariff) -> Decimal:
    """The most that one call may cost."""
    limit = tariff.limit
    return tariff.price if tariff.mode is Mode.PER_CALL or limit is None else tariff.charge(limit).amount
