"""Advice on a book that is right: for each rule what is told of a book that breaks it, word for word, and none of one
that keeps it.
"""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook, Problem

DEMO = Path(__file__).parents[2]

NUMBERS = '"0899000004": {label: Essai, tariff: dear, flow: tried}\n'
WARNED = NUMBERS.replace("}", ", warn_before: 60, warn_prompt: fallback}")
TARIFFS = "dear: {mode: per_minute, price: 0.80}\n"
CALENDARS = "office: {zone: Europe/Paris, week: {monday: [09:00-12:00]}}\n"
AGENTS = "camille: {label: Camille}\n"
FLOW = """\
flow: tried
start: hours
nodes:
  hours:
    kind: hours
    calendar: office
    exits: {open: menu, closed: bye}
  menu:
    kind: menu
    prompt: choices
    options: {"1": agent, "2": bye}
    exits: {silence: bye, wrong: bye}
  agent:
    kind: transfer
    to: camille
    exits: {busy: bye, no_answer: bye, unavailable: bye}
  bye: {kind: bye}
"""
PROMPTS = """\
choices: Pour un conseiller, tapez 1. Pour finir, tapez 2.
sorry-silence: Nous n'avons rien reçu.
sorry-wrong: Ce choix n'existe pas.
fallback: Merci de rappeler.
"""


def told(to: Path, **changed: str) -> list[Problem]:
    """Everything that is told of the small book with other files in the place of its own."""
    files = {
        "dialplans/numbers.yaml": changed.get("numbers", NUMBERS),
        "dialplans/tariffs.yaml": changed.get("tariffs", TARIFFS),
        "dialplans/calendars.yaml": changed.get("calendars", CALENDARS),
        "dialplans/agents.yaml": changed.get("agents", AGENTS),
        "dialplans/flows/tried.yaml": changed.get("flow", FLOW),
        "prompts/fr.yaml": changed.get("prompts", PROMPTS),
        **({"dialplans/queues.yaml": changed["queues"]} if "queues" in changed else {}),
        **({"dialplans/trunks.yaml": changed["trunks"]} if "trunks" in changed else {}),
        **({"dialplans/properties.yaml": changed["properties"]} if "properties" in changed else {}),
        **({"prompts/en.yaml": changed["english"]} if "english" in changed else {}),
    }
    for name, text in files.items():
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    try:
        return list(read_book(to).warnings)
    except BadBook as bad:
        return list(bad.problems)


def test_a_book_that_keeps_all_rules_is_not_advised(tmp_path: Path) -> None:
    """The good example of every rule at once."""
    assert told(tmp_path) == []


LONG = "Pour un conseiller, tapez 1. " + "Nous vous remercions de votre patience. " * 15 + "Pour finir, tapez 2."

BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "IVR280": (
        {"prompts": PROMPTS.replace(" Pour finir, tapez 2.", "")},
        'dialplans/flows/tried.yaml:11:27: no text of menu "menu" tells the caller of key 2; '
        'say it: "… tapez 2", or take the option away',
    ),
    "IVR281": (
        {"prompts": PROMPTS.replace("tapez 2.", "tapez 2. Pour réécouter, appuyez sur étoile.")},
        'dialplans/flows/tried.yaml:11:5: the text of menu "menu" offers key * ("appuyez sur étoile"), which is no '
        "option; options: 1, 2",
    ),
    "IVR282": (
        {
            "flow": FLOW.replace('"2": bye}', '"2": bye, "12": bye}'),
            "prompts": PROMPTS.replace("tapez 2.", "tapez 2. Pour un devis, tapez 12."),
        },
        'dialplans/flows/tried.yaml:11:15: key 1 of menu "menu" begins 12: who presses it waits 3 s; '
        "give options of one key each, or lower next_key",
    ),
    "IVR283": (
        {"prompts": PROMPTS.replace("Pour un conseiller, tapez 1.", "Tapez 1 pour un conseiller.")},
        'dialplans/flows/tried.yaml:10:5: menu "menu" says "Tapez 1" before what it is for; '
        "say first what it is for: people remember the key they hear last",
    ),
    "IVR284": (
        {
            "flow": FLOW.replace(
                '{"1": agent, "2": bye}', "{" + ", ".join(f'"{key}": bye' for key in "234567890") + ', "1": agent}'
            ),
            "prompts": PROMPTS.replace("tapez 2.", "tapez 2, 3, 4, 5, 6, 7, 8, 9 ou 0."),
        },
        'dialplans/flows/tried.yaml:11:5: menu "menu" has 10 options; '
        "nobody remembers more than 9; put some into a menu of their own",
    ),
    "IVR285": (
        {"prompts": PROMPTS + "welcome: Bonjour.\n"},
        'prompts/fr.yaml:5:1: nobody says the prompt "welcome"; delete it, or have a node say it',
    ),
    "IVR286": (
        {"agents": AGENTS + "karim: {label: Karim}\n"},
        'dialplans/agents.yaml:2:1: nobody rings the agent "karim"; delete it, or use it in a flow',
    ),
    "IVR287": (
        {"prompts": PROMPTS.replace("Pour un conseiller, tapez 1. Pour finir, tapez 2.", LONG)},
        'dialplans/flows/tried.yaml:10:5: the choices of menu "menu" take about 46 s; '
        "shorten them, or make two menus of them",
    ),
    "IVR288": (
        {
            "flow": FLOW.replace("{open: menu, closed: bye}", "{open: menu, closed: night}")
            + "  night:\n    kind: transfer\n    to: camille\n    ring: 60\n"
            + "    exits: {busy: bye, no_answer: bye, unavailable: bye}\n"
        },
        'dialplans/flows/tried.yaml:18:3: "night" rings for 60 s, but the carrier of 0899000004 bears an unanswered '
        "call for 30 s: the rest is charged; ring for at most 30 s",
    ),
    "IVR288 of a queue": (
        {
            "queues": "line: {label: Line, agents: camille}\n",
            "flow": FLOW.replace("{open: menu, closed: bye}", "{open: menu, closed: night}")
            + "  night:\n    kind: queue\n    queue: line\n    wait: 60\n"
            + "    exits: {timeout: bye, full: bye, empty: bye, emptied: bye}\n",
        },
        'dialplans/flows/tried.yaml:18:3: "night" lets callers wait for 60 s, but the carrier of 0899000004 bears an '
        "unanswered call for 30 s: the rest is charged; let them wait for at most 30 s",
    ),
    "IVR431": (
        {
            "numbers": WARNED,
            "trunks": "north-west: {label: Opérateur, host: sip.example.fr, sources: 192.0.2.5}\n",
        },
        'dialplans/trunks.yaml:1:1: callers who come over "north-west" are not warned before a limit cuts them; a '
        "trunk's name needs to be one word for that: northwest",
    ),
    "IVR286 of a queue": (
        {"queues": "line: {label: Line, agents: [camille]}\n"},
        'dialplans/queues.yaml:1:1: nobody sends callers to the queue "line"; delete it, or use it in a flow',
    ),
    "IVR270": (
        {"properties": "- always: humans everywhere\n"},
        'dialplans/properties.yaml:1:3: "humans everywhere" is not a property that can be verified; always: human '
        "within N keys; announcement before charge; free; ends within N minutes",
    ),
    "IVR271": (
        {"properties": "- never: charged when ofice is closed\n"},
        'dialplans/properties.yaml:1:3: there is no calendar "ofice"; did you mean "office"?',
    ),
    "IVR272": (
        {"properties": '- never: charged before announcement\n  numbers: "0899000005"\n'},
        'dialplans/properties.yaml:2:3: "0899000005" is not a number of this book; did you mean "0899000004"?',
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_what_is_told_of_a_book_that_breaks_a_rule(tmp_path: Path, rule: str) -> None:
    """One golden line each, and nothing else."""
    changed, line = BROKEN[rule]
    problems = told(tmp_path, **changed)

    assert [str(one) for one in problems] == [line]
    assert [one.rule for one in problems] == [rule.partition(" ")[0]]
    assert [one.severity for one in problems] == [
        "error" if rule in {"IVR281", "IVR270", "IVR271", "IVR272"} else "warning"
    ]


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("calendar", {"calendars": CALENDARS + "never: {zone: Europe/Paris, week: {monday: [09:00-12:00]}}\n"}),
        ("tariff", {"tariffs": TARIFFS + "never: {mode: free}\n"}),
    ],
)
def test_other_things_that_nobody_uses(tmp_path: Path, what: str, changed: dict[str, str]) -> None:
    """Calendars and tariffs as well as agents."""
    (problem,) = told(tmp_path, **changed)

    assert problem.rule == "IVR286"
    assert f'the {what} "never"' in problem.message


def test_a_language_that_is_offered_is_read_too(tmp_path: Path) -> None:
    """The English text forgets a key."""
    flow = FLOW.replace("start: hours", "start: language").replace(
        "nodes:\n",
        'nodes:\n  language:\n    kind: language\n    prompt: choose\n    options: {"1": fr, "2": en}\n'
        "    exits: {done: hours, silence: hours, wrong: hours}\n",
    )
    prompts = PROMPTS + "choose: Pour le français, tapez 1.\n"
    english = (
        "choices: For an agent, press 1.\nsorry-silence: Nothing heard.\nsorry-wrong: No such choice.\n"
        "fallback: Please call again.\nchoose: In English, press 2.\n"
    )
    problems = told(tmp_path, flow=flow, prompts=prompts, english=english)

    assert [one.message for one in problems] == ['no text of menu "menu" tells the caller of key 2 in en']


def test_callers_of_a_trunk_of_one_word_can_be_warned(tmp_path: Path) -> None:
    """So nothing is told of it."""
    trunks = "northwest: {label: Opérateur, host: sip.example.fr, sources: 192.0.2.5}\n"

    assert told(tmp_path, numbers=WARNED, trunks=trunks) == []


def test_the_demonstration_is_not_advised(tmp_path: Path) -> None:
    """Its texts and its keys agree, and everything is used."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)

    assert [one for one in read_book(tmp_path).warnings if one.rule.startswith(("IVR27", "IVR28"))] == []
