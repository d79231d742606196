"""What can be wrong with `recording:` of numbers and nodes, beside what the law says of it.

IVR610  a number that records conversations, and has none      IVR611  an announcement that callers may pay for
"""

from collections.abc import Iterator

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.flow.connection import Connection
from ivr.flow.flow import Drawing, Place
from ivr.values.taping import Taping

_Talks = list[tuple[Place, Connection]]


def _talks(drawing: Drawing, flow: str) -> _Talks:
    """Where calls that begin in ``flow`` may be put through, in the order of names."""
    places = sorted(drawing.reachable(drawing.start(flow)), key=lambda one: (one.flow, one.node))
    found = ((place, drawing.node(place).connects(drawing.routing)) for place in places)
    return [(place, one) for place, one in found if one and not one.later]


def taped(book: Book, numbers: Source) -> Iterator[Problem]:
    """What is worth telling of a book that is right otherwise."""
    told: set[tuple[str, str]] = set()
    held: dict[str, _Talks] = {}  # a flow may serve thousands of numbers
    for service in book.services.values():
        flow = service.flow.flow
        if flow not in held:
            held[flow] = _talks(book.drawing, flow)
        talks = held[flow]
        if service.recording and all(one.recording is not None for _, one in talks):
            way: Way = (service.written, "recording")
            mark = mark_of(numbers.tree, way) if numbers.tree else Mark(numbers.file)
            message = f"{service.number} records conversations, and none of its own goes that way"
            yield Problem.at(mark, "IVR610", message, "take it out, or write a transfer or a queue", severity="warning")
        if not any(period.tariff.surcharged for period in service.periods):
            continue
        for place, one in talks:
            where = place.flow, place.node
            if isinstance(one.recording, Taping) and where not in told:
                told.add(where)
                message = f'callers of {service.number} may pay while "{place.node}" announces that it records'
                hint = "write the recording in numbers.yaml: it is then announced before charging begins"
                yield Problem.at(book.marks.get(where, Mark(place.flow)), "IVR611", message, hint, severity="warning")
