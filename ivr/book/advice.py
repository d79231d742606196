"""What can be wrong in a book whose every name and link is right: what callers are told, and what nobody uses.

IVR280  an option that no text speaks of            IVR285  a prompt that nobody uses
IVR281  a spoken key that is no option (error)      IVR286  an agent, queue, calendar, tariff or list that nobody uses
IVR282  keys that begin other keys                  IVR287  choices or a sentence too long to listen to
IVR283  the key before what it is for               IVR288  a ring or wait longer than the carrier bears unanswered
IVR284  more options than people remember           IVR431  a trunk whose callers cannot be warned before a cut
"""

from collections.abc import Callable, Iterable, Iterator

from ivr.book.book import LANGUAGE, Book
from ivr.book.problems import Mark, Problem
from ivr.book.spoken import spoken
from ivr.book.tree import Way
from ivr.flow.commands import Need
from ivr.flow.flow import Drawing, Flow, Place
from ivr.flow.node import Node
from ivr.flow.nodes.menu import Menu
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.say import Say
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.outcomes import SPEECH
from ivr.flow.references import references
from ivr.values.numerals import base

MOST_OPTIONS = 9
LONGEST_CHOICES = 40.0  # seconds; who hears more has forgotten the first choice
LONGEST_SENTENCE = 60.0  # seconds that a caller must hear out

# Where something stands: the file's kind ("flow", "prompt", "agent", …), the flow's or language's name, the way to it.
Places = Callable[[str, str, Way], Mark]


def advice(book: Book, at: Places, house: Iterable[str]) -> Iterator[Problem]:
    """Everything worth telling of a good book; ``house`` are prompts that the house itself says."""
    for flow in book.drawing.flows.values():
        for name, node in flow.nodes.items():
            yield from _options(book, flow, name, node, at)
            yield from _lengths(book, flow, name, node, at)
    yield from _unused(book, at, house)
    yield from _rings(book, at)
    yield from _unwarned(book, at)


# -- what is spoken ----------------------------------------------------------------------------------------------


def _options(book: Book, flow: Flow, name: str, node: Node, at: Places) -> Iterator[Problem]:
    if not isinstance(node, Menu):
        return
    where = at("flow", flow.flow, ("nodes", name, "options"))
    for language in book.languages:
        if not (text := _text(book, node, language)) or _told_already(book, node, language):
            continue  # what is lacking in a language that can be reached there is told elsewhere
        told = spoken(text, base(language))
        keys = {key for one in told for key in one.keys}
        in_language = "" if language == LANGUAGE else f" in {language}"
        for key in node.options:
            if key not in keys:
                yield Problem.at(
                    at("flow", flow.flow, ("nodes", name, "options", key)),
                    "IVR280",
                    f'no text of menu "{name}" tells the caller of key {key}{in_language}',
                    f'say it: "… {"tapez" if base(language) == "fr" else "press"} {key}", or take the option away',
                    severity="warning",
                )
        for one in told:
            for key in one.keys:
                if key not in node.options:
                    yield Problem.at(
                        where,
                        "IVR281",
                        f'the text of menu "{name}" offers key {key}{in_language} ("{one.words}"), which is no option',
                        f"options: {', '.join(node.options)}",
                    )
            if one.early:
                yield Problem.at(
                    at("flow", flow.flow, ("nodes", name, "prompt")),
                    "IVR283",
                    f'menu "{name}" says "{one.words}" before what it is for{in_language}',
                    "say first what it is for: people remember the key they hear last",
                    severity="warning",
                )
    yield from _many(flow, name, node, at)


def _many(flow: Flow, name: str, node: Menu, at: Places) -> Iterator[Problem]:
    for key in node.options:
        longer = [other for other in node.options if other != key and other.startswith(key)]
        if longer:
            yield Problem.at(
                at("flow", flow.flow, ("nodes", name, "options", key)),
                "IVR282",
                f'key {key} of menu "{name}" begins {" and ".join(longer)}: who presses it waits {node.next_key:g} s',
                "give options of one key each, or lower next_key",
                severity="warning",
            )
    if len(node.options) > MOST_OPTIONS:
        yield Problem.at(
            at("flow", flow.flow, ("nodes", name, "options")),
            "IVR284",
            f'menu "{name}" has {len(node.options)} options',
            f"nobody remembers more than {MOST_OPTIONS}; put some into a menu of their own",
            severity="warning",
        )


def _lengths(book: Book, flow: Flow, name: str, node: Node, at: Places) -> Iterator[Problem]:
    if not isinstance(node, Menu | Say):
        return
    for language in book.languages:
        if _told_already(book, node, language):
            continue
        seconds = len(_text(book, node, language)) / SPEECH
        in_language = "" if language == LANGUAGE else f" in {language}"
        if isinstance(node, Menu) and seconds > LONGEST_CHOICES:
            told, hint = f"the choices of menu {name!r} take", "shorten them, or make two menus of them"
        elif isinstance(node, Say) and not node.barge_in and seconds > LONGEST_SENTENCE:
            told, hint = f"{name!r} cannot be interrupted and takes", "shorten it, or let a key cut it short"
        else:
            continue
        mark = at("flow", flow.flow, ("nodes", name, "prompt"))
        message = f"{told} about {seconds:.0f} s{in_language}".replace("'", '"')
        yield Problem.at(mark, "IVR287", message, hint, severity="warning")


def _text(book: Book, node: Node, language: str) -> str:
    """What a node's own sentence says, without its slots."""
    return " ".join(book.prompts[language].get(part, "") for part in _said(node))


def _told_already(book: Book, node: Node, language: str) -> bool:
    """Whether a variant says of a node just what its language does, of which it is told there."""
    return bool(_said(node)) and all(book.like(language, part) for part in _said(node))


def _said(node: Node) -> list[str]:
    prompt = getattr(node, "prompt", None) or ()
    return [part for part in (prompt if isinstance(prompt, tuple) else (prompt,)) if isinstance(part, str)]


# -- what nobody uses --------------------------------------------------------------------------------------------


def _unused(book: Book, at: Places, house: Iterable[str]) -> Iterator[Problem]:
    named: dict[str, set[str]] = {}
    for flow in book.drawing.flows.values():
        for to, name, _ in references(flow):
            named.setdefault(to, set()).add(name)
    prompts = named.get("prompt", set()) | set(house)
    for service in book.services.values():
        terms = [period.terms for period in service.periods]
        prompts |= {said.prompt for one in terms for said in (one.ceiling, one.warn) if said}
        prompts |= {service.recording.announce, service.recording.refused} if service.recording else set()
    for calendar in book.calendars.values():
        prompts |= {rule.prompt for rule in calendar.exceptions.values() if rule.prompt}
    prompts |= set(book.queued)
    prompts |= {name for said_there in book.greetings.values() for name in said_there}
    for language, texts in book.prompts.items():
        for name in sorted(name for name in texts.keys() - prompts if not book.like(language, name)):
            mark = at("prompt", language, (name,))
            hint = "delete it, or have a node say it"
            yield Problem.at(mark, "IVR285", f'nobody says the prompt "{name}"', hint, severity="warning")
    serving = {agent for queue in book.queues.values() for agent in queue.agents}
    tariffs = {period.tariff.name for service in book.services.values() for period in service.periods}
    groups = book.drawing.routing.groups
    rung, lines = named.get("agent", set()) | named.get("phone", set()), named.get("trunk", set())
    # A trunk from which calls come in is of use without anybody dialling over it.
    idle = {name for name, trunk in book.trunks.items() if not (trunk.registers or trunk.sources)}
    lines |= {name for one in book.destinations.values() for name in one.trunks}
    members = {member for group in groups.values() for member in group.members}
    for what, defined, used, how in (
        ("agent", set(book.agents), rung | serving | members | lines, "rings the agent"),
        ("destination", set(book.destinations), rung | members, "rings the destination"),
        ("trunk", idle, lines, "calls over the trunk"),
        ("group", set(groups), rung, "rings the group"),
        ("queue", set(book.queues), named.get("queue", set()), "sends callers to the queue"),
        ("mailbox", set(book.mailboxes), named.get("mailbox", set()), "lets callers leave messages in"),
        ("calendar", set(book.calendars), named.get("calendar", set()), "asks the calendar"),
        ("list", set(book.lists), named.get("list", set()), "uses the list"),
        ("tariff", set(book.tariffs), tariffs, "has the tariff"),
    ):
        for name in sorted(defined - used):
            mark = at(what, name, (name,))
            yield Problem.at(
                mark, "IVR286", f'nobody {how} "{name}"', "delete it, or use it in a flow", severity="warning"
            )


# -- rings that are not free to their end ------------------------------------------------------------------------


def _rings(book: Book, at: Places) -> Iterator[Problem]:
    waits: dict[str, list[tuple[Place, float, str, str]]] = {}  # a flow may serve thousands of numbers
    for service in book.services.values():
        if not any(period.tariff.surcharged for period in service.periods):
            continue
        flow, limit = service.flow.flow, service.terms.unanswered_limit
        if flow not in waits:
            waits[flow] = list(_waits(book.drawing, flow))
        for place, seconds, told, mend in waits[flow]:
            if seconds > limit:
                yield Problem.at(
                    at("flow", place.flow, ("nodes", place.node)),
                    "IVR288",
                    f'"{place.node}" {told}, but the carrier of {service.number} bears an unanswered call for '
                    f"{limit:g} s: the rest is charged",
                    f"{mend} at most {limit:g} s",
                    severity="warning",
                )


def _unwarned(book: Book, at: Places) -> Iterator[Problem]:
    """Asterisk finds who is to be warned by what stands before the second hyphen of his channel's name, that of his
    trunk included (see ``asterisk/agi_limit.py``): of more than one nobody is warned.
    """
    if any(period.terms.warn for service in book.services.values() for period in service.periods):
        for name in (one for one, trunk in book.trunks.items() if "-" in one and (trunk.registers or trunk.sources)):
            message = f'callers who come over "{name}" are not warned before a limit cuts them'
            hint = f"a trunk's name needs to be one word for that: {name.replace('-', '')}"
            yield Problem.at(at("trunk", name, (name,)), "IVR431", message, hint, severity="warning")


def _waits(drawing: Drawing, flow: str) -> Iterator[tuple[Place, float, str, str]]:
    """Where calls that begin in a flow may wait unanswered, and are answered in the end: place, seconds, words."""
    for place in sorted(_unanswered(drawing, drawing.start(flow)), key=lambda one: (one.flow, one.node)):
        node = drawing.node(place)
        if isinstance(node, Transfer) and node.past_limit == "answer":
            seconds = node.connects(drawing.routing).waits
            yield place, seconds, f"rings for {seconds:g} s", "ring for"
        elif isinstance(node, Queue):
            yield place, node.wait, f"lets callers wait for {node.wait:g} s", "let them wait for"


def _unanswered(drawing: Drawing, start: Place) -> set[Place]:
    """The places to which a call can come before it is answered."""
    found: set[Place] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        node = drawing.node(here)
        answers = node.need() is Need.ANSWERED or (isinstance(node, Say) and drawing.need(here) is Need.ANSWERED)
        if not answers:
            waiting += drawing.next(here)
    return found
