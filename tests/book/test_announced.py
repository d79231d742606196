"""What numbers say in their announcement, who says it, and who need not."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.book.given import Given, Press
from ivr.book.problems import BadBook
from ivr.flow.commands import Answer, Play
from ivr.service.library import Release
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Simulator
from ivr.values.announcement import BEEP

DEMO = Path(__file__).parents[2]
NUMBER = "0899000004"
LINE = "  tariff: emergency-repair\n"
NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
AFTERNOON = datetime(2026, 11, 26, 14, tzinfo=UTC)  # open


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def edited(book: Path, *lines: str, tariff: str = LINE) -> Book:
    """The book with more lines for the number."""
    path = book / "dialplans" / "numbers.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(LINE) == 1
    path.write_text(text.replace(LINE, tariff + "".join(f"  {line}\n" for line in lines)), encoding="utf-8")
    return read_book(book)


def before_the_answer(book: Book) -> list[str]:
    """What a caller hears until he is charged."""
    lived = Simulator(Release(book, {})).call(NUMBER, "0612345678", NOON, Cast(Given(keys=(Press("2"),))))
    commands = [entry.command for entry in lived.record.tape]
    answer = next(place for place, command in enumerate(commands) if isinstance(command, Answer))
    return [name for command in commands[:answer] if isinstance(command, Play) for name in command.phrase]


def text_of(book: Book, name: str) -> str:
    (text,) = {one.text for one in book.utterances() if one.name == name}
    return text


@pytest.mark.parametrize("line", ["announcement: operator", "exempt: professionals", "exempt: machines"])
def test_who_need_not_announce_says_nothing(book: Path, line: str) -> None:
    """No announcement and no beep: never twice, and not where the law excepts the number."""
    made = edited(book, line)

    assert before_the_answer(made) == []
    assert made.services[NUMBER].tariff.surcharged
    assert made.services[NUMBER].terms.limit == 1800
    assert before_the_answer(read_book(DEMO)) == ["announcement/per-minute-0-80", BEEP]


def test_a_name_in_front_and_english_behind_are_the_numbers_own(book: Path) -> None:
    """A sound of its own, in the order of the law; the other numbers keep theirs."""
    made = edited(book, "announce_name: Chaleur et Compagnie", "announce_english: yes")
    name = f"announcement/{NUMBER}-per-minute-0-80"
    text = text_of(made, name)

    assert before_the_answer(made) == [name, BEEP]
    assert text.startswith("Chaleur et Compagnie. Après le bip sonore")
    assert text.index("quatre-vingts centimes") < text.index("per minute")
    assert text_of(made, "announcement/per-minute-0-15").startswith("Bonjour.")


def test_every_tariff_to_come_has_its_own_sound(book: Path) -> None:
    """Baked ahead with the name."""
    with (book / "dialplans" / "tariffs.yaml").open("a", encoding="utf-8") as tariffs:
        tariffs.write("\nlater: {mode: per_call, price: 2.00}\n")
    periods = "  tariff:\n    - tariff: emergency-repair\n    - {from: 2027-01-01, tariff: later}\n"
    made = edited(book, "announce_name: Chaleur et Compagnie", tariff=periods)

    assert "deux euros par appel" in text_of(made, f"announcement/{NUMBER}-per-call-2-00")


def test_a_connection_says_that_it_is_the_connection_that_costs(book: Path) -> None:
    """RD SVA 2024, p. 25: of numbers whose purpose it is."""
    path = book / "dialplans" / "numbers.yaml"
    text = path.read_text(encoding="utf-8")
    place = text.index(f'"{NUMBER}"')
    changed = text[place:].replace("purpose: sales", 'purpose: connection\n  connects: "0145000000"', 1)
    path.write_text(text[:place] + changed, encoding="utf-8")

    assert "la mise en relation vous sera facturée" in text_of(
        read_book(book), f"announcement/{NUMBER}-per-minute-0-80"
    )


@pytest.mark.parametrize(
    ("number", "line", "name", "text"),
    [
        ("0800000001", "announcement: always", "announcement/free", "Service et appel gratuits."),
        ("0806000002", "announcement: always", "announcement/plain", "Service gratuit, plus prix de l'appel."),
        (
            "0800000001",
            "announcement: always\n  announce_name: Chaleur et Compagnie\n  announce_english: yes",
            "announcement/0800000001-free",
            "Chaleur et Compagnie. Service et appel gratuits. This service and this call are free.",
        ),
    ],
)
def test_a_number_that_charges_nothing_may_say_so(book: Path, number: str, line: str, name: str, text: str) -> None:
    """First of all, in early media; no key cuts it, no beep follows, nothing is charged, no length is the least."""
    path = book / "dialplans" / "numbers.yaml"
    before = path.read_text(encoding="utf-8")
    place = before.index(f'"{number}"')
    end = before.index("\n\n", place)
    path.write_text(f"{before[:end]}\n  {line}{before[end:]}", encoding="utf-8")
    made = read_book(book)
    lived = Simulator(Release(made, {})).call(number, "0612345678", AFTERNOON, Cast(Given(keys=(Press("2"),))))
    commands = [entry.command for entry in lived.record.tape]
    said = next(command for command in commands if isinstance(command, Play))

    assert (said.phrase, said.until) == ((name,), "")
    assert not any(isinstance(command, Play) and BEEP in command.phrase for command in commands)
    assert next(place for place, one in enumerate(commands) if isinstance(one, Answer)) > commands.index(said)
    assert lived.record.amount.amount == 0
    assert text_of(made, name) == text
    assert [one.utterance.at_least for one in made.announcements if one.name == name] == [0.0]


def test_a_profile_changes_the_announcement_and_says_what_is_missing(book: Path) -> None:
    """Spanish words after the French ones, five seconds before the charge, no key; and a warning at the number."""
    made = edited(book, "profile: es")
    (warning,) = (one for one in made.warnings if one.rule == "IVR452")

    assert before_the_answer(made) == ["announcement/es-per-minute-0-80", BEEP]
    assert text_of(made, "announcement/es-per-minute-0-80").endswith(
        "en plus du prix de l'appel. Tras el tono: 80 céntimos por minuto, impuestos incluidos."
    )
    assert made.services[NUMBER].terms.skip == ""
    (said,) = (one for one in made.announcements if one.profile.name == "es")
    assert said.utterance.tail >= 5.0
    assert warning.message.startswith("of the profile of Spain is missing: which of two texts is in force")
    assert "IVR452" not in {one.rule for one in read_book(DEMO).warnings}


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("menu", ['IVR455 Germany wants waiting free, and "parts" is reached when the line is answered already']),
        ("parts", []),
    ],
)
def test_where_waiting_is_free_no_queue_may_stand_behind_a_charge(book: Path, start: str, told: list[str]) -> None:
    """In Germany: before the answer it is free, and never answered for; after a menu it would be charged."""
    nodes = """
nodes:
  menu: {kind: menu, prompt: menu-advice, options: {"1": parts}, exits: {silence: parts, wrong: parts}}
  parts: {kind: queue, queue: parts, key: "1", exits: {timeout: end, full: end, empty: end, emptied: end, key: end}}
  end: {kind: bye, prompt: nobody}
"""
    (book / "dialplans" / "flows" / "queued.yaml").write_text(
        f"flow: queued\nstart: {start}\n{nodes}", encoding="utf-8"
    )
    with (book / "dialplans" / "numbers.yaml").open("a", encoding="utf-8") as numbers:
        numbers.write('\n"0892000050":\n  label: attente\n  tariff: advice\n  flow: queued\n  profile: de\n')
    try:
        warnings = read_book(book).warnings
    except BadBook as bad:
        warnings = bad.problems

    assert [f"{one.rule} {one.message}" for one in warnings if one.rule == "IVR455"] == told


@pytest.mark.parametrize("name", ["be", "ch", "zz"])
def test_a_price_below_the_threshold_of_another_country_is_announced_all_the_same(book: Path, name: str) -> None:
    """Belgium wants nothing up to a euro a minute: but the number is French, and France has no such threshold."""
    (book / "dialplans" / "profiles.yaml").write_text(
        "zz: {country: No, language: fr, free_up_to: {per_minute: 100, per_call: 100}, verified: yes, source: me}\n",
        encoding="utf-8",
    )
    made = edited(book, f"profile: {name}")

    assert made.services[NUMBER].terms.announcement is not None
    assert made.services[NUMBER].periods[0].silence == ""
    if name == "be":
        assert made.services[NUMBER].terms.limit == 600


def test_a_profile_that_asks_for_less_than_the_law_of_the_number_gets_no_less(book: Path) -> None:
    """Belgium prescribes neither length nor beep nor what lies before the charge: the number is French."""
    made = edited(book, "profile: be")
    (said,) = (one for one in made.announcements if one.profile.name == "be")

    assert before_the_answer(made) == ["announcement/be-per-minute-0-80", BEEP]
    assert (said.utterance.at_least, said.utterance.at_most, said.utterance.tail) == (9.5, 19.5, 1.2)
    assert list(said.faults(9.0, {})) == ["with its beep it lasts 9.5 s, and 10 s are the least"]
    assert "IVR454" not in {one.rule for one in made.warnings}


def test_what_cannot_be_kept_beside_the_law_of_the_number_is_told(book: Path) -> None:
    """Austria's longest announcement is the shortest of France."""
    (warning,) = (one for one in edited(book, "profile: at").warnings if one.rule == "IVR454")

    assert warning.message == (
        "Austria wants an announcement of 10 s at most, and France of 10 s at least: the number is French, and so is "
        "its announcement"
    )


def test_a_price_that_its_country_does_not_allow_is_refused(book: Path) -> None:
    """Where the French plan has no cap of its own: of 10xx none was found."""
    with (book / "dialplans" / "tariffs.yaml").open("a", encoding="utf-8") as tariffs:
        tariffs.write("\ndear: {mode: per_minute, price: 3.50}\n")
    with (book / "dialplans" / "numbers.yaml").open("a", encoding="utf-8") as numbers:
        numbers.write('\n"1050":\n  label: cher\n  family: surcharged\n  tariff: dear\n  flow: repair\n  profile: es\n')

    with pytest.raises(BadBook) as bad:
        read_book(book)

    (told,) = (one for one in bad.value.problems if one.rule == "IVR453")
    assert told.message == "Spain allows 3.45 EUR per minute at most, not 3.50"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ("announcement: operator", "announce_name: Chaleur"),
            "IVR430 announce_name is never heard: the operator says the announcement; take announce_name out",
        ),
        (
            ("exempt: machines", "announce_english: yes"),
            "IVR430 announce_english is never heard: the number is exempt; take announce_english out",
        ),
        (
            ("exempt: machines", "announcement: operator"),
            "IVR430 a number that is exempt has no announcement for the operator to say; keep one",
        ),
        (
            ("exempt: machines", "announcement: always"),
            "IVR430 a number that always announces its price cannot be exempt from it; keep one",
        ),
        (("exempt: yes",), 'IVR106 0899000004.exempt: "yes" is not known here; write one of: machines, professionals'),
    ],
)
def test_what_would_never_be_heard_is_told(book: Path, lines: tuple[str, ...], told: str) -> None:
    """Golden: it is what the writer sees."""
    with pytest.raises(BadBook) as bad:
        edited(book, *lines)

    assert told in [f"{one.rule} {str(one).split(': ', 1)[1]}" for one in bad.value.problems]


def test_whoever_sells_codes_says_what_an_access_takes() -> None:
    """How many calls, how much in all, for how long: as the flow has it."""
    made = read_book(DEMO)
    name = made.services["0891000107"].terms.announcement

    assert name == "announcement/0891000107-per-call-1-50"
    assert text_of(made, name).endswith(
        ", et donne accès au service guides de dépannage en ligne. Il suffit d'un appel, soit un euro cinquante en "
        "tout, pour un code valable un jour."
    )


def test_an_access_of_several_calls_says_how_many(book: Path) -> None:
    """And what they cost together."""
    flow = book / "dialplans" / "flows" / "guide.yaml"
    text = flow.read_text(encoding="utf-8")
    assert text.count("    kind: pay_code\n") == 1
    flow.write_text(text.replace("    kind: pay_code\n", "    kind: pay_code\n    calls: 3\n"), encoding="utf-8")
    made = read_book(book)

    assert "Il faut trois appels, soit quatre euros cinquante en tout" in text_of(
        made, made.services["0891000107"].terms.announcement or ""
    )


def test_a_name_that_a_free_number_never_says_is_told(book: Path) -> None:
    """Unless it always announces that it is free."""
    path = book / "dialplans" / "numbers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  flow: after-sales\n", "  flow: after-sales\n  announce_name: Chaleur\n"), "utf-8")

    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [one.rule for one in bad.value.problems] == ["IVR450"]
    assert "announce_name is never heard: the number charges nothing" in str(bad.value)
    path.write_text(
        path.read_text("utf-8").replace("announce_name:", "announcement: always\n  announce_name:"), "utf-8"
    )
    assert "announcement/0800000001-free" in {one.name for one in read_book(book).utterances()}
