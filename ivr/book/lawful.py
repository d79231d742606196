"""The law pack held against a book: the view that rules look at, their verdicts, and what is broken with its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ivr.book.book import LANGUAGE, ZONE, Book, Service
from ivr.book.owners import LAW
from ivr.book.problems import Mark, Problem
from ivr.book.source import Source, read
from ivr.book.tree import mark_of
from ivr.book.worlds import lengths
from ivr.flow.law import RULES
from ivr.flow.law.rule import Found, Judged, Rule, Verdict, judged
from ivr.flow.law.view import Held, View
from ivr.values.number import parse

NUMBERS = "dialplans/numbers.yaml"


def view(book: Book) -> View:
    """What the rules may look at."""
    numbers = tuple(_held(service, book) for service in book.services.values())
    outside = {name: parse(one.dialled) for name, one in book.destinations.items()}
    return View(numbers, book.drawing, book.prompts[LANGUAGE], book.lists, outside, lengths(book, LANGUAGE))


def _held(service: Service, book: Book) -> Held:
    number = parse(service.number)
    return Held(
        service.written,
        number,
        number.priced_as(service.family),
        service.tariff.mode,
        service.flow.flow,
        service.label,
        service.purpose,
        book.owners.get(service.owner),
        service.description,
        parse(service.connects) if service.connects else None,
        service.recording,
        service.tariff,
        next((one.silence for one in service.periods if one.terms == service.terms), ""),
        tuple(name for name in (service.terms.announcement, service.terms.beep) if name),
        service.terms.unanswered_limit,
    )


def verdicts(book: Book, on: date) -> tuple[Judged, ...]:
    """What each rule says of the book on a day, in the order of the list."""
    seen = view(book.at(datetime(on.year, on.month, on.day, 12, tzinfo=ZONE)))
    return tuple(judged(rule, seen, book.switched_off, on) for rule in RULES)


def unlawful(book: Book, directory: Path, on: date) -> Iterator[Problem]:
    """Every broken rule at its place, those that a tariff to come will break too, and every switch that has run out.

    Files are read again only for the places.
    """
    changes = {one.since for service in book.services.values() for one in service.periods if one.since}
    broken: list[tuple[Rule, Found]] = list(_in_crises(book, on))
    for day in (on, *sorted(day for day in changes if day > on)):
        then = [(one.rule, found) for one in verdicts(book, day) for found in one.found]
        told = {(rule.id, found.held.number, found.place, found.field) for rule, found in broken}
        for rule, found in then:
            if found.verdict is Verdict.BROKEN and (rule.id, found.held.number, found.place, found.field) not in told:
                message = found.message if day == on else f"from {day} on: {found.message}"
                broken.append((rule, replace(found, message=message)))
    over = {name: off for name, off in book.switched_off.items() if off.until < on}
    if broken:
        source = read(directory / NUMBERS, directory, [])
        for rule, found in broken:
            mark = _mark(book, source, found)
            yield Problem.at(
                mark, rule.code, found.message, f"{found.hint} ({rule.id}: {rule.source})", severity=rule.severity
            )
    if over:
        source = read(directory / LAW, directory, [])
        for name, off in over.items():
            mark = mark_of(source.tree, (name, "until")) if source.tree else Mark(LAW)
            message = f'"{name}" was switched off until {off.until}, and is in force again'
            yield Problem.at(mark, "IVR482", message, "take the entry out, or decide anew", severity="warning")


def _in_crises(book: Book, on: date) -> Iterator[tuple[Rule, Found]]:
    """What is broken only while a crisis sends the calls of its numbers into another flow."""
    usual = {(one.rule.id, found.held.number, found.message) for one in verdicts(book, on) for found in one.found}
    for name, crisis in book.crises.items():
        kind, _, flow = crisis.then.partition(" ")
        if kind != "flow":
            continue
        meant = {number: replace(book.services[number], flow=book.drawing.flows[flow]) for number in crisis.numbers}
        for one in verdicts(replace(book, services={**book.services, **meant}), on):
            for found in one.found:
                told = (one.rule.id, found.held.number, found.message)
                if found.verdict is Verdict.BROKEN and found.held.number.national in meant and told not in usual:
                    yield one.rule, replace(found, message=f"while the crisis {name} is on: {found.message}")


def _mark(book: Book, numbers: Source, found: Found) -> Mark:
    if found.place and (mark := book.marks.get((found.place.flow, found.place.node))):
        return mark
    way = (found.held.written, *([found.field] if found.field else []))
    return mark_of(numbers.tree, way) if numbers.tree else Mark(NUMBERS)
