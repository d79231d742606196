"""What calls to one of the book's numbers can meet: the book in the shape in which `ivr.flow.explore` wants it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ivr.book.book import Book, Service
from ivr.flow.onlooker import Change, World
from ivr.flow.outcomes import SPEECH
from ivr.values.number import parse

# Seconds of a baked utterance; ``None``: not baked.
Measured = Callable[[str], float | None]


def not_measured(name: str) -> float | None:
    """For a book that nobody has baked: all lengths are estimated from the texts."""
    return None


def lengths(book: Book, language: str, measured: Measured = not_measured) -> Callable[[str], float]:
    """How long utterances are in a language: measured, or else estimated from their words."""
    texts = book.told(language)
    kept: dict[str, float] = {}

    def seconds(name: str) -> float:
        if name not in kept:
            told = measured(name)
            known = texts.get(name)
            estimated = max(len(known.text if known else name) / SPEECH, known.at_least if known else 0.0)
            kept[name] = estimated if told is None else told
        return kept[name]

    return seconds


def changing(service: Service, since: datetime, world: World) -> World | None:
    """The same world in calls during which the next tariff begins; ``None``: none is to come, or nothing is charged."""
    coming = service.to_come(since)[1:]
    if not coming or not service.tariff.surcharged:
        return None
    begins, then = coming[0]
    return replace(world, change=Change(begins, then.terms, then.tariff))


def world_of(
    book: Book, service: Service, since: datetime, measured: Measured = not_measured, crisis: str | None = None
) -> World:
    """The world of one number from ``since`` on; ``crisis``: while that is on."""
    return World(
        parse(service.number),
        service.fronts.get(crisis or "", service.entry),
        book.drawing,
        service.terms,
        book.calendars,
        book.lists,
        book.departments,
        lengths(book, service.language, measured),
        since,
        service.language,
        book.mailboxes,
        service.recording,
    )
