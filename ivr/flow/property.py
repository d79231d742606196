"""What must hold of every call, as people write it in properties.yaml: a closed set of sentences.

    always: human within 4 keys                  wherever a caller is asked something, an agent can ring 4 keys later
    always: announcement before charge           the same as  never: charged before announcement
    always: free                                 no call is charged; mostly with `when`
    always: ends within 20 minutes
    never:  longer than 10 minutes before a human
    never:  more than 5 keys before a human
    never:  costs more than 5 euros [before a human]
    never:  dials out

Each may be narrowed to some callers (``for anonymous``, ``for foreign``, ``for mobile``, ``for geographic``) and to
some hours (``when office is closed``, ``when office is open``).  A caller who goes round in a menu of his own
will is not counted again; a conversation counts as one minute.  Who has talked with an agent needs none any more.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from ivr.flow.commands import Dialled, Queued, Reached, Served
from ivr.flow.explore import When
from ivr.flow.measures import owed, owed_until_human, until_human
from ivr.flow.onlooker import Choice
from ivr.flow.paths import Path, Paths
from ivr.values.number import ANONYMOUS, Number, parse
from ivr.values.tariff import Tariff

Sense = Literal["always", "never"]

CALLERS: dict[str, Number] = {
    "anonymous": ANONYMOUS,
    "foreign": parse("+3223456789"),
    "mobile": parse("0612345678"),
    "geographic": parse("0320000000"),
}

# Looks for a path that breaks it, given the amount that the sentence names.
_Seek = Callable[[Paths, Tariff, Decimal], Path | None]


@dataclass(frozen=True)
class Property:
    """One sentence, understood.  ``numbers``: of these only, in national form; empty is all."""

    sense: Sense
    text: str
    form: str
    amount: Decimal = Decimal(0)
    family: str = ""
    when: When | None = None
    numbers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.sense}: {self.text}"

    @property
    def callers(self) -> list[Number] | None:
        """The callers it speaks of; ``None``: all."""
        return [CALLERS[self.family]] if self.family else None

    def broken(self, paths: Paths, tariff: Tariff) -> Path | None:
        """A path that breaks it, the shortest or worst; ``paths`` are those of its callers and hours."""
        _, _, seek = next(one for one in FORMS if f"{one[0]}: {one[1]}" == self.form)
        return seek(paths, tariff, self.amount)


def understood(sense: Sense, text: str, numbers: tuple[str, ...] = ()) -> Property | None:
    """The property that a sentence says; ``None``: it is none of the forms."""
    words = " ".join(text.lower().split())
    family, when = "", None
    while True:
        if found := re.fullmatch(r"(.+) when ([a-z][a-z0-9-]*) is (open|closed)", words):
            if when is not None:
                return None
            words, when = found[1], When(found[2], found[3] == "open")
        elif found := re.fullmatch(rf"(.+) for ({'|'.join(CALLERS)})(?: callers)?", words):
            if family:
                return None
            words, family = found[1], found[2]
        else:
            break
    for one, form, _ in FORMS:
        pattern = re.escape(form).replace("N", r"(\d+(?:\.\d\d?)?)").replace("minutes", "(?:minutes?)")
        pattern = pattern.replace("keys", "(?:keys?)").replace("euros", "(?:euros?|€)")
        if one == sense and (found := re.fullmatch(pattern, words)):
            amount = Decimal(found[1]) if found.groups() else Decimal(0)
            return Property(sense, text, f"{one}: {form}", amount, family, when, numbers)
    return None


def _human_within(paths: Paths, _: Tariff, keys: Decimal) -> Path | None:
    fewest = paths.keys_to_human()
    alone = _alone(paths)
    asked = [place for place, state in enumerate(paths.explored.states) if state.question and place in alone]
    far = [place for place in asked if place not in fewest or fewest[place] > keys]
    found = [path for place in far if (path := paths.to(place))]
    return min(found, key=lambda path: len(path.choices), default=None)


def _alone(paths: Paths) -> set[int]:
    """The states in which a caller may be who has talked with nobody yet; the others need no agent any more."""
    reached = {root.state for root in paths.roots}
    waiting = list(reached)
    for state in waiting:
        for passage in paths.explored.passages[state]:
            if passage.to is not None and passage.to not in reached and not any(map(_talked, passage.choices)):
                reached.add(passage.to)
                waiting.append(passage.to)
    return reached


def _talked(choice: Choice) -> bool:
    result = choice.outcome.result
    if isinstance(result, Dialled):
        return result.reached is Reached.TALKED
    return isinstance(result, Queued) and result.served is Served.TALKED


def _charged_unannounced(paths: Paths, _tariff: Tariff, _amount: Decimal) -> Path | None:
    return paths.first(lambda passage: passage.unannounced)


def _charged(paths: Paths, tariff: Tariff, _: Decimal) -> Path | None:
    return paths.first(lambda passage: passage.answered) if tariff.surcharged else None


def _dials(paths: Paths, _tariff: Tariff, _amount: Decimal) -> Path | None:
    return paths.first(lambda passage: bool(passage.rings))


def _longer(paths: Paths, _: Tariff, minutes: Decimal) -> Path | None:
    found = paths.most(lambda passage: (passage.seconds, False), whole=True)
    return found[1] if found and found[0] > 60 * minutes else None


def _late(paths: Paths, _: Tariff, minutes: Decimal) -> Path | None:
    found = paths.most(until_human(0), whole=True)
    return found[1] if found and found[0] > 60 * minutes else None


def _many_keys(paths: Paths, _: Tariff, keys: Decimal) -> Path | None:
    found = paths.most(until_human(1), whole=True)
    return found[1] if found and found[0] > keys else None


def _dear(paths: Paths, tariff: Tariff, euros: Decimal) -> Path | None:
    found = paths.most(owed(tariff), whole=True)
    # One who was never answered owes nothing; where some are, the dearest is one of them.
    return found[1] if found and found[1].price(tariff).amount > euros else None


def _dear_before_human(paths: Paths, tariff: Tariff, euros: Decimal) -> Path | None:
    found = paths.most(owed_until_human(tariff), whole=True)
    if not found or found[1].charged is None:
        return None
    path = found[1]
    by = path.changed or tariff
    return path if by.charge(timedelta(seconds=path.charged_before_human)).amount > euros else None


FORMS: tuple[tuple[Sense, str, _Seek], ...] = (
    ("always", "human within N keys", _human_within),
    ("always", "announcement before charge", _charged_unannounced),
    ("never", "charged before announcement", _charged_unannounced),
    ("always", "free", _charged),
    ("never", "charged", _charged),
    ("never", "dials out", _dials),
    ("always", "ends within N minutes", _longer),
    ("never", "longer than N minutes", _longer),
    ("never", "longer than N minutes before a human", _late),
    ("never", "more than N keys before a human", _many_keys),
    ("never", "costs more than N euros", _dear),
    ("never", "costs more than N euros before a human", _dear_before_human),
)
