"""What `ivr test --live` calls on the stack: cases of the demonstration, and paths that the explorer found."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from ivr.book.book import Book
from ivr.book.cases import Case
from ivr.book.worlds import world_of
from ivr.flow.commands import Dial, Reached
from ivr.flow.explore import explore
from ivr.flow.paths import Path, Paths
from ivr.values.calendar import State
from ivr.values.number import parse

AT = "2026-11-26T10:00"  # a Thursday, the office is open: one clock for all, so that all can be called at once

CASES = (
    "A leaking boiler reaches Camille",
    "Who knows the key need not hear the announcement, nor the welcome",
    "Who hangs up in the menu has paid for what he heard",
    "A delivery, and Karim is busy",
    "The address is told, then the menu again; the caller hangs up",
    "An agent takes the call",
    "A nuisance hears nothing and pays nothing",
    "Karim is busy",
    "The order is on its way, and the caller is pleased",
)
"""Of the demonstration: one of each sort that a phone can show."""

SEED, SAMPLE = 20261126, 4
EXPLORED = "0806000002"


def chosen(cases: list[Case]) -> Iterator[str]:
    """The text of the cases named above, as it stands in the files of the demonstration."""
    for name in CASES:
        (case,) = (one for one in cases if one.written.name == name)
        yield _block(case)


def _block(case: Case) -> str:
    from tests.live.stack import ROOT

    lines = (ROOT / case.mark.file).read_text(encoding="utf-8").splitlines()
    rest = lines[case.mark.line :]
    end = next((at for at, line in enumerate(rest) if line.startswith("- ")), len(rest))
    return "\n".join([lines[case.mark.line - 1], *rest[:end]]).rstrip() + "\n"


def sample(book: Book) -> list[Path]:
    """Paths of a number, drawn by lot, but the same at every run: of a usual caller in office hours."""
    world = world_of(book, book.services[EXPLORED], datetime.fromisoformat(AT).replace(tzinfo=UTC))
    usual = parse("0612345678")
    found = [
        path
        for path in Paths(explore(world, [usual])).each()
        if path.ends in ("hung up by us", "after a conversation")
        and len(_keys(path)) <= 2
        and all(state[0] is State.OPEN for state in path.root.hours.values())
    ]
    return random.Random(SEED).sample(found, SAMPLE)


def written(path: Path, place: int) -> str:
    """A path as a case: what is pressed, what comes of ringing, and the steps that the explorer says."""
    reached: dict[str, Reached] = {}
    for choice in path.choices:
        if isinstance(choice.command, Dial):
            answer: Reached = choice.outcome.result.reached
            names = choice.command.agents[:1] if answer is Reached.TALKED else choice.command.agents
            reached |= dict.fromkeys(names, answer)
    lines = [f"- name: path {place}", f'  dial: "{EXPLORED}"', f"  at: {AT}"]
    if keys := _keys(path):
        lines.append("  keys: [" + ", ".join(f'"{key}"' if key else "silence" for key in keys) + "]")
    if reached:
        lines.append("  agents: {" + ", ".join(f"{name}: {answer}" for name, answer in reached.items()) + "}")
    return "\n".join([*lines, f"  steps: {' '.join(path.steps)}"]) + "\n"


def _keys(path: Path) -> list[str]:
    return [choice.outcome.key for choice in path.choices if choice.outcome.key is not None]
