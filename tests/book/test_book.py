"""A whole book: the demonstration reads without a word, and each mistake between its files is told where it is.

The lines are golden: they are what the writer of a book sees.  Who changes one should like the new one better.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook, did_you_mean
from ivr.flow.terms import Terms
from ivr.values.tariff import Mode

DEMO = Path(__file__).parents[2]
FILES = [
    "dialplans/numbers.yaml",
    "dialplans/tariffs.yaml",
    "dialplans/calendars.yaml",
    "dialplans/agents.yaml",
    "dialplans/flows/repair.yaml",
    "prompts/fr.yaml",
]
NUMBERS, TARIFFS, CALENDARS, AGENTS, REPAIR, PROMPTS = FILES
FLOW_ADVICE = "dialplans/flows/advice.yaml"

FOUR = {"0800000001": "after-sales", "0806000002": "orders", "0825000003": "advice", "0899000004": "repair"}

# file, what stands there, what is written instead ("" at first: added at the end)
Edit = tuple[str, str, str]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The demonstration, to write in."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def edit(book: Path, *edits: Edit) -> None:
    """Write in a book; what is to be replaced must stand there, and its first place is meant."""
    for file, old, new in edits:
        path = book / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text, f"{file} no longer has {old!r}"
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


def told(book: Path, *edits: Edit) -> list[str]:
    """Everything that is told of a book after these edits, errors and warnings."""
    edit(book, *edits)
    try:
        return [str(problem) for problem in read_book(book).warnings]
    except BadBook as bad:
        return [str(problem) for problem in bad.problems]


# -- a good book -------------------------------------------------------------------------------------------------


def test_the_demonstration_reads_without_a_word() -> None:
    """Nothing to mend; four numbers that are as they were, and more that show the rest."""
    book = read_book(DEMO)
    served = {number: service.flow.flow for number, service in book.services.items()}

    assert book.warnings == ()
    assert FOUR.items() <= served.items()
    assert len(served) == len(set(served.values()))


TOLD = "whisper/tariff-per-minute"  # what tells an agent the price


def test_the_terms_of_each_number_follow_from_its_tariff() -> None:
    """Announcement, limit and how long the carrier bears a ring: nobody writes them twice."""
    book = read_book(DEMO)
    services = {number: book.services[number] for number in FOUR}

    assert {number: replace(service.terms, ceiling=None, warn=None) for number, service in services.items()} == {
        "0800000001": Terms(None, None, None, 30, skip="", park=90),
        "0806000002": Terms(None, None, None, 30, skip="", park=90),
        "0825000003": Terms("announcement/per-minute-0-15", "beep", 9600.0, 30, park=90, told=f"{TOLD}-15"),
        "0899000004": Terms("announcement/per-minute-0-80", "beep", 1800.0, 60, park=90, told=f"{TOLD}-80"),
    }
    assert [service.tariff.mode for service in services.values()] == [
        Mode.FREE,
        Mode.PLAIN,
        Mode.PER_MINUTE,
        Mode.PER_MINUTE,
    ]


def test_everything_that_a_call_may_say_is_among_the_utterances() -> None:
    """Prompts, announcements, and the words of every opening; each once."""
    book = read_book(DEMO)
    utterances = {one.name: one for one in book.utterances() if one.language == "fr"}
    english = {one.name: one for one in book.utterances() if one.language == "en"}

    music = [one.name for one in book.utterances() if one.language == "music"]

    assert music == ["default/house"]
    assert len(utterances) + len(english) + len(music) == len(book.utterances())
    assert utterances.keys() >= book.prompts["fr"].keys()
    assert english.keys() >= book.prompts["en"].keys()
    assert [english[f"slot/digit-{digit}"].text for digit in "019"] == ["zero", "one", "nine"]
    assert [utterances[f"slot/digit-{digit}"].text for digit in "019"] == ["zéro", "un", "neuf"]
    assert {name for name in utterances if name.startswith("announcement/")} == {
        service.terms.announcement for service in book.services.values() if service.terms.announcement
    }
    assert {"slot/at-0900", "slot/at-1400", "slot/today", "slot/day-31", "slot/month-12"} <= utterances.keys()


# -- the mistakes ------------------------------------------------------------------------------------------------

RUN_AGAIN = "kind: run\n    flow: identify\n    exits: {identified: given-up, unchecked: given-up, given_up: given-up}"

# The end of the last of the four numbers.
LAST = "  unanswered_limit: 60\n"

PARTS, QUEUES = "dialplans/flows/parts.yaml", "dialplans/queues.yaml"
CUSTOMERS, IDENTIFY = "dialplans/flows/customers.yaml", "dialplans/flows/identify.yaml"
DEPARTMENTS = "dialplans/departments.yaml"

MISTAKES: dict[str, tuple[Edit, str]] = {
    "a run whose exit leads nowhere": (
        (CUSTOMERS, ", given_up: operator", ""),
        'dialplans/flows/customers.yaml:45:3: "identify" can be left by "given_up", which leads nowhere from '
        'run "identify"; write where such a call goes: exits: {given_up: …}',
    ),
    "a run with an exit too many": (
        (CUSTOMERS, "given_up: operator", "given_up: operator, lost: operator"),
        'dialplans/flows/customers.yaml:48:68: "identify" is never left by "lost"; '
        "known are: given_up, identified, unchecked",
    ),
    "a flow that runs itself": (
        (IDENTIFY, "kind: say\n    prompt: customer-unknown\n    exits: {done: given-up}", RUN_AGAIN),
        'dialplans/flows/identify.yaml:32:3: "identify" runs itself; hand the call over with pass, or link a node',
    ),
    "a secret that is remembered": (
        (CUSTOMERS, "note: customer\n    days", "note: code\n    days"),
        'dialplans/flows/customers.yaml:52:5: the note "code" holds what was typed in secret, and cannot be '
        'remembered; remember that it was right: value: "yes"',
    ),
    "a prefix of no geographic number": (
        (DEPARTMENTS, '"0320"', '"320"'),
        'dialplans/departments.yaml:31:1: "320" begins no geographic number; '
        "write four to six digits, as dialled in France: 0320",
    ),
    "a department that does not exist": (
        (DEPARTMENTS, '"0320": "59"', '"0320": "599"'),
        "dialplans/departments.yaml:31:9: 0320: there is no such department; "
        "write two digits, 2A, 2B, 20 for all Corsica, or 971 to 976",
    ),
    "a list that does not exist": (
        (CUSTOMERS, "list: nuisance", "list: nuisances"),
        'dialplans/flows/customers.yaml:12:5: there is no list "nuisances"; did you mean "nuisance"?',
    ),
    "no number in a list": (
        ("dialplans/lists/nuisance.yaml", "06 39 98 00 02", "06 39"),
        'dialplans/lists/nuisance.yaml:4:3: "06 39" is not a phone number; write it as +33612345678 or 0612345678',
    ),
    "no number in a table of numbers": (
        ("dialplans/lists/priority.csv", "03 20 98 00 10", "Lille"),
        'dialplans/lists/priority.csv:3:1: "Lille" is not a phone number; write it as +33612345678 or 0612345678',
    ),
    "a prompt that a language lacks": (
        ("prompts/en.yaml", "customer-forgotten:", "customer-forgotton:"),
        'prompts/en.yaml:1:1: the prompt "customer-forgotten" has no text here; a call that is held in en may say it',
    ),
    "a language that does not exist": (
        (CUSTOMERS, '"2": en, "1": fr', '"2": eng, "1": fr'),
        'dialplans/flows/customers.yaml:29:15: there is no language "eng"; did you mean "en"?',
    ),
    "shares that do not sum up": (
        (CUSTOMERS, "percent: 40", "percent: 41"),
        "dialplans/flows/customers.yaml:93:3: nodes.team: the percents sum up to 101, not to 100",
    ),
    "a tariff that does not exist": (
        (NUMBERS, "tariff: advice", "tariff: advise"),
        'dialplans/numbers.yaml:26:3: there is no tariff "advise"; did you mean "advice"?',
    ),
    "a flow that does not exist": (
        (NUMBERS, "flow: repair", "flow: repairs"),
        'dialplans/numbers.yaml:35:3: there is no flow "repairs"; did you mean "repair"?',
    ),
    "a number in two spellings": (
        (NUMBERS, LAST, LAST + '"+33 8 99 00 00 04":\n  label: again\n  tariff: emergency-repair\n  flow: repair\n'),
        'dialplans/numbers.yaml:37:1: "+33 8 99 00 00 04" is the same number as "0899000004"',
    ),
    "a number written twice": (
        (NUMBERS, LAST, LAST + '"0899000004":\n  label: again\n  tariff: emergency-repair\n  flow: repair\n'),
        'dialplans/numbers.yaml:37:1: the key "0899000004" is written twice; it is already at 29:1; '
        "keep one of the two",
    ),
    "an emergency number": (
        (NUMBERS, '"0899000004"', '"112"'),
        'dialplans/numbers.yaml:29:1: "112" is not a number that can be ours; write it as it is dialled in France: '
        "0899000004, 3615, 118000",
    ),
    "no number at all": (
        (NUMBERS, '"0899000004"', '"hello"'),
        'dialplans/numbers.yaml:29:1: "hello" is not a number that can be ours; write it as it is dialled in France: '
        "0899000004, 3615, 118000",
    ),
    "digits of another script": (
        (NUMBERS, '"0899000004"', '"0899٠٠٠٠٠٤"'),
        'dialplans/numbers.yaml:29:1: "0899٠٠٠٠٠٤" is not a number that can be ours; write it as it is dialled in '
        "France: 0899000004, 3615, 118000",
    ),
    "a price on a free number": (
        (NUMBERS, "tariff: free", "tariff: advice"),
        "dialplans/numbers.yaml:11:3: 0800000001 is a free number and cannot be per_minute",
    ),
    "a free call on a plain number": (
        (NUMBERS, "tariff: plain", "tariff: free"),
        "dialplans/numbers.yaml:18:3: 0806000002 is a plain number and cannot be free",
    ),
    "a surcharged number without a price": (
        (NUMBERS, "tariff: emergency-repair", "tariff: free"),
        "dialplans/numbers.yaml:34:3: 0899000004 is a surcharged number and cannot be free",
    ),
    "a price on a number of a town": (
        (NUMBERS, '"0899000004"', '"0123456789"'),
        "dialplans/numbers.yaml:34:3: 0123456789 is a geographic number and cannot be surcharged",
    ),
    "a price above the cap": (
        (TARIFFS, "price: 0.15", "price: 0.21"),
        "dialplans/numbers.yaml:26:3: 0825000003 may cost 0.20 € a minute at most, not 0.21 €; nobody read that cap in "
        "a text that binds: who has, corrects it in dialplans/caps.yaml",
    ),
    "a price for a call above the cap": (
        (TARIFFS, "mode: per_minute\n  price: 0.15", "mode: per_call\n  price: 0.51"),
        "dialplans/numbers.yaml:26:3: 0825000003 may cost 0.50 € a call at most, not 0.51 €; nobody read that cap in "
        "a text that binds: who has, corrects it in dialplans/caps.yaml",
    ),
    "a price of three decimals": (
        (TARIFFS, "price: 0.15", "price: 0.155"),
        "dialplans/tariffs.yaml:9:1: advice: a price is in whole cents: the law knows no fractions of a cent",
    ),
    "a price with a comma": (
        (TARIFFS, "price: 0.15", "price: 0,15"),
        'dialplans/tariffs.yaml:11:10: advice.price: "0,15" is not a number; write 0.15',
    ),
    "a price that is missing": (
        (TARIFFS, "  price: 0.15\n", ""),
        "dialplans/tariffs.yaml:9:1: advice: a tariff per_minute needs a price",
    ),
    "a price on a tariff without one": (
        (TARIFFS, "  mode: plain", "  mode: plain\n  price: 0.10"),
        "dialplans/tariffs.yaml:6:1: plain: a tariff plain has no price",
    ),
    "a prompt that does not exist": (
        (REPAIR, "prompt: welcome-repair", "prompt: welcome-repairs"),
        'dialplans/flows/repair.yaml:11:5: there is no prompt "welcome-repairs"; did you mean "welcome-repair"?',
    ),
    "a calendar that does not exist": (
        (REPAIR, "calendar: always", "calendar: allways"),
        'dialplans/flows/repair.yaml:7:5: there is no calendar "allways"; did you mean "always"?',
    ),
    "an agent who does not exist": (
        (REPAIR, "to: camille", "to: camile"),
        'dialplans/flows/repair.yaml:26:5: there is no agent "camile"; did you mean "camille"?',
    ),
    "a queue that does not exist": (
        (PARTS, "queue: parts", "queue: part"),
        'dialplans/flows/parts.yaml:11:5: there is no queue "part"; did you mean "parts"?',
    ),
    "an agent of a queue who does not exist": (
        (QUEUES, "karim: 0", "karin: 0"),
        'dialplans/queues.yaml:6:12: there is no agent "karin"; did you mean "karim"?',
    ),
    "an agent in a queue's list who does not exist": (
        (QUEUES, "{karim: 0, camille: 5}", "[camille, karin]"),
        'dialplans/queues.yaml:6:21: there is no agent "karin"; did you mean "karim"?',
    ),
    "a message of a queue that does not exist": (
        (QUEUES, "messages: wait-online", "messages: [wait-parts, wait-onlin]"),
        'dialplans/queues.yaml:13:26: there is no prompt "wait-onlin"; did you mean "wait-online"?',
    ),
    "a queue with a name that Asterisk needs": (
        (QUEUES, "", "general:\n  label: all\n  agents: karim\n"),
        'dialplans/queues.yaml:15:1: a queue cannot be called "general"; choose another: '
        "Asterisk's own settings stand under it",
    ),
    "a strategy that does not exist": (
        (QUEUES, "ring: 20", "strategy: longest-idle"),
        'dialplans/queues.yaml:7:13: parts.strategy: "longest-idle" is not known here; did you mean "longest_idle"?',
    ),
    "a penalty below zero": (
        (QUEUES, "camille: 5", "camille: -5"),
        'dialplans/queues.yaml:6:31: parts.agents.camille: "-5" is too small; write 0 or more',
    ),
    "a key that leads nowhere": (
        (PARTS, ", key: menu}", "}"),
        "dialplans/flows/parts.yaml:9:3: nodes.agents: key 1 leads nowhere; "
        "write where such a call goes: exits: {key: …}",
    ),
    "two keys for one queue": (
        (
            PARTS,
            "  booked:\n    kind: bye\n    prompt: callback-booked\n",
            "  booked:\n    kind: queue\n    queue: parts\n"
            "    exits: {timeout: bye, full: bye, empty: bye, emptied: bye}\n",
        ),
        'dialplans/flows/parts.yaml:28:3: "booked" lets callers leave the queue "parts" by no key, '
        'and "agents" by key 1; '
        "give both the same key, or each a queue of its own",
    ),
    "a node that does not exist": (
        (REPAIR, "silence: operator", "silence: operater"),
        'dialplans/flows/repair.yaml:17:13: there is no node "operater"; did you mean "operator"?',
    ),
    "an exit that leads nowhere": (
        (REPAIR, "exits: {silence: operator, wrong: operator}", "exits: {silence: operator}"),
        'dialplans/flows/repair.yaml:13:3: the exit "wrong" of menu "menu" leads nowhere; '
        "write where such a call goes: exits: {wrong: …}",
    ),
    "an exit that the kind does not have": (
        (REPAIR, "wrong: operator}", "wrong: operator, other: bye}"),
        'dialplans/flows/repair.yaml:17:49: menu "menu" has no exit "other"; known are: silence, unavailable, wrong',
    ),
    "a node that no call comes to": (
        (REPAIR, "", "  lost:\n    kind: bye\n"),
        'dialplans/flows/repair.yaml:55:3: no call can come to "lost"; link it from another node, or delete it',
    ),
    "a circle": (
        (
            REPAIR,
            "    kind: bye\n    prompt: goodbye\n",
            "    kind: say\n    prompt: goodbye\n    exits: {done: bye}\n",
        ),
        'dialplans/flows/repair.yaml:49:3: a call at "bye" comes back to it without the caller being asked '
        "anything; "
        "break the circle with a menu, or end it with a bye",
    ),
    "a kind of node that does not exist": (
        (REPAIR, "kind: menu", "kind: menue"),
        'dialplans/flows/repair.yaml:14:11: nodes.menu.kind: unknown kind "menue"; did you mean "menu"?',
    ),
    "the prompt for when all else fails": (
        (PROMPTS, "fallback:", "fall-back:"),
        'prompts/fr.yaml:1:1: the prompt "fallback" is missing; callers hear it when all else fails',
    ),
    "a period with an hour of one digit": (
        (CALENDARS, "monday: [09:00-12:00", "monday: [9:00-12:00"),
        "dialplans/calendars.yaml:8:14: office.week.monday.0: a period is written 09:00-12:00, "
        "hours and minutes with two digits",
    ),
    "a period past the end of the day": (
        (CALENDARS, "monday: [09:00-12:00", "monday: [09:00-25:00"),
        "dialplans/calendars.yaml:8:14: office.week.monday.0: a period begins between 00:00 and 23:59 "
        "and ends at 24:00 at the latest",
    ),
    "an empty period": (
        (CALENDARS, "monday: [09:00-12:00", "monday: [09:00-09:00"),
        "dialplans/calendars.yaml:8:14: office.week.monday.0: a period that ends when it begins is empty; "
        "a whole day is 00:00-24:00",
    ),
    "a zone that does not exist": (
        (CALENDARS, "zone: Europe/Paris", "zone: Europe/Pari"),
        'dialplans/calendars.yaml:5:9: office.zone: there is no time zone "Europe/Pari"; '
        "zones are named like Europe/Paris",
    ),
    "a flow that no number uses": (
        ("dialplans/flows/spare.yaml", "", "flow: spare\nstart: bye\nnodes:\n  bye:\n    kind: bye\n"),
        'dialplans/flows/spare.yaml:1:1: no number uses the flow "spare"',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_where_it_is_and_nothing_besides(book: Path, mistake: str) -> None:
    """One line: file, line, column, what is wrong, what to do."""
    change, line = MISTAKES[mistake]

    assert told(book, change) == [line]


def test_a_flow_that_exists_twice_is_told_in_the_second_file(book: Path) -> None:
    """Files are read in the order of their names; the number that wanted the first flow's old name is told too."""
    files = (book / "dialplans" / "flows").glob("*.yaml")
    known = did_you_mean("advice", {path.stem for path in files} - {"advice"}, "known are")

    assert told(book, (FLOW_ADVICE, "flow: advice", "flow: repair")) == [
        'dialplans/flows/repair.yaml:2:1: the flow "repair" exists already, in dialplans/flows/advice.yaml; rename one',
        f'dialplans/numbers.yaml:27:3: there is no flow "advice"; {known}',
    ]


def test_all_problems_of_all_files_are_told_at_once(book: Path) -> None:
    """In the order of files and lines; nobody mends one to be told the next."""
    kinds = [
        "a zone that does not exist",
        "an exit that leads nowhere",
        "an agent who does not exist",
        "a tariff that does not exist",
        "a flow that does not exist",
        "a price that is missing",
        "the prompt for when all else fails",
    ]

    assert told(book, *(MISTAKES[kind][0] for kind in kinds)) == [MISTAKES[kind][1] for kind in kinds]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_missing_is_told(book: Path, file: str) -> None:
    """First of all that follows from it."""
    (book / file).unlink()

    with pytest.raises(BadBook) as caught:
        read_book(book)
    if file != REPAIR:
        assert f"{file}:1:1: the file cannot be read (No such file or directory); " in str(caught.value)
    else:
        assert str(caught.value).startswith('dialplans/numbers.yaml:35:3: there is no flow "repair"')


def test_a_file_that_cannot_be_read_is_told_once(book: Path) -> None:
    """What uses it is not wrong for that."""
    assert len(told(book, (TARIFFS, "free:", "\tfree:"))) == 1


def test_a_book_without_flows_is_told(book: Path) -> None:
    """With what to do."""
    shutil.rmtree(book / "dialplans" / "flows")

    assert "dialplans/flows:1:1: there is no flow; write one: a file <name>.yaml" in told(book)


# -- the digest --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [*FILES, FLOW_ADVICE])
def test_the_digest_changes_with_any_byte_of_any_file(book: Path, file: str) -> None:
    """Also with one that means nothing: a record says exactly which book was in force."""
    before = read_book(book).digest
    written = (book / file).read_bytes()
    changed = set()
    for byte in (b" ", b"#", b"\n", b"# a word\n"):
        (book / file).write_bytes(written + b"\n" + byte)
        changed.add(read_book(book).digest)
    (book / file).write_bytes(written)

    assert len(changed | {before}) == 5
    assert read_book(book).digest == before


def test_the_digest_knows_which_file_says_what(book: Path) -> None:
    """The same text under another name is another book."""
    before = read_book(book).digest
    (book / FLOW_ADVICE).rename(book / "dialplans/flows/advices.yaml")

    assert read_book(book).digest != before


def test_departments_are_asked_for_only_where_they_are_written(book: Path) -> None:
    """The table may be missing, unless a flow wants it."""
    (book / DEPARTMENTS).unlink()

    assert told(book) == [
        'dialplans/flows/customers.yaml:83:3: "agency" asks for a department, and '
        "dialplans/departments.yaml says none; write it, or ask for regions"
    ]
    assert told(book, (CUSTOMERS, '    departments: {"59": lille, "62": lille}\n', "")) == []


def test_lists_are_numbers_in_every_spelling(book: Path) -> None:
    """YAML and CSV alike; a record says which list was in force."""
    before = read_book(book)
    edit(book, ("dialplans/lists/priority.csv", "", "+32 2 555 00 00\n"))
    after = read_book(book)

    assert before.lists["nuisance"] == {"+33639980001", "+33639980002"}
    assert after.lists["priority"] - before.lists["priority"] == {"+3225550000"}
    assert before.digest != after.digest
