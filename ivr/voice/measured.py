"""Announcements held against the law by their baked sounds: measured, not estimated.

IVR451  an announcement whose sound is too short or too long, or whose parts do not lie as the law wants
Source: arrêté of 10 June 2009, art. 2; AF2M, RD SVA 2024, p. 30; see values/announcement.py.
"""

from collections.abc import Callable, Iterable, Iterator

from ivr.book.book import Book
from ivr.book.countries import at_number
from ivr.book.problems import Problem
from ivr.book.source import Source
from ivr.values.announcement import Announcement
from ivr.values.phrase import Utterance
from ivr.voice.catalogue import Sound


def judge(book: Book) -> Callable[[Utterance, Sound], Iterable[str]]:
    """What says of a sound of the book why it may not announce a price; of other sounds nothing."""
    known = {(one.utterance.language, one.name): one for one in book.announcements}

    def unfit(utterance: Utterance, sound: Sound) -> Iterable[str]:
        said = known.get((utterance.language, utterance.name))
        return _faults(said, sound) if said else ()

    return unfit


def measured(
    book: Book, sounds: Callable[[Utterance], Sound | None], numbers: Source
) -> tuple[list[Problem], list[str]]:
    """What is unlawful about the announcements, at the first number that has each; and the numbers of those of which
    there is no sound.
    """
    problems: list[Problem] = []
    lacking: list[str] = []
    for said, number in book.announcements.items():
        sound = sounds(said.utterance)
        if sound is None:
            lacking.append(number)
            continue
        for fault in _faults(said, sound):
            what = f"the announcement of {number} cannot be made so: {fault}"
            hint = f"so {sound.source} says it: shorten its name, its English or its words"
            problems.append(at_number(numbers, book.services[number], "announce_name", "IVR451", what, hint, "error"))
    return problems, lacking


def _faults(said: Announcement, sound: Sound) -> Iterator[str]:
    return said.faults(sound.seconds, {what: (begin, end) for what, begin, end in sound.spans})
