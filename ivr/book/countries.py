"""Numbers that name the profile of a country: what is not known of its law, and what it does not allow.

IVR452  a profile of which something is missing        IVR453  a tariff that the country of the profile does not allow
IVR454  a profile of which something cannot be kept beside the law of France, whose number it is
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
from ivr.values.profile import FRANCE


def profiled(book: Book, numbers: Source) -> Iterator[Problem]:
    """At their places in numbers.yaml.  A warning for what is missing: nobody should charge there before."""
    for service in book.services.values():
        for period in service.periods:
            profile, of = book.bounds.profiles[period.profile.name], (numbers, service, "profile")
            if period is service.periods[0] and (profile.missing or not profile.verified):
                message = (
                    f"of the profile of {profile.country} is missing: {'; '.join(profile.missing)}"
                    if profile.missing
                    else f"nobody verified the profile of {profile.country}"
                )
                hint = f"have a lawyer fill that in before callers pay ({profile.source})"
                yield at_number(*of, "IVR452", message, hint, "warning")
            unkept = "; ".join(profile.unkept(book.bounds.profiles[FRANCE.name]))
            if period is service.periods[0] and period.tariff.surcharged and unkept:
                message = f"{profile.country} wants {unkept}: the number is French, and so is its announcement"
                hint = "take profile: out, or have a lawyer say which law binds"
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
