"""The results of a past call's tape, each waiting for the command of today that has the meaning of its own."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ivr.book.book import Book
from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Command,
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Played,
    Progress,
    Reachable,
    Speak,
    There,
)
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Discard,
    Draw,
    Fetch,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overridden,
    Overrule,
    Post,
    Pronounce,
    Recall,
    Remember,
    Spent,
    Tally,
    Verify,
)
from ivr.flow.line_commands import Tap, Tapped, Untap
from ivr.flow.tape import Entry

TRIES = 40  # digits tried for one secret


class TapeEnds(Exception):
    """The tape has nothing more; ``lost`` says what the flow wants to know that was not asked then."""

    def __init__(self, lost: str = "") -> None:
        self.lost = lost
        super().__init__(lost)


@dataclass
class Retold:
    """``secrets`` are the digits to give for those that were typed in secret, as far as they were found.

    ``lengths`` are those of the secrets that were asked for, ``rang`` the agents that were, ``agreed`` how many
    commands are those of the tape, from its beginning, in order.
    """

    started: datetime
    tape: Sequence[Entry]
    secrets: Sequence[str] = ()
    lengths: list[int] = field(default_factory=list)
    rang: list[tuple[str, ...]] = field(default_factory=list)
    agreed: int = 0

    def __post_init__(self) -> None:
        self._waiting: dict[tuple[Any, ...], deque[Entry]] = defaultdict(deque)
        # Compared as the ledger has them, bullets for secrets on both sides; needed only where there are any.
        secret = any(isinstance(entry.command, Gather) and entry.command.secret for entry in self.tape)
        self._plain = [_plain(entry.command) for entry in self.tape] if secret else []
        self._asked = 0
        self._at = 0.0  # seconds since the call began, as far as the tape was followed
        for entry in self.tape:
            self._waiting[_meaning(entry.command)].append(entry)

    def result(self, command: Command[Any]) -> Any:
        """What ``command`` is told.  Raises :class:`TapeEnds`."""
        if self.agreed == self._asked < len(self._plain) and self._plain[self._asked] == _plain(command):
            self.agreed += 1
        self._asked += 1
        if isinstance(command, Dial | Enqueue) and whom(command) not in self.rang[-1:]:
            self.rang.append(whom(command))
        waiting = self._waiting[_meaning(command)]
        if not waiting:
            return self._otherwise(command)
        entry = waiting.popleft()
        self._at = max(self._at, entry.at + entry.took)
        if not entry.done:
            raise TapeEnds
        if isinstance(command, Gather) and isinstance(entry.command, Gather) and entry.command.secret:
            return self._secret(entry.result)
        return entry.result

    def _secret(self, heard: Heard) -> Heard:
        if not heard.keys:
            return heard
        place = len(self.lengths)
        self.lengths.append(len(heard.keys))
        return Heard(self.secrets[place]) if place < len(self.secrets) else heard

    def _otherwise(self, command: Command[Any]) -> Any:
        """What a command is told that was not given then, where that can be said."""
        match command:
            case Now():
                return self.started + timedelta(seconds=self._at)
            case Play():
                return Played()
            case Reachable(agents=agents, doors=doors):
                return There(agents, tuple(door.queue for door in doors))
            case Progress() | Answer() | Limit() | Untap() | Speak() | Hangup() | Remember() | Post() | Discard():
                return None
            case Tap():
                return Tapped(None, "not then")
            case Overridden() | Recall() | Spent() | InForce():
                # Not asked then; by far the most callers and calendars have none, and few reach their ceiling.
                return None
            case Load():
                return None  # nobody knows
            case Bothers():
                return 0  # not asked then; by far the most callers trouble nobody
            case Learnt():
                return False
            case Overrule() | Declare() | Adopt() | Pronounce():
                return True
        if self._over():
            raise TapeEnds
        raise TapeEnds(_WANTED.get(type(command), "what nobody asked then"))

    def _over(self) -> bool:
        """Whether the caller had nothing more to do on the tape either."""
        return not any(
            entry.done
            for meaning, waiting in self._waiting.items()
            for entry in waiting
            if meaning[0] in ("keys", "digits", "ring", "queue")
        )


_WANTED: dict[type[Command[Any]], str] = {
    Ask: "a key",
    Gather: "digits",
    Capture: "a message",
    Dial: "whether an agent answers",
    Enqueue: "whether an agent takes the call",
    Fetch: "what another system says",
    Tally: "how many calls there are",
    Draw: "a share",
    Issue: "an access code",
    Verify: "whether a PIN is right",
    Numbered: "which prompt has a number",
}


def whom(command: Dial | Enqueue) -> tuple[str, ...]:
    """Whom a command rings, in words."""
    if isinstance(command, Enqueue):
        return (f"the queue {command.queue}",)
    return (f"who dials the slot {command.slot}",) if command.slot else command.agents


def _meaning(command: Command[Any]) -> tuple[Any, ...]:
    """What makes a command the same as another for whoever answered it."""
    match command:
        case Ask():
            return ("keys",)
        case Gather():
            return ("digits",)
        case Dial():
            return ("ring",)
        case Enqueue():
            return ("queue",)
        case Play(phrase=phrase):
            return ("play", phrase)
        case Recall(key=key) | Remember(key=key):
            return (type(command), key)
        case Fetch(remote=remote):
            return ("fetch", remote)
        case Overridden(calendar=calendar) | Overrule(calendar=calendar):
            return (type(command), calendar)
        case Pronounce(name=name):
            return ("pronounce", name)
        case Numbered(digits=digits):
            return ("prompt", digits)
        case Adopt(prompt=prompt):
            return ("adopt", prompt)
        case Verify(pin=pin):
            return ("pin", pin)
        case Tally(of=of):
            return ("tally", of)
        case Bothers(how=how):
            return ("bothers", how)
        case Load(queue=queue, what=what):
            return ("load", queue, what)
        case Draw(sticky=sticky, salt=salt):
            return ("draw", sticky, salt)
        case Issue(product=product):
            return ("code", product)
    return (type(command),)


def _plain(command: Command[Any]) -> Mapping[str, Any]:
    """A command as the ledger has it, so that one of today can be compared with one of then."""
    plain: Mapping[str, Any] = json.loads(json.dumps(Entry(0, 0, command).plain(), default=str))
    return plain


def digits(length: int, book: Book) -> list[str]:
    """Digits of a length, of every kind that a flow may tell apart: written in the book, a date, checked, any."""
    body = "49701012345678901234567890123456789"[: length - 1]
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    checked = body + str(-sum(twice - 9 if twice > 9 else twice for twice in doubled) % 10)
    written = {
        found
        for flow in book.drawing.flows.values()
        for found in re.findall(r"(?<!\d)\d+(?!\d)", flow.model_dump_json())
        if len(found) == length
    }
    plain = "1234567890" * 4
    tried = (
        plain[:length],
        checked,
        "15061980"[:length],
        *sorted(written),
        "1" * length,
        "0" * length,
        "9" * length,
        "*" * length,
    )
    return list(dict.fromkeys(one for one in tried if len(one) == length))[:TRIES]
