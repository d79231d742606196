"""Which flows say a prompt: what is lost with it, and who must listen again when it changes."""

from collections.abc import Mapping

from ivr.book.book import Book
from ivr.flow.references import references

HOUSE = "every call"


def uses(book: Book, house: tuple[str, ...] = ("fallback",)) -> Mapping[str, tuple[str, ...]]:
    """Prompt to those who say it: flows by name, calendars as ``calendar office``, mailboxes as ``mailbox sales``, the
    messages of limits as ``limits``, queues as ``queue parts``; ``house`` prompts belong to all."""
    found: dict[str, set[str]] = {name: {HOUSE} for name in house}
    for flow in book.drawing.flows.values():
        for to, name, _ in references(flow):
            if to == "prompt":
                found.setdefault(name, set()).add(flow.flow)
    for terms in (period.terms for service in book.services.values() for period in service.periods):
        for said in (terms.ceiling, terms.warn):
            if said:
                found.setdefault(said.prompt, set()).add("limits")
    for taping in (service.recording for service in book.services.values()):
        for name in (taping.announce, taping.refused) if taping else ():
            found.setdefault(name, set()).add("recordings of talks")
    for calendar in book.calendars.values():
        for rule in calendar.exceptions.values():
            if rule.prompt:
                found.setdefault(rule.prompt, set()).add(f"calendar {calendar.name}")
    for queue in book.queues.values():
        for message in queue.messages:
            found.setdefault(message, set()).add(f"queue {queue.name}")
    for box, said_there in book.greetings.items():
        for name in said_there:
            found.setdefault(name, set()).add(f"mailbox {box}")
    return {name: tuple(sorted(who)) for name, who in found.items() if name}
