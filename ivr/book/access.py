"""What the announcement of a number that sells access codes says of them: from its flow, so that the two cannot differ.

How many calls an access takes, what they cost together and how long the code is valid has to be told before the first
of these calls is charged.  Source: AF2M, RD SVA 2024, p. 24-25.
"""

from dataclasses import replace
from datetime import timedelta

from ivr.book.book import Book, Period, Service
from ivr.flow.flow import Drawing
from ivr.flow.nodes.pay_code import PayCode
from ivr.values.announcement import Access, announcement_name


def with_access(book: Book) -> Book:
    """The book whose numbers that sell codes say so where they announce their price themselves."""
    return replace(book, services={number: _told(one, book.drawing) for number, one in book.services.items()})


def _told(service: Service, drawing: Drawing) -> Service:
    access = _access(service, drawing)
    if access is None:
        return service
    periods = tuple(_with(period, access) if period.terms.announcement else period for period in service.periods)
    return replace(service, periods=periods, terms=periods[0].terms)


def _with(period: Period, access: Access) -> Period:
    manner = replace(period.manner, access=access)
    terms = replace(period.terms, announcement=announcement_name(period.tariff, manner))
    return replace(period, manner=manner, terms=terms)


def _access(service: Service, drawing: Drawing) -> Access | None:
    """What is sold on the number: of several products the one with the most calls, so that nobody is told too few."""
    nodes = (drawing.node(place) for place in drawing.reachable(drawing.start(service.flow.flow)))
    sold = [node for node in nodes if isinstance(node, PayCode)]
    if not sold:
        return None
    dearest = max(sold, key=lambda node: (node.calls, -node.minutes, node.product))
    return Access(dearest.product, dearest.calls, timedelta(minutes=dearest.minutes))
