"""What the announcement of a number that sells access codes says of them: from its flow, so that the two cannot differ.

How many calls an access takes, what they cost together and how long the code is valid has to be told before the first
of these calls is charged.  Source: AF2M, RD SVA 2024, p. 24-25.
"""

from dataclasses import replace
from datetime import timedelta

from ivr.book.book import Book, Period, Service
from ivr.book.sales import Sold, sold
from ivr.values.announcement import Access, announcement_name


def with_access(book: Book) -> Book:
    """The book whose numbers that sell codes say so where they announce their price themselves."""
    flows = {service.flow.flow for service in book.services.values()}
    accesses = {flow: access for flow in flows if (access := _access(sold(book.drawing, flow)))}
    told = {
        number: _told(one, accesses[one.flow.flow])
        for number, one in book.services.items()
        if one.flow.flow in accesses
    }
    return replace(book, services={**book.services, **told})


def _told(service: Service, access: Access) -> Service:
    periods = tuple(_with(period, access) if period.terms.announcement else period for period in service.periods)
    return replace(service, periods=periods, terms=periods[0].terms)


def _with(period: Period, access: Access) -> Period:
    manner = replace(period.manner, access=access)
    terms = replace(period.terms, announcement=announcement_name(period.tariff, manner, period.profile))
    return replace(period, manner=manner, terms=terms)


def _access(sales: Sold) -> Access | None:
    """What is sold: of several products the one with the most calls, so that nobody is told too few."""
    if not sales:
        return None
    dearest = max((node for _, node in sales), key=lambda node: (node.calls, -node.minutes, node.product))
    return Access(dearest.product, dearest.calls, timedelta(minutes=dearest.minutes))
