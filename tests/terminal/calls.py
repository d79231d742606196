"""Small books to call, and calls to them."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.service.library import Release
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Lived, Simulator

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # ten o'clock in Paris, on a Thursday: the office is open

FILES = {
    "dialplans/numbers.yaml": '"0899000004": {label: Essai, tariff: paid, flow: tried}\n',
    "dialplans/tariffs.yaml": "paid: {mode: per_minute, price: 0.60}\n",
    "dialplans/calendars.yaml": "office: {zone: Europe/Paris, week: {thursday: [09:00-18:00]}}\n",
    "dialplans/agents.yaml": "camille: {label: Camille}\nkarim: {label: Karim}\n",
    "prompts/fr.yaml": (
        "fallback: Indisponible.\nwelcome: Bienvenue chez nous.\nmenu: Pour un conseiller, tapez 1.\n"
        "code: Tapez votre code.\nbye: Au revoir.\nsorry-silence: Pardon.\nsorry-wrong: Erreur.\n"
        "busy: Occupé.\nlookup-wait: Un instant.\n"
    ),
}

FLOW = """\
flow: tried
start: hours
nodes:
  hours:
    kind: hours
    calendar: office
    exits: {open: welcome, closed: bye}
  welcome:
    kind: say
    prompt: welcome
    exits: {done: menu}
  menu:
    kind: menu
    prompt: menu
    options: {"1": agent, "2": code}
    exits: {silence: bye, wrong: bye}
  code:
    kind: ask
    prompt: code
    note: code
    digits: 4
    secret: yes
    check: {one_of: ["4711", "0815"]}
    exits: {done: agent, silence: bye, wrong: bye}
  agent:
    kind: transfer
    to: [camille, karim]
    exits: {busy: busy, no_answer: bye, unavailable: bye}
  busy:
    kind: bye
    prompt: busy
  bye:
    kind: bye
    prompt: bye
"""


def write_book(directory: Path, flow: str = FLOW, **files: str) -> Path:
    """A small book on disk; ``files`` by name without folder and ending (``numbers``) replace its own."""
    changed = {f"dialplans/{name}.yaml": text for name, text in files.items()}
    for name, text in (FILES | {"dialplans/flows/tried.yaml": flow} | changed).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def small(directory: Path, flow: str = FLOW) -> Simulator:
    """A simulator of the small book, with no sound baked."""
    return Simulator(Release(read_book(write_book(directory, flow)), {}))


@cache
def demo() -> Book:
    return read_book(ROOT)


def given(keys: str = "", **facts: object) -> Given:
    """What is given; ``keys`` as on the command line."""
    from ivr.book.given import press

    pressed: tuple[Press, ...] = tuple(map(press, keys.split(","))) if keys else ()
    return Given(keys=pressed, **facts)  # type: ignore[arg-type]


def call(simulator: Simulator, keys: str = "", number: str = "0899000004", **facts: object) -> tuple[Lived, list[str]]:
    """A call in the morning, and the lines that were written of it."""
    lines: list[str] = []
    lived = simulator.call(number, "0612345678", MORNING, Cast(given(keys, **facts)), lines.append)
    return lived, lines
