"""What can be wrong with `recording:` of numbers and nodes, beside what the law says of it.

IVR610  a number that records conversations, and has none      IVR611  an announcement that callers may pay for
"""

from collections.abc import Iterator

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.flow.nodes.directory import Directory
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.taping import Recording


def taped(book: Book, numbers: Source) -> Iterator[Problem]:
    """What is worth telling of a book that is right otherwise."""
    told: set[tuple[str, str]] = set()
    for service in book.services.values():
        places = sorted(
            book.drawing.reachable(book.drawing.start(service.flow.flow)), key=lambda one: (one.flow, one.node)
        )
        talks = [(place, node) for place in places if isinstance(node := book.drawing.node(place), Transfer | Queue)]
        named = any(isinstance(node := book.drawing.node(place), Directory) and not node.note for place in places)
        if service.recording and not named and all(node.recording is not None for _, node in talks):
            way: Way = (service.written, "recording")
            mark = mark_of(numbers.tree, way) if numbers.tree else Mark(numbers.file)
            message = f"{service.number} records conversations, and none of its own goes that way"
            yield Problem.at(mark, "IVR610", message, "take it out, or write a transfer or a queue", severity="warning")
        if not any(period.tariff.surcharged for period in service.periods):
            continue
        for place, node in talks:
            where = place.flow, place.node
            if isinstance(node.recording, Recording) and where not in told:
                told.add(where)
                message = f'callers of {service.number} may pay while "{place.node}" announces that it records'
                hint = "write the recording in numbers.yaml: it is then announced before charging begins"
                yield Problem.at(book.marks.get(where, Mark(place.flow)), "IVR611", message, hint, severity="warning")
