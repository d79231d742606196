"""An agent listens to the messages of his mailboxes, from his own phone: new ones first, each with its caller and hour.

A message is new until it has been heard, to its end or to the key that he pressed.
"""

from dataclasses import dataclass
from datetime import datetime

from ivr.flow.commands import Ask, Command, Hangup, Need, Phrase, Play, Talk
from ivr.flow.errands import Pronounce
from ivr.flow.line import Line
from ivr.flow.terms import Terms
from ivr.values.heard import AT, CHOICES, DELETED, FROM, HIDDEN, KEPT, OLD, OVER, counted
from ivr.values.mailbox import PARIS
from ivr.values.said import said
from ivr.values.wording import spelled

AGAIN, NEXT, DELETE, END = "1", "2", "3", "0"
KEYS = AGAIN + NEXT + DELETE + END
HEARINGS = 2  # how often the choices are spoken to who presses nothing; then the call ends
TERMS = Terms(announcement=None, beep=None, limit=None, unanswered_limit=30.0)  # a call within the house costs nothing


@dataclass(frozen=True)
class Kept:
    """A message in a mailbox: ``sound`` is the name by which it is said, ``caller`` his digits, or empty."""

    id: str
    sound: str
    caller: str
    at: datetime
    new: bool


@dataclass(frozen=True)
class Inbox(Command[tuple[Kept, ...]]):
    """The messages of this agent, new ones first, the oldest before the others."""


@dataclass(frozen=True)
class Heard(Command[None]):
    """Note that a message has been heard."""

    message: str


@dataclass(frozen=True)
class Erase(Command[None]):
    """Delete a message for good."""

    message: str


MailCommand = Inbox | Heard | Erase


def listened() -> Talk[None]:
    """Say what there is, and hang up in the end."""
    return Line(TERMS).carry(_listened())


def _listened() -> Talk[None]:
    inbox = yield from Inbox()
    new = sum(one.new for one in inbox)
    yield from Play((counted(new),), needs=Need.ANSWERED)
    told = new == len(inbox)
    for one in inbox:
        before: Phrase = ()
        if not one.new and not told:
            before, told = (OLD,), True
        if not (yield from _message(one, before)):
            break
    else:
        yield from Play((OVER,))
    yield from Hangup()


def _message(one: Kept, before: Phrase) -> Talk[bool]:
    """Whether he wants the next."""
    words = (*before, *(yield from _envelope(one)))
    key = yield from _played((*words, one.sound))
    yield from Heard(one.id)
    silent = 0
    while silent < HEARINGS:
        if not key:
            key = (yield from Ask((CHOICES,), tuple(KEYS))).keys
        if key == AGAIN:
            silent, key = 0, (yield from _played((one.sound,)))
        elif key == NEXT:
            yield from Play((KEPT,))
            return True
        elif key == DELETE:
            yield from Erase(one.id)
            yield from Play((DELETED,))
            return True
        elif key == END:
            return False
        else:
            silent, key = silent + 1, ""
    return False


def _played(phrase: Phrase) -> Talk[str]:
    """Say it; the key that cut it short, which is his choice."""
    return (yield from Play(phrase, until=KEYS)).key or ""


def _envelope(one: Kept) -> Talk[Phrase]:
    """Who left a message, and when where that can be spoken in time."""
    words: list[str] = [FROM, *spelled(one.caller)] if one.caller else [HIDDEN]
    at = one.at.astimezone(PARIS)
    day, hour = said("date", f"{at:%Y-%m-%d}"), said("time", f"{at:%H:%M}")
    if day and hour and (yield from Pronounce(day)) and (yield from Pronounce(hour)):
        words += [AT, day, hour]
    return tuple(words)
