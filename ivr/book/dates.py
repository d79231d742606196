"""Tariffs over time: which order makes sense, and which changes the operators' database can know of.

IVR420  tariffs that are not in the order of time            IVR422  a change that was entered too late
IVR421  a tariff that does not begin on the first of a month IVR423  a change that nobody noted as entered, though due
                                                             IVR424  a first tariff that is still to begin

A new tariff is in force on the first of a month if it was entered into the database of the operators (RSVA) earlier
than seven days before.  Source: afmm.fr, "FAQ professionnels SVA" (read 2026-11).
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ivr.book.book import Book
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.book.written import WrittenNumber

NUMBERS = "dialplans/numbers.yaml"
AHEAD = timedelta(days=7)  # earlier than so much before the first day


def in_order_of_time(written: str, entry: WrittenNumber, tell: Callable[[Way, str, str, str], None]) -> bool:
    """Whether the tariffs of a number follow one another; tells the first that does not."""
    before: date | None = None
    for place, one in enumerate(entry.periods):
        way = (written, "tariff", place, "from")
        if place and one.since is None:
            hint = "write from: with its first day, or leave it out of the first tariff only"
            tell((written, "tariff", place), "IVR420", f'nothing says from when on "{one.tariff}" holds', hint)
            return False
        if before is not None and one.since is not None and one.since <= before:
            same = "begins on the same day as" if one.since == before else "begins before"
            hint = "write the tariffs in the order of their first days"
            tell(way, "IVR420", f'"{one.tariff}" {same} the tariff above it', hint)
            return False
        before = one.since or before
    return True


def dated(book: Book, numbers: Source) -> Iterator[Problem]:
    """Changes of tariff that operators do not make, or were told of too late; at their places in numbers.yaml."""
    for service in book.services.values():
        for place, one in enumerate(service.periods):
            if place == 0 or one.since is None:
                continue  # the first is no change
            way: Way = (service.written, "tariff", place)
            what = f"{service.number} has the tariff {one.tariff.name}"
            if one.since.day != 1:
                first = _first_after(one.since)
                yield _warning(
                    numbers,
                    (*way, "from"),
                    "IVR421",
                    f"{what} from {one.since} on, and operators change prices on the first of a month only",
                    f"write from: {first}",
                )
            elif one.entered is not None and one.entered >= one.since - AHEAD:
                yield _warning(
                    numbers,
                    (*way, "entered"),
                    "IVR422",
                    f"{what} from {one.since} on, but that was entered on {one.entered}: later than"
                    f" {one.since - AHEAD - timedelta(days=1)}, the last day for it",
                    f"ask the operator; otherwise it begins on {_first_after(one.entered + AHEAD)}",
                )


def due(book: Book, numbers: Source, today: date) -> Iterator[Problem]:
    """Changes that begin soon and that nobody noted as entered, and first tariffs that have not begun."""
    for service in book.services.values():
        for place, one in enumerate(service.periods):
            if one.since is None or one.since <= today:
                continue
            way: Way = (service.written, "tariff", place, "from")
            if place == 0:
                what = f"nothing says what {service.number} costs before {one.since}: it has that tariff already"
                yield _warning(numbers, way, "IVR424", what, "write the tariff before it above, without from")
                continue
            if one.entered is not None:
                continue
            last = one.since - AHEAD - timedelta(days=1)
            when = f"until {last}" if today <= last else f"since {last}, the last day for it"
            if today >= last - AHEAD:
                yield _warning(
                    numbers,
                    way,
                    "IVR423",
                    f"nobody noted that the operator entered the tariff {one.tariff.name} of {service.number};"
                    f" it begins on {one.since}, and has to be entered {when}",
                    f"write entered: with the day on which it was, as {last}",
                )


def _first_after(day: date) -> date:
    """The first of a month after a day."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _warning(source: Source, way: Way, rule: str, message: str, hint: str) -> Problem:
    mark = mark_of(source.tree, way) if source.tree else Mark(source.file)
    return Problem.at(mark, rule, message, hint, severity="warning")
