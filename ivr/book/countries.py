"""Numbers that name the profile of a country: what is not known of its law, and what it does not allow.

IVR452  a profile of which something is missing        IVR453  a tariff that the country of the profile does not allow
IVR454  a profile that asks for less than the law of France, whose number it is
IVR455  a queue in which callers would wait on a line that is charged, where the country wants waiting free
"""

from collections.abc import Iterator
from typing import Literal

from ivr.book.book import Book, Service
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.flow.commands import Need
from ivr.flow.flow import Drawing, Place
from ivr.flow.nodes.queue import Queue

TIGHTER_WINS = {"free_up_to", "most_in_all", "cuts", "currency"}
"""Of these of a profile, those of France hold beside it, whatever it says."""


def profiled(book: Book, numbers: Source) -> Iterator[Problem]:
    """At their places in numbers.yaml.  A warning for what is missing: nobody should charge there before."""
    for service in book.services.values():
        for period in service.periods:
            profile, of = period.profile, (numbers, service, "profile")
            if period is service.periods[0] and (profile.missing or not profile.verified):
                message = (
                    f"of the profile of {profile.country} is missing: {'; '.join(profile.missing)}"
                    if profile.missing
                    else f"nobody verified the profile of {profile.country}"
                )
                hint = f"have a lawyer fill that in before callers pay ({profile.source})"
                yield at_number(*of, "IVR452", message, hint, "warning")
            laxer = ", ".join(field for field, _ in profile.looser() if field not in TIGHTER_WINS)
            if period is service.periods[0] and period.tariff.surcharged and laxer and not profile.french:
                message = (
                    f"the profile of {profile.country} is laxer than the law of France, whose number it is: {laxer}"
                )
                hint = "try it out where no caller pays, or write a profile that is as strict"
                yield at_number(*of, "IVR454", message, hint, "warning")
            if (most := profile.too_dear(period.tariff)) is not None:
                each = period.tariff.mode.value.replace("_", " ")
                message = (
                    f"{profile.country} allows {most} {profile.currency} {each} at most, not {period.tariff.price}"
                )
                yield at_number(*of, "IVR453", message, "lower the price, or name another profile", "error")
        if any(period.terms.free_wait for period in service.periods):
            for place in _charged_queues(book.drawing, service.flow.flow):
                country = service.periods[0].profile.country
                message = (
                    f'{country} wants waiting free, and "{place.node}" is reached when the line is answered already'
                )
                hint = "have callers wait before any question, or name another profile"
                yield at_number(numbers, service, "profile", "IVR455", message, hint, "error")


def _charged_queues(drawing: Drawing, flow: str) -> list[Place]:
    """The queues to which a call can come after a question, or after a service that is charged."""
    charged = [place for place in drawing.reachable(drawing.start(flow)) if drawing.node(place).need() >= Need.ANSWERED]
    behind = {one for place in charged for one in drawing.reachable(place)}
    return sorted((one for one in behind if isinstance(drawing.node(one), Queue)), key=lambda one: (one.flow, one.node))


def at_number(
    numbers: Source,
    service: Service,
    field: str,
    rule: str,
    message: str,
    hint: str,
    severity: Literal["error", "warning"],
) -> Problem:
    """A problem of a number, at the field if it is written, else at the number."""
    way: Way = (service.written, field)
    mark = mark_of(numbers.tree, way) if numbers.tree else Mark(numbers.file)
    return Problem.at(mark, rule, message, hint, severity=severity)
