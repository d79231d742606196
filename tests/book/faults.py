"""Twenty faults that people put into books, each an edit of the demonstration: what is told of each, and by whom."""

import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ivr.book.book import Book, read_book

DEMO = Path(__file__).parents[2]

# file, what stands there once, what is written instead
Edit = tuple[str, str, str]

REPAIR, ADVICE, ORDERS = (f"dialplans/flows/{name}.yaml" for name in ("repair", "advice", "orders"))
AFTER_SALES, WORKSHOP = "dialplans/flows/after-sales.yaml", "dialplans/flows/workshop.yaml"
TRACKING, CUSTOMERS = "dialplans/flows/tracking.yaml", "dialplans/flows/customers.yaml"
CALENDARS, NUMBERS, TARIFFS = (f"dialplans/{name}.yaml" for name in ("calendars", "numbers", "tariffs"))
BOILER = "  boiler:\n    kind: transfer\n    prompt: transfer\n    to: "


@dataclass(frozen=True)
class Fault:
    """An edit; the sentence in which `ivr diff` tells of it; and what `ivr explore` says of a number."""

    edit: Edit
    differs: str
    number: str
    before: str
    """What exploring says of the book as it was, and no longer; empty: nothing goes."""
    after: str
    """What it says of the edited book alone."""


def edited(to: Path, *edits: Edit) -> Book:
    """The demonstration with these edits; the properties that they may break are left out."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, to / part, ignore=shutil.ignore_patterns("tests"))
    (to / "dialplans" / "properties.yaml").unlink()
    for file, old, new in edits:
        text = (to / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times {old!r}"
        (to / file).write_text(text.replace(old, new), encoding="utf-8")
    return read_book(to)


FAULTS: dict[str, Fault] = {
    "two options swapped": Fault(
        (REPAIR, '"1": heating, "2": boiler', '"1": boiler, "2": heating'),
        "0899000004, menu, key 1: rings camille instead of camille, karim",
        "0899000004",
        "menu:1 heating:busy busy:done  [key 1, camille, karim busy",
        "menu:1 boiler:busy busy:done  [key 1, camille busy",
    ),
    "an option that leads elsewhere": Fault(
        (REPAIR, '"2": boiler', '"2": contract'),
        "0899000004, menu, key 2: goes to contract (says",
        "0899000004",
        "menu:2 boiler:busy",
        "menu:2 contract:done bye:done",
    ),
    "an option more": Fault(
        (ORDERS, '"3": address', '"3": address, "7": address'),
        "0806000002, when office is open: menu, key 7 is new",
        "0806000002",
        "",
        "menu:7 address:done",
    ),
    "another cause at the end": Fault(
        (REPAIR, "    kind: bye\n    prompt: all-busy\n", "    kind: bye\n    prompt: all-busy\n    cause: busy\n"),
        "ends the call as busy instead of",
        "0899000004",
        "",
        "hung up by us as busy]",
    ),
    "a wrong agent": Fault(
        (REPAIR, f"{BOILER}camille", f"{BOILER}karim"),
        "0899000004, menu, key 2: rings karim instead of camille",
        "0899000004",
        "menu:2 boiler:busy busy:done  [key 2, camille busy",
        "menu:2 boiler:busy busy:done  [key 2, karim busy",
    ),
    "a wrong calendar": Fault(
        (ADVICE, "calendar: office", "calendar: always"),
        "0825000003, when",
        "0825000003",
        ": office pause",
        ": always open, office pause",
    ),
    "closed where open": Fault(
        (ORDERS, "{open: welcome, closed: closed}", "{open: closed, closed: welcome}"),
        "0806000002, when office is open",
        "0806000002",
        "hours:closed closed:done",
        "hours:open closed:done",
    ),
    "silence that ends the call": Fault(
        (ADVICE, "exits: {silence: operator, wrong: operator}", "exits: {silence: bye, wrong: operator}"),
        "0825000003, menu, silence: goes to bye (says “Merci de votre appel. Au revoir.”) instead of operator",
        "0825000003",
        "menu:silence operator:",
        "menu:silence bye:done",
    ),
    "a wrong key that ends the call": Fault(
        (ADVICE, "exits: {silence: operator, wrong: operator}", "exits: {silence: operator, wrong: bye}"),
        "0825000003, menu, a wrong key: goes to bye",
        "0825000003",
        "menu:wrong operator:",
        "menu:wrong bye:done",
    ),
    "another prompt": Fault(
        (ORDERS, "prompt: welcome-orders", "prompt: welcome-advice"),
        "says “Bienvenue au conseil chauffage de Chaleur et Compagnie.” instead of “Bienvenue au suivi",
        "0806000002",
        "hears welcome-orders, menu-orders",
        "hears welcome-advice, menu-orders",
    ),
    "another text": Fault(
        ("prompts/fr.yaml", "goodbye: Merci de votre appel. Au revoir.", "goodbye: Au revoir et merci."),
        "the prompt goodbye says “Au revoir et merci.” instead of “Merci de votre appel. Au revoir.”",
        "0825000003",
        "Merci de votre appel. Au revoir.",
        "Au revoir et merci.",
    ),
    "a welcome lost": Fault(
        (ADVICE, "open: welcome", "open: menu"),
        "0825000003, when office is open: no longer says “Bienvenue au conseil chauffage",
        "0825000003",
        "hours:open welcome:done menu:",
        "hours:open menu:",
    ),
    "fewer attempts": Fault(
        (REPAIR, "    prompt: menu-repair\n", "    prompt: menu-repair\n    silences: 1\n"),
        "0899000004, menu, silence: goes to operator",
        "0899000004",
        "[silence, silence, silence, ",
        "menu:silence operator:busy busy:done  [silence, camille",
    ),
    "a shorter ring": Fault(
        (REPAIR, f"{BOILER}camille\n", f"{BOILER}camille\n    ring: 10\n"),
        "0899000004, menu, key 2: rings camille for 10 s instead of 25 s",
        "0899000004",
        "1 min 13 s   0.76 €  hours:open welcome:done menu:2 boiler:no_answer",
        "58 s   0.56 €  hours:open welcome:done menu:2 boiler:no_answer",
    ),
    "less time for a key": Fault(
        (REPAIR, "    prompt: menu-repair\n", "    prompt: menu-repair\n    first_key: 2\n"),
        "waits 2 s instead of 5 s for a key",
        "0899000004",
        "longest         3 min 12 s",
        "longest         3 min 0",
    ),
    "another exit of a ring": Fault(
        (
            REPAIR,
            f"{BOILER}camille\n    exits: {{busy: busy, no_answer: nobody",
            f"{BOILER}camille\n    exits: {{busy: nobody, no_answer: nobody",
        ),
        "0899000004, menu, key 2, camille busy: goes to nobody (says",
        "0899000004",
        "boiler:busy busy:done",
        "boiler:busy nobody:done",
    ),
    "a question left out": Fault(
        (ORDERS, "exits: {done: menu}\n  menu", "exits: {done: operator}\n  menu"),
        "0806000002, when office is open: goes to operator",
        "0806000002",
        "welcome:done menu:",
        "welcome:done operator:busy",
    ),
    "open an hour longer": Fault(
        (CALENDARS, "monday: [09:00-12:00, 14:00-18:00]", "monday: [09:00-12:00, 14:00-19:00]"),
        "on Mondays from 18:00 to 19:00: open instead of closed",
        "0806000002",
        "office open, 1,847 hours",
        "office open, 1,9",
    ),
    "a price": Fault(
        (TARIFFS, "price: 0.15", "price: 0.18"),
        "0825000003: costs 0.18 € a minute instead of 0.15 € a minute",
        "0825000003",
        "announcement/per-minute-0-15",
        "announcement/per-minute-0-18",
    ),
    "another flow": Fault(
        (NUMBERS, "tariff: plain\n  flow: orders", "tariff: plain\n  flow: after-sales"),
        "0806000002, ",
        "0806000002",
        "menu-orders",
        "menu-after-sales",
    ),
    "a look-up that fails": Fault(
        (TRACKING, "not_found: unknown, failed: missed", "not_found: missed, failed: unknown"),
        "look-up: not found",
        "0809000106",
        "lookup:not_found unknown:done",
        "lookup:failed unknown:done",
    ),
    "a list turned round": Fault(
        (CUSTOMERS, "exits: {allowed: often, blocked: blocked}", "exits: {allowed: blocked, blocked: often}"),
        "0805000024, ",
        "0805000024",
        "nuisance:allowed often:",
        "nuisance:allowed blocked:done",
    ),
}


@functools.cache
def faulty(name: str) -> Book:
    """The demonstration with one fault."""
    with tempfile.TemporaryDirectory() as folder:
        return edited(Path(folder), FAULTS[name].edit)
