"""Numbers that name the profile of a country: what is not known of its law, and what it does not allow.

IVR452  a profile of which something is missing        IVR453  a tariff that the country of the profile does not allow
"""

from collections.abc import Iterator
from typing import Literal

from ivr.book.book import Book, Service
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source
from ivr.book.tree import Way, mark_of
from ivr.values.profile import FRANCE


def profiled(book: Book, numbers: Source) -> Iterator[Problem]:
    """At their places in numbers.yaml.  A warning for what is missing: nobody should charge there before."""
    abroad = [one for one in book.services.values() if any(period.profile is not FRANCE for period in one.periods)]
    for service in abroad:
        for period in service.periods:
            profile, of = period.profile, (numbers, service, "profile")
            if period is service.periods[0] and profile.missing:
                message = f"of the profile of {profile.country} is missing: {'; '.join(profile.missing)}"
                hint = f"have a lawyer fill that in before callers pay ({profile.source})"
                yield at_number(*of, "IVR452", message, hint, "warning")
            if (most := profile.too_dear(period.tariff)) is not None:
                each = period.tariff.mode.value.replace("_", " ")
                message = (
                    f"{profile.country} allows {most} {profile.currency} {each} at most, not {period.tariff.price}"
                )
                yield at_number(*of, "IVR453", message, "lower the price, or name another profile", "error")


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
